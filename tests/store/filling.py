"""Rows for every table of a store: whatever its columns allow, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Float, Integer, LargeBinary, Table, insert

from digest.store import schema
from digest.store.checksum import CARRIED

BEGIN = datetime(2019, 3, 31, 1, 59, 59, tzinfo=UTC)
WORDS = (
    "", "harbour", "Überlandwerk", "“quoted”", "it's", 'a "b"', "tab\there", "line\nbreak\r\n", "\\N", "\\.",
    "back\\slash", "\x01\x1f", "100 %", "%s %(x)s :name $1 ?", "水力発電", "👩‍🚀 flies", "e\u0301 and é", "\ufeff",
    "null", "NaN", "0", "-", " leading", "\u2028", "x" * 3000,
)  # fmt: skip
ONCE: Mapping[str, str] = {  # columns that a constraint wants to differ, beside the keys
    "entry": "id", "subscriber": "address_key", "address": "slug", "printed": "place", "mailing": "content_sha256",
}  # fmt: skip


def fill(connection: Connection, *, rows: int = 40, seed: int = 9) -> None:
    """Put so many rows into each table, beside those that are there."""
    chance = random.Random(seed)
    for table in CARRIED:
        connection.execute(insert(table), [_row(table, number, chance) for number in range(1, rows + 1)])


def _row(table: Table, number: int, chance: random.Random) -> dict[str, Any]:
    return {column.name: _value(table, column, number, chance) for column in table.columns}


def _value(table: Table, column: Column[Any], number: int, chance: random.Random) -> Any:
    unique = column.primary_key or ONCE.get(table.name) == column.name
    if column.nullable and not unique and chance.random() < 0.3:
        return None
    if isinstance(column.type, schema.Utc):
        return BEGIN + timedelta(microseconds=chance.randrange(10**15)) * chance.choice((0, 1))
    if isinstance(column.type, Boolean):
        return chance.random() < 0.5
    if isinstance(column.type, Integer):
        return number * 7 if unique else chance.choice((0, 1, -3, 2**31 - 1, chance.randrange(10**6)))
    if isinstance(column.type, Float):
        return chance.choice((0.0, -0.0, 0.1, 1e-300, 1.7976931348623157e308, 3.0, chance.random()))
    if isinstance(column.type, LargeBinary):
        return chance.randbytes(chance.choice((0, 1, 10, 100_000)))
    if isinstance(column.type, JSON):
        return chance.choice(
            ([], ["a", "ü\u0000", "\\"], [["person", "Ada", "said"]], {"z": 1, "a": [1.5, None, True]})
        )
    words = chance.choice(WORDS) + chance.choice(WORDS)
    return f"{words}{number}" if unique else words
