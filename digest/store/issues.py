"""The issues: their states, every version of their texts, what was placed where, and the bytes that were approved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from sqlalchemy import Connection, func, select

from digest.errors import StateError
from digest.model import IssueRecord, Reason
from digest.store import schema
from digest.store.schema import frozen, issue_version, placement, story
from digest.store.schema import issue as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import RowMapping

    from digest.model import Briefing, EntryState, Period, Story

Origin = Literal["generated", "base", "refreshed", "read", "approved", "restored", "corrected"]
"""base: what an edited file is compared with next time; it never stood in the file. refreshed: an edited file with what
was new."""
Place = Literal["story", "also", "candidate", "bench", "repeat", "dropped"]
"""repeat: an earlier issue had it. dropped: its editor deleted it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One text an issue file had."""

    number: int
    issue: str
    origin: Origin
    base: str | None
    at: datetime
    sha256: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where digest put an entry in an issue, and why."""

    issue: str
    entry_id: str
    story_id: str | None
    place: Place
    earlier: str | None
    score: float
    reasons: tuple[Reason, ...]


class Fate(Protocol):
    """What becomes of an entry; digest.edit.fates decides it."""

    @property
    def entry_id(self) -> str: ...
    @property
    def state(self) -> EntryState: ...
    @property
    def issue(self) -> str | None: ...
    @property
    def carried(self) -> int: ...


def get_issue(connection: Connection, name: str) -> IssueRecord | None:
    """The issue of that name."""
    row = connection.execute(select(table).where(table.c.name == name)).mappings().first()
    return _record(row) if row else None


def all_issues(connection: Connection) -> tuple[IssueRecord, ...]:
    """Every issue, oldest first."""
    return tuple(
        _record(row) for row in connection.execute(select(table).order_by(table.c.end, table.c.name)).mappings()
    )


def ensure_issue(connection: Connection, period: Period, *, now: datetime) -> IssueRecord:
    """The issue of the period, made if there is none. Its number is provisional."""
    found = get_issue(connection, period.name)
    if found:
        return found
    number = (connection.execute(select(func.max(table.c.number))).scalar() or 0) + 1
    connection.execute(
        table.insert().values(
            name=period.name, number=number, state="draft", start=period.start, end=period.end, drafted=now
        )
    )
    made = get_issue(connection, period.name)
    assert made is not None  # noqa: S101  just inserted in this transaction
    return made


def save_version(
    connection: Connection, name: str, text: str, *, origin: Origin, base: str | None, now: datetime
) -> bool:
    """Keep a text of the issue file, unless it is the newest kept one; say whether it was new."""
    sha256 = text_sha256(text)
    newest = last_version(connection, name)
    if newest and newest.sha256 == sha256 and origin in {"read", newest.origin}:
        return False
    connection.execute(
        issue_version.insert().values(issue=name, origin=origin, base=base, at=now, sha256=sha256, text=text)
    )
    if origin in {"generated", "base"}:
        connection.execute(table.update().where(table.c.name == name).values(base=base))
    return True


def versions(connection: Connection, name: str) -> tuple[Version, ...]:
    """Every text that the issue file had and that is kept, oldest first."""
    had = (issue_version.c.issue == name, issue_version.c.origin != "base")
    query = select(issue_version).where(*had).order_by(issue_version.c.number)
    return tuple(_version(row) for row in connection.execute(query).mappings())


def last_version(connection: Connection, name: str, *, origin: Origin | None = None) -> Version | None:
    """The newest kept text, of one origin or of any."""
    wanted = issue_version.c.origin == origin if origin else issue_version.c.origin != "base"
    query = select(issue_version).where(issue_version.c.issue == name, wanted)
    row = connection.execute(query.order_by(issue_version.c.number.desc()).limit(1)).mappings().first()
    return _version(row) if row else None


def is_generated(connection: Connection, name: str, text: str) -> bool:
    """Whether the text is one that digest wrote. An older one that was restored since is its editor's choice."""
    sha256 = text_sha256(text)
    newest = last_version(connection, name, origin="generated")
    if newest and newest.sha256 == sha256:
        return True
    query = select(issue_version.c.origin).where(issue_version.c.issue == name, issue_version.c.sha256 == sha256)
    origins = connection.execute(query.order_by(issue_version.c.number)).scalars().all()
    return next((one == "generated" for one in reversed(origins) if one in {"generated", "restored"}), False)


def generated_version(connection: Connection, name: str, base: str) -> Version | None:
    """The text digest wrote under that base, or would have."""
    own = issue_version.c.origin.in_(("generated", "base"))
    query = select(issue_version).where(issue_version.c.issue == name, own, issue_version.c.base == base)
    row = connection.execute(query.limit(1)).mappings().first()
    return _version(row) if row else None


def save_placements(connection: Connection, briefing: Briefing, *, max_candidates: int, now: datetime) -> None:
    """Remember where the briefing put each entry, and mark those it offers as offered."""
    name = briefing.period.name
    rows = []
    for story_value, place in _placed(briefing, max_candidates):
        reasons = [[reason.points, reason.text] for reason in story_value.reasons]
        for position, told in enumerate(story_value.entries):
            own: Place = "also" if place == "story" and position else place
            rows.append(
                {"entry_id": told.id, "story_id": story_value.id, "place": own, "earlier": None,
                 "score": story_value.score, "reasons": reasons}
            )  # fmt: skip
    rows += [
        {"entry_id": repeat.entry.id, "story_id": None,
         "place": "dropped" if repeat.earlier.state == "dropped" else "repeat", "earlier": repeat.earlier.issue,
         "score": 0.0, "reasons": [[0.0, repeat.why]]}
        for repeat in briefing.repeats
    ]  # fmt: skip
    connection.execute(placement.delete().where(placement.c.issue == name))
    if rows:
        connection.execute(placement.insert(), [row | {"issue": name, "at": now} for row in rows])
    _mint(connection, briefing, now=now)
    entry = schema.entry
    offered = [row["entry_id"] for row in rows if row["place"] not in {"repeat", "dropped"}]
    for start in range(0, len(offered), 500):
        connection.execute(
            entry.update()
            .where(entry.c.id.in_(offered[start : start + 500]), entry.c.state.in_(("new", "offered", "held")))
            .values(state="offered", issue=name, hold_until=None)
        )


def _placed(briefing: Briefing, max_candidates: int) -> Iterable[tuple[Story, Place]]:
    for story_value in briefing.stories:
        yield story_value, "story"
    for position, story_value in enumerate(briefing.candidates):
        yield story_value, "candidate" if position < max_candidates else "bench"


def _mint(connection: Connection, briefing: Briefing, *, now: datetime) -> None:
    known = set(connection.execute(select(story.c.id)).scalars())
    rows = [
        {"id": one.id, "lead_entry_id": one.lead.id, "minted": now}
        for one in (*briefing.stories, *briefing.candidates)
        if one.id not in known
    ]
    if rows:
        connection.execute(story.insert(), rows)


def story_ids(connection: Connection) -> dict[str, str]:
    """The id that was minted for the story led by each entry."""
    query = select(story.c.lead_entry_id, story.c.id).order_by(story.c.minted, story.c.id)
    return {row[0]: row[1] for row in connection.execute(query)}


def placements(
    connection: Connection, *, issue: str | None = None, entry_id: str | None = None
) -> tuple[Placement, ...]:
    """Where digest put entries: of one issue, or of one entry over all issues."""
    query = select(*(placement.c[name] for name in Placement.__slots__))
    if issue is not None:
        query = query.where(placement.c.issue == issue)
    if entry_id is not None:
        query = query.where(placement.c.entry_id == entry_id)
    rows = connection.execute(query.order_by(placement.c.at, placement.c.issue, placement.c.entry_id)).mappings()
    return tuple(
        Placement(**{**row, "reasons": tuple(Reason(points=points, text=text) for points, text in row["reasons"])})
        for row in rows
    )


def next_number(connection: Connection, record: IssueRecord) -> int:
    """The number an issue gets at approval: one more than the highest approved; an approved one keeps its own."""
    if record.state != "draft":
        return record.number
    return (connection.execute(select(func.max(table.c.number)).where(table.c.state != "draft")).scalar() or 0) + 1


def approve_issue(
    connection: Connection,
    name: str,
    *,
    by: str,
    number: int,
    now: datetime,
    parts: Mapping[tuple[str, str], bytes],
) -> None:
    """Freeze the bytes of every (variant, part) and mark the issue approved.

    Raises:
        StateError: it is out already.
    """
    record = _require(connection, name)
    if record.has_left:
        raise StateError(f"{name} is out already; it cannot be approved again")
    connection.execute(frozen.delete().where(frozen.c.issue == name))
    connection.execute(
        frozen.insert(),
        [
            {
                "issue": name,
                "variant": variant,
                "part": part,
                "sha256": hashlib.sha256(data).hexdigest(),
                "data": data,
            }
            for (variant, part), data in sorted(parts.items())
        ],
    )
    connection.execute(
        table.update().where(table.c.name == name).values(state="approved", approved=now, approved_by=by, number=number)
    )


def reopen_issue(connection: Connection, name: str) -> None:
    """Undo an approval.

    Raises:
        StateError: a page or a message has left already, or it was never approved.
    """
    record = _require(connection, name)
    if record.has_left:
        raise StateError(
            f"{name} is out: a page or a message has left, so its approval cannot be undone",
            hint="what readers have been given stays; a later issue can correct it",
        )
    if record.state == "draft":
        raise StateError(f"{name} is not approved", hint="edit it freely; `digest approve --by NAME` comes later")
    # Noted by a publish that was killed before anything left.
    connection.execute(schema.printed.delete().where(schema.printed.c.issue == name))
    connection.execute(frozen.delete().where(frozen.c.issue == name))
    connection.execute(
        table.update().where(table.c.name == name).values(state="draft", approved=None, approved_by=None)
    )


def frozen_parts(connection: Connection, name: str) -> dict[tuple[str, str], bytes]:
    """The approved bytes by (variant, part)."""
    query = select(frozen.c.variant, frozen.c.part, frozen.c.data).where(frozen.c.issue == name)
    return {(row[0], row[1]): bytes(row[2]) for row in connection.execute(query)}


def frozen_part(connection: Connection, name: str, variant: str, part: str) -> bytes | None:
    """One of the approved bytes; None if the issue is not approved."""
    query = select(frozen.c.data).where(frozen.c.issue == name, frozen.c.variant == variant, frozen.c.part == part)
    data = connection.execute(query).scalar()
    return None if data is None else bytes(data)


def mark_out(connection: Connection, name: str, fates: Iterable[Fate], *, now: datetime) -> bool:
    """Record that the first page or message leaves, and spend the entries, in one transaction.

    Says whether this was the first time; later calls change nothing.

    Raises:
        StateError: the issue is not approved.
    """
    record = _require(connection, name)
    if record.has_left:
        return False
    if record.state != "approved":
        raise StateError(f"{name} is not approved", hint="approve it with `digest approve --by NAME`")
    connection.execute(table.update().where(table.c.name == name).values(state="out", out=now))
    entry = schema.entry
    for fate in fates:
        connection.execute(
            entry.update()
            .where(entry.c.id == fate.entry_id, entry.c.state.notin_(("used", "grouped")))
            .values(state=fate.state, issue=fate.issue, carried=fate.carried, hold_until=None)
        )
    return True


def mark_closed(connection: Connection, name: str, *, now: datetime | None) -> None:
    """Every recipient is settled; with no time: somebody has come who is not."""
    was, becomes = ("out", "closed") if now else ("closed", "out")
    connection.execute(
        table.update().where(table.c.name == name, table.c.state == was).values(state=becomes, closed=now)
    )


def text_sha256(text: str) -> str:
    """What two texts are compared by."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _require(connection: Connection, name: str) -> IssueRecord:
    record = get_issue(connection, name)
    if record is None:
        raise StateError(f"there is no issue {name}", hint="make it with `digest draft`")
    return record


def _record(row: RowMapping) -> IssueRecord:
    return IssueRecord(**dict(row))


def _version(row: RowMapping) -> Version:
    return Version(**dict(row))
