"""Every source read: feeds on the network in the background, local files meanwhile; each given as it is there."""

from __future__ import annotations

import asyncio
import posixpath
import queue
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest import __version__
from digest.config.settings import GatherSettings
from digest.gather import politeness
from digest.gather.documents import Documents
from digest.gather.feed import named, read_feed
from digest.gather.files.document import FILES_ID, UnreadableError
from digest.gather.folder import FOLDER, LocalFile, is_feed_file, load, load_listed, scan
from digest.model import FetchState, Reading, Source, SourceProblem

if TYPE_CHECKING:
    from digest.gather.http import Answer, Fetcher

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What reading needs besides the sources."""

    states: Mapping[str, FetchState]
    known: Mapping[str, str]
    root: Path
    settings: GatherSettings
    user_agent: str
    zone: ZoneInfo
    now: datetime

    @property
    def interval(self) -> timedelta:
        return timedelta(minutes=self.settings.interval_minutes)

    @property
    def limit_bytes(self) -> int:
        return int(self.settings.max_mb * 1_000_000)

    def state(self, source: Source) -> FetchState:
        return self.states.get(source.id, FetchState())


def gather(
    sources: Sequence[Source],
    states: Mapping[str, FetchState],
    *,
    root: Path,
    settings: GatherSettings,
    newsletter_url: str,
    zone: ZoneInfo,
    now: datetime,
    ask_all: bool = False,
    known: Mapping[str, str] = _NOTHING,
) -> Iterator[Reading]:
    """Read every source and yield each result as it arrives; a source that fails is a result too.

    Args:
        sources: the feeds of feeds.toml. Besides them every feed file in ``feeds/`` is a source of its own, and all
            other files there are one source, ``files``.
        states: what was remembered of each source, by id; also of feed files, which are not parsed again while their
            bytes are the same.
        root: the project folder.
        settings: how feeds are asked.
        newsletter_url: stands in the User-Agent where the settings name no contact; may be empty.
        zone: of the newsletter; what dates without a zone mean.
        now: the time of this fetch; what is remembered derives from it.
        ask_all: ask feeds that are not due yet. Never those that asked to be left alone until later (Retry-After).
        known: the local documents that were read before without a problem: path below the project → sha256 of the
            bytes (``Entry.fingerprint``). Those that are still the same are left out of what is yielded.
    """
    contact = re.sub(r"[^\x21-\x7e]", "", settings.contact or newsletter_url)
    user_agent = f"digest/{__version__}" + (f" (+{contact})" if contact else "")
    task = _Task(states=states, known=known, root=root, settings=settings, user_agent=user_agent, zone=zone, now=now)
    remote = [source for source in sources if source.location.startswith(("http://", "https://"))]
    due = [source for source in remote if politeness.is_due(task.state(source), now=now, ask_all=ask_all)]
    asked, elsewhere = {source.id for source in due}, {source.id for source in remote}
    asking = _Asking(task, [(source, task.state(source)) for source in due]) if due else None
    try:
        for source in remote:
            if source.id not in asked:
                yield _not_due(source, task.state(source))
        yield from _local([source for source in sources if source.id not in elsewhere], task)
        if asking:
            for source, answer in asking.answers():
                yield _reading(source, task.state(source), answer, task)
    finally:
        if asking:
            asking.stop()


class _Asking:
    """A thread with an event loop that asks the network and puts the answers into a queue."""

    def __init__(self, task: _Task, wanted: Sequence[tuple[Source, FetchState]]) -> None:
        self._task = task
        self._wanted = wanted
        self._answers: queue.SimpleQueue[tuple[Source, Answer] | None] = queue.SimpleQueue()
        self._stopping: Callable[[], object] | None = None
        self._stopped = False
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="digest-gather")
        self._work = self._pool.submit(self._run)
        self._work.add_done_callback(lambda _: self._answers.put(None))

    def answers(self) -> Iterator[tuple[Source, Answer]]:
        """Every answer once, as it comes."""
        while (found := self._answers.get()) is not None:
            yield found
        self._work.result()  # a bug in the thread is a bug here

    def stop(self) -> None:
        """Ask no more, and wait for the thread."""
        self._stopped = True
        if self._stopping is not None:
            with suppress(RuntimeError):  # the loop has just closed
                self._stopping()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        asyncio.run(self._ask_all())

    async def _ask_all(self) -> None:
        from digest.gather.http import Fetcher  # noqa: PLC0415  aiohttp only where the network is asked

        work, loop, task = asyncio.current_task(), asyncio.get_running_loop(), self._task
        self._stopping = partial(loop.call_soon_threadsafe, work.cancel) if work else None
        if self._stopped:
            return
        async with (
            Fetcher(task.settings, user_agent=task.user_agent, now=task.now) as fetcher,
            asyncio.TaskGroup() as group,
        ):
            for source, state in self._wanted:
                group.create_task(self._ask(fetcher, source, state))

    async def _ask(self, fetcher: Fetcher, source: Source, state: FetchState) -> None:
        self._answers.put((source, await fetcher.fetch(source.location, state)))


def _reading(source: Source, state: FetchState, answer: Answer, task: _Task) -> Reading:
    """What an answer of the network means."""
    headers = answer.headers or politeness.Headers()
    if answer.kind == "paused" and answer.until is not None:
        return _not_due(source, politeness.after_pause(state, answer.until))
    if answer.kind == "failed":
        return _failed(source, state, answer, answer.problem, answer.hint, task)
    digest = sha256(answer.body).hexdigest() if answer.kind == "body" else None
    if digest is None or digest == state.body_sha256:
        after = politeness.after_unchanged(state, headers, now=task.now, interval=task.interval)
        if digest is not None:  # a whole answer also says that it has no validators any more
            after = replace(after, etag=headers.etag, last_modified=headers.last_modified)
        return Reading(
            source=named(source, state.title),
            outcome="unchanged",
            fetched=replace(after, moved_to=answer.moved_to),
            seconds=answer.seconds,
            body_bytes=len(answer.body),
        )
    started = time.monotonic()
    feed = read_feed(
        answer.body, source=source, url=answer.url, content_type=headers.content_type, now=task.now, zone=task.zone
    )
    if feed.problem is not None and not feed.entries:
        return _failed(source, state, answer, feed.problem.message, feed.problem.hint, task)
    after = politeness.after_body(
        state, headers, sha256=None if feed.problem else digest, title=feed.title, now=task.now, interval=task.interval
    )
    return Reading(
        source=named(source, feed.title or state.title),
        entries=feed.entries,
        problems=(*((feed.problem,) if feed.problem else ()), *feed.left_out),
        fetched=replace(after, moved_to=answer.moved_to),
        seconds=answer.seconds + time.monotonic() - started,
        body_bytes=len(answer.body),
    )


def _failed(source: Source, state: FetchState, answer: Answer, message: str, hint: str | None, task: _Task) -> Reading:
    fetched = politeness.after_failure(
        state, answer.headers, problem=message, now=task.now, interval=task.interval, gone=answer.status == 410
    )
    return Reading(
        source=named(source, state.title),
        problems=(SourceProblem(source_id=source.id, message=message, hint=hint),),
        outcome="failed",
        fetched=fetched,
        seconds=answer.seconds,
        body_bytes=len(answer.body),
    )


def _not_due(source: Source, state: FetchState) -> Reading:
    return Reading(source=named(source, state.title), outcome="not due", fetched=state)


def _local(listed: Sequence[Source], task: _Task) -> Iterator[Reading]:
    """The feed files that are listed, those that are not, and all other files together."""
    taken = {source.id for source in listed}
    for source in listed:
        try:
            file = load_listed(task.root, source.location, limit_bytes=task.limit_bytes)
        except UnreadableError as error:
            trouble = SourceProblem(source_id=source.id, message=f"{source.location}: {error.message}",
                                    path=source.location, hint=error.hint)  # fmt: skip
            yield Reading(source=_as_local(source, None), problems=(trouble,), outcome="failed")
            continue
        yield _feed_file(source, file, task)
    documents = Documents(zone=task.zone, now=task.now, known=task.known)
    skip = frozenset(posixpath.normpath(source.location) for source in listed)
    for found in scan(task.root, skip=skip, limit_bytes=task.limit_bytes):
        if isinstance(found, SourceProblem):
            documents.problems.append(found)
        elif is_feed_file(found):
            identity = _file_id(found.path, taken)
            taken.add(identity)
            yield _feed_file(Source(id=identity, kind="feed", location=found.path, name=""), found, task)
        else:
            documents.take(found)
    if not documents.is_empty:
        yield _documents(documents, task)


def _feed_file(source: Source, file: LocalFile, task: _Task) -> Reading:
    started, state, digest = time.monotonic(), task.state(source), sha256(file.data).hexdigest()
    if digest == state.body_sha256:
        return Reading(
            source=_as_local(source, state.title),
            outcome="unchanged",
            fetched=replace(state, last_fetched=task.now),
            seconds=time.monotonic() - started,
            body_bytes=len(file.data),
        )
    feed = read_feed(file.data, source=source, url=None, content_type=None, now=task.now, zone=task.zone)
    problems = tuple(
        replace(trouble, message=f"{file.path}: {trouble.message}", path=file.path)
        for trouble in (*((feed.problem,) if feed.problem else ()), *feed.left_out)
    )
    failed = bool(problems) and not feed.entries
    return Reading(
        source=_as_local(source, feed.title),
        entries=tuple(replace(entry, path=file.path) for entry in feed.entries),
        problems=problems,
        outcome="failed" if failed else "read",
        fetched=FetchState(
            body_sha256=None if problems else digest,  # trouble is told each time
            first_fetched=state.first_fetched or (None if failed else task.now),
            last_fetched=task.now,
            failing_since=(state.failing_since or task.now) if failed else None,
            failures=state.failures + 1 if failed else 0,
            last_problem=problems[0].message if problems else None,
            last_new=state.last_new,
            title=feed.title or state.title,
        ),
        seconds=time.monotonic() - started,
        body_bytes=len(file.data),
    )


def _as_local(source: Source, title: str | None) -> Source:
    """A feed file is never backlog, and without a title is called by its file."""
    name = source.name or title or Path(source.location).stem
    return replace(source, name=name, backlog=False)


def _documents(documents: Documents, task: _Task) -> Reading:
    return Reading(
        source=Source(id=FILES_ID, kind="folder", location=FOLDER, name="Local files", backlog=False),
        entries=documents.entries(lambda path: load(task.root, path, limit_bytes=task.limit_bytes)),
        problems=tuple(sorted(documents.problems, key=lambda trouble: trouble.path or "")),
        outcome="unchanged" if documents.is_unchanged else "read",
        seconds=documents.seconds,
        body_bytes=documents.size,
    )


def _file_id(path: str, taken: set[str]) -> str:
    """The id of a feed file: ``file-`` and its path below ``feeds/`` without the ending."""
    below = path.removeprefix(f"{FOLDER}/")
    stem = below.rpartition(".")[0] or below
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:50] or sha256(stem.encode()).hexdigest()[:8]
    wanted, number = f"file-{slug}", 2
    while wanted in taken:
        wanted, number = f"file-{slug}-{number}", number + 1
    return wanted
