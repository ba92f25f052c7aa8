"""Addresses that an editor wrote into an issue file, made stories: what is known at once, all else fetched first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from digest.curate.briefing import brief
from digest.disk import write_whole
from digest.edit.addresses import bare_addresses, with_stories
from digest.edit.draft import candidate_block
from digest.errors import BusyError, DigestError
from digest.production.desk import take_desk
from digest.production.drafting import day_writer, named_sources
from digest.project import read_issue_file, read_text
from digest.store import entries, issues
from digest.text.urls import clean_url, shown_url, url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from digest.edit.addresses import BareAddress
    from digest.edit.issuefile import IssueFile
    from digest.gather.clip import Clip
    from digest.model import Entry, Period
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipped:
    """What became of an address."""

    outcome: Literal["placed", "fetched", "left"]
    """placed: known already. fetched: it is a file in feeds/clips now. left: it stands as it did."""
    url: str  # as people may see it
    line: int  # where it stood, 1-based
    title: str = ""  # of the story
    why: str = ""  # it was left, or what to mind
    path: str = ""  # of the new file


def clip_addresses(
    project: Project,
    period: Period,
    *,
    now: datetime,
    environ: Mapping[str, str],
    read_files: Callable[[], object],
    dry_run: bool = False,
    say: Callable[[str], object] = lambda _said: None,
) -> tuple[Clipped, ...]:
    """Put stories in place of the bare addresses of an issue file; the rest of it stays as it is to the byte.

    Args:
        project: held by ``project.working()``.
        period: of the issue. Without a file, or with an approved one, nothing is done.
        now: the time of the draft.
        environ: names proxies.
        read_files: files what is new in feeds/, asking nobody: ``pipeline.fetch`` of ``offline(project)``.
        dry_run: write nothing, and ask nobody.
        say: is told before something takes long.

    Raises:
        IssueFileError: the file cannot be read.
        BusyError: an editor saved it meanwhile; what was fetched is kept.
    """
    path = project.issue_path(period.name)
    with project.store.read() as connection:
        record = issues.get_issue(connection, period.name)
    text = read_text(path, project.shown(path))
    if text is None or "://" not in text or (record is not None and record.state != "draft"):
        return ()
    file = read_issue_file(project, period.name)
    if not (found := bare_addresses(file)):
        return ()
    work = _Work(project, period, file, now=now)
    done = [work.place(one) for one in found]
    new: dict[int, _Got] = {}
    if not dry_run:
        unknown = [one for one, told in zip(found, done, strict=True) if told is None]
        new = _fetch(project, unknown, now=now, environ=environ, say=say)
        if any(isinstance(told, str) for told in new.values()):
            read_files()
    told = tuple(was or work.place_new(one, new.get(one.line)) for one, was in zip(found, done, strict=True))
    if not dry_run and work.blocks:
        _write(project, period, file, with_stories(file, work.blocks), now=now)
    return told


def offline(project: Project) -> Project:
    """The project with the sources alone that nobody has to be asked for."""
    local = tuple(source for source in project.config.sources if "://" not in source.location)
    return replace(project, config=replace(project.config, sources=local))


def ask_for_clip(
    project: Project, url: str, *, title: str | None = None, now: datetime, environ: Mapping[str, str]
) -> Clip:
    """Ask for a page, and make the file of it.

    Raises:
        DigestError: there is no article, and why.
    """
    from digest import __version__  # noqa: PLC0415  what asks is loaded where something is asked
    from digest.gather.clip import ACCEPT, make_clip  # noqa: PLC0415
    from digest.gather.files.document import UnreadableError  # noqa: PLC0415
    from digest.gather.web.asking import ask_once  # noqa: PLC0415
    from digest.gather.web.politeness import user_agent  # noqa: PLC0415

    settings = project.settings
    agent = user_agent(__version__, settings.gather.contact or settings.newsletter.url)
    answer = ask_once(url, settings=settings.gather, user_agent=agent, now=now, environ=environ, accept=ACCEPT)
    if answer.kind != "body":
        why = answer.problem or "its host wants to be left alone for now"
        raise DigestError(f"{shown_url(url)}: {why}", hint=answer.hint or "nothing was clipped")
    try:
        return make_clip(answer, asked=url, title=title, zone=project.zone, now=now)
    except UnreadableError as error:
        raise DigestError(f"{shown_url(url)}: {error.message}", hint=error.hint or "nothing was clipped") from error


_Got: TypeAlias = "str | tuple[Entry, ...] | DigestError"
"""What asking for an address gave: the path of a file below the project; entries that tell the same page; trouble."""


class _Work:
    """The stories that come to stand in a file."""

    def __init__(self, project: Project, period: Period, file: IssueFile, *, now: datetime) -> None:
        self.blocks: dict[int, str] = {}  # by the line of the address
        self._project, self._period, self._now = project, period, now
        self._standing = {ref.entry_id: ref.line for one in file.stories for ref in one.sources if ref.entry_id}
        self._ids = {one.id for one in file.stories if one.id}

    def place(self, one: BareAddress) -> Clipped | None:
        """Put the story of an address there, or say why not; None if nobody knows the address."""
        known = self._known(one.url)
        return self._put(one, known) if known else None

    def place_new(self, one: BareAddress, got: _Got | None) -> Clipped:
        """The same with what was fetched; None: nobody was asked."""
        if isinstance(got, DigestError):
            why = got.message.removeprefix(f"{shown_url(one.url)}: ") + (f" ({got.hint})" if got.hint else "")
            return _left(one, why)
        if got is None:
            known = self._known(one.url)
            return (self._put(one, known) if known else None) or _left(one, "would be fetched")
        if not isinstance(got, str):
            return self._put(one, got)
        with self._project.store.read() as connection:
            found = entries.by_ids(connection, entries.find_ids(connection, path=got))
        if not found:
            return _left(one, f"was saved as {got}, which could not be read: `digest fetch` says why")
        told = self._put(one, found)
        return replace(told, path=got, outcome="fetched" if told.outcome == "placed" else "left")

    def _known(self, url: str) -> tuple[Entry, ...]:
        from digest.gather.clip import clipped  # noqa: PLC0415  only where there is an address to look for

        with self._project.store.read() as connection:
            found = entries.with_url_keys(connection, [url_key(clean_url(url, url) or url)])
            if not found and (path := clipped(self._project.root, [url])):
                found = entries.by_ids(connection, entries.find_ids(connection, path=path))
        return found

    def _put(self, one: BareAddress, known: Collection[Entry]) -> Clipped:
        for entry in known:
            if entry.id in self._standing:
                place = self._standing[entry.id]
                return _left(one, f"stands in line {place} already: move that story here", entry)
            if entry.embargo and entry.embargo > self._now:
                return _left(one, f"is under embargo until {entry.embargo:%Y-%m-%d %H:%M} UTC", entry)
        with self._project.store.read() as connection:
            sources = named_sources(self._project, connection)
            minted = issues.story_ids(connection)
        made = brief(
            sorted(known, key=lambda entry: entry.id),
            sources=sources,
            settings=self._project.settings,
            period=self._period,
            story_ids={entry: story for entry, story in minted.items() if story not in self._ids},
            taken={*minted.values(), *self._ids},
        )
        story = (*made.stories, *made.candidates)[0]
        self.blocks[one.line] = candidate_block(story, sources, day_writer(self._project))
        self._standing |= {entry.id: one.line for entry in story.entries}
        self._ids.add(story.id)
        ran = next((e.issue for e in known if e.state in {"used", "grouped"} and e.issue != self._period.name), None)
        return Clipped(
            outcome="placed",
            url=shown_url(one.url),
            line=one.line,
            title=story.title,
            why=f"ran in {ran}: write .update into its braces if it is news again" if ran else "",
        )


def _fetch(
    project: Project,
    wanted: list[BareAddress],
    *,
    now: datetime,
    environ: Mapping[str, str],
    say: Callable[[str], object],
) -> dict[int, _Got]:
    """Ask for pages and save them."""
    from digest.gather.clip import clipped, free_path  # noqa: PLC0415  only where something is fetched

    done: dict[int, _Got] = {}
    for one in wanted:
        path = clipped(project.root, [one.url])  # it stands in the file twice
        if path is None:
            say(f"asking for {shown_url(one.url)}")
            try:
                clip = ask_for_clip(project, one.url, now=now, environ=environ)
            except DigestError as error:
                done[one.line] = error
                continue
            if known := _told_as(project, clip):
                done[one.line] = known
                continue
            path = clipped(project.root, [clip.url])
            if path is None:
                path = free_path(project.root, clip.name)
                write_whole(project.root / path, clip.data)
        done[one.line] = path
    return done


def _told_as(project: Project, clip: Clip) -> tuple[Entry, ...]:
    """The entries that have the address which the page itself says it has."""
    with project.store.read() as connection:
        return entries.with_url_keys(connection, [clip.entry.url_key] if clip.entry.url_key else [])


def _write(project: Project, period: Period, file: IssueFile, text: str, *, now: datetime) -> None:
    """Keep the text as it was and as it becomes, then write it, if nobody else has meanwhile."""
    path = project.issue_path(period.name)
    with project.store.write() as connection:
        issues.ensure_issue(connection, period, now=now)
        issues.save_version(connection, period.name, file.issue.text, origin="read", base=None, now=now)
        issues.save_version(connection, period.name, text, origin="refreshed", base=file.issue.base, now=now)
        take_desk(project, connection, period.name)
    if read_text(path, project.shown(path)) != file.issue.text:
        raise BusyError(f"{project.shown(path)}: was saved while digest was at work; nothing was written into it",
                        hint="run `digest draft` again")  # fmt: skip
    write_whole(path.resolve(), text)  # where a link leads


def _left(one: BareAddress, why: str, entry: Entry | None = None) -> Clipped:
    return Clipped(outcome="left", url=shown_url(one.url), line=one.line, title=entry.title if entry else "", why=why)
