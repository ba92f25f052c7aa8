"""Everything that is wrong with a table of a configuration file: what was expected, what is there, what may be meant.

msgspec checks fast, but says only the first thing that is wrong, in a programmer's words. This is asked only then.
"""

from __future__ import annotations

import copy
import difflib
import re
from bisect import insort
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any, Literal, get_args, get_origin

import msgspec

from digest.config.table import Fault, Place, Table, WrongKeyError, types_of

MOST_ROUNDS = 100
"""Each is a reading of the whole, and nobody corrects more at once."""

_PATH = re.compile(r" - at `\$([^`]*)`\Z")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_WANTED = (
    (r"Expected `\w+` >= (\S+)", "must be at least {}"),
    (r"Expected `\w+` <= (\S+)", "must be at most {}"),
    (r"Expected `\w+` > (\S+)", "must be more than {}"),
    (r"Expected `int\b.*", "must be a whole number"),
    (r"Expected `float\b.*", "must be a number"),
    (r"Expected `bool\b.*", "must be true or false"),
    (r"Expected `str\b.*", "must be text in quotes"),
    (r"Expected `array\b.*", 'must be an array such as ["…"]'),
    (r"Expected `object\b.*", "must be a table"),
    (r"Number out of range", "must be a smaller number"),
)
"""What msgspec says, and what that is in plain words."""


def faults_of(kind: type[Table], rest: dict[str, Any]) -> list[Fault]:
    """Everything that is wrong: every unknown key, and up to 100 other things; empty if all is well.

    What concerns several keys is checked only where each is right by itself. So what is wrong is taken out, what is
    missing put in, and it is asked again. What would be right if a key that is taken out were there is not said.

    Args:
        kind: what it should be.
        rest: the table as it is; used up by asking.
    """
    faults = list(_unknown(kind, rest))
    taken: dict[Place, list[int]] = {}
    for _ in range(MOST_ROUNDS):
        try:
            msgspec.convert(rest, kind)
        except msgspec.ValidationError as error:
            fault = _fault(kind, rest, error)
            written = replace(fault, place=_as_written(fault.place, taken))
            if not _follows(written, error.__cause__, faults):
                faults.append(written)
            if not _mend(kind, rest, fault.place, taken):
                return faults
        else:
            return faults
    return [*faults, Fault(place=(), message=f"is wrong in more places than these {len(faults)}")]


def guess(word: str, known: list[str]) -> str | None:
    """A hint at what may have been meant; None if nothing is like it."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6) or [
        name for name in known if name.casefold() == word.casefold()
    ]
    return f'did you mean "{close[0]}"?' if close else None


# --- what is wrong ----------------------------------------------------------------------------------------------


def _unknown(kind: type[Table], table: dict[str, Any], place: Place = ()) -> Iterator[Fault]:
    """The keys that may not stand where they do; they are taken out."""
    known = types_of(kind)
    for key in [*table]:
        if key not in known:
            del table[key]
            yield Fault(place=(*place, key), message="there is no such key", hint=guess(key, [*known]))
        elif inner := _inner(known[key]):
            for below, value in _tables(table[key]):
                yield from _unknown(inner, value, (*place, key, *below))


def _tables(value: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The tables that stand at a key: its value, or those of an array."""
    if isinstance(value, dict):
        yield (), value
    elif isinstance(value, list):
        yield from (((index,), one) for index, one in enumerate(value) if isinstance(one, dict))


def _inner(expected: Any) -> type[Table] | None:
    """The table that something of this type is, or of which it is an array."""
    kinds = (kind for kind in (expected, *get_args(expected)) if isinstance(kind, type) and issubclass(kind, Table))
    return next(kinds, None)


def _fault(kind: type[Table], rest: dict[str, Any], error: msgspec.ValidationError) -> Fault:
    """What msgspec says, in plain words."""
    said, cause = str(error), error.__cause__
    if isinstance(cause, WrongKeyError):
        place = _place(said.removeprefix(str(cause)))  # without what people wrote, which may look like a place
        return Fault(place=(*place, cause.key) if cause.key else place, message=cause.message)
    place, said = _place(said), _PATH.sub("", said)
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", said):
        hint = 'add a table [newsletter] with title = "…" and from = "…"' if missing[1] == "newsletter" else None
        return Fault(place=(*place, missing[1]), message="is missing", hint=hint)
    expected, value = _expected(kind, place), _at(rest, place)
    if get_origin(expected) is Literal:
        words = get_args(expected)
        return Fault(place=place, message=f"must be one of {', '.join(words)}, not {_shown(value)}",
                     hint=guess(str(value), [*words]))  # fmt: skip
    if value == "":
        return Fault(place=place, message="must not be empty")
    return Fault(place=place, message=f"{_wanted(said)}, not {_shown(value)}", hint=_brackets(expected, place, value))


def _follows(fault: Fault, cause: BaseException | None, faults: list[Fault]) -> bool:
    """Whether it may be nothing but a consequence of what is known to be wrong."""
    if not isinstance(cause, WrongKeyError):
        return False
    table = fault.place[:-1] if cause.key else fault.place
    return any(one.place[: len(table) + 1] == (*table, key) for one in faults for key in cause.beside)


def _place(said: str) -> Place:
    found = _PATH.search(said)
    return tuple(int(index) if index else key for key, index in _STEP.findall(found[1])) if found else ()


def _expected(kind: type[Table], place: Place) -> Any:
    """The type of what has to stand at ``place``."""
    expected: Any = kind
    for step in place:
        table = _inner(expected)
        expected = types_of(table)[step] if isinstance(step, str) and table else get_args(expected)[0]
    return expected


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _wanted(said: str) -> str:
    for pattern, words in _WANTED:
        if found := re.fullmatch(pattern, said):
            return words.format(*(f"{float(limit):.12g}" for limit in found.groups()))
    return f"is refused ({said})"


def _brackets(expected: Any, place: Place, value: Any) -> str | None:
    """A hint for a table whose heading has a pair of brackets too few or too many."""
    if _inner(expected) is None or len(place) != 1 or not isinstance(value, dict | list):
        return None
    return f"write [[{place[0]}]]" if isinstance(value, dict) else f"write [{place[0]}], once"


def _shown(value: Any) -> str:
    """A value, more or less as the file has it."""
    match value:
        case str():
            return repr(value if len(value) <= 60 else f"{value[:59]}…")
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case list():
            return "an array"
        case date() | time():
            return f"the {'time' if isinstance(value, time) else 'date'} {value.isoformat()}"
        case int() if abs(value) >= 10**18:
            return "so large a number"
    return str(value)


# --- going on ---------------------------------------------------------------------------------------------------


def _as_written(place: Place, taken: dict[Place, list[int]]) -> Place:
    """A place of what is left, as a place of the file."""
    written: Place = ()
    for step in place:
        if isinstance(step, int):
            for index in taken.get(written, ()):
                step += index <= step  # noqa: PLW2901
        written = (*written, step)
    return written


def _mend(kind: type[Table], rest: dict[str, Any], place: Place, taken: dict[Place, list[int]]) -> bool:
    """Take out what is wrong at ``place``, or put in what is right; says whether that was possible."""
    if not place:
        return False
    before, last = place[:-1], place[-1]
    inner = _at(rest, before)
    if isinstance(last, int):
        *array, index = _as_written(place, taken)
        insort(taken.setdefault(tuple(array), []), int(index))
        del inner[last]
        return True
    table = _inner(_expected(kind, before))
    if table and last in table.stand_in:
        inner[last] = copy.deepcopy(table.stand_in[last])
        return True
    return inner.pop(last, None) is not None
