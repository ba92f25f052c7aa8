"""What can be said of something that no source has told: where it would come from, and why it did not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.edit.issuefile import read_issue
from digest.errors import DigestError
from digest.explain.lookups import Teller, tellers
from digest.explain.standing import SourceAccount, condition, local_time, source_accounts
from digest.project import read_text
from digest.store import issues
from digest.text.urls import shown_url, url_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from digest.model import Source
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStory:
    """A story as an issue prints it, whatever its sources call it."""

    issue: str
    title: str
    line: int
    entry_ids: tuple[str, ...]  # none: the editor wrote it by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """A source that may have had it."""

    source: SourceAccount
    why: str  # it is thought of
    lines: tuple[str, ...]  # how it is doing, and what it leaves out


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """An address that no source has told."""

    address: str
    printed: tuple[tuple[str, int], ...]  # where an issue's text has it: the issue and the line
    chances: tuple[Chance, ...]
    advice: str


def unseen_address(project: Project, connection: Connection, address: str, *, now: datetime) -> Unseen:
    """Which sources might have told of a page, how they are doing, and what they leave out."""
    key = url_key(address)
    host = re.split(r"[/?#]", key)[0]
    told = {one.source_id: one for one in tellers(connection, host)}
    listed = {source.id: source for source in project.config.sources}
    near = {source.id for source in listed.values() if _is_near(_host(source.location), host.partition(":")[0])}
    accounts = source_accounts(project, connection, now=now, only={*told, *near})
    chances = [_chance(one, listed.get(one.id), told.get(one.id), host, project.zone) for one in accounts]
    shown = shown_url(address)
    advice = f"`digest clip {shown}` takes this page alone"
    if not any(chance.source.listed for chance in chances):
        advice = f"no listed feed tells of {host}: `digest add https://{host}/` looks for its feed; {advice}"
    return Unseen(
        address=shown,
        printed=tuple(_lines_with(project, connection, key)),
        chances=tuple(sorted(chances, key=lambda one: (not one.source.listed, one.source.id not in told))),
        advice=advice,
    )


def own_stories(project: Project, connection: Connection, words: str) -> tuple[OwnStory, ...]:
    """The stories with all these words in the headline that an issue printed, or has now, the newest issue first."""
    wanted = words.casefold().split()
    found = []
    for name, text in _texts(project, connection):
        heads = [line.casefold() for line in text.splitlines() if line.startswith("### ")]
        if not any(all(word in head for word in wanted) for head in heads):
            continue
        try:
            issue = read_issue(text, path=name).issue
        except DigestError:  # half edited
            continue
        for story in (*issue.stories, *issue.next_week, *issue.candidates):
            if all(word in story.title.casefold() for word in wanted):
                ids = tuple(ref.entry_id for ref in story.sources if ref.entry_id)
                found.append(OwnStory(issue=name, title=story.title, line=story.line, entry_ids=ids))
    return tuple(found)


def _chance(account: SourceAccount, source: Source | None, teller: Teller | None, host: str, zone: ZoneInfo) -> Chance:
    if teller:
        pages = "1 page" if teller.entries == 1 else f"{teller.entries:,} pages"
        which = "of" if teller.entries == 1 else "the oldest of"
        oldest = f", {which} {local_time(teller.oldest, zone)[:10]}" if teller.oldest else ""
        why = f"told {pages} of {host}{oldest}"
    else:
        why = f"its address is on {_host(account.location)}"
    return Chance(source=account, why=why, lines=tuple(_hindrances(account, source, zone)))


def _hindrances(account: SourceAccount, source: Source | None, zone: ZoneInfo) -> Iterator[str]:
    """What may have kept it from telling."""
    state = account.state
    if (said := condition(account, zone)) != "ok":
        yield said
    if state.first_fetched:
        last = f", last {local_time(state.last_fetched, zone)}" if state.last_fetched else ""
        read = f"first read {local_time(state.first_fetched, zone)}{last}"
        yield f"{read}: what it listed only before or between is not known"
    if source is None:
        return
    if source.include:
        yield f"keeps only entries with {_words(source.include)} (include); the others are kept nowhere"
    if source.exclude:
        yield f"leaves out entries with {_words(source.exclude)} (exclude); they are kept nowhere"
    if source.max_entries is not None:
        yield f"gives only the newest {source.max_entries} of a reading (max_entries)"


def _words(words: tuple[str, ...]) -> str:
    return " or ".join(f"“{word}”" for word in words)


def _lines_with(project: Project, connection: Connection, key: str) -> Iterator[tuple[str, int]]:
    """Where the texts of issues have an address, the newest issue first."""
    bare = key.partition("#")[0]
    for name, text in _texts(project, connection):
        if bare not in text:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            addresses = re.findall(r"https?://[^\s<>)\]\"']+", line)
            if any(url_key(one).partition("#")[0] == bare for one in addresses):
                yield name, number
                break


def _texts(project: Project, connection: Connection) -> Iterator[tuple[str, str]]:
    """The issues and what each says: as approved if it is out, else its file; the newest first."""
    for record in reversed(issues.all_issues(connection)):
        approved = issues.last_version(connection, record.name, origin="approved") if record.has_left else None
        if approved:
            yield record.name, approved.text
            continue
        path = project.issue_path(record.name)
        try:
            text = read_text(path, project.shown(path))
        except DigestError:  # `digest check` says what is wrong with it
            continue
        if text is not None:
            yield record.name, text


def _host(location: str) -> str:
    try:
        return (urlsplit(location).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _is_near(one: str, other: str) -> bool:
    """Whether two hosts are the same, or one is below the other."""
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
