"""Feeds in batches: a planning hands out those that are due, and each batch is one worker's for as long as it takes."""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast
from zlib import crc32

from digest import pipeline
from digest.production.duefeeds import feeds_of, list_feeds
from digest.scale.queue import BATCH, FETCH_BATCH
from digest.store import claims

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from digest.config.settings import GatherSettings
    from digest.production.intake import Fetched
    from digest.project import Project
    from digest.scale.workplace import Workplace
    from digest.store.claims import Claim, Due

logger = logging.getLogger(__name__)

MOST_OUT: Final = 20_000
"""Feeds that are handed out at a time: more than can be asked in a minute, when the next are handed out, and few enough
to be begun before their claims run out."""

_LEAST: Final = timedelta(minutes=15)
_TIMES: Final = 10
_NAME: Final = 12  # letters of a name that nobody else has


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Feeds that one worker asks, and the slot it asks them in; of each slot there is one batch at a time."""

    slot: int
    ids: tuple[str, ...]

    @property
    def lock(self) -> str:
        return f"fetch-{self.slot}"


def claim_time(settings: GatherSettings) -> timedelta:
    """How long feeds are one worker's without a sign of life from it.

    A batch renews its claim whenever a feed has answered, which one does within twice the time that a feed may take:
    where it is listed, and where it last moved to. Ten times is far from that, and a quarter of an hour is what a batch
    may have to wait in the queue.
    """
    return max(_TIMES * timedelta(seconds=settings.total_timeout_s), _LEAST)


def batches(due: Iterable[Due], *, slots: int, size: int = BATCH) -> Iterator[Batch]:
    """Cut feeds into batches, the feeds of a host into one as long as they fit.

    A host has its slot by its name: whenever, and in however many batches, its feeds are asked, they are asked by one
    worker at a time, and that one asks a host one thing at a time.

    Args:
        due: the feeds, in any order.
        slots: how many batches are asked at a time.
        size: feeds in a batch, at most.
    """
    hosts: dict[str, list[str]] = {}
    for feed in due:
        hosts.setdefault(feed.host, []).append(feed.id)
    shelves: dict[int, list[str]] = {}
    for host, ids in hosts.items():
        slot = crc32(host.encode()) % slots
        shelf = shelves.setdefault(slot, [])
        if shelf and len(shelf) + len(ids) > size:
            yield Batch(slot=slot, ids=tuple(shelf))
            shelf.clear()
        shelf += ids
        while len(shelf) > size:  # one host alone
            yield Batch(slot=slot, ids=tuple(shelf[:size]))
            del shelf[:size]
    for slot, shelf in shelves.items():
        if shelf:
            yield Batch(slot=slot, ids=tuple(shelf))


# -- the planning


def plan_fetch(place: Workplace) -> None:
    """Make jobs of the feeds that are due and that nobody has. What is handed out is claimed in the same transaction.

    On a machine that has no feeds.toml nothing is planned: it does not know what is listed.
    """
    project = place.project
    if not project.config.sources:
        with project.store.read() as connection:
            if claims.is_any_listed(connection):
                logger.warning("this machine has no feeds; give it the feeds.toml of the others, or other --queues")
        return
    listing = list_feeds(project)
    if listing is not None and (listing.new or listing.gone or listing.moved):
        logger.info(
            "the list of feeds has changed: %d new, %d gone, %d at another address",
            listing.new, listing.gone, listing.moved,
            extra={"new": listing.new, "gone": listing.gone, "moved": listing.moved},
        )  # fmt: skip
    began = time.monotonic()
    now, settings = place.now(), project.settings
    token = uuid.uuid4().hex[:_NAME]
    with project.store.share() as connection:
        waiting = claims.count_out(connection, now=now)
        most, until = MOST_OUT - waiting, now + claim_time(settings.gather)
        due = claims.claim_due(connection, token=token, now=now, until=until, most=most) if most > 0 else ()
        cut = tuple(batches(due, slots=settings.scale.fetch_at_once))
        jobs = [(batch.lock, {"ids": list(batch.ids), "claim": token}) for batch in cut]
        place.queue.defer_many(FETCH_BATCH, jobs, connection=connection)
    if due or most <= 0:
        logger.info(
            "%d feeds are handed out in %d batches; %d of before are not done", len(due), len(cut), waiting,
            extra={"feeds": len(due), "batches": len(cut), "out": waiting, "seconds": _since(began)},
        )  # fmt: skip


# -- a batch


def fetch_batch(place: Workplace, ids: Sequence[str], claim: str) -> None:
    """Ask the feeds of a batch that are still under their claim, and file what they tell.

    When this worker is to end, what has not answered yet is given back. A batch whose worker dies comes again, and
    whoever begins it then has its feeds: what the first asked and did not file is asked once more.
    """
    project, began = place.project, time.monotonic()
    owner = f"{claim}.{uuid.uuid4().hex[:_NAME]}"
    until = place.now() + claim_time(project.settings.gather)
    with project.store.share() as connection:
        mine = claims.take(connection, claim, ids, owner=owner, until=until)
        known = feeds_of(project, connection, mine)
    if not mine.ids:
        return  # the claim ran out in the queue, and they were handed out again
    if unknown := len(mine.ids) - len(known):
        logger.warning("%d feeds are not in the feeds.toml of this machine, or elsewhere in it than in that of another",
                       unknown, extra={"feeds": unknown})  # fmt: skip
    counts = _ask(place, project, mine, until)
    with project.store.share() as connection:
        given_back = claims.release(connection, mine)
    logger.info(
        "a batch of %d feeds: %d read, %d unchanged, %d failed, %d new entries, %d given back",
        len(mine.ids), counts["read"], counts["unchanged"], counts["failed"], counts["new"], given_back,
        extra={**counts, "feeds": len(mine.ids), "given_back": given_back, "seconds": _since(began)},
    )  # fmt: skip


def _ask(place: Workplace, project: Project, claim: Claim, until: datetime) -> Counter[str]:
    """Ask the feeds, and count what came of them, until all have answered, another has them or this worker ends."""
    counts: Counter[str] = Counter({"new": 0})
    length = claim_time(project.settings.gather)
    asked = pipeline.fetch(project, now=place.now(), claim=claim, environ=place.environ)
    # Closed by hand: it has a thread, processes and a connection.
    with closing(cast("Generator[Fetched]", asked)) as answers:
        for one in answers:
            counts["taken_over" if one.elsewhere else one.reading.outcome.replace(" ", "_")] += 1
            counts["new"] += one.filed.new
            if place.stop.is_set():
                break
            if one.elsewhere or until - place.now() < length * 2 / 3:
                until = place.now() + length
                with project.store.share() as connection:
                    left = claims.renew(connection, claim, until=until)
                if one.elsewhere and not left:
                    break  # whoever has them is at their hosts
    return counts


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
