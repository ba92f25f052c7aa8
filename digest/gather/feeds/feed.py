"""One feed document to entries: what has not changed is sifted out, feedparser gives the rest its meaning.

A document that gives no meaning is a SourceProblem; nothing a feed holds raises.
"""

from __future__ import annotations

import re
import xml.sax
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.gather import repair
from digest.gather.embargo import HINT, EmbargoError
from digest.gather.feeds.choice import wanted
from digest.gather.feeds.citations import is_citations, parse_citations
from digest.gather.feeds.item import Item, fingerprint_of, link_of
from digest.gather.feeds.jsonfeed import is_json_feed, parse_json_feed
from digest.gather.feeds.nofeed import explain, short
from digest.gather.feeds.parser import NO_PLACE, Raw, date_of, parse
from digest.gather.feeds.sieve import Sieve, split
from digest.gather.feeds.tables import parse_csv
from digest.gather.files.document import UnreadableError
from digest.gather.folder import is_table
from digest.gather.identity import entry_ids
from digest.gather.memory import BLANK, Memory, There
from digest.gather.web.rhythm import asked_wait
from digest.model import Entry, Source, SourceProblem
from digest.text.plain import drop_controls
from digest.text.titles import tidy_title

# feedparser is large and old, and hostile bytes reach all of it: each of these has been raised by it, or by the parsers
# it stands on, for some document.
_PARSER_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    xml.sax.SAXException,
)  # fmt: skip

LISTED_ONLY = "older than the first issue: listed, not read"

_MOST_ITEMS = 50_000
"""New items of one document that are read; the longest of 454 real feeds has 1,046."""
_OVER = "says that it is finished (expired): nothing more will come"
_OVER_HINT = "remove it from feeds/feeds.toml"
_UTC = ZoneInfo("UTC")
_END = re.compile(rb"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_SKIPPED = re.compile(rb"<(hour|day)>\s*([A-Za-z0-9]{1,9})\s*</", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one document says. With a problem and entries it broke off after them."""

    title: str = ""
    entries: tuple[Entry, ...] = ()  # new and changed ones
    unchanged: int = 0  # entries that are there as they were
    asks: timedelta = timedelta(0)  # how long the document itself wants to be left alone
    problem: SourceProblem | None = None
    left_out: tuple[SourceProblem, ...] = ()  # items that could not be read, or must not be
    notices: tuple[SourceProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sifted:
    """A document of which only what is worth it was parsed."""

    head: Raw
    items: Sequence[Raw]
    fingerprints: Sequence[str]  # of the items
    slim: frozenset[int] = frozenset()  # places of items of which only name and date were parsed
    there: tuple[There, ...] = ()  # what stands in the document as it stood before
    version: str = ""
    error: object = None
    broken: bool = False
    troubles: tuple[str, ...] = field(default=())  # items that are none


def read_feed(
    body: bytes,
    *,
    source: Source,
    url: str | None,
    content_type: str | None,
    now: datetime,
    zone: ZoneInfo = _UTC,
    memory: Memory = BLANK,
    news_from: datetime | None = None,
) -> Feed:
    """The feed's title and its new and changed entries, in the document's order, as ``source`` wants them.

    Args:
        body: inflated, not decoded: the document itself says its encoding better than anyone.
        source: gives the entries their ids, and its words and limits choose among them.
        url: where the document was found, after redirects; None for a file.
        content_type: the header, if there was one; it may name the encoding.
        now: when it was read; dates a day and more ahead of it are not believed.
        zone: of the newsletter; what the time of an embargo without a zone means.
        memory: what was read before; items that are there as they were are not parsed.
        news_from: on a first fetch, items that say they are older are listed by title, address and date, and not
            read; None: everything is read.
    """
    stripped = repair.referring(body.lstrip())
    if not stripped:
        return _no_feed(source, "is empty")
    try:
        listed = _listed(body, source, zone=zone)
        sifted = (_whole(body, listed, source, url, memory) if listed
                  else _sift(stripped, source, url, content_type, memory, news_from))  # fmt: skip
    except UnreadableError as error:
        return _no_feed(source, error.message, error.hint)
    except _PARSER_ERRORS as error:
        named = "" if type(error) is ValueError else f"{type(error).__name__}: "
        return _no_feed(source, f"cannot be read as a feed: {named}{short(error)}")
    if not sifted.items and not sifted.there and (not sifted.version or isinstance(sifted.error, xml.sax.SAXException)):
        told = {"version": sifted.version, "bozo_exception": sifted.error}
        return _no_feed(source, *explain(stripped, told, url))
    items, entries, left_out = _entries(sifted, source, url, memory, zone=zone, now=now)
    slim = {entry.id for entry in entries if LISTED_ONLY in entry.notes}
    broken = f"breaks off after {len(items) + len(sifted.there)} entries; they were read" if sifted.broken else None
    return Feed(
        title=tidy_title(str(sifted.head.get("title") or "")),
        entries=wanted(entries, source, backlog=slim, others=[published for _, published in sifted.there]),
        unchanged=len(sifted.there),
        asks=_asks(sifted.head, stripped, now=now),
        left_out=(*(_problem(source, trouble) for trouble in sifted.troubles), *left_out),
        notices=(_problem(source, _OVER, _OVER_HINT),) if sifted.head.get("expired") else (),
        problem=_problem(source, broken) if broken else None,
    )


def _listed(body: bytes, source: Source, *, zone: ZoneInfo) -> Raw | None:
    """What a document says that is a list and no feed: a table, or references; None for any other."""
    if is_table(source.location):
        return parse_csv(body, zone=zone)
    return parse_citations(body, zone=zone) if is_citations(body) else None


def _sift(
    body: bytes, source: Source, url: str | None, content_type: str | None, memory: Memory, news_from: datetime | None
) -> _Sifted:
    """Parse what is new or changed of a document; all of it, if it cannot be split."""
    is_json = is_json_feed(body)
    sieve = None if is_json else split(body, context=content_type or "", in_detail=news_from is not None)
    if sieve is not None:
        there = memory.unchanged(source.id, [piece.fingerprint for piece in sieve.items])
        fresh = [place for place, piece in enumerate(sieve.items) if piece.fingerprint not in there]
        keep = fresh[:_MOST_ITEMS]
        old = {place for place in keep if news_from is not None and _is_old(sieve, place, news_from)}
        parsed = parse(sieve.reduced(set(keep) - old, slim=old), url=url, content_type=content_type)
        if len(parsed["entries"]) == len(keep):
            return _Sifted(
                head=parsed["feed"],
                items=parsed["entries"],
                fingerprints=[sieve.items[place].fingerprint for place in keep],
                slim=frozenset(number for number, place in enumerate(keep) if place in old),
                there=_flat(there),
                version=parsed.get("version", ""),
                error=parsed.get("bozo_exception"),
                troubles=_too_many(len(fresh)),
            )
    return _whole(body, parse_json_feed(body) if is_json else parse(body, url=url, content_type=content_type),
                  source, url, memory)  # fmt: skip


def _whole(body: bytes, parsed: Raw, source: Source, url: str | None, memory: Memory) -> _Sifted:
    """A document parsed whole; what has not changed is left out of it now."""
    broken = _breaks_off(body, parsed)
    items = parsed.get("entries", [])[: -1 if broken and _ends_in_an_item(body) else None]
    base = _base(url, parsed.get("feed", {}))
    fingerprints = [fingerprint_of(raw, base) for raw in items]
    there = memory.unchanged(source.id, fingerprints)
    fresh = [place for place, fingerprint in enumerate(fingerprints) if fingerprint not in there]
    keep = fresh[:_MOST_ITEMS]
    return _Sifted(
        head=parsed.get("feed", {}),
        items=[items[place] for place in keep],
        fingerprints=[fingerprints[place] for place in keep],
        there=_flat(there),
        version=parsed.get("version", ""),
        error=parsed.get("bozo_exception"),
        broken=broken,
        troubles=(*parsed.get("problems", ()), *_too_many(len(fresh))),
    )


def _entries(
    sifted: _Sifted, source: Source, url: str | None, memory: Memory, *, zone: ZoneInfo, now: datetime
) -> tuple[list[Item], list[Entry], list[SourceProblem]]:
    """The items, the entries they make, and a problem for each that must not become one."""
    base = _base(url, sifted.head)
    items = [Item(raw, base=base) for raw in sifted.items]
    marks = [item.marks for item in items]
    ids = entry_ids(source.id, marks, taken={one for one, _ in sifted.there}, known=memory.known)
    entries: list[Entry] = []
    left_out: list[SourceProblem] = []
    language = sifted.head.get("language")
    for place, (item, name) in enumerate(zip(items, ids, strict=True)):
        try:
            entry = item.entry(
                name, source, language, zone=zone, now=now, fingerprint=sifted.fingerprints[place]
            )  # fmt: skip
        except EmbargoError as error:
            left_out.append(_problem(source, f"“{item.title[:80]}” {error}; it is left out", HINT))
        else:
            entries.append(replace(entry, notes=(*entry.notes, LISTED_ONLY)) if place in sifted.slim else entry)
    return items, entries, left_out


def _too_many(items: int) -> tuple[str, ...]:
    return (f"has {items:,} new items; the first {_MOST_ITEMS:,} are read",) if items > _MOST_ITEMS else ()


def _is_old(sieve: Sieve, place: int, news_from: datetime) -> bool:
    """Whether an item cannot be news: every date it gives lies before, and only name and date need to be known."""
    dates = [date_of(date) for date in sieve.dates(place)]
    return bool(dates) and all(date is not None and date < news_from for date in dates) and sieve.can_be_slim(place)


def _asks(head: Raw, body: bytes, *, now: datetime) -> timedelta:
    """How long the document wants to be left alone (ttl, sy:updatePeriod, skipHours, skipDays)."""
    start = body[: max(body.find(b"<item"), 0) or 20_000]
    skipped = _SKIPPED.findall(start) if b"skipHours" in start or b"skipDays" in start else []
    return asked_wait(
        now=now,
        interval=timedelta(0),
        ttl=str(head.get("ttl") or ""),
        period=str(head.get("sy_updateperiod") or ""),
        frequency=str(head.get("sy_updatefrequency") or ""),
        skip_hours=[value.decode() for name, value in skipped if name.lower() == b"hour"],
        skip_days=[value.decode() for name, value in skipped if name.lower() == b"day"],
    )


def _base(url: str | None, head: Raw) -> str:
    return url or link_of(head, NO_PLACE) or NO_PLACE


def _flat(there: Mapping[str, Collection[There]]) -> tuple[There, ...]:
    return tuple(one for entries in there.values() for one in entries)


def _breaks_off(body: bytes, parsed: Raw) -> bool:
    """Whether a document ends before its root does: half an answer, which no length or checksum told."""
    return isinstance(parsed.get("bozo_exception"), xml.sax.SAXException) and not _END.search(body[-2000:])


def _ends_in_an_item(body: bytes) -> bool:
    """Whether the last item of a document that breaks off is not whole."""
    return max(map(body.rfind, (b"<item", b"<entry"))) > max(map(body.rfind, (b"</item", b"</entry")))


def _problem(source: Source, message: str, hint: str | None = None) -> SourceProblem:
    return SourceProblem(source_id=source.id, message=drop_controls(message), hint=hint)


def _no_feed(source: Source, message: str, hint: str | None = None) -> Feed:
    return Feed(problem=_problem(source, message, hint))
