"""How colours are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.remarks import shortened
from digest.check.style.colours import read_colour

if TYPE_CHECKING:
    from digest.check.letter import Letter
    from digest.check.style.sheet import Declaration

_COLOURED: Final = re.compile(
    r"color$|^(background|border|outline)(-(top|right|bottom|left))?$|shadow$|^(fill|stroke)$"
)
_FUNCTION: Final = re.compile(
    r"\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|device-cmyk)\(([^()]*)", re.IGNORECASE
)
_LITERAL: Final = re.compile(r"\"[^\"]*\"|'[^']*'|(?<![\w-])[\w-]*\([^()]*\)")
_SIX: Final = re.compile(r"#[0-9a-f]{6}\Z", re.IGNORECASE)
_KEYWORDS: Final = frozenset({"inherit", "initial", "unset", "revert", "auto", "currentcolor", "transparent", "none"})
_HINT: Final = "write a hash and six digits, as in #1b1f24"


def colour_format(letter: Letter) -> Iterator[Remark]:
    """Colours are written with a hash and six digits: Gmail drops whole styles for newer ways, Outlook ignores them."""
    yield from _colours(letter)


def _colours(letter: Letter) -> Iterator[Remark]:
    for one in letter.sheet.declarations:
        if not one.name.startswith(("-", "mso-")):
            for message, advice in _faults(one):
                yield Remark(
                    rule="colour-format", part="html", line=one.line, message=message, advice=advice, hint=_HINT
                )
    for element in letter.document.all():
        for name in ("bgcolor", "color", "text", "link", "vlink", "alink"):
            value = element.get(name)
            if value and not _SIX.match(value) and element.name != "meta":
                yield Remark(rule="colour-format", part="html", line=element.line, advice=bool(read_colour(value)),
                             message=f'<{element.name} {name}="{shortened(value, 30)}">', hint=_HINT)  # fmt: skip


def _faults(one: Declaration) -> Iterator[tuple[str, bool]]:
    """What is wrong, and whether it is only a matter of form."""
    said = f"{one.name}: {shortened(one.value, 50)}"
    for function, inside in _FUNCTION.findall(one.value):
        plain = function.casefold() == "rgb" and inside.count(",") == 2
        lost = ": Outlook ignores it" if "," in inside else ": Gmail drops all styles beside it"
        yield said if plain else said + lost, plain
    if not _COLOURED.search(one.name):
        return
    for word in re.split(r"[\s,/]+", _LITERAL.sub(" ", one.value).casefold()):
        if word.startswith("#"):
            if read_colour(word) is None:
                yield f"{said}: {word} is no colour", False
            elif len(word) in {5, 9}:
                yield f"{said}: Outlook and Gmail know no transparency in it", False
        elif one.name.endswith("color") and word.isalpha() and word not in _KEYWORDS and read_colour(word) is None:
            yield f"{said}: {word} is no colour", False
        elif word == "currentcolor" or (word != "transparent" and word.isalpha() and read_colour(word)):
            yield said, True


COLOUR_FORMAT_RULES: Final = (colour_format,)
