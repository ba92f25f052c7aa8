"""Which keys sign and prove links, without their secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from digest.store import schema

_key = schema.signing_key.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """A key as a person may see it."""

    version: int  # the highest signs
    made: datetime


def known_keys(connection: Connection) -> tuple[KeyInfo, ...]:
    """Every key, oldest first."""
    rows = connection.execute(select(_key.version, _key.made).order_by(_key.version)).mappings()
    return tuple(KeyInfo(**row) for row in rows)
