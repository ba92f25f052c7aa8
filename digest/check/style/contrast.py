"""Whether every text can be read where it stands: in the light, in the dark, and where the style sheet is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.html.document import Element
from digest.check.html.hidden import is_hidden
from digest.check.remarks import shortened, tag
from digest.check.style.cascade import Look, Run, knows_the_dark, length, runs
from digest.check.style.colours import READABLE, READABLE_LARGE, Colour, contrast, readable
from digest.check.style.holding import Scene, is_dark

if TYPE_CHECKING:
    from digest.check.letter import Letter

_LARGE: Final = 24.0
_LARGE_BOLD: Final = 18.66
"""Sizes in px from which a text is large: 18 pt, and 14 pt in bold (WCAG 2.2, definitions)."""
_SAME: Final = 10
"""Steps of 255 in each of the three colours that nobody can tell apart."""
_TINY: Final = 3.0  # px
_FAR_OUT: Final = -300.0  # px
_NOTHING: Final = "\u00ad\u034f\u200b\u200c\u200d\u2007\u2060\ufeff"
_WHERE: Final = {"light": "", "dark": " in the dark", "bare": " where the style sheet is dropped"}


def text_contrast(letter: Letter) -> Iterator[Remark]:
    """Every text stands out from its ground, as WCAG 2.2 asks (1.4.3): 4.5 to 1, large text 3 to 1."""
    yield from _contrasts(letter)


def invisible_text(letter: Letter) -> Iterator[Remark]:
    """No text has the colour of its ground, no size, or a place outside the window: filters take it for a trick."""
    yield from _invisible(letter)


def _contrasts(letter: Letter) -> Iterator[Remark]:
    hidden = _hidden(letter)
    told: set[tuple[int, str, str]] = set()  # a pair that fails in the light is not told again
    failed: set[Element] = set()
    for scene in _scenes(letter):
        for run in runs(letter.document, letter.sheet, scene):
            pair = _pair(run.look)
            if pair is None or not _words(run.text) or run.look.size < _TINY or id(run.element) in hidden:
                continue
            colour, ground = pair
            ratio, least = contrast(colour, ground), _least(run.look)
            place = (run.element.line, colour.hex, ground.hex)
            if ratio >= least or place in told or (scene == "bare" and run.element in failed):
                continue
            told.add(place)
            failed.add(run.element)
            if (
                scene != "light" or not _is_same(colour, ground) or run.element.name == "img"
            ):  # else it is hidden, and so reported
                yield _remark(run, colour, ground, ratio=ratio, least=least, scene=scene)


def _remark(run: Run, colour: Colour, ground: Colour, *, ratio: float, least: float, scene: Scene) -> Remark:
    better = readable(colour, ground, least)
    what = "the description of a picture" if run.element.name == "img" else f"“{shortened(run.text, 40)}”"
    return Remark(
        rule="text-contrast",
        part="html",
        line=run.element.line,
        message=f"{what} is {colour.hex} on {ground.hex}{_WHERE[scene]}: {_shown(ratio)} to 1, {least:g} are needed",
        hint=(f"write color:{better.hex}, or change the ground" if better else "change the ground")
        + (" (in the dark rules, with !important)" if scene == "dark" else "")
        + (" on the tag itself" if scene == "bare" else ""),
    )


def _scenes(letter: Letter) -> Iterator[Scene]:
    yield "light"
    if any(one.element is None and not is_dark(one.media) for one in letter.sheet.declarations):
        yield "bare"
    if knows_the_dark(letter.document, letter.sheet) or any(is_dark(one.media) for one in letter.sheet.declarations):
        yield "dark"


def _pair(look: Look) -> tuple[Colour, Colour] | None:
    if look.colour is None or look.ground is None:
        return None
    return look.colour.over(look.ground), look.ground


def _is_same(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= _SAME for a, b in zip(one[:3], other[:3], strict=True))


def _least(look: Look) -> float:
    return READABLE_LARGE if look.size >= (_LARGE_BOLD if look.bold else _LARGE) - 0.01 else READABLE


def _shown(ratio: float) -> str:
    """Rounded down, so that 4.49 is not called 4.5."""
    return f"{int(ratio * 10) / 10:g}"


def _words(text: str) -> str:
    return text.strip(_NOTHING + " \u00a0\t\n")


def _hidden(letter: Letter) -> set[int]:
    """The ids of what is hidden by intention, such as a preheader: the matter of hidden-text."""
    return {id(inner) for one in letter.document.all() if is_hidden(one) for inner in (one, *one.elements())}


def _invisible(letter: Letter) -> Iterator[Remark]:
    hidden = _hidden(letter)
    for run in runs(letter.document, letter.sheet, "light"):
        if (
            id(run.element) not in hidden
            and _words(run.text)
            and run.element.name != "img"
            and (why := _why_unseen(run.look))
        ):
            yield _unseen(run.element, run.text, why)
    for element, one in letter.sheet.inline():
        if one.name in {"text-indent", "margin-left", "margin-top", "left", "top"} and _words(element.text):
            px = length(one.value, 16.0)
            if px is not None and px <= _FAR_OUT:
                yield _unseen(element, element.text, f"{one.name}:{one.value}")


def _why_unseen(look: Look) -> str:
    if look.size < _TINY:
        return f"{look.size:g} px high"
    pair = _pair(look)
    if pair and _is_same(*pair):
        return f"{pair[0].hex} on {pair[1].hex}"
    return ""


def _unseen(element: Element, text: str, why: str) -> Remark:
    return Remark(
        rule="invisible-text",
        part="html",
        line=element.line,
        message=f"nobody sees “{shortened(text, 40)}” in {tag(element)}: {why}",
        hint="show it, or delete it",
    )


CONTRAST_RULES: Final = (text_contrast, invisible_text)
