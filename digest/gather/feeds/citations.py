"""A list of references (CSL-JSON, as Zotero, Mendeley and JabRef export it) in the shape feedparser gives feeds.

The keys are those of the citeproc schema (citation-style-language/schema, csl-data.json, 1.0.2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from digest.gather.files.document import UnreadableError, decoded
from digest.text.dates import parse_date
from digest.text.plain import drop_controls

_KINDS: Final = {
    "article-journal": "Journal article", "article-magazine": "Magazine article",
    "article-newspaper": "Newspaper article", "bill": "Bill", "book": "Book", "broadcast": "Broadcast",
    "chapter": "Book chapter", "dataset": "Dataset", "hearing": "Hearing", "interview": "Interview",
    "legal_case": "Court decision", "legislation": "Legislation", "manuscript": "Manuscript", "map": "Map",
    "motion_picture": "Film", "pamphlet": "Pamphlet", "paper-conference": "Conference paper", "patent": "Patent",
    "post-weblog": "Blog post", "regulation": "Regulation", "report": "Report", "review": "Review",
    "review-book": "Book review", "software": "Software", "speech": "Speech", "standard": "Standard",
    "thesis": "Thesis", "treaty": "Treaty",
}  # fmt: skip
_PLAIN_KINDS: Final = frozenset(["article", "document", "post", "webpage", "entry", "entry-encyclopedia", "figure"])
"""Types that tell a reader nothing."""
_MARKS: Final = frozenset(["issued", "container-title", "DOI", "URL", "author", "abstract", "publisher"])
_DOI: Final = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)\s*\Z", re.IGNORECASE)
_JATS: Final = re.compile(r"<jats:title[^<>]*>[^<>]*</jats:title>|(?<=<)jats:|(?<=</)jats:")
_MOST_ITEMS = 5_000
_MOST_PROBLEMS = 20


def is_citations(body: bytes) -> bool:
    """Whether a JSON document is a list of references: most items have a type, and what references have."""
    if body[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] not in {b"[", b"{"}:
        return False
    items = _items(_loaded(body))
    known = sum(1 for item in items if isinstance(item, dict) and _is_reference(item))
    return bool(items) and known * 2 >= len(items)


def parse_citations(body: bytes, *, zone: ZoneInfo) -> dict[str, Any]:
    """The list as a mapping like feedparser's, and ``problems``: what is wrong with which item.

    Args:
        body: the document.
        zone: whose midnight a day begins at.

    Raises:
        UnreadableError: it is no list of references.
    """
    if not is_citations(body):
        raise UnreadableError("is JSON, but neither a feed nor a list of references",
                              hint="what is read of JSON: JSON Feed, and lists of references (CSL-JSON)")  # fmt: skip
    items, entries, problems = _items(_loaded(body)), [], []
    for number, item in enumerate(items[:_MOST_ITEMS], 1):
        if isinstance(item, dict) and any(_text(item, key) for key in ("title", "URL", "DOI", "abstract")):
            entries.append(_entry(item, zone))
        else:
            problems.append(f"item {number}: has neither a title nor an address")
    if len(items) > _MOST_ITEMS:
        problems.append(f"has more than {_MOST_ITEMS:,} items; the others were not read")
    if len(problems) > _MOST_PROBLEMS:
        problems[_MOST_PROBLEMS - 1 :] = [f"and {len(problems) - _MOST_PROBLEMS + 1} more items like these"]
    return {"version": "csl-json", "feed": {}, "entries": entries, "problems": problems}


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(decoded(body))
    except (ValueError, RecursionError):
        return None


def _items(data: Any) -> list[Any]:
    """The list, alone or as ``items`` (Zotero's web API)."""
    found = data.get("items") if isinstance(data, dict) else data
    return found if isinstance(found, list) else []


def _is_reference(item: Mapping[str, Any]) -> bool:
    named = isinstance(item.get("type"), str) and (item["type"] in _KINDS or item["type"] in _PLAIN_KINDS)
    return named and bool(_MARKS & item.keys())


def _entry(item: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    moment = _issued(item.get("issued"), zone)
    abstract = _JATS.sub("", _text(item, "abstract"))
    entry: dict[str, Any] = {
        "id": _text(item, "id") or _text(item, "citation-key"),
        "guidislink": False,
        "title": _text(item, "title") or _text(item, "title-short"),
        "title_detail": {"language": _text(item, "language")},
        "link": _address(item),
        "authors": [{"name": name} for name in _names(item.get("author"))],
        "tags": [{"term": term.strip()} for term in re.split(r"[;,]", _text(item, "keyword")) if term.strip()],
        "content": [],
        "source": {"title": _text(item, "container-title") or _text(item, "publisher")},
        "kind": _KINDS.get(_text(item, "type")),
        "published_parsed": moment.utctimetuple() if moment else None,
    }
    if abstract:
        entry["summary"] = abstract
        entry["summary_detail"] = {"value": abstract, "type": "text/html" if "</" in abstract else "text/plain"}
    return entry


def _address(item: Mapping[str, Any]) -> str:
    """The item's address, else its DOI's."""
    doi = _DOI.match(_text(item, "DOI")) or _DOI.match(_text(item, "URL"))
    return _text(item, "URL") if "://" in _text(item, "URL") else f"https://doi.org/{doi[1]}" if doi else ""


def _names(value: Any) -> list[str]:
    """The authors as their names are written on a title page; an institution has one ``literal`` name."""
    found = []
    for person in value if isinstance(value, list) else []:
        if isinstance(person, dict):
            keys = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
            parts = " ".join(_text(person, key) for key in keys)
            found.append(" ".join((_text(person, "literal") or parts).split()))
    return [name for name in found if name]


def _issued(value: Any, zone: ZoneInfo) -> datetime | None:
    """When it appeared. A year alone is no date: it would be the first of January, and old or ahead by months."""
    if isinstance(value, dict):
        parts = value.get("date-parts")
        first = parts[0] if isinstance(parts, list) and parts else None
        if isinstance(first, list) and len(first) >= 2 and all(re.fullmatch(r"\d{1,4}", str(part)) for part in first):
            year, month, day = (*(int(part) for part in first[:3]), 1)[:3]
            return parse_date(f"{year:04}-{month:02}-{day:02}", zone=zone)
        value = value.get("raw") or value.get("literal")
    return parse_date(value, zone=zone) if isinstance(value, str) else None


def _text(item: Mapping[str, Any], key: str) -> str:
    """A value as text; Mendeley and Crossref give some in lists."""
    value = item.get(key)
    if isinstance(value, list):
        value = value[0] if value else ""
    return drop_controls(str(value)).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
