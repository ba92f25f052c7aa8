"""What was put right in issues after they were out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from digest.model import Correction
from digest.store import issues
from digest.store.schema import correction as table
from digest.store.schema import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection


def add_correction(connection: Connection, issue: str, place: int, *, at: datetime, by: str, note: str) -> Correction:
    """Note a correction of a story."""
    number = (connection.execute(select(func.max(table.c.number))).scalar() or 0) + 1
    made = Correction(number=number, issue=issue, place=place, at=at, by=by, note=note)
    connection.execute(table.insert().values({name: getattr(made, name) for name in Correction.__slots__}))
    return made


def corrections(connection: Connection, *, issue: str | None = None) -> tuple[Correction, ...]:
    """The corrections of an issue, or all, oldest first."""
    query = select(table).order_by(table.c.number)
    if issue is not None:
        query = query.where(table.c.issue == issue)
    return tuple(Correction(**row) for row in connection.execute(query).mappings())


def owed_corrections(connection: Connection) -> tuple[Correction, ...]:
    """Those of which no issue has told its readers, oldest first."""
    query = select(table).where(table.c.printed_in.is_(None)).order_by(table.c.number)
    return tuple(Correction(**row) for row in connection.execute(query).mappings())


def settle_owed(connection: Connection, numbers: Iterable[int], *, printed_in: str) -> None:
    """Note which issue has told of corrections; "": their editor took them out of an issue, so none will."""
    wanted = list(numbers)
    if wanted:
        connection.execute(table.update().where(table.c.number.in_(wanted)).values(printed_in=printed_in))


def note_mailing(connection: Connection, number: int, mailing_id: str) -> None:
    """Note that everybody who had the wrong version is to be told of a correction, by this mailing."""
    connection.execute(table.update().where(table.c.number == number).values(mailing_id=mailing_id))


def current_text(connection: Connection, name: str) -> str | None:
    """The text of an issue that is approved or out, as last corrected; None: it is neither."""
    corrected = issues.last_version(connection, name, origin="corrected")
    if corrected is not None:
        return corrected.text
    approved = issues.frozen_part(connection, name, "all", "issue.md")
    return None if approved is None else approved.decode("utf-8")


# -- the bytes of its mail


def mail_key(correction: Correction) -> str:
    """Under which name, in place of an issue's, the bytes of a correction's mail are frozen: no issue has a slash."""
    return f"{correction.issue}/correction-{correction.number}"


def frozen_mail_parts(connection: Connection, correction: Correction) -> dict[tuple[str, str], bytes]:
    """The bytes of a correction's mail by (variant, part); none: it has not been frozen."""
    return issues.frozen_parts(connection, mail_key(correction))


def freeze_mail(connection: Connection, correction: Correction, parts: Mapping[tuple[str, str], bytes]) -> None:
    """Keep the bytes of a correction's mail: whoever gets it later gets the same."""
    rows = [
        {
            "issue": mail_key(correction),
            "variant": variant,
            "part": part,
            "sha256": hashlib.sha256(data).hexdigest(),
            "data": data,
        }
        for (variant, part), data in sorted(parts.items())
    ]
    connection.execute(insert(frozen), rows)
