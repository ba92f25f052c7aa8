"""How a store says that its contents are on their way: in to it, or away from it.

The mark stands where the schema's number does, so that every digest, older ones too, refuses to open such a store. A
store that was moved away also refuses whatever is written to it by somebody who had it open before.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import make_url, text

from digest.errors import StaleError
from digest.store import schema
from digest.store.meta import drop_meta, get_meta, put_meta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.errors import DigestError

Way = Literal["arriving", "moved"]

PLACE = "the other place of a move"  # the key of meta under which that stands
AGAIN = "moved here once more"  # likewise when, of what is on its way to where it was before and was lost
_MARK = re.compile(rf"({'|'.join(get_args(Way))}) (\d{{4}})")
_GUARD = "this store of digest was moved to "  # what the database says to whoever writes to it all the same
_CHANGES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a store says of itself while it moves, and after."""

    way: Way  # arriving: it is half of what is at the other place; moved: all of it is there
    revision: str  # its schema
    place: str  # the other one, as `digest migrate-store` takes it; never with a password

    def refusal(self, here: str) -> DigestError:
        """Why the store ``here`` is not to be opened, and what to do."""
        if self.way == "moved":
            return moved_away(here, self.place)
        return StaleError(
            f"{here}: is not whole: the store of {self.place} is being moved here",
            hint=f"`{command(self.place, here)}` goes on; until then that one is still the store",
        )


def moved_away(here: str, there: str) -> StaleError:
    """What is said of a store whose contents are elsewhere now; a worker that hears it ends."""
    return StaleError(
        f"{here}: was moved to {there}",
        hint=f"name that under [store] in digest.toml, or move back with `{command(there, here)}`",
    )


def command(source: str, target: str) -> str:
    """The command line that moves a store."""
    return f"digest migrate-store {shlex.quote(source)} {shlex.quote(target)}"


def bare(url: str) -> str:
    """The address of a database without the password that may be in it."""
    address = make_url(url)
    named = address._replace(password=None).difference_update_query(["password", "sslpassword"])
    return named.render_as_string(hide_password=False)


def read_mark(connection: Connection, revision: str | None) -> Mark | None:
    """The mark that a store has in place of its revision; None: it has none."""
    found = _MARK.fullmatch(revision or "")
    if not found:
        return None
    way: Way = "arriving" if found[1] == "arriving" else "moved"
    return Mark(way=way, revision=found[2], place=get_meta(connection, PLACE) or "another place")


def mark_arriving(connection: Connection, place: str, *, again: datetime | None = None) -> None:
    """Refuse the store to everybody until ``unmark``: what ``place`` holds is on its way into it.

    ``again`` is the time, if that was left long ago, and what became of it here is lost.
    """
    _set(connection, f"arriving {schema.HEAD}")
    put_meta(connection, PLACE, place)
    if again:
        put_meta(connection, AGAIN, again.isoformat())


def mark_moved(connection: Connection, place: str) -> None:
    """Refuse the store to everybody from now on, also to those who have it open: its contents are at ``place``."""
    _set(connection, f"moved {schema.HEAD}")
    put_meta(connection, PLACE, place)
    for statement in _guards(connection.dialect.name, place):
        connection.exec_driver_sql(statement)


def unmark(connection: Connection, revision: str = schema.HEAD) -> None:
    """Make it a store like any other again."""
    for name, table in _guard_names(connection.dialect.name):
        on = f' ON "{table}"' if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"{on}')
    _set(connection, revision)
    drop_meta(connection, PLACE)
    drop_meta(connection, AGAIN)


def said_by_guard(words: str) -> str | None:
    """Where the store is now, if it is a guard that says these words."""
    place = words.partition(_GUARD)[2].splitlines()
    return place[0] if place else None


def _set(connection: Connection, revision: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :value"), {"value": revision})


def _guard_names(dialect: str) -> Iterator[tuple[str, str]]:
    """The names of the guards, each with its table. SQLite wants one for each kind of change."""
    for table in schema.metadata.tables:
        for change in _CHANGES if dialect == "sqlite" else ("any",):
            yield f"moved_{table}_{change.lower()}", table


def _guards(dialect: str, place: str) -> Iterator[str]:
    said = "'" + (_GUARD + place).replace("'", "''") + "'"
    if dialect == "sqlite":
        for name, table in _guard_names(dialect):
            change = name.rpartition("_")[2].upper()
            yield f'CREATE TRIGGER "{name}" BEFORE {change} ON "{table}" BEGIN SELECT RAISE(ABORT, {said}); END'
        return
    # An argument of the trigger, because the place may hold any letters.
    yield (
        "CREATE OR REPLACE FUNCTION moved_away() RETURNS trigger LANGUAGE plpgsql AS"
        " $guard$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0]; END $guard$"
    )
    said = said.replace("%", "%%")  # to psycopg one alone announces a value
    for name, table in _guard_names(dialect):
        yield (
            f'CREATE TRIGGER "{name}" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}"'
            f" FOR EACH STATEMENT EXECUTE FUNCTION moved_away({said})"
        )
