"""Where everything stands: the sources, the entries counted by fate, the issue in work, the list, the last mailing.

The functions here read and change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from digest.config.load import FEEDS_NAME
from digest.deliver.subscribers import count
from digest.edit.issuefile import read_issue
from digest.errors import IssueFileError, StateError
from digest.explain.health import LAST_DAYS, Health, complaint, health, rhythm
from digest.explain.lookups import news_days, told_by_source
from digest.gather.folder import still_there
from digest.gather.known import Known, gone
from digest.model import FetchState, IssueRecord, Mailing, Period, SourceProblem, Tally
from digest.project import current_period, read_text
from digest.store import entries, issues
from digest.store.entries import Waiting
from digest.store.rhythm import days_with_news
from digest.store.sources import load_sources, source_name
from digest.text.urls import shown_url

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from zoneinfo import ZoneInfo

    from digest.project import Project

FATES = ("used", "grouped", "dropped", "held", "backlog", "left", "eligible")
"""What an entry that was seen is counted as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAccount:
    """A source and how it is doing."""

    id: str
    name: str
    kind: str
    location: str  # without the password of a feed that has one in its address
    listed: bool  # in feeds.toml; False: local files, or a feed that was taken out of it
    there: bool  # False: a file that is not on disk
    entries: int
    state: FetchState  # likewise
    health: Health

    @property
    def problem(self) -> str | None:
        """What is wrong with it; None: nothing is."""
        if not self.there and (self.listed or self.state.failing_since):
            return self.state.last_problem or "there is no such file"
        if not self.listed:
            return self.state.last_problem
        return self.state.last_problem or complaint(self.health, self.state, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStanding:
    """The issue in work, or the next one."""

    period: Period
    record: IssueRecord | None  # None: not drafted yet
    file: str  # below the project folder
    written: bool  # whether the file is there
    edited: bool
    problem: str | None = None  # why the file cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingStanding:
    """How far the last mailing of an issue is."""

    mailing: Mailing
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The newsletter at one moment."""

    issue: IssueStanding
    last_out: IssueRecord | None
    mailing: MailingStanding | None
    totals: dict[str, int]
    eligible_now: int  # what the next draft may take, those whose time of waiting has passed among them
    held: tuple[Waiting, ...]
    sources: tuple[SourceAccount, ...]
    missing: tuple[SourceProblem, ...]  # files that are gone while their entries wait
    subscribers: dict[str, int]

    @property
    def adds_up(self) -> bool:
        return sum(self.totals[name] for name in FATES) == self.totals["seen"]


def local_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as people read it, in the newsletter's zone: ``2026-11-20 07:00``; empty if there is none."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""


def standing(project: Project, connection: Connection, *, now: datetime) -> Standing:
    """Where everything stands; the mailing is added by ``last_mailing``, which needs the ledger."""
    period = current_period(project, connection, now=now)
    gone = [record for record in issues.all_issues(connection) if record.has_left]
    return Standing(
        issue=_issue_standing(project, connection, period),
        last_out=gone[-1] if gone else None,
        mailing=None,
        totals=entries.totals(connection),
        eligible_now=entries.count_eligible(connection, now=now, issue=period.name),
        held=entries.waiting(connection),
        sources=source_accounts(project, connection, now=now),
        missing=missing_files(project, connection),
        subscribers={str(state): number for state, number in count(connection).items()},
    )


def missing_files(project: Project, connection: Connection) -> tuple[SourceProblem, ...]:
    """A notice for each local file that is gone while its entry can still get into an issue."""
    known = Known.of(entries.local_files(connection))
    return gone(known, still_there(project.root, known.files))


def source_accounts(
    project: Project, connection: Connection, *, now: datetime, only: Collection[str] | None = None
) -> tuple[SourceAccount, ...]:
    """Every source: those of feeds.toml in its order, then local files and what was read once and is listed no more.

    Args:
        project: the newsletter.
        connection: to its store.
        now: the time of asking.
        only: ids of the sources that are asked for; None: all. A few are told at once, all of a large store are not.
    """
    rows = load_sources(connection)
    interval = timedelta(minutes=project.settings.gather.interval_minutes)
    days, counts = _rhythms(connection, only)
    listed = {source.id: source for source in project.config.sources}

    def account(id_: str) -> SourceAccount:
        source, row = listed.get(id_), rows.get(id_)
        known = source or rows[id_]
        state = row.state if row else FetchState()
        return SourceAccount(
            id=id_,
            name=source_name(source, row),
            kind=known.kind,
            location=shown_url(known.location),
            listed=source is not None,
            there="://" in known.location or (project.root / known.location).exists(),
            entries=counts.get(id_, 0),
            state=replace(
                state,
                moved_to=shown_url(state.moved_to) if state.moved_to else None,
                last_problem=shown_url(state.last_problem) if state.last_problem else None,
            ),
            health=health(state, days.get(id_, ()), location=known.location, interval=interval, now=now),
        )

    return tuple(account(id_) for id_ in dict.fromkeys((*listed, *rows)) if only is None or id_ in only)


def _rhythms(
    connection: Connection, only: Collection[str] | None
) -> tuple[Mapping[str, tuple[datetime, ...]], Mapping[str, int]]:
    """By source: its last days with news, and how many entries it has told."""
    if only is None:
        return days_with_news(connection, last=LAST_DAYS), entries.counts_by_source(connection)
    return (
        {id_: news_days(connection, id_, last=LAST_DAYS) for id_ in sorted(only)},
        {id_: told_by_source(connection, id_) for id_ in sorted(only)},
    )


def condition(source: SourceAccount, zone: ZoneInfo) -> str:
    """How a source is doing, in a few words."""
    state, found = source.state, source.health
    if state.failing_since or state.gone_since:
        return _failing(source, zone)
    if found.paused_until:
        return f"its server wants to be left alone until {local_time(found.paused_until, zone)}"
    if source.listed and (trouble := _listed_trouble(source)):
        return trouble
    if found.never_read:
        return "never read"
    if state.last_problem:
        return f"read in part: {state.last_problem}"
    taken_out = source.kind == "feed" and not source.listed and ("://" in source.location or not source.there)
    return f"no longer in {FEEDS_NAME}" if taken_out else "ok"


def _listed_trouble(source: SourceAccount) -> str | None:
    """What is wrong with a feed that answers."""
    found = source.health
    if not source.there:
        return f"there is no file {source.location}"
    if found.has_moved:
        return f"moved to {source.state.moved_to}: `digest feeds accept-moves {source.id}` lists it there"
    if found.silent_since and found.usual_gap_days and not source.state.last_problem:
        return f"silent {found.silent_days} days, usually {rhythm(found.usual_gap_days)}"
    return None


def _failing(source: SourceAccount, zone: ZoneInfo) -> str:
    state, found = source.state, source.health
    if found.gone_since:
        return f"gone since {local_time(found.gone_since, zone)[:10]}: {state.last_problem or 'the publisher says so'}"
    times = "once" if state.failures == 1 else f"{state.failures} times"
    long = (
        f"for {found.failing_days} days" if found.failing_days > 1 else f"since {local_time(found.failing_since, zone)}"
    )
    return f"failing {long} ({times}): {state.last_problem or 'no answer'}"


def last_mailing(project: Project, record: IssueRecord) -> MailingStanding | None:
    """The newest mailing of an issue, corrections apart, and how far it is."""
    from digest.deliver.ledger import Ledger  # noqa: PLC0415  nothing else here needs the ledger

    with Ledger(project.store) as ledger:
        mailings = [mailing for mailing in ledger.mailings(record.name) if mailing.kind == "issue"]
        return MailingStanding(mailing=mailings[-1], tally=ledger.tally(mailings[-1].id)) if mailings else None


def next_step(now_stands: Standing, *, can_send: bool) -> str:
    """What the editor would do now. ``can_send``: a mail server is set."""
    unsent = _unsent(now_stands, can_send=can_send)
    if unsent:
        return unsent
    issue = now_stands.issue
    if issue.problem:
        return f"correct {issue.file}, or bring back an earlier text with `digest restore {issue.period.name}`"
    if issue.record and issue.record.state == "approved":
        return "digest publish"
    if issue.record and issue.written:
        return f"edit {issue.file}, then `digest preview` and `digest approve --by NAME`"
    if not now_stands.totals["seen"] and not now_stands.sources:
        return "`digest add URL` adds a feed; files dropped into feeds/ are read as well; then `digest build`"
    return f"digest build makes {issue.period.name}"


def _unsent(now_stands: Standing, *, can_send: bool) -> str | None:
    """Whether the last issue still has readers to reach."""
    last, mailing = now_stands.last_out, now_stands.mailing
    if last is None or last.state == "closed" or not can_send:
        return None
    if mailing is None:
        readers = now_stands.subscribers.get("active", 0)
        return f"`digest send {last.name}` mails it to {readers:,}" if readers else None
    waiting = mailing.tally.left + mailing.tally.deferred
    return f"`digest send {last.name}` mails it to the {waiting:,} that are left" if waiting else None


def _issue_standing(project: Project, connection: Connection, period: Period) -> IssueStanding:
    path = project.issue_path(period.name)
    shown = project.shown(path)
    text, problem = None, None
    try:
        text = read_text(path, shown)
        if text is not None:
            read_issue(text, path=shown)
    except (IssueFileError, StateError) as error:
        problem = error.message
    return IssueStanding(
        period=period,
        record=issues.get_issue(connection, period.name),
        file=shown,
        written=path.exists(),
        edited=problem is not None or (text is not None and not issues.is_generated(connection, period.name, text)),
        problem=problem,
    )
