"""``/metrics``: what Prometheus is told of the store: queues, workers, mailings, feeds, subscribers; nobody's address.

The text format is https://prometheus.io/docs/instrumenting/exposition_formats/, the names follow
https://prometheus.io/docs/practices/naming/. Every label takes one of a few known values.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest import __version__
from digest.deliver import subscribers
from digest.errors import StoreError, UsageError
from digest.scale.census import FeedCount, MailingCount, census_of, count_feeds, count_mailings
from digest.store.transactions import revision_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from digest.project import Project
    from digest.scale.census import Census, WorkerSeen
    from digest.serve.limits import Network

FRESH_S = 5.0  # an answer serves everybody who asks so soon after
SHARE = 0.05  # of the time is spent on counting at most: a million readers take 0.15 s to count
WITHIN_S = 8.0  # Prometheus waits for 10
PROXIED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
"""A request with one of these came through a proxy: from whom, anybody can have written."""

Samples = Mapping[tuple[str, ...], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A metric with its samples, each by the values of the labels."""

    name: str
    documentation: str
    kind: Literal["gauge", "counter"]
    labels: tuple[str, ...] = ()
    samples: Samples


class Metrics:
    """The page, for those whom ``[serve] metrics`` names."""

    def __init__(self, project: Project, *, allowed: Sequence[Network], clock: Callable[[], datetime]) -> None:
        self._project, self._allowed, self._clock = project, allowed, clock
        self._counting: asyncio.Task[bytes] | None = None
        self._text = b""
        self._fresh_until = 0.0

    async def page(self, request: Request) -> Response:
        """The page; for everybody else there is none.

        Raises:
            HTTPException: 404, for them.
            UsageError: prometheus-client is not installed.
        """
        if not self._may_read(request):
            raise HTTPException(404)
        return Response(await self._read(), media_type="text/plain; version=0.0.4")

    def _may_read(self, request: Request) -> bool:
        if request.client is None or any(name in request.headers for name in PROXIED):
            return False
        try:
            peer = ip_address(request.client.host.partition("%")[0])
        except ValueError:
            return False
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self._allowed) and not self._asked_in_public(request)

    def _asked_in_public(self, request: Request) -> bool:
        """Whether it was asked for at the public https address: somebody took the TLS off, for digest speaks none."""
        settings = self._project.settings.serve
        public = urlsplit(settings.url) if settings else None
        return public is not None and public.scheme == "https" and request.url.hostname == public.hostname

    async def _read(self) -> bytes:
        """Count, unless that was done a moment ago. One counts at a time, and is not waited for for long."""
        if time.monotonic() < self._fresh_until:
            return self._text
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count())
            self._counting.add_done_callback(_heard)
        try:
            async with asyncio.timeout(WITHIN_S):
                return await asyncio.shield(self._counting)
        except TimeoutError:
            return exposition(_about_digest())

    async def _count(self) -> bytes:
        began = time.monotonic()
        self._text = await anyio.to_thread.run_sync(lambda: count(self._project, now=self._clock()))
        ended = time.monotonic()
        self._fresh_until = ended + max(FRESH_S, (ended - began) / SHARE)
        return self._text


def _heard(counting: asyncio.Task[bytes]) -> None:
    """Or what it raised would be logged as unheard, after nobody waited for it any longer."""
    if not counting.cancelled():
        counting.exception()


def count(project: Project, *, now: datetime) -> bytes:
    """Everything there is to tell, as text; if the store does not answer, that.

    Raises:
        UsageError: prometheus-client is not installed.
    """
    store = project.store
    try:
        with store.read() as connection:
            if store.path is None:  # a count that takes longer is of no use to anybody
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {WITHIN_S * 1000:.0f}")
            takeover_s = project.settings.scale.takeover_seconds
            census = census_of(connection, takeover_s=takeover_s, now=now) if store.path is None else None
            mailings = census.mailings if census else count_mailings(connection, now=now)
            feeds = census.feeds if census else count_feeds(connection, now=now)
            people = {str(state): float(number) for state, number in subscribers.count(connection).items()}
            revision = revision_of(connection) or ""
    except StoreError:
        return exposition(_about_digest())
    return exposition(
        [
            *_about_digest(up=True, revision=revision),
            *_about_mailings(mailings),
            *_about_feeds(feeds),
            gauge("digest_subscribers", "Subscribers by state.", _by(people), "state"),
            *(_about_workers(census) if census else ()),
        ]
    )


def _about_digest(*, up: bool = False, revision: str = "") -> list[Told]:
    told = [
        gauge("digest_build_info", "The version of digest that answers.", {(__version__,): 1}, "version"),
        gauge("digest_store_up", "Whether the store answered.", {(): float(up)}),
    ]
    return (
        [*told, gauge("digest_schema_info", "The schema of the store.", {(revision,): 1}, "revision")] if up else told
    )


def _about_mailings(mailings: Sequence[MailingCount]) -> Iterator[Told]:
    states: Counter[str] = Counter()
    for one in mailings:
        states.update({state: getattr(one.tally, state) for state in ("sent", "failed", "suppressed")})
        states.update({"left": one.tally.left - one.on_the_way, "deferred": one.tally.deferred})
        states.update({"sending": one.on_the_way, "held": one.tally.uncertain})
    yield Told(
        name="digest_messages_total",
        documentation="Messages of issues that are not closed, by what came of them; anew when an issue is closed.",
        kind="counter",
        labels=("state",),
        samples={(state,): states[state] for state in ("sent", "failed")},
    )
    open_states = ("left", "sending", "deferred", "held", "suppressed")
    yield gauge("digest_recipients", "Recipients of issues that are not closed, who do not have them, by state.",
                {(state,): states[state] for state in open_states}, "state")  # fmt: skip
    yield gauge("digest_held_recipients", "Recipients of whom nobody knows whether they have it: a person decides.",
                {(): states["held"]})  # fmt: skip
    stopped = sum(one.is_running and one.stop is not None and one.stop.waits for one in mailings)
    yield gauge("digest_stopped_mailings", "Mailings that were stopped and wait for a person.", {(): stopped})


def _about_feeds(feeds: FeedCount) -> Iterator[Told]:
    states = {"well": feeds.well, "failing": feeds.failing, "gone": feeds.gone}
    yield gauge("digest_feeds", "Feeds by state.", _by(states), "state")
    yield gauge("digest_feeds_due", "Feeds whose time to be asked has come.", {(): feeds.due})


def _about_workers(census: Census) -> Iterator[Told]:
    states: Counter[str] = Counter({"working": 0, "idle": 0, "ending": 0, "silent": 0})
    states.update(map(_state, census.workers))
    yield gauge("digest_workers", "Processes of digest worker by state.", _by(states), "state")
    others = sum(one.is_other_version and not one.is_silent for one in census.workers)
    yield gauge("digest_workers_other_version", "Workers that run another digest than this.", {(): others})
    yield gauge("digest_senders", "Senders whose lease is alive.", {(): census.senders})
    yield gauge("digest_stalled_jobs", "Jobs whose worker gives no sign any more.", {(): len(census.stalled)})
    jobs: Samples = {(one.name, status): getattr(one, status) for one in census.queues
            for status in ("waiting", "running", "delayed", "failed")}  # fmt: skip
    yield gauge("digest_queue_jobs", "Jobs by queue; failed: within the last day.", jobs, "queue", "status")
    oldest: Samples = {(one.name,): one.oldest_s for one in census.queues}
    yield gauge("digest_queue_oldest_seconds", "For how long the oldest job that waits could have been done.",
                oldest, "queue")  # fmt: skip


def _state(one: WorkerSeen) -> str:
    if one.is_silent:
        return "silent"
    if one.worker.ending:
        return "ending"
    return "working" if one.jobs else "idle"


def _by(states: Mapping[str, float]) -> Samples:
    return {(state,): number for state, number in states.items()}


# -- the text


def gauge(name: str, documentation: str, samples: Samples, *labels: str) -> Told:
    """What goes up and down."""
    return Told(name=name, documentation=documentation, kind="gauge", labels=labels, samples=samples)


def exposition(told: Iterable[Told]) -> bytes:
    """The metrics as Prometheus reads them.

    Raises:
        UsageError: prometheus-client is not installed.
    """
    try:
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415  few have it asked for
        from prometheus_client.core import Metric  # noqa: PLC0415  likewise
    except ModuleNotFoundError as error:
        raise UsageError("/metrics needs prometheus-client, which is not installed",
                         hint='pip install "digest-desk[serve]"') from error  # fmt: skip

    class Answer:
        def collect(self) -> Iterator[Metric]:
            for one in told:
                metric = Metric(one.name.removesuffix("_total"), one.documentation, one.kind)
                for values, number in one.samples.items():
                    metric.add_sample(one.name, dict(zip(one.labels, values, strict=True)), number)
                yield metric

    registry = CollectorRegistry(auto_describe=False)  # of this answer alone: nothing of this process
    registry.register(Answer())
    return generate_latest(registry)
