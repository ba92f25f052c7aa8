"""What makes two entries that look the same two things: other figures, other names, another edition.

Releases of one pattern ("reports results for the third quarter"), warnings, notices and reports that are brought up to
date share most of their words. What tells them apart stands in the same place: between the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

_LOOK_AT = 1500  # characters that are looked at
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[.!?]")
_TOP = 400  # characters by which it is told whether
_UPPER_TEXT = 0.5  # of the letters are capitals: then they tell no names
_BLANK = "#"

Context = tuple[str, str, str, str]  # two words before, two after


@dataclass(frozen=True, slots=True, kw_only=True)
class Fillings:
    """The numbers, or the names, of a text by the words around them, where those stand in it once."""

    numbers: dict[Context, frozenset[str]]
    names: dict[Context, frozenset[str]]
    has_case: bool


def fillings(text: str, *, names: bool = True) -> Fillings:
    """What stands between the words of a text.

    Args:
        text: as it was written.
        names: whether capitals mean names. A text in capitals has none, and what is compared to it needs none.
    """
    words = _WORD.findall(text[:_LOOK_AT])
    top = text[:_TOP]
    has_case = sum(map(str.isupper, top)) < _UPPER_TEXT * sum(map(str.isalpha, top))
    masked, runs = _masked(words, names=names and has_case)
    numbers: dict[Context, frozenset[str]] = {}
    named: dict[Context, frozenset[str]] = {}
    seen: set[Context] = set()
    padded = [_BLANK, _BLANK, *masked, _BLANK, _BLANK]
    for at, run in runs:
        context = (padded[at], padded[at + 1], padded[at + 3], padded[at + 4])
        if context in seen:
            numbers.pop(context, None)
            named.pop(context, None)
            continue
        seen.add(context)
        if digits := frozenset(word for word in run if word[0].isdigit()):
            numbers[context] = digits
        if others := frozenset(word for word in run if not word[0].isdigit()):
            named[context] = others
    return Fillings(numbers=numbers, names=named, has_case=has_case)


def other_fillings(one: Fillings, other: Fillings) -> bool:
    """Whether two texts of one pattern were filled in with other numbers or names.

    Numbers: at least half as many of the places that both have differ as agree. Names: two do, and more than agree.
    What is only left out on one side is no difference.
    """
    differ, agree = _compared(one.numbers, other.numbers)
    if differ and differ * 2 >= agree:
        return True
    differ, agree = _compared(one.names, other.names)
    return differ > 1 and differ > agree


def _masked(words: Sequence[str], *, names: bool) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The text with a blank for each run of numbers and names, and the runs with their places in it."""
    masked: list[str] = []
    runs: list[tuple[int, list[str]]] = []
    begins = True
    for word, after in zip_longest(words, words[1:], fillvalue=""):
        if word in ".!?":
            begins = True
            continue
        if word[0].isdigit() or (names and _is_name(word, after, begins=begins)):
            if masked and masked[-1] == _BLANK and not begins:
                runs[-1][1].append(word.casefold())
            else:
                runs.append((len(masked), [word.casefold()]))
                masked.append(_BLANK)
        else:
            masked.append(word.casefold())
        begins = False
    return masked, runs


def _is_name(word: str, after: str, *, begins: bool) -> bool:
    """Whether a word has a capital that the beginning of a sentence does not explain."""
    return word[0].isupper() and (not begins or after[:1].isupper())


def _compared(one: dict[Context, frozenset[str]], other: dict[Context, frozenset[str]]) -> tuple[int, int]:
    """In how many places that both have they differ, and in how many they agree."""
    differ = agree = 0
    for first, second in _both(one, other):
        if first <= second or second <= first:
            agree += 1
        else:
            differ += 1
    return differ, agree


def _both(
    one: dict[Context, frozenset[str]], other: dict[Context, frozenset[str]]
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    return ((filling, other[context]) for context, filling in one.items() if context in other)
