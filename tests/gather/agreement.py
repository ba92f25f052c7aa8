"""In what an entry may differ from what feedparser found: each repair under a name, with the proof that it is one.

feedparser's side comes from ``tests.support.feedparser_reference``. What is recomputed here shares no code with digest.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from digest.model import Entry

REPAIRS: Final = {
    "title: decoded twice": "a publisher escaped it twice, so entities or tags are left over after parsing",
    "title: none": "the beginning of the text, else the end of the address, stands for it",
    "title: no words": "only pictures or tags, which no headline can show; as if there were none",
    "title: mojibake": "UTF-8 that somebody took for Windows-1252 and wrote down so is read as it was meant",
    "title: page": "somebody put a whole web page there; it has no words that could be told from its code",
    "link: original": "FeedBurner's address dies with FeedBurner; the original stands beside it",
    "link: tracking": "parameters that only tell the publisher where readers come from",
    "link: guid": "the item has no link, but a guid that is an address and a permalink",
    "link: own machine": "localhost is not where the reader can go",
    "link: not http": "urn:, tag:, mailto: and ftp: lead to no page in a browser",
    "link: white space": "before or after the address",
    "date: before 1990": "a program's first day",
    "date: far ahead": "more than a year from now",
    "date: created": "neither published nor updated, but created (dcterms:created, Atom 0.3)",
    "date: not read": "feedparser makes nothing of it, and yet it is a date",
}
"""Every difference that is none to complain about → why it is made."""

_TRACKING: Final = re.compile(
    r"(?:amp;)?(?:utm_|mtm_|at_|xtor\b|fbclid\b|gclid\b|mc_[ce]id\b|_hs|hs[aA_]|ns_|campaign|itm_|hmb_|msclkid\b|yclid\b)",
    re.IGNORECASE,
)
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BREAKING: Final = frozenset(["br", "hr", "p", "div", "li", "td", "tr"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of one entry that is not what feedparser found."""

    field: str
    reference: object
    ours: object
    repair: str | None  # a key of REPAIRS; None: nothing explains it


def deep(reference: Any, ours: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """Where two plain structures differ, and what stands there in each."""
    if type(reference) is not type(ours):
        yield path, reference, ours
    elif isinstance(reference, dict):
        for key in sorted(reference.keys() | ours.keys(), key=str):
            yield from deep(reference.get(key, ...), ours.get(key, ...), (*path, key))
    elif isinstance(reference, list) and len(reference) == len(ours):
        for place, (left, right) in enumerate(zip(reference, ours, strict=True)):
            yield from deep(left, right, (*path, place))
    elif reference != ours:
        yield path, reference, ours


def is_caption_apart(reference: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether an item differs only in that ``media:description`` no longer passes for one of its texts.

    feedparser makes it the summary if it comes first, else one more content; nothing else may be lost or gained.
    """
    touched = {path[0] for path, _, _ in deep(dict(reference), dict(ours))}
    lost = Counter(_texts(reference)) - Counter(_texts(ours))
    gained = Counter(_texts(ours)) - Counter(_texts(reference))
    caption = _letters(str(ours.get("media_description", "")))
    return (
        touched <= {"summary", "summary_detail", "content", "media_description"}
        and not gained
        and "media_description" in ours
        and (caption in {_letters(text) for text in lost} or not lost)
    )


def compare(reference: Mapping[str, Any], entry: Entry, *, now: datetime, guids: Counter[str]) -> Iterator[Difference]:
    """How an entry differs from its item as feedparser found it.

    Args:
        reference: the item.
        entry: what digest made of it.
        now: when it was read.
        guids: how often each guid stands in the document.
    """
    found = reference.get("title") or ""
    if entry.title not in {_folded(found), as_read(found)}:
        yield _difference("title", found, entry.title, _title_repair(found, entry))
    link = reference.get("link")
    if entry.url != link:
        yield _difference("link", link, entry.url, _link_repair(reference, entry.url))
    guid = str(reference.get("id") or "").strip()
    if guid and guids[guid] == 1 and entry.id != _hash(entry.source_id, guid):
        yield _difference("id", guid, entry.id, None)
    date = _moment(reference.get("published_parsed")) or _moment(reference.get("updated_parsed"))
    if entry.published != date:
        yield _difference("date", date, entry.published, _date_repair(reference, date, entry.published, now))


def as_read(html: str) -> str:
    """The words of HTML as a browser shows them, in one line."""
    page = _Words()
    page.feed(html)
    page.close()
    return _folded(_UNSEEN.sub("", "".join(page.words)))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKING:
            self.words.append(" ")


def _difference(field: str, reference: object, ours: object, repair: str | None) -> Difference:
    return Difference(field=field, reference=reference, ours=ours, repair=f"{field}: {repair}" if repair else None)


def _title_repair(found: str, entry: Entry) -> str | None:
    once = as_read(found)
    if not found.strip() or not once:
        whole = " ".join(f"{entry.text} {entry.summary}".split())
        stands_for = entry.title.rstrip("…")
        if entry.title != "—" and stands_for not in whole and stands_for not in unquote(entry.url or ""):
            return None
        return "no words" if found.strip() else "none"
    if entry.title == as_read(once):
        return "decoded twice"
    if entry.title == as_read(_as_meant(found)):
        return "mojibake"
    return "page" if re.search(r"<(?:html|script|!doctype)\b", found, re.IGNORECASE) else None


def _as_meant(text: str) -> str:
    """The text whose UTF-8 looks like this in Windows-1252, which has no letters for five bytes."""
    by_letter = (letter.encode("cp1252", "ignore") or letter.encode("latin-1", "replace") for letter in text)
    return b"".join(by_letter).decode("utf-8", "replace")


def _link_repair(reference: Mapping[str, Any], url: str | None) -> str | None:
    link, guid = str(reference.get("link") or ""), str(reference.get("id") or "")
    if url is None:
        return _no_address(link)
    if url == reference.get("feedburner_origlink") or _is_less_tracking(reference.get("feedburner_origlink"), url):
        return "original"
    if not link and reference.get("guidislink", True) and url == guid:
        return "guid"
    if url == link.strip():
        return "white space"
    return "tracking" if _is_less_tracking(link, url) else None


def _no_address(link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"}:
        return "not http"
    return "own machine" if parts.hostname in {"localhost", "127.0.0.1", "::1"} else None


def _is_less_tracking(link: str | None, url: str) -> bool:
    """Whether an address is the same without parameters that are only there to be counted, in their order."""
    if not link:
        return False
    whole, less = re.split(r"[?&#]", link), re.split(r"[?&#]", url)
    kept = [part for part in whole[1:] if not _TRACKING.match(part)]
    return whole[0] == less[0] and kept == less[1:] and len(kept) < len(whole) - 1


def _date_repair(
    reference: Mapping[str, Any], date: datetime | None, ours: datetime | None, now: datetime
) -> str | None:
    if ours is None and date is not None:
        return "before 1990" if date.year < 1990 else "far ahead" if date > now + timedelta(days=366) else None
    if date is None and ours == _moment(reference.get("created_parsed")):
        return "created"
    said = " ".join(str(reference.get("published") or reference.get("updated")).replace(" ,", ",").split())
    return "not read" if date is None and ours == parsedate_to_datetime(said) else None


def _moment(parsed: tuple[int, ...] | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError):
        return None


def _texts(item: Mapping[str, Any]) -> list[str]:
    found = [item.get("summary"), *(part.get("value") for part in item.get("content") or [])]
    return [str(text) for text in found if text]


def _hash(source_id: str, key: str) -> str:
    return sha256(f"{source_id}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _folded(text: str) -> str:
    return " ".join(text.split())


def _letters(text: str) -> str:
    return re.sub(r"\W", "", as_read(text))
