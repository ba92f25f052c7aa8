"""One feed document to entries. feedparser gives the meaning, ``digest.text`` cleans it.

A document that gives no meaning is a SourceProblem; nothing a feed holds raises.
"""

from __future__ import annotations

import io
import re
import xml.sax
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import feedparser

from digest.gather import repair
from digest.gather.embargo import HINT, EmbargoError
from digest.gather.identity import entry_ids
from digest.gather.item import NO_PLACE, Item, Raw, link_of
from digest.gather.jsonfeed import is_json_feed, parse_json_feed
from digest.model import Entry, Source, SourceProblem
from digest.text.plain import drop_controls
from digest.text.titles import tidy_title
from digest.text.urls import clean_url, shown_url

# feedparser is large and old, and hostile bytes reach all of it: each of these has been raised by it, or by the parsers
# it stands on, for some document.
_PARSER_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    xml.sax.SAXException,
)  # fmt: skip

_HOST = r"\Ahttps?://(?:[^/?#]*@)?(?:www\.)?([^/?#]+).*"
_UTC = ZoneInfo("UTC")
_END = re.compile(rb"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)

repair.keep_captions_apart()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one document says. With a problem and entries it broke off after them."""

    title: str = ""
    entries: tuple[Entry, ...] = ()
    problem: SourceProblem | None = None
    left_out: tuple[SourceProblem, ...] = ()  # of items with an embargo that cannot be read


def read_feed(
    body: bytes, *, source: Source, url: str | None, content_type: str | None, now: datetime, zone: ZoneInfo = _UTC
) -> Feed:
    """The feed's title and its entries, in the document's order, as ``source`` wants them.

    Args:
        body: inflated, not decoded: the document itself says its encoding better than anyone.
        source: gives the entries their ids, and its words and limits choose among them.
        url: where the document was found, after redirects; None for a file.
        content_type: the header, if there was one; it may name the encoding.
        now: when it was read; dates a day and more ahead of it are not believed.
        zone: of the newsletter; what the time of an embargo without a zone means.
    """
    stripped = body.lstrip()
    if not stripped:
        return _no_feed(source, "is empty")
    try:
        parsed = parse_json_feed(stripped) if is_json_feed(stripped) else _parse(stripped, url, content_type)
    except _PARSER_ERRORS as error:
        return _no_feed(source, f"cannot be read as a feed: {type(error).__name__}: {_short(error)}")
    broken = _breaks_off(stripped, parsed)
    raw_entries: Sequence[Raw] = parsed.get("entries", [])[: -1 if broken else None]  # the last is half an item
    head: Raw = parsed.get("feed", {})
    if not raw_entries and (
        not parsed.get("version") or isinstance(parsed.get("bozo_exception"), xml.sax.SAXException)
    ):
        return _explain(source, stripped, parsed, url)
    base = url or link_of(head, NO_PLACE) or NO_PLACE
    items = [Item(raw, base=base) for raw in raw_entries]
    ids = entry_ids(source.id, [item.marks for item in items])
    language = repair.language_tag(head.get("language"))
    entries: list[Entry] = []
    left_out: list[SourceProblem] = []
    for item, name in zip(items, ids, strict=True):
        try:
            entries.append(item.entry(name, source, language, zone=zone, now=now))
        except EmbargoError as error:
            left_out.append(_problem(source, f"“{item.title[:80]}” {error}; it is left out", HINT))
    return Feed(
        title=tidy_title(str(head.get("title") or "")),
        entries=_wanted(entries, source),
        left_out=tuple(left_out),
        problem=_problem(source, f"breaks off after {len(items)} entries; they were read") if broken else None,
    )


def _parse(body: bytes, url: str | None, content_type: str | None) -> Raw:
    """Call feedparser as a pure function: from a BytesIO, because it opens strings as files and addresses."""
    headers = {"content-location": url or NO_PLACE, "content-type": content_type or "application/xml"}
    parsed: Raw = feedparser.parse(
        io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False, response_headers=headers
    )
    return parsed


def _wanted(entries: Sequence[Entry], source: Source) -> tuple[Entry, ...]:
    """Those with one of the source's words and none of its unwanted ones; the newest, if it limits them."""
    kept = [entry for entry in entries if _chosen(f"{entry.title}\n{entry.text}\n{entry.summary}", source)]
    if source.max_entries is None or len(kept) <= source.max_entries:
        return tuple(kept)
    dated = sorted(range(len(kept)), key=lambda place: _newest_first(kept[place], place))[: source.max_entries]
    return tuple(kept[place] for place in sorted(dated))


def _newest_first(entry: Entry, place: int) -> tuple[float, int]:
    return (-entry.published.timestamp() if entry.published else 0.0, place)


def _chosen(text: str, source: Source) -> bool:
    folded = text.casefold()
    if source.include and not any(_has_word(folded, word) for word in source.include):
        return False
    return not any(_has_word(folded, word) for word in source.exclude)


def _has_word(folded: str, word: str) -> bool:
    wanted = r"\s+".join(re.escape(part) for part in word.casefold().split())
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", folded) is not None


def _breaks_off(body: bytes, parsed: Raw) -> bool:
    """Whether a document ends before its root does: half an answer, which no length or checksum told."""
    return isinstance(parsed.get("bozo_exception"), xml.sax.SAXException) and not _END.search(body[-2000:])


def _problem(source: Source, message: str, hint: str | None = None) -> SourceProblem:
    return SourceProblem(source_id=source.id, message=message, hint=hint)


def _no_feed(source: Source, message: str, hint: str | None = None) -> Feed:
    return Feed(problem=_problem(source, message, hint))


def _explain(source: Source, body: bytes, parsed: Raw, url: str | None) -> Feed:
    """Why a document gives nothing."""
    start = body[:4096].lower()
    if b"<html" in start or b"<!doctype html" in start:
        title = re.search(rb"<title[^>]*>([^<]{1,200})", body[:65536], re.IGNORECASE)
        named = f": {tidy_title(title[1].decode('utf-8', 'replace'))}" if title else ""
        found = _announced(body, url)
        hint = f"its feed may be {found}" if found else "look for the feed's address on that page"
        return _no_feed(
            source, f"answered with a web page, not a feed{named}" if url else f"is a web page{named}", hint
        )
    error = parsed.get("bozo_exception")
    if parsed.get("version") or b"<rss" in start or b"<feed" in start:
        return _no_feed(
            source, f"is a feed that cannot be read: {_short(error)}" if error else "is a feed without entries"
        )
    return _no_feed(source, "is no feed", "feeds are RSS, Atom, RDF or JSON Feed documents")


def _announced(body: bytes, url: str | None) -> str | None:
    """The feed a web page names in its head."""
    page = body[:200_000].decode("utf-8", "replace")
    for tag in re.findall(r"<link\b[^<>]{1,1000}>", page, re.IGNORECASE):
        href = re.search(r"""href\s*=\s*["']?([^"'\s>]+)""", tag, re.IGNORECASE)
        if href and re.search(r"application/(?:rss\+xml|atom\+xml|feed\+json)", tag, re.IGNORECASE):
            found = clean_url(href[1].replace("&amp;", "&"), url)
            return shown_url(found) if found else None
    return None


def _short(error: object) -> str:
    return drop_controls(" ".join(str(error).split()))[:160]


def named(source: Source, title: str | None) -> Source:
    """The source with the feed's own title for a name, if the configuration gave none."""
    if source.name:
        return source
    return replace(source, name=title or re.sub(_HOST, r"\1", source.location))
