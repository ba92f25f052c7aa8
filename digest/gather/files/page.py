"""A web page that a browser saved."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from digest.gather.embargo import cut_html
from digest.gather.embargo_words import mentions
from digest.gather.files.document import Document, UnreadableError
from digest.gather.files.entry import finish
from digest.gather.files.kicker import is_kicker, sentence_case
from digest.gather.files.outline import Outline, outline
from digest.gather.pictures import alt_of
from digest.gather.repair import body_text, language_tag, without_marker
from digest.model import Entry, Html
from digest.text.clean import clean
from digest.text.plain import drop_controls, plain
from digest.text.titles import tidy_title, title_key
from digest.text.urls import clean_url, url_key

_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_DATES: Final = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.date", "dcterms.created", "citation_publication_date", "citation_date", "parsely-pub-date",
    "sailthru.date", "pubdate", "publish-date", "cxenseparse:recs:publishtime",
)  # fmt: skip
_UPDATED: Final = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified")
_AUTHORS: Final = ("author", "article:author", "citation_author", "dc.creator", "parsely-author", "sailthru.author")
_HEADING: Final = re.compile(r"<h[12]>(.*?)</h[12]>", re.DOTALL)
_PARAGRAPH: Final = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_BYLINE: Final = re.compile(
    r"(?:by|von|par|por|written by|published)\s+[^.!?]+(?<![.!?])\Z|\d{1,2}\.? \w+ \d{4}\Z", re.IGNORECASE
)
_HEAD_LENGTH = 4000
_LEAST_TEXT = 40
"""Letters; less is a heading or a cookie notice, not an article."""


def read(document: Document) -> Entry:
    """The entry of a saved page.

    Raises:
        UnreadableError: it is empty, no text, or has no article on it.
    """
    return read_html(document, document.text(charset(document.data)))


def charset(html: bytes) -> str | None:
    """The encoding that a page names in its head."""
    declared = _CHARSET.search(html[:4096])
    return declared[1].decode("ascii") if declared else None


def read_html(document: Document, html: str, *, saved_from: str | None = None, saved_as: str = "") -> Entry:
    """The entry of a page.

    Args:
        document: where it was saved.
        html: the page, decoded.
        saved_from: its address, as noted beside it; what the page says of itself goes before.
        saved_as: its title, as noted beside it.

    Raises:
        UnreadableError: it has no article on it.
    """
    html = drop_controls(html)
    page = outline(html)
    data = _about(page)
    place = page.saved_from or saved_from
    url = _address(page, data, place)
    title = tidy_title(
        page.meta.get("og:title") or page.headline or _said(data, "headline") or page.meta.get("twitter:title")
        or page.title or saved_as
    )  # fmt: skip
    authors = _authors(page, data)
    body = _body(html, page, title, authors, base=url or place)
    text, truncated = without_marker(body_text(body))
    if len(text) < _LEAST_TEXT:
        raise UnreadableError("has no article on it that could be found", hint="save the text as .txt or .md instead")
    published = [page.meta.get(name) for name in _DATES] + [_said(data, "datePublished"), page.time]
    updated = [page.meta.get(name) for name in _UPDATED] + [_said(data, "dateModified")]
    summary = tidy_title(page.meta.get("og:description") or page.meta.get("description") or "")
    image = page.meta.get("og:image") or page.meta.get("twitter:image") or ""
    image_url = clean_url(image, url)
    organisation = tidy_title(page.meta.get("og:site_name") or _name(data.get("publisher")) or "") or None
    return finish(
        document,
        title=title,
        body=body,
        text=text,
        url=url,
        published=next((found for value in published if (found := document.moment(value))), None),
        updated=next((found for value in updated if (found := document.moment(value))), None),
        summary=summary,
        authors=authors,
        notices=_notices(page),
        organisation=organisation,
        kind=_kind(page, {title, *authors, organisation or ""}),
        language=language_tag(page.language or page.meta.get("og:locale")),
        image_url=image_url,
        image_alt=(tidy_title(page.meta.get("og:image:alt", "")) or alt_of(image_url, body)) if image_url else "",
        truncated=truncated,
    )


def _body(html: str, page: Outline, title: str, authors: tuple[str, ...], *, base: str | None) -> Html:
    """The article: through trafilatura where it is installed and finds one, else as the outline has it."""
    found = _with_trafilatura(html, base)
    body = clean(found or page.article, base=base)
    if found and len(plain(body)) < _LEAST_TEXT:
        body = clean(page.article, base=base)
    return _without_head(body, {title_key(title), title_key(page.headline)} - {""}, authors)


def _without_head(body: Html, titles: set[str], authors: tuple[str, ...]) -> Html:
    """The body without its title, what stands above that, and the line below that says who wrote it and when."""
    for heading in _HEADING.finditer(body[:_HEAD_LENGTH]):
        if title_key(plain(heading[1])) in titles:
            body = clean(body[heading.end() :])
            break
    for paragraph in list(_PARAGRAPH.finditer(body[:_HEAD_LENGTH]))[:3]:
        words = plain(paragraph[1])
        if len(words) < 150 and (_BYLINE.match(words) or any(name in words for name in authors)):
            return Html((body[: paragraph.start()] + body[paragraph.end() :]).strip())
    return Html(body.strip())


def _kind(page: Outline, others: set[str]) -> str | None:
    """The kicker, where the words above the headline are one and not the title, the author or the publisher again."""
    words = tidy_title(page.kicker)
    if not is_kicker(words) or title_key(words) in {title_key(other) for other in others}:
        return None
    return sentence_case(words) if words == words.upper() else words


def _notices(page: Outline) -> tuple[str, ...]:
    """Notices of an embargo that stand above the article, or in it where it was not found whole."""
    if not mentions(page.whole):
        return ()
    return (*cut_html(clean(page.whole), last=0)[1], *cut_html(clean(page.article))[1])


def _with_trafilatura(html: str, base: str | None) -> str | None:
    try:
        import trafilatura  # noqa: PLC0415  an extra, and 0.3 s to import
    except ImportError:  # not installed, or a part of it is missing: lxml gave up its cleaner to another package
        return None
    for name in ("trafilatura", "courlan", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they discard is of no use to an editor
    found: str | None = trafilatura.extract(
        html, url=base, output_format="html", include_links=True, include_tables=True, include_comments=False
    )
    return found


def _address(page: Outline, data: Mapping[str, Any], place: str | None) -> str | None:
    """Where the page is on the web: as it says itself, else as the browser noted.

    A canonical address that leads to the site's root is the site's, not the article's: some systems write it on every
    page, and all articles of that site would be one.
    """
    whole = data.get("mainEntityOfPage")
    main = whole.get("@id") if isinstance(whole, dict) else whole
    told = [page.canonical, page.meta.get("og:url"), _said(data, "url"), main if isinstance(main, str) else None, place]
    found = [url for value in told if (url := clean_url(value or "", place))]
    return next((url for url in found if "/" in url_key(url)), found[0] if found else None)


def _about(page: Outline) -> Mapping[str, Any]:
    """The JSON-LD object that describes an article."""
    for item in page.data:
        kind = item.get("@type")
        kinds = kind if isinstance(kind, list) else [kind]
        if any(
            isinstance(name, str) and name.endswith(("Article", "Report", "Posting", "Statement")) for name in kinds
        ):
            return item
    return {}


def _said(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


def _name(value: object) -> str:
    """The name of a person or organisation of JSON-LD."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else ""


def _authors(page: Outline, data: Mapping[str, Any]) -> tuple[str, ...]:
    told = data.get("author")
    names = [_name(one) for one in told] if isinstance(told, list) else [_name(told)]
    names += [page.meta.get(name, "") for name in _AUTHORS] if not any(names) else []
    tidy = (tidy_title(name) for name in names if not name.startswith(("http:", "https:")))
    return tuple(dict.fromkeys(name for name in tidy if name))
