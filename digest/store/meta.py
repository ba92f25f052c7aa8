"""Single values that the store keeps beside its tables."""

from __future__ import annotations

from sqlalchemy import Connection, select

from digest.store import schema


def get_meta(connection: Connection, key: str) -> str | None:
    """A single value kept beside the tables."""
    value = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()
    return None if value is None else str(value)


def drop_meta(connection: Connection, key: str) -> None:
    """Keep a value no longer."""
    connection.execute(schema.meta.delete().where(schema.meta.c.key == key))


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Keep a single value beside the tables."""
    connection.execute(schema.meta.delete().where(schema.meta.c.key == key))
    connection.execute(schema.meta.insert().values(key=key, value=value))
