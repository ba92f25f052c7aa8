"""The keys that sign links, kept in the store and so in its backups: links that were mailed keep working."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from digest.deliver.tokens import Key, Keyring
from digest.store import schema
from digest.store.database import get_meta, put_meta

LIST = "list-id of links"  # the name under which the store keeps it
_key = schema.signing_key.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """A key as a person may see it."""

    version: int  # the highest signs
    made: datetime


def keyring(connection: Connection, *, now: datetime, fresh: Callable[[], str]) -> Keyring:
    """The keys of this list; the first time a key and the list's id are made, in the caller's transaction.

    Args:
        fresh: gives 64 random hex digits (``secrets.token_hex(32)``).
    """
    found = known_keyring(connection)
    if found is None:
        put_meta(connection, LIST, fresh()[:16])
        rotate(connection, now=now, fresh=fresh)
        found = known_keyring(connection)
    if found is None:
        raise AssertionError("a key that was just made is there")
    return found


def rotate(connection: Connection, *, now: datetime, fresh: Callable[[], str]) -> int:
    """Make a key that signs from now on, and give its version; links signed with the older ones keep working."""
    version = (connection.scalar(select(func.max(_key.version))) or 0) + 1
    connection.execute(insert(schema.signing_key).values(version=version, secret=fresh(), made=now))
    return version


def void_before(connection: Connection, version: int) -> int:
    """Destroy the keys older than this one, because they have leaked: their links work no more. How many there were."""
    return connection.execute(delete(schema.signing_key).where(_key.version < version)).rowcount


def known_keyring(connection: Connection) -> Keyring | None:
    """The keys of this list; None: there are none yet, so there are no links either."""
    rows = connection.execute(select(_key.version, _key.secret).order_by(_key.version)).all()
    list_id = get_meta(connection, LIST)
    if not rows or list_id is None:
        return None
    return Keyring(list_id=list_id, keys=tuple(Key(version=version, secret=secret) for version, secret in rows))


def known_keys(connection: Connection) -> tuple[KeyInfo, ...]:
    """Every key, oldest first."""
    rows = connection.execute(select(_key.version, _key.made).order_by(_key.version)).mappings()
    return tuple(KeyInfo(**row) for row in rows)
