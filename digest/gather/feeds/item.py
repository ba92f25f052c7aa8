"""One item of a feed, as feedparser gives it, to an Entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from digest.gather import repair
from digest.gather.embargo import cut_html, cut_title, until
from digest.gather.embargo_words import mentions
from digest.gather.feeds.parser import NO_PLACE, Raw
from digest.gather.identity import Marks
from digest.gather.pictures import alt_of, is_picture, pictures
from digest.model import Entry, Html, Source
from digest.text.clean import clean, paragraphs
from digest.text.dates import sane
from digest.text.marks import link_marks
from digest.text.plain import plain
from digest.text.titles import tidy_title
from digest.text.urls import clean_url, url_key

TITLE_LENGTH = 100
_NOTICE_LINES = 3  # at the beginning of a text, in which the notice of an embargo is looked for
_MARKUP: Final = re.compile(r"</[a-zA-Z]|<(?:p|br|img)\b")
_get: Final = dict.get
"""feedparser's own looks every key up in a table of synonyms first, and gives one date for another."""


@lru_cache(4096)
def _tidy(name: str) -> str:
    """A name, mended and tidied; the same ones come again and again."""
    return tidy_title(repair.mended(name))


class Item:
    """One item of a document while it becomes an entry."""

    def __init__(self, raw: Raw, *, base: str) -> None:
        self.raw = raw
        self.base = base
        self.url = link_of(raw, base)
        self.url_key = url_key(self.url) if self.url else None
        self._texts: dict[str, str] = {}
        self._has_text = True
        self.short, self.long = self._bodies()
        title = repair.mended(str(_get(raw, "title") or ""))
        self.title = tidy_title(title)
        self.said, self.updated = _dates(raw)
        guid = str(_get(raw, "id") or "").strip() or None
        self.marks = Marks(
            guid=guid,
            url_key=self.url_key,
            content="" if guid or self.url_key else f"{title}\n{self.short}\n{self.long}",
            title=self.title,
            published=self.said,
        )

    def entry(
        self, name: str, source: Source, language: str | None, *, zone: ZoneInfo, now: datetime, fingerprint: str
    ) -> Entry:
        """The entry of this item.

        Args:
            name: its id.
            source: where it is from.
            language: the feed's, as the feed writes it.
            zone: what the time of an embargo without a zone means.
            now: when it was read.
            fingerprint: sha256 of the item as the feed has it.

        Raises:
            EmbargoError: it begins with the notice of an embargo, but that does not say until when.
        """
        raw = self.raw
        title, body, short, notices = self._without_notices()
        has_captions = "<figcaption" in body
        text, cut = repair.without_marker(repair.body_text(body) if has_captions else self._text(body))
        is_alike = short == body and not has_captions
        summary, cut_summary = (text, cut) if is_alike else repair.without_marker(self._text(short))
        if repair.repeats(text, title):
            text, body = "", body if "<img" in body else Html("")
        if repair.repeats(summary, title):
            summary = ""
        published = sane(self.said, now=now)
        image_url, image_alt = _image(raw, body, base=self.base, caption=self._caption())
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
            kind=_get(raw, "kind"),
            organisation=_organisation(raw),
            tags=_tags(raw),
            language=source.language or repair.language_tag(_language(raw)) or repair.language_tag(language),
            image_url=image_url,
            image_alt=image_alt,
            marks=tuple(dict.fromkeys((*source.marks, *link_marks(self.url, _attached(raw))))),
            published=published,
            updated=sane(self.updated, now=now),
            embargo=until(notices, near=published or now, zone=zone) if notices else None,
            truncated=cut or (not text and cut_summary),
            fingerprint=fingerprint,
            notes=() if published else (_without_date(self.said),),
            first_seen=now,
        )

    def _bodies(self) -> tuple[Html, Html]:
        """The feed's own short text, and the longest text there is, both clean.

        ``media:description`` counts only where there is nothing else: YouTube has nothing else.
        """
        summary = _get(self.raw, "summary_detail")
        details = [*(_get(self.raw, "content") or []), *([summary] if summary else [])]
        details = [detail for detail in details if _get(detail, "value")]
        if not details and _get(self.raw, "media_description"):
            self._has_text = False
            details = [{"value": self.raw["media_description"], "type": "text/plain"}]
        if not details:
            return Html(""), Html("")
        if len(details) == 1:
            only = self._clean(details[0])
            return (only if summary else Html("")), only
        cleaned: list[Html] = []
        for detail in details:  # many feeds say the same thing twice
            place = details.index(detail)
            cleaned.append(cleaned[place] if place < len(cleaned) else self._clean(detail))
        short = cleaned[-1] if summary else Html("")
        unlike = sorted(dict.fromkeys(cleaned), key=lambda html: -len(self._text(html)))
        if summary and short == unlike[0]:  # the "summary" is the whole text, and the "content" but a part of it
            half = len(self._text(short)) // 2
            short = next((other for other in unlike[1:] if 0 < len(self._text(other)) <= half), short)
        return short, unlike[0]

    def _caption(self) -> str:
        """What the feed says that its picture shows, unless that is the text."""
        return _tidy(str(_get(self.raw, "media_description") or "")) if self._has_text else ""

    def _without_notices(self) -> tuple[str, Html, Html, tuple[str, ...]]:
        """Title, long and short text without the notices of an embargo they begin with, and these."""
        begins = f"{self.title}\n{self._beginning(self.long)}"
        if self.short != self.long:
            begins += f"\n{self._beginning(self.short)}"
        if not mentions(begins) and "<pre" not in self.long:  # which cut_html takes for one line
            return self.title, self.long, self.short, ()
        title, in_title = cut_title(self.title)
        body, in_body = cut_html(self.long, first=_NOTICE_LINES, last=0)
        short, in_short = cut_html(self.short, first=_NOTICE_LINES, last=0)
        return title, body, short, (*in_title, *in_body, *in_short)

    def _text(self, html: Html) -> str:
        """Its plain text, made once."""
        text = self._texts.get(html)
        if text is None:
            text = self._texts[html] = plain(html)
        return text

    def _beginning(self, html: Html) -> str:
        """The text of the first lines with words."""
        text, end = self._text(html), -1
        for _ in range(2 * _NOTICE_LINES - 1):  # line and blank line in turn
            end = text.find("\n", end + 1)
            if end < 0:
                return text
        return text[:end]

    def _clean(self, detail: Raw) -> Html:
        value = repair.mended(str(_get(detail, "value") or ""))
        if _get(detail, "type") == "text/plain" and not ("<" in value and _MARKUP.search(value)):
            return repair.unescaped(paragraphs(value), base=None)
        base = str(_get(detail, "base") or self.base)
        base = self.base if base.startswith(NO_PLACE) else base
        place = None if base.startswith(NO_PLACE) else base
        return repair.unescaped(clean(value, base=place), base=place)


def fingerprint_of(raw: Raw, base: str) -> str:
    """What stands for the bytes of an item where they cannot be told apart from the document's."""
    said = [raw.get("title"), link_of(raw, base), [part.get("value") for part in raw.get("content") or []],
            raw.get("summary"), dict.get(raw, "published"), dict.get(raw, "updated")]  # fmt: skip
    return sha256(json.dumps(said, default=str).encode()).hexdigest()


def link_of(raw: Raw, base: str) -> str | None:
    """The item's address. FeedBurner's own is a redirect that will die with it, so the original is preferred."""
    for key in ("feedburner_origlink", "link", "id"):
        value = _permalink(raw) if key == "id" else _get(raw, key)
        if not value:
            continue
        if key == "feedburner_origlink" and not str(value).startswith(("http://", "https://")):
            continue
        # feedparser resolved it against the place where a file does not lie; take that off and resolve it again.
        url = clean_url(str(value).removeprefix(NO_PLACE), None if base.startswith(NO_PLACE) else base)
        if url:
            return url
    return None


def _permalink(raw: Raw) -> str | None:
    guid = str(_get(raw, "id") or "")
    return guid if _get(raw, "guidislink", True) and guid.startswith(("http://", "https://")) else None


def _dates(raw: Raw) -> tuple[datetime | None, datetime | None]:
    """Published (else updated), and updated."""
    published = repair.date_of(_get(raw, "published"), _get(raw, "published_parsed"))
    updated = repair.date_of(_get(raw, "updated"), _get(raw, "updated_parsed"))
    return published or updated or repair.date_of(_get(raw, "created"), _get(raw, "created_parsed")), updated


def _authors(raw: Raw) -> tuple[str, ...]:
    authors = _get(raw, "authors")
    if not authors:
        return ()
    names = [_tidy(str(_get(author, "name") or "")) for author in authors if author]
    kept = [name for name in names if name and "@" not in name and not name.startswith(("http:", "https:"))]
    return tuple(dict.fromkeys(kept))


def _organisation(raw: Raw) -> str | None:
    """Who published it, where an aggregating feed says so."""
    told = _get(raw, "source")
    title = _get(told, "title") if isinstance(told, dict) else None
    return _tidy(str(title or _get(raw, "publisher") or "")) or None


def _tags(raw: Raw) -> tuple[str, ...]:
    tags = _get(raw, "tags")
    if not tags:
        return ()
    terms = dict.fromkeys([_tidy(str(_get(tag, "label") or _get(tag, "term") or "")) for tag in tags])
    return tuple([term for term in terms if 0 < len(term) <= 80])


def _language(raw: Raw) -> str | None:
    """The language of the first of the item's texts that has one."""
    for part in (*(_get(raw, "content") or ()), _get(raw, "title_detail")):
        if part and _get(part, "language"):
            return str(part["language"])
    return None


def _attached(raw: Raw) -> tuple[str, ...]:
    """The media types of what hangs on the item."""
    links = _get(raw, "links") or ()
    return tuple(str(_get(link, "type", "")) for link in links if _get(link, "rel") == "enclosure")


def _image(raw: Raw, body: str, *, base: str, caption: str) -> tuple[str | None, str]:
    """The picture the feed names, else the first of the text, and what it shows."""
    for address in _image_addresses(raw):
        url = clean_url(address.removeprefix(NO_PLACE), _place(raw, base))
        if url:
            return url, caption or alt_of(url, body)
    return next(pictures(body), (None, ""))


def _place(raw: Raw, base: str) -> str | None:
    """What relative addresses in the item's own elements mean: it may have an ``xml:base``."""
    said = str(_get(_get(raw, "title_detail") or {}, "base") or base)
    return next((place for place in (said, base) if not place.startswith(NO_PLACE)), None)


def _image_addresses(raw: Raw) -> Iterable[str]:
    for media in _get(raw, "media_content") or []:
        url = str(_get(media, "url") or "")
        if _get(media, "medium") == "image" or str(_get(media, "type", "")).startswith("image/") or is_picture(url):
            yield url
    yield from (str(_get(thumb, "url") or "") for thumb in _get(raw, "media_thumbnail") or [])
    yield from (
        str(_get(link, "href") or "")
        for link in _get(raw, "links") or []
        if _get(link, "rel") == "enclosure" and str(_get(link, "type", "")).startswith("image/")
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
    if summary == text or not summary or summary.rsplit(None, 1)[-1:] != text.rsplit(None, 1)[-1:]:
        return summary == text or not summary
    return summary.split() == text.split()


def _without_date(said: datetime | None) -> str:
    return f"its date cannot be meant: {said.date().isoformat()}" if said else "no date"
