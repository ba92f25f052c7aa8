"""Numbers and names that no source has, whichever way each side writes them: "twelve" and 12, "1 200" and "1,200"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.text.facts import known_numbers, missing_names, missing_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_VALUES = {
    word: value
    for value, words in {
        "0": "zero null zéro cero", "2": "two zwei deux dos second twice double doppelt verdoppelt",
        "3": "three drei trois tres third drittel tercio triple", "4": "four vier quatre cuatro quarter viertel cuarto",
        "5": "five fünf cinq cinco", "6": "six sechs seis", "7": "seven sieben sept siete", "8": "eight acht huit ocho",
        "9": "nine neun neuf nueve", "10": "ten zehn dix diez", "11": "eleven elf onze once",
        "12": "twelve zwölf douze doce dozen douzaine docena", "13": "thirteen", "14": "fourteen", "15": "fifteen",
        "16": "sixteen", "17": "seventeen", "18": "eighteen", "19": "nineteen", "20": "twenty zwanzig vingt veinte",
        "30": "thirty dreißig trente treinta", "40": "forty", "50": "fifty half halb hälfte moitié mitad",
        "60": "sixty", "70": "seventy", "80": "eighty", "90": "ninety", "100": "hundred hundert cien hundreds",
        "1000": "thousand tausend mille mil thousands", "25": "quarter viertel", "33": "third drittel tercio",
    }.items()
    for word in words.split()
}  # fmt: skip
_ALSO = {"quarter": "25", "viertel": "25", "third": "33", "drittel": "33", "half": "0.5", "halb": "0.5"}
"""A word that is two figures: the last of the table wins there, the others are here."""
_FIRST = {"quarter": "4", "viertel": "4", "cuarto": "4", "third": "3", "drittel": "3", "tercio": "3"}
_MANY = {
    "million": "m mn mio mill million millions millionen millón millones",
    "billion": "bn b billion billions mrd milliarde milliarden milliard milliards",
    "trillion": "tn trn trillion trillions",
    "thousand": "k thousand thousands tsd tausend mille",
}
_UNIT = {word: words.split() for words in _MANY.values() for word in words.split() if len(word) > 3}
_APART = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u2007\u2008\u2009]\d{3})+(?![\d])")
_MIXED = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")


def missing_facts(text: str, sources: Sequence[str], *, names: bool = True) -> Iterator[str]:
    """The numbers, and the names, of a text that no source has, as written there.

    Args:
        text: plain text.
        sources: plain texts.
        names: whether names are looked for.
    """
    told = [one for source in sources for one in dict.fromkeys((source, _together(source)))]
    if missing_numbers(text, told):  # else a blank between two of them parts nothing
        known = frozenset(number for source in told for number in known_numbers(_MIXED.sub("", source)))
        low = "\n".join(told).casefold()
        for number in missing_numbers(_MIXED.sub("", _together(text)), told):
            if not _is_known(number, known, low):
                yield number
    if names:
        yield from missing_names(text, sources)


def _together(text: str) -> str:
    """Thousands that a blank parts, as one number."""
    return _APART.sub(lambda found: re.sub(r"\s", "\u202f", found.group()), text)


def _is_known(number: str, known: frozenset[str], told: str) -> bool:
    if number in known:
        return True
    if not number[0].isdigit():
        if {_VALUES.get(number), _ALSO.get(number), _FIRST.get(number)} & known:
            return True
        units = _UNIT.get(number)
        return (
            bool(units)
            and re.search(rf"\d\s?(?:{'|'.join(units or ())})\b|\b(?:{'|'.join(units or ())})\b", told) is not None
        )
    words = {word for table in (_VALUES, _ALSO, _FIRST) for word, value in table.items() if value == number}
    return bool(words & known)
