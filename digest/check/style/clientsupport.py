"""Whether the mail programs of the readers show what a mail uses (the table of caniemail.com).

Elements and images have rules of their own; this one is about styles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.remarks import shortened
from digest.check.style.features import Use, features_used
from digest.check.style.support import lacking, names, programs_of, title

if TYPE_CHECKING:
    from digest.check.letter import Letter


def _css(words: str) -> frozenset[str]:
    return frozenset(f"css-{word}" for word in words.split())


_AS_READABLE: Final = """
    max-width max-height min-width min-height height border-radius border-spacing box-sizing outline outline-offset
    table-layout white-space overflow text-overflow overflow-wrap word-wrap word-break hyphens hyphenate-character
    hyphenate-limit-chars letter-spacing word-spacing tab-size text-wrap text-align-last text-justify
    text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness
    text-decoration-skip-ink text-underline-offset text-underline-position text-emphasis text-emphasis-position
    font-kerning font-stretch font-size-adjust list-style-position caption-side empty-cells orphans widows clear
"""
"""Without them a mail is a little wider, squarer, denser or looser."""
_ELSEWHERE: Final = "cursor user-select resize color-scheme"
"""What only a pointer or a system knows."""
_ADDED: Final = """
    selector-attribute selector-child selector-adjacent-sibling selector-general-sibling
    pseudo-class-active pseudo-class-focus pseudo-class-focus-visible pseudo-class-focus-within pseudo-class-hover
    pseudo-class-link pseudo-class-visited pseudo-class-lang pseudo-class-target pseudo-class-first-child
    pseudo-class-last-child pseudo-class-only-child pseudo-class-first-of-type pseudo-class-last-of-type
    pseudo-class-only-of-type pseudo-class-default pseudo-element-first-letter pseudo-element-first-line
    pseudo-element-marker pseudo-element-placeholder
"""
"""Rules of a style sheet that then do not apply: it adds to what the tags say."""
HARMLESS: Final = _css(f"{_AS_READABLE} {_ELSEWHERE} {_ADDED}")
"""Features that nobody misses where they are not shown."""

_SEEN: Final = """
    box-shadow text-shadow opacity transition animation filter backdrop-filter mix-blend-mode background-clip
    background-blend-mode background-origin background-position background-repeat background-size accent-color
    object-fit object-position aspect-ratio float list-style-image column-count column-layout-properties
    border-image clip-path mask-image scroll-snap shape-outside shape-margin pseudo-class-not
    pseudo-class-nth-child pseudo-class-nth-last-child pseudo-class-nth-of-type pseudo-class-nth-last-of-type
    unit-initial z-index white-space-collapse
"""
COSMETIC: Final = _css(_SEEN)
"""Features whose absence is seen, but costs no reader anything to read: advice."""

_OF_LAYOUTS: Final = {
    "css-gap", "css-align-items", "css-justify-content", "css-flex-direction", "css-flex-wrap", "css-grid-template",
    "css-z-index", "css-left-right-top-bottom", "css-inset",
}  # fmt: skip
"""They mean nothing but beside a layout, which is reported itself."""
_LAYOUTS: Final = frozenset({"css-display-flex", "css-display-grid", "css-position"})
_PAINTED: Final = frozenset(
    {"css-background-image", "css-linear-gradient", "css-radial-gradient", "css-conic-gradient"}
)

_INSTEAD: Final = {
    "css-display-flex": "use a table with cells side by side",
    "css-display-grid": "use a table with cells side by side",
    "css-position": "place things with tables, cells and padding",
    "css-float": "use cells side by side, or align on <img> and <table>",
    "css-variables": "write the value itself",
    "css-unit-rem": "write px",
    "css-unit-vw": "write % or px",
    "css-unit-vh": "leave the height to the content",
    "css-unit-calc": "write a value in px or %",
    "css-function-clamp": "write one value, and another in @media (max-width: …)",
    "css-function-min": 'use width="100%" and max-width',
    "css-function-max": "write one value in px",
    "css-function-light-dark": "write the light colour, and the dark one in @media (prefers-color-scheme: dark)",
    "css-nesting": "write each rule by itself",
    "css-gap": "use padding on the cells",
    "css-margin-inline-block": "write margin: top right bottom left",
    "css-padding-inline-block": "write padding: top right bottom left",
    "css-background-image": "put a background-color below it, or show the picture with <img>",
    "css-linear-gradient": "put a background-color below it",
    "css-radial-gradient": "put a background-color below it",
    "css-opacity": "write the colour that it comes to",
    "css-box-shadow": "use a border, or accept that few see it",
    "css-visibility": "use display:none",
    "css-pseudo-element-before": "write what it adds into the HTML",
    "css-pseudo-element-after": "write what it adds into the HTML",
    "html-hidden": "use style=display:none",
}


def client_support(letter: Letter) -> Iterator[Remark]:
    """What the mail uses is shown by the mail programs that digest.toml names."""
    yield from _remarks(letter)


def _remarks(letter: Letter) -> Iterator[Remark]:
    programs = programs_of(letter.clients)
    uses = [one for one in features_used(letter.document, letter.sheet) if one.feature not in HARMLESS]
    layouts = {one.declaration.block for one in uses if one.feature in _LAYOUTS and one.declaration}
    drawn = any("v:fill" in one.text or "v:image" in one.text for one in letter.document.comments)
    told: set[tuple[str, int]] = set()
    for use in uses:
        if use.feature in _OF_LAYOUTS and use.declaration and use.declaration.block in layouts:
            continue
        lost = _losers(use, programs)
        if drawn and use.feature in _PAINTED:
            lost = tuple(one for one in lost if one != "outlook.windows")
        if lost and (use.feature, use.line) not in told:
            told.add((use.feature, use.line))
            yield Remark(
                rule="client-support",
                part="html",
                line=use.line,
                message=f"{title(use.feature)} is not shown by {names(lost)}: {shortened(use.said, 50)}",
                hint=_INSTEAD.get(use.feature, "do without it, or take the program out of [check] clients"),
                advice=use.feature in COSMETIC or (use.feature in _PAINTED and _has_ground(use, letter)),
            )


def _losers(use: Use, programs: tuple[str, ...]) -> tuple[str, ...]:
    """The programs that come as far as a feature, do not show it, and have nothing to show instead."""
    reached = tuple(one for one in programs if not any(lacking(gate, (one,)) for gate in use.gates))
    return lacking(use.feature, reached)


def _has_ground(use: Use, letter: Letter) -> bool:
    """Whether there is a colour where the picture is not shown."""
    if use.element is not None and use.element.get("bgcolor"):
        return True
    if not use.declaration:
        return False
    block = [one for one in letter.sheet.declarations if one.block == use.declaration.block]
    if any(one.name == "background-color" for one in block):
        return True
    grounds = [one.value for one in block if one.name == "background"]
    return any("gradient(" not in value and ("url(" not in value or "#" in value) for value in grounds)


CLIENT_SUPPORT_RULES: Final = (client_support,)
