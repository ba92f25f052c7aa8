"""A table of a configuration file, checked against its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

import msgspec

Place = tuple[int | str, ...]
"""Where something stands in a file: ("feed", 0, "url"); empty: the file as a whole."""

AnyTable = TypeVar("AnyTable", bound="Table")


class WrongKeyError(ValueError):
    """What a key says cannot be, or, without a key, what the table says as a whole.

    Args:
        message: why.
        key: the key, as the file has it.
        beside: the other keys that this depends on; where one of them is wrong, this is not worth saying.
    """

    def __init__(self, message: str, *, key: str | None = None, beside: tuple[str, ...] = ()) -> None:
        super().__init__(f"{key}: {message}" if key else message)
        self.message = message
        self.key = key
        self.beside = beside


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a configuration file. Unknown keys are mistakes.

    A function in a key's type, ``Annotated[str, function]``, is given the text and returns what is kept, or raises
    ValueError. What concerns several keys is checked in ``__post_init__``, which raises WrongKeyError.
    """

    stand_in: ClassVar[Mapping[str, object]] = {}
    """Something right for each key that must be there, to see what else is wrong where it is not."""

    def __post_init__(self) -> None:
        for name, key, check in _checks(type(self)):
            value = getattr(self, name)
            if value is None:
                continue
            try:
                kept = check(value)
            except ValueError as error:
                raise WrongKeyError(str(error), key=key) from error
            if kept is not value:
                msgspec.structs.force_setattr(self, name, kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a table."""

    place: Place
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.place else self.message

    @property
    def where(self) -> str:
        """The place as people count: "feed[1].url"."""
        steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return "".join(steps).removeprefix(".")


class TableError(ValueError):
    """A table is wrong; holds everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


def table_of(kind: type[AnyTable], data: Mapping[str, Any]) -> AnyTable:
    """The table that ``data`` describes; blanks around its texts are taken off.

    Args:
        kind: what it has to be.
        data: as tomllib gives it; it stays as it is.

    Raises:
        TableError: it is not that.
    """
    stripped = _stripped(data)
    try:
        return msgspec.convert(stripped, kind)
    except msgspec.ValidationError as error:
        from digest.config.faults import faults_of  # noqa: PLC0415  only mistakes need it

        raise TableError(faults_of(kind, stripped)) from error


@cache
def types_of(kind: type[Table]) -> dict[str, Any]:
    """The keys that may stand in a table, each with its type."""
    hints = get_type_hints(kind, include_extras=True)
    return {key: hints[name] for key, name in _names(kind)}


def _names(kind: type[Table]) -> zip[tuple[str, str]]:
    return zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)


@cache
def _checks(kind: type[Table]) -> tuple[tuple[str, str, Callable[[str], str]], ...]:
    """Of the fields that have a function in their type: name, key and function."""
    return tuple(
        (name, key, check)
        for key, name in _names(kind)
        for part in (types_of(kind)[key], *get_args(types_of(kind)[key]))
        if get_origin(part) is Annotated
        for check in part.__metadata__
        if callable(check)
    )


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: _stripped(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_stripped(inner) for inner in value]
    return value
