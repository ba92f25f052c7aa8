"""One item of a feed, as feedparser gives it, to an Entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from digest.gather import repair
from digest.gather.embargo import cut_html, cut_title, until
from digest.gather.identity import Marks
from digest.gather.pictures import alt_of, is_picture, pictures
from digest.model import Entry, Html, Source
from digest.text.clean import clean
from digest.text.dates import sane
from digest.text.plain import plain
from digest.text.titles import tidy_title
from digest.text.urls import clean_url, url_key

NO_PLACE: Final = "http://no-place.invalid/"
"""Where a feed file lies, for feedparser: without a base, one entry's xml:base leaks into the next (16 real feeds)."""

TITLE_LENGTH = 100
_NOTICE_LINES = 3  # at the beginning of a text, in which the notice of an embargo is looked for
Raw = dict[str, Any]
"""An item, a head or a text of feedparser's. Its dates are got with ``dict.get``: its own gives one for another."""


class Item:
    """One item of a document while it becomes an entry."""

    def __init__(self, raw: Raw, *, base: str) -> None:
        self.raw = raw
        self.base = base
        self.url = link_of(raw, base)
        self.url_key = url_key(self.url) if self.url else None
        self.short, self.long = self._bodies()
        guid = str(dict.get(raw, "id") or "").strip() or None
        title = str(raw.get("title") or "")
        self.title = tidy_title(title)
        self.marks = Marks(guid=guid, url_key=self.url_key, content=f"{title}\n{self.short}\n{self.long}")

    def entry(self, name: str, source: Source, language: str | None, *, zone: ZoneInfo, now: datetime) -> Entry:
        """The entry of this item; ``name`` is its id.

        Raises:
            EmbargoError: it begins with the notice of an embargo, but that does not say until when.
        """
        raw, notes = self.raw, []
        title, in_title = cut_title(self.title)
        body, in_body = cut_html(self.long, first=_NOTICE_LINES, last=0)
        short, in_short = cut_html(self.short, first=_NOTICE_LINES, last=0)
        text, cut = repair.without_marker(repair.body_text(body))
        summary, cut_summary = repair.without_marker(plain(short))
        said, updated = _dates(raw)
        published = sane(said, now=now)
        if published is None:
            notes.append("no date" if said is None else f"its date cannot be meant: {said.date().isoformat()}")
        return Entry(
            id=name,
            source_id=source.id,
            title=title or substitute_title(text or summary, self.url),
            url=self.url,
            url_key=self.url_key,
            body=body,
            text=text,
            summary="" if _same(summary, text) else summary,
            authors=_authors(raw),
            organisation=_organisation(raw),
            tags=_tags(raw),
            language=source.language or repair.language_tag(_detail(raw, "language")) or language,
            image_url=(image := _image(raw, body, self.base))[0],
            image_alt=image[1],
            published=published,
            updated=sane(updated, now=now),
            embargo=until((*in_title, *in_body, *in_short), near=published or now, zone=zone),
            truncated=cut or (not text and cut_summary),
            fingerprint=self._fingerprint(),
            notes=tuple(notes),
            first_seen=now,
        )

    def _bodies(self) -> tuple[Html, Html]:
        """The feed's own short text, and the longest text there is, both clean.

        ``media:description`` counts only where there is nothing else: YouTube has nothing else.
        """
        details = [*(self.raw.get("content") or []), *([self.raw["summary_detail"]] if self._has_summary() else [])]
        cleaned = [self._clean(detail) for detail in details if detail.get("value")]
        if not cleaned and self.raw.get("media_description"):
            cleaned = [self._clean({"value": self.raw["media_description"], "type": "text/plain"})]
        if not cleaned:
            return Html(""), Html("")
        short = cleaned[-1] if self._has_summary() else Html("")
        return short, cleaned[0] if len(cleaned) == 1 else max(cleaned, key=lambda html: len(plain(html)))

    def _has_summary(self) -> bool:
        return bool(self.raw.get("summary_detail"))

    def _clean(self, detail: Raw) -> Html:
        value = str(detail.get("value") or "")
        if detail.get("type") == "text/plain" and not re.search(r"</[a-zA-Z]|<(?:p|br|img)\b", value):
            value = "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", value) if part.strip())
        base = str(detail.get("base") or self.base)
        base = self.base if base.startswith(NO_PLACE) else base
        place = None if base.startswith(NO_PLACE) else base
        return repair.unescaped(clean(value, base=place), base=place)

    def _fingerprint(self) -> str:
        raw = self.raw
        said = [raw.get("title"), self.url, [part.get("value") for part in raw.get("content") or []],
                raw.get("summary"), dict.get(raw, "published"), dict.get(raw, "updated")]  # fmt: skip
        return sha256(json.dumps(said, default=str).encode()).hexdigest()


def link_of(raw: Raw, base: str) -> str | None:
    """The item's address. FeedBurner's own is a redirect that will die with it, so the original is preferred."""
    for value in (raw.get("feedburner_origlink"), raw.get("link"), _permalink(raw)):
        if not value:
            continue
        # feedparser resolved it against the place where a file does not lie; take that off and resolve it again.
        url = clean_url(str(value).removeprefix(NO_PLACE), None if base.startswith(NO_PLACE) else base)
        if url:
            return url
    return None


def _permalink(raw: Raw) -> str | None:
    guid = str(dict.get(raw, "id") or "")
    return guid if raw.get("guidislink", True) and guid.startswith(("http://", "https://")) else None


def _dates(raw: Raw) -> tuple[datetime | None, datetime | None]:
    """Published (else updated), and updated. ``dict.get``: feedparser's own gives published for updated."""
    published = repair.moment(dict.get(raw, "published_parsed"))
    updated = repair.moment(dict.get(raw, "updated_parsed"))
    return published or updated or repair.moment(dict.get(raw, "created_parsed")), updated


def _authors(raw: Raw) -> tuple[str, ...]:
    names = [tidy_title(str(author.get("name") or "")) for author in raw.get("authors") or [] if author]
    kept = [name for name in names if name and "@" not in name and not name.startswith(("http:", "https:"))]
    return tuple(dict.fromkeys(kept))


def _organisation(raw: Raw) -> str | None:
    """Who published it, where an aggregating feed says so."""
    told = raw.get("source")
    title = told.get("title") if isinstance(told, Mapping) else None
    return tidy_title(str(title or raw.get("publisher") or "")) or None


def _tags(raw: Raw) -> tuple[str, ...]:
    terms = (tidy_title(str(tag.get("label") or tag.get("term") or "")) for tag in raw.get("tags") or [])
    return tuple(dict.fromkeys(term for term in terms if 0 < len(term) <= 80))


def _detail(raw: Raw, key: str) -> str | None:
    """A key of the first of the item's texts that has it."""
    found = (part.get(key) for part in (*(raw.get("content") or []), raw.get("title_detail") or {}))
    return next((str(value) for value in found if value), None)


def _image(raw: Raw, body: str, base: str) -> tuple[str | None, str]:
    """The picture the feed names, else the first of the text, and what it shows."""
    where = None if base.startswith(NO_PLACE) else base
    for address in _image_addresses(raw):
        url = clean_url(address.removeprefix(NO_PLACE), where)
        if url:
            return url, tidy_title(str(raw.get("media_description") or "")) or alt_of(url, body)
    return next(pictures(body), (None, ""))


def _image_addresses(raw: Raw) -> Iterable[str]:
    for media in raw.get("media_content") or []:
        url = str(media.get("url") or "")
        if media.get("medium") == "image" or str(media.get("type", "")).startswith("image/") or is_picture(url):
            yield url
    yield from (str(thumb.get("url") or "") for thumb in raw.get("media_thumbnail") or [])
    yield from (
        str(link.get("href") or "")
        for link in raw.get("links") or []
        if link.get("rel") == "enclosure" and str(link.get("type", "")).startswith("image/")
    )


def substitute_title(text: str, url: str | None) -> str:
    """For an item without a title: the beginning of its text (as Miniflux does), else the end of its address."""
    line = " ".join(text.split())
    if line:
        if len(line) <= TITLE_LENGTH:
            return line
        whole_words = line[:TITLE_LENGTH].rpartition(" ")[0].rstrip(" ,;:–-")
        return (whole_words or line[: TITLE_LENGTH - 1]) + "…"
    slug = unquote((url or "").rstrip("/").rpartition("/")[2])
    return tidy_title(slug) or url or "—"


def _same(summary: str, text: str) -> bool:
    return " ".join(summary.split()) == " ".join(text.split())
