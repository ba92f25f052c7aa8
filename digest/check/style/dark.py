"""Whether a mail is made for the dark, and whether its dark rules do anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.remarks import shortened
from digest.check.style.holding import is_dark
from digest.check.style.selectors import patterns

if TYPE_CHECKING:
    from digest.check.letter import Letter
    from digest.check.style.sheet import Declaration

_SAME: Final = {"background": "background-color", "background-image": "background-color"}


def dark_mode(letter: Letter) -> Iterator[Remark]:
    """The mail says that it knows the dark, and has colours for it."""
    if not letter.html:
        return
    head = letter.document.first("head")
    line = head.line if head else 1
    metas = {one.get("name").casefold(): one for one in letter.document.all("meta")}
    rules = any(is_dark(one.media) for one in letter.sheet.declarations)
    root = any(one.name == "color-scheme" and one.element is None for one in letter.sheet.declarations)
    if not (metas.keys() & {"color-scheme", "supported-color-schemes"} or rules or root):
        yield _dark(line, "the mail says nothing of the dark: programs invert its colours as they like",
                    'write <meta name="color-scheme" content="light dark">, and rules for the dark')  # fmt: skip
        return
    for name in ("color-scheme", "supported-color-schemes"):
        meta = metas.get(name)
        if meta is None or "dark" not in meta.get("content").casefold():
            said = "is not there" if meta is None else f"says “{shortened(meta.get('content'), 30)}”"
            yield _dark(meta.line if meta else line, f"<meta name={name}> {said}",
                        f'write <meta name="{name}" content="light dark">', advice=name != "color-scheme")  # fmt: skip
    if not root:
        yield _dark(line, "no style says color-scheme", "write :root { color-scheme: light dark; }", advice=True)
    if not rules and _paints(letter):
        yield _dark(line, "there are no colours for the dark", advice=True,
                    hint="add @media (prefers-color-scheme: dark) with `… !important` rules")  # fmt: skip


def _paints(letter: Letter) -> bool:
    """Whether the mail has colours of its own, which the dark does not change."""
    return any(_is_colour(one) for one in letter.sheet.declarations) or any(
        one.get("bgcolor") or one.get("color") or one.get("text") for one in letter.document.all()
    )


def _dark(line: int, message: str, hint: str, *, advice: bool = False) -> Remark:
    return Remark(rule="dark-mode", part="html", line=line, message=message, hint=hint, advice=advice)


def dark_override(letter: Letter) -> Iterator[Remark]:
    """A dark rule without !important loses against the style on the tag, and does nothing."""
    yield from _overrides(letter)


def _overrides(letter: Letter) -> Iterator[Remark]:
    weak = [one for one in letter.sheet.declarations if is_dark(one.media) and not one.important and _is_colour(one)]
    if not weak:
        return
    inline: dict[str, list[Declaration]] = {}
    for _, one in letter.sheet.inline():
        inline.setdefault(_SAME.get(one.name, one.name), []).append(one)
    for rule in weak:
        held = inline.get(_SAME.get(rule.name, rule.name), [])
        fits = patterns(rule.selector)
        if any(one.element and pattern.fits(one.element) for one in held for pattern in fits):
            yield Remark(rule="dark-override", part="html", line=rule.line,
                         message=f"`{rule.name}: {shortened(rule.value, 30)}` loses against the tag's style",
                         hint="write !important after it")  # fmt: skip


def _is_colour(declaration: Declaration) -> bool:
    return declaration.name in {"color", "background", "background-color", "background-image"} or (
        declaration.name.startswith("border")
    )


DARK_RULES: Final = (dark_mode, dark_override)
