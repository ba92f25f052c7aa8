"""Every source read: feeds on the network in the background, local files meanwhile; each given as it is there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from digest import __version__
from digest.config.settings import GatherSettings
from digest.gather.known import NOTHING, Known
from digest.gather.local import Folder
from digest.gather.memory import BLANK, Memory
from digest.gather.sources import named
from digest.gather.web import politeness
from digest.gather.web.network import Network, Told
from digest.model import FetchState, Reading, Source, SourceProblem

if TYPE_CHECKING:
    import asyncio

    from digest.gather.feeds.feed import Feed
    from digest.gather.feeds.workers import Job
    from digest.gather.web.answers import Answer
    from digest.gather.web.http import Fetcher

_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What reading the network's feeds needs besides them."""

    states: Mapping[str, FetchState]
    settings: GatherSettings
    user_agent: str
    environ: Mapping[str, str]
    paused: Mapping[str, datetime]
    zone: ZoneInfo
    now: datetime
    memory: Memory
    news_from: datetime | None

    @property
    def interval(self) -> timedelta:
        return timedelta(minutes=self.settings.interval_minutes)

    def state(self, source: Source) -> FetchState:
        return self.states.get(source.id, FetchState())

    def reads_from(self, source: Source, state: FetchState) -> datetime | None:
        """From when on items are worth reading; what is older on a first fetch is only listed."""
        first = source.backlog and state.first_fetched is None
        return self.news_from if first and not self.settings.read_backlog else None


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
    known: Known | None = NOTHING,
    memory: Memory = BLANK,
    news_from: datetime | None = None,
    environ: Mapping[str, str] = _NO_VARIABLES,
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
        known: the local documents that were read before; those that are still the same are left out. None: no file
            here is read, only feeds of the web.
        memory: the items of feeds that were read before; likewise.
        news_from: items of a feed's first fetch that are older are listed and not read; None: they are read.
        environ: the variables that name proxies and hold the passwords of feeds.
    """
    task = _Task(
        states=states,
        settings=settings,
        user_agent=politeness.user_agent(__version__, settings.contact or newsletter_url),
        environ=environ,
        paused=politeness.host_pauses(sources, states, now=now),
        zone=zone,
        now=now,
        memory=memory,
        news_from=news_from,
    )
    remote = [source for source in sources if source.location.startswith(("http://", "https://"))]
    due = [source for source in remote if politeness.is_due(task.state(source), now=now, ask_all=ask_all)]
    asked, elsewhere = {source.id for source in due}, {source.id for source in remote}
    network = _network(due, task) if due else None
    try:
        for source in remote:
            if source.id not in asked:
                yield _not_due(source, task.state(source))
        if known is not None:
            folder = Folder(root=root, zone=zone, now=now, limit_bytes=int(settings.max_mb * 1_000_000), states=states,
                            known=known, memory=memory)  # fmt: skip
            yield from folder.readings([source for source in sources if source.id not in elsewhere])
        if network:
            for told in network.answers():
                yield _reading(told, task)
    finally:
        if network:
            network.stop()


def _network(due: Sequence[Source], task: _Task) -> Network:
    """Begin to ask the feeds that are due."""

    def fetcher(room: asyncio.Event) -> Fetcher:
        from digest.gather.web.http import Fetcher  # noqa: PLC0415  aiohttp only where the network is asked

        return Fetcher(task.settings, user_agent=task.user_agent, now=task.now, environ=task.environ,
                       paused=task.paused, room=room)  # fmt: skip

    def job(source: Source, answer: Answer) -> Job:
        from digest.gather.feeds.workers import Job  # noqa: PLC0415  feedparser only where there is something to read

        return Job(
            body=answer.body,
            source=source,
            url=answer.url,
            content_type=answer.headers.content_type if answer.headers else None,
            now=task.now,
            zone=task.zone,
            news_from=task.reads_from(source, task.state(source)),
        )

    return Network([(source, task.state(source)) for source in due], fetcher=fetcher, job=job)


def _reading(told: Told, task: _Task) -> Reading:
    """What an answer of the network means."""
    source, state, answer = told.source, told.state, told.answer
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
            fetched=politeness.with_move(after, state, moved_to=answer.moved_to, now=task.now),
            seconds=answer.seconds,
            body_bytes=len(answer.body),
        )
    started = time.monotonic()
    feed = told.feed or _read(source, state, answer, headers, task)
    if feed.problem is not None and not feed.entries and not feed.unchanged:
        return _failed(source, state, answer, feed.problem.message, feed.problem.hint, task)
    after = politeness.after_body(
        state,
        headers,
        sha256=None if feed.problem else digest,
        title=feed.title,
        now=task.now,
        interval=task.interval,
        asks=feed.asks,
    )
    return Reading(
        source=named(source, feed.title or state.title),
        entries=feed.entries,
        unchanged=feed.unchanged,
        problems=(*((feed.problem,) if feed.problem else ()), *feed.left_out),
        notices=feed.notices,
        fetched=politeness.with_move(after, state, moved_to=answer.moved_to, now=task.now),
        seconds=answer.seconds + time.monotonic() - started,
        body_bytes=len(answer.body),
    )


def _read(source: Source, state: FetchState, answer: Answer, headers: politeness.Headers, task: _Task) -> Feed:
    from digest.gather.feeds.feed import read_feed  # noqa: PLC0415  feedparser only where there is something to read

    return read_feed(
        answer.body,
        source=source,
        url=answer.url,
        content_type=headers.content_type,
        now=task.now,
        zone=task.zone,
        memory=task.memory,
        news_from=task.reads_from(source, state),
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
