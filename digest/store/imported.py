"""Issues that came from elsewhere: out and closed from the first, and without a mailing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from digest.model import IMPORTED_BY
from digest.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

PART: Final = "import.json"
_VARIANT: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """An issue that came from elsewhere."""

    issue: str
    number: int  # 0: none
    date: datetime
    batch: str  # of the import that brought it
    keys: tuple[str, ...]  # what tells its letter from every other
    links: tuple[str, ...]  # canonical addresses that it printed


def imported_issues(connection: Connection) -> tuple[Imported, ...]:
    """All of them, the oldest first."""
    issue, frozen = schema.issue.c, schema.frozen.c
    query = (
        select(issue.name, issue.number, issue.end, frozen.data)
        .join(schema.frozen, frozen.issue == issue.name)
        .where(frozen.variant == _VARIANT, frozen.part == PART)
        .order_by(issue.end, issue.name)
    )
    found = []
    for row in connection.execute(query):
        told = json.loads(bytes(row.data))
        found.append(
            Imported(
                issue=row.name,
                number=row.number,
                date=row.end,
                batch=told["batch"],
                keys=tuple(told["keys"]),
                links=tuple(told["links"]),
            )
        )
    return tuple(found)


def imported_links(connection: Connection) -> dict[str, str]:
    """The canonical addresses that imported issues printed, and the newest issue that has each."""
    return {link: one.issue for one in imported_issues(connection) for link in one.links}


def insert_imported(
    connection: Connection, name: str, parts: Mapping[str, bytes], *, number: int, date: datetime, now: datetime
) -> None:
    """Add an issue that came from elsewhere.

    Args:
        connection: a writing one.
        name: of the issue.
        parts: what is frozen of it.
        number: 0 for none.
        date: when it was sent.
        now: the time of the import.
    """
    connection.execute(
        schema.issue.insert().values(
            name=name, number=number, state="closed", start=date, end=date, drafted=now,
            approved=now, approved_by=IMPORTED_BY, out=date, closed=date,
        )
    )  # fmt: skip
    connection.execute(
        schema.frozen.insert(),
        [
            {
                "issue": name,
                "variant": _VARIANT,
                "part": part,
                "sha256": hashlib.sha256(data).hexdigest(),
                "data": data,
            }
            for part, data in sorted(parts.items())
        ],
    )
    _keep_version(connection, name, parts["issue.md"], now=now)


def _keep_version(connection: Connection, name: str, text: bytes, *, now: datetime) -> None:
    """Keep the text as the one that was approved, so that it can be looked at, compared and restored like others."""
    row = {"issue": name, "origin": "approved", "base": None, "at": now}
    sha256 = hashlib.sha256(text).hexdigest()
    connection.execute(schema.issue_version.insert().values(row | {"sha256": sha256, "text": text.decode("utf-8")}))


def referred_to(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Which of these issues something else leads to, and what."""
    found: dict[str, str] = {}
    wanted = set(names)
    printed, correction = schema.printed.c, schema.correction.c
    for row in connection.execute(select(correction.issue).distinct()):
        if row.issue in wanted:
            found[row.issue] = "it has a correction"
    query = select(printed.issue, printed.earlier_issue).where(printed.earlier_issue.is_not(None)).distinct()
    for row in connection.execute(query):
        if row.earlier_issue in wanted and row.issue not in wanted:
            found[row.earlier_issue] = f"{row.issue} goes on with a story of it"
    previous = select(schema.frozen.c.issue, schema.frozen.c.data).where(schema.frozen.c.part == "previous.txt")
    for row in connection.execute(previous):
        name = bytes(row.data).decode("utf-8")
        if name in wanted and row.issue not in wanted:
            found[name] = f"the page of {row.issue} leads to it"
    return found


def delete_imported(connection: Connection, names: Sequence[str]) -> None:
    """Remove issues that came from elsewhere, and what was made of them."""
    for name in names:
        connection.execute(schema.frozen.delete().where(schema.frozen.c.issue == name))
        connection.execute(schema.printed.delete().where(schema.printed.c.issue == name))
        connection.execute(schema.issue_version.delete().where(schema.issue_version.c.issue == name))
        mine = (schema.issue.c.name == name, schema.issue.c.approved_by == IMPORTED_BY)
        connection.execute(schema.issue.delete().where(*mine))
