"""The local files read: every feed file as a source of its own, all other files together as one."""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from digest.gather.documents import Documents
from digest.gather.files.document import FILES_ID, UnreadableError
from digest.gather.folder import FOLDER, LocalFile, is_feed_file, load_listed, scan
from digest.gather.known import NOTHING, Known
from digest.gather.memory import BLANK, Memory
from digest.model import FetchState, Reading, Source, SourceProblem

if TYPE_CHECKING:
    from digest.gather.feeds.feed import Feed

_NEVER: Final = FetchState()
_PREFIX: Final = "file-"  # of the ids of feed files that nobody listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The folder of local files, and what reading it needs."""

    root: Path  # of the project
    zone: ZoneInfo  # of the newsletter
    now: datetime
    limit_bytes: int  # of one file
    states: Mapping[str, FetchState]  # of the feed files, by the id of their source
    known: Known = NOTHING  # the other files as they were read last
    memory: Memory = BLANK

    def readings(self, listed: Sequence[Source]) -> Iterator[Reading]:
        """The feed files that are listed, those that are not, and all other files together."""
        taken = {source.id for source in listed}
        for source in listed:
            try:
                file = load_listed(self.root, source.location, limit_bytes=self.limit_bytes)
            except UnreadableError as error:
                trouble = SourceProblem(source_id=source.id, message=f"{source.location}: {error.message}",
                                        path=source.location, hint=error.hint)  # fmt: skip
                yield Reading(source=_as_local(source, None), problems=(trouble,), outcome="failed")
                continue
            yield self._feed_file(source, file)
        documents = Documents(zone=self.zone, now=self.now, known=self.known)
        skip = frozenset(posixpath.normpath(source.location) for source in listed)
        unknown: list[tuple[str, LocalFile]] = []
        for found in scan(self.root, skip=skip, limit_bytes=self.limit_bytes):
            if isinstance(found, SourceProblem):
                documents.miss(found)
            elif is_feed_file(found):
                identity = _file_id(found.path, taken)
                taken.add(identity)
                if identity in self.states:
                    yield self._feed_file(_file_source(identity, found), found)
                else:
                    unknown.append((identity, found))
            else:
                documents.take(found)
        for identity, file in unknown:
            yield self._feed_file(_file_source(self._moved_from(file, taken) or identity, file), file)
        if not documents.is_empty:
            yield _documents(documents)

    def _moved_from(self, file: LocalFile, taken: set[str]) -> str | None:
        """The id of the feed file that this one was before it got another name; None for a new one."""
        digest = sha256(file.data).hexdigest()
        gone = (
            name
            for name, state in sorted(self.states.items())
            if name.startswith(_PREFIX) and name not in taken and state.body_sha256 == digest
        )
        found = next(gone, None)
        taken |= {found} if found else set()
        return found

    def _feed_file(self, source: Source, file: LocalFile) -> Reading:
        started, digest = time.monotonic(), sha256(file.data).hexdigest()
        state = self.states.get(source.id, _NEVER)
        if digest == state.body_sha256:
            return Reading(
                source=_as_local(source, state.title),
                outcome="unchanged",
                fetched=replace(state, last_fetched=self.now),
                seconds=time.monotonic() - started,
                body_bytes=len(file.data),
            )
        feed = self._read(source, file)
        problems = tuple(
            replace(trouble, message=f"{file.path}: {trouble.message}", path=file.path)
            for trouble in (*((feed.problem,) if feed.problem else ()), *feed.left_out)
        )
        failed = bool(problems) and not feed.entries and not feed.unchanged
        return Reading(
            source=_as_local(source, feed.title or state.title),
            entries=tuple(replace(entry, path=file.path) for entry in feed.entries),
            unchanged=feed.unchanged,
            problems=problems,
            outcome="failed" if failed else "read",
            fetched=FetchState(
                body_sha256=None if problems else digest,  # trouble is told each time
                first_fetched=state.first_fetched or (None if failed else self.now),
                last_fetched=self.now,
                failing_since=(state.failing_since or self.now) if failed else None,
                failures=state.failures + 1 if failed else 0,
                last_problem=problems[0].message if problems else None,
                last_new=state.last_new,
                title=feed.title or state.title,
            ),
            seconds=time.monotonic() - started,
            body_bytes=len(file.data),
        )

    def _read(self, source: Source, file: LocalFile) -> Feed:
        from digest.gather.feeds.feed import read_feed  # noqa: PLC0415  feedparser only where there is something to read

        return read_feed(file.data, source=source, url=None, content_type=None, now=self.now, zone=self.zone,
                         memory=self.memory)  # fmt: skip


def _as_local(source: Source, title: str | None) -> Source:
    """A feed file is never backlog, and without a title is called by its file."""
    name = source.name or title or Path(source.location).stem
    return replace(source, name=name, backlog=False)


def _documents(documents: Documents) -> Reading:
    return Reading(
        source=Source(id=FILES_ID, kind="folder", location=FOLDER, name="Local files", backlog=False),
        entries=documents.entries(),
        unchanged=documents.unchanged,
        problems=tuple(sorted(documents.problems, key=lambda trouble: trouble.path or "")),
        notices=documents.notices(),
        outcome="unchanged" if documents.is_unchanged else "read",
        seconds=documents.seconds,
        body_bytes=documents.size,
    )


def _file_source(identity: str, file: LocalFile) -> Source:
    return Source(id=identity, kind="feed", location=file.path, name="")


def _file_id(path: str, taken: set[str]) -> str:
    """The id of a feed file: ``file-`` and its path below ``feeds/`` without the ending."""
    below = path.removeprefix(f"{FOLDER}/")
    stem = below.rpartition(".")[0] or below
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:50] or sha256(stem.encode()).hexdigest()[:8]
    wanted, number = f"{_PREFIX}{slug}", 2
    while wanted in taken:
        wanted, number = f"{_PREFIX}{slug}-{number}", number + 1
    return wanted
