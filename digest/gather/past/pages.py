"""A folder of web pages and Markdown files, as site generators and archives of newsletters leave it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

import markdown

from digest.gather.files.document import decoded
from digest.gather.files.outline import Outline, outline
from digest.gather.files.page import charset
from digest.gather.past.cabinet import Cabinet, UnreadError, beside
from digest.gather.past.letter import Form, Found, NotTaken, PastLetter, Picture, Reading, sha256_of
from digest.gather.past.meta import day_in_name, moment_of, one_of, read_front_matter, why_not
from digest.gather.pictures import is_picture
from digest.text.clean import clean
from digest.text.dates import parse_date
from digest.text.plain import drop_controls, plain
from digest.text.titles import tidy_title
from digest.text.urls import clean_url

HTML: Final = (".html", ".htm", ".xhtml")
MARKDOWN: Final = (".md", ".markdown", ".mdown", ".mkd")
_ASIDE: Final = frozenset({"readme", "license", "licence", "changelog", "contributing", "_index", "404"})
_DATES: Final = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.date", "dcterms.created", "citation_publication_date", "parsely-pub-date", "pubdate", "publish-date",
)  # fmt: skip
_PICTURE: Final = re.compile(r"""<img\b[^<>]*?\ssrc\s*=\s*["']?\s*([^"'<>\s]+(?: [^"'<>=]+)?)""", re.IGNORECASE)
_MOST_BRACKETS = 2000  # in one paragraph: the Markdown parser takes time quadratic in them
_SIDE_PAGES: Final = re.compile(r"(?:^|/)(?:index|archive|about|tags?|categor\w+|search|feed)\.x?html?$", re.IGNORECASE)
_LEAST_WORDS = 3


def read_pages(cabinet: Cabinet, reading: Reading, *, form: Form = "folder") -> Iterator[Found]:
    """A letter for each web page and each Markdown file that has a date."""
    for name in cabinet.names:
        path = PurePosixPath(name)
        if path.suffix.lower() not in (*HTML, *MARKDOWN) or path.stem.lower() in _ASIDE:
            continue
        if "_drafts" in path.parts:  # Jekyll's: nothing in them need say so
            yield NotTaken(origin=f"{cabinet.title}/{name}", why="is a draft", is_failure=False)
        else:
            yield read_page(cabinet, name, {}, reading, form=form)


def read_page(
    cabinet: Cabinet, name: str, told: Mapping[str, Any], reading: Reading, *, form: Form, date: datetime | None = None
) -> Found:
    """The letter in a file.

    Args:
        cabinet: where it lies.
        name: of the file.
        told: what is said of it elsewhere, such as in a table of the export; goes before what it says itself.
        reading: what readers need.
        form: of the export.
        date: when it was sent, if that is known.
    """
    origin = f"{cabinet.title}/{name}"
    try:
        data = cabinet.read(name)
        meta, html, page = _parsed(name, data)
    except UnreadError as error:
        return NotTaken(origin=origin, why=error.message, hint=error.hint)
    meta = {**meta, **told}
    if why := why_not(meta):
        return NotTaken(origin=origin, why=why, is_failure=False)
    moment = date or moment_of(meta, reading.zone) or _page_date(page, reading) or day_in_name(name, reading.zone)
    subject = one_of(meta, "subject", "email_subject", "title", "headline") or (_page_title(page) if page else "")
    if moment is None:
        if page is not None and (_SIDE_PAGES.search(name) or not subject):
            return NotTaken(origin=origin, why="has no date; a page of the site, and no issue?", is_failure=False)
        return NotTaken(
            origin=origin,
            why="says no date",
            hint="write `date: 2019-03-14` into its front matter, or begin its name with the day: 2019-03-14-title.md",
        )
    if (until := parse_date(one_of(meta, "embargo"), zone=reading.zone)) and until > reading.now:
        return NotTaken(origin=origin, why="is under embargo", is_failure=False)
    if len(plain(clean(html)).split()) < _LEAST_WORDS:
        return NotTaken(origin=origin, why="holds no text")
    return PastLetter(
        key=f"{form} {one_of(meta, 'guid', 'id') or name} {moment:%Y-%m-%d}",
        origin=origin,
        form=form,
        subject=subject or _from_name(name),
        date=moment,
        html=html,
        preheader=one_of(meta, "preheader", "preview_text", "description", "subtitle", "excerpt", "summary"),
        base=_base(meta, page),
        pictures=_pictures(cabinet, name, html, reading),
        sha256=sha256_of(data),
    )


def _parsed(name: str, data: bytes) -> tuple[Mapping[str, Any], str, Outline | None]:
    """What a file says of itself, its text as HTML, and its head if it is a web page.

    Raises:
        UnreadError: it is empty, no text, or nested too deep.
    """
    if not data.strip():
        raise UnreadError("is empty")
    if b"\0" in data[:2000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadError("is not text")
    text = drop_controls(decoded(data, charset(data)))
    meta, rest = read_front_matter(text) if text.lstrip("\ufeff \n")[:3] in {"---", "+++"} else ({}, text)
    if PurePosixPath(name).suffix.lower() in MARKDOWN:
        return meta, as_html(rest), None
    page = outline(rest)
    return meta, _article(rest, page), page


def _article(html: str, page: Outline) -> str:
    """What of a web page is the letter: its one article, else all of it; a mail has neither menu nor side columns."""
    whole = re.search(r"<(article|main)\b", html, re.IGNORECASE)
    return page.article if whole else html


def as_html(text: str) -> str:
    """Markdown as HTML, uncleaned.

    Raises:
        UnreadError: it is nested too deep.
    """
    if any(block.count("[") > _MOST_BRACKETS for block in re.split(r"\n\s*\n", text)):
        raise UnreadError("is nested too deep to be read")
    try:
        return markdown.markdown(text, extensions=["tables", "fenced_code", "sane_lists", "footnotes"])
    except RecursionError as error:
        raise UnreadError("is nested too deep to be read") from error


def _page_date(page: Outline | None, reading: Reading) -> datetime | None:
    if page is None:
        return None
    told = [page.meta.get(name) for name in _DATES]
    told += [value for one in page.data if isinstance(value := one.get("datePublished"), str)]
    found = (parse_date(value, zone=reading.zone) for value in (*told, page.time) if value)
    return next((one for one in found if one), None)


def _page_title(page: Outline) -> str:
    return tidy_title(page.meta.get("og:title") or page.headline or page.title)


def _base(meta: Mapping[str, Any], page: Outline | None) -> str | None:
    told = one_of(meta, "canonical_url", "absolute_url", "url", "link")
    own = page.canonical or page.meta.get("og:url") or page.saved_from if page else None
    return clean_url(told) or clean_url(own or "")


def _from_name(name: str) -> str:
    """A title made of a file's name: ``2019-03-14-spring-is-here.md``."""
    stem = PurePosixPath(name).stem
    stem = PurePosixPath(name).parent.name if stem.lower() == "index" else stem
    words = re.sub(r"^(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d[-_. ]*", "", stem)
    return tidy_title(re.sub(r"[-_]+", " ", words or stem)).capitalize()


def _pictures(cabinet: Cabinet, name: str, html: str, reading: Reading) -> dict[str, Picture]:
    """The pictures that lie in the export, by how the letter names them."""
    known = set(cabinet.names)
    found: dict[str, Picture] = {}
    for written in dict.fromkeys(one.strip() for one in _PICTURE.findall(html)):
        if re.match(r"[a-z][a-z0-9+.-]*:|//", written, re.IGNORECASE) or not is_picture(written.partition("?")[0]):
            continue
        path = beside(name, unquote(written.partition("?")[0]))
        roots = [path, unquote(written).lstrip("/"), f"static/{unquote(written).lstrip('/')}"]
        there = next((one for one in roots if one in known), None)
        if there is not None and (kept := _kept(cabinet, there, reading)):
            found[written] = kept
    return found


def _kept(cabinet: Cabinet, name: str, reading: Reading) -> Picture | None:
    try:
        return reading.shelf.put(cabinet.read(name))
    except UnreadError:
        return None
