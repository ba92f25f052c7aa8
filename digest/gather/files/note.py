"""A note in Markdown, with front matter or without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

import frontmatter
import markdown
import yaml  # type: ignore[import-untyped]  # comes with frontmatter
from frontmatter.default_handlers import YAMLHandler

from digest.gather import embargo, embargo_time
from digest.gather.files.document import Document, UnreadableError
from digest.gather.files.entry import finish
from digest.gather.repair import language_tag
from digest.model import Entry
from digest.text.clean import clean
from digest.text.plain import drop_controls, plain
from digest.text.urls import clean_url

_HEADING: Final = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")
_UNDERLINED: Final = re.compile(r"\A\s*([^\n]+)\n=+[ \t]*(?:\n|\Z)")
_FENCED: Final = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_UNCLOSED: Final = re.compile(
    r"\A\s*---[ \t]*\n(?=(?:.+\n)*?(?:title|headline|embargo)[ \t]*:)"
    r"(?:[A-Za-z][\w -]*:(?:[ \t].*)?\n|[ \t]+-[ \t].+\n)+(?=\n|\Z)",
    re.IGNORECASE,
)
_ANCHOR: Final = re.compile(r"(?:^|[\s,\[{:-])[&*]\w", re.MULTILINE)
_EMBARGO_KEYS: Final = ("embargo", "embargoed", "embargoed until", "sperrfrist")
_MOST_BRACKETS = 2000
"""In one paragraph: the Markdown parser takes time quadratic in them, 12 s for 10,000."""
_EXTENSIONS: Final = ("tables", "fenced_code", "sane_lists", "footnotes")


class _Strings(YAMLHandler):
    """YAML whose values are all strings: no ``language: no`` that means False, no date that loses its spelling."""

    def load(self, fm: str, **_: object) -> Any:
        return yaml.load(fm, Loader=yaml.BaseLoader)  # noqa: S506  makes nothing but strings, lists and mappings


def read(document: Document) -> Entry:
    """The entry of a note.

    Keys of the front matter, all optional: title, date, url (or link), source (or organisation), author (or authors),
    tags, kind, language, summary, embargo, image, image_alt.

    Raises:
        UnreadableError: it is empty, no text, nested too deep, or its embargo cannot be read.
    """
    meta, text = front_matter(document.text())
    text, notices = _without_notices(text)
    title, text = _title(meta, text)
    body = clean(_html(drop_controls(text)))
    if not title and not plain(body):
        raise UnreadableError("holds no text")
    image = _one(meta, "image")
    image_url = clean_url(image) if image else None
    notes = () if not image or image_url else (f"its picture has no address on the web: {image}",)
    return finish(
        document,
        title=title or PurePosixPath(document.path).stem.replace("-", " ").replace("_", " "),
        body=body,
        url=clean_url(_one(meta, "url", "link", "source_url") or "") or None,
        published=_moment(document, meta, "date", "published"),
        embargo=_embargo(document, meta),
        lifted=_is_lifted(meta),
        notices=notices,
        updated=_moment(document, meta, "updated", "modified", "lastmod"),
        summary=plain(clean(_one(meta, "summary", "description") or "")),
        organisation=_one(meta, "source", "organisation", "organization", "publisher"),
        authors=_many(meta, "author", "authors"),
        tags=_many(meta, "tags", "keywords", "categories"),
        kind=_one(meta, "kind", "type"),
        language=language_tag(_one(meta, "language", "lang")),
        image_url=image_url,
        image_alt=(_one(meta, "image_alt", "image-alt") or "") if image_url else "",
        notes=notes,
    )


def front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """The front matter, and what follows it.

    Where it is not valid YAML (``title: Prices: a cap``), every line is ``key: value``: an unquoted colon must not
    lose the file. So it is where it has anchors: nobody means them, and nested ones grow without end. Where it is not
    closed it ends at the first blank line, if all lines before are such and one is its title or its embargo.
    """
    fenced = _FENCED.match(text)
    if fenced is None:
        opened = _UNCLOSED.match(text)
        return _as_lines(f"{opened.group()}---\n{text[opened.end() :]}") if opened else ({}, text)
    if _ANCHOR.search(fenced[1]):
        return _as_lines(text)
    try:
        post = frontmatter.loads(text, handler=_Strings())
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError):  # what YAML's readers raise
        return _as_lines(text)
    if not post.metadata:
        return _as_lines(text)
    return {str(key).lower(): value for key, value in post.metadata.items()}, post.content


def _as_lines(text: str) -> tuple[dict[str, Any], str]:
    match = _FENCED.match(text)
    if match is None:
        return {}, text
    meta: dict[str, Any] = {}
    key = ""
    for line in match[1].split("\n"):
        item = re.match(r"\s+-\s+(.+)|-\s+(.+)", line)
        pair = re.match(r"([A-Za-z][\w -]*?)\s*:(?:\s+(.*))?\Z", line)
        if item and key and isinstance(meta.get(key) or [], list):
            meta[key] = [*(meta.get(key) or []), _unquoted(item[1] or item[2])]
        elif pair:
            key = pair[1].lower()
            value = _unquoted(pair[2] or "")
            meta[key] = [_unquoted(part) for part in value[1:-1].split(",")] if re.match(r"\[.*\]\Z", value) else value
    return meta, text[match.end() :]


def _unquoted(value: str) -> str:
    stripped = value.strip()
    quoted = len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "'\""
    return stripped[1:-1] if quoted else stripped


def _title(meta: Mapping[str, Any], text: str) -> tuple[str, str]:
    """The title, and the text without the heading that repeats or gives it."""
    heading = _HEADING.match(text) or _UNDERLINED.match(text)
    said = _one(meta, "title", "headline")
    if heading is None:
        return said or "", text
    inner = plain(clean(_html(heading[1])))
    if said and " ".join(said.split()) != inner:
        return said, text
    return said or inner, text[heading.end() :]


def _html(text: str) -> str:
    if any(block.count("[") > _MOST_BRACKETS for block in re.split(r"\n\s*\n", text)):
        raise UnreadableError("is nested too deep to be read")
    try:
        return markdown.markdown(text, extensions=list(_EXTENSIONS))
    except RecursionError as error:  # quotes in quotes, a thousand deep
        raise UnreadableError("is nested too deep to be read") from error


def _without_notices(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without the lines that are notices of an embargo; those within lines are cut out of the HTML."""
    lines = text.split("\n")
    kept, notices = embargo.cut_lines(lines)
    return "\n".join(line if new.strip() else new for line, new in zip(lines, kept, strict=True)), notices


def _one(meta: Mapping[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = meta.get(key)
        if isinstance(value, list):
            value = ", ".join(str(part) for part in value if part is not None)
        if value is not None and not isinstance(value, dict) and str(value).strip():
            return " ".join(drop_controls(str(value)).split())
    return None


def _many(meta: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    for key in keys:
        value = meta.get(key)
        parts = value if isinstance(value, list) else str(value).split(",") if value else []
        found = [" ".join(drop_controls(str(part)).split()) for part in parts if part is not None]
        if any(found):
            return tuple(dict.fromkeys(part for part in found if part))
    return ()


def _moment(document: Document, meta: Mapping[str, Any], *keys: str) -> datetime | None:
    """The first of the keys that is a date."""
    found = (document.moment(meta.get(key)) for key in keys)
    return next((moment for moment in found if moment), None)


def _embargo(document: Document, meta: Mapping[str, Any]) -> datetime | None:
    value = _one(meta, *_EMBARGO_KEYS)
    if value is None or _is_lifted(meta):
        return None
    near = _moment(document, meta, "date", "published") or document.modified
    moment = embargo_time.moment_of(value, near=near, zone=document.zone)
    if moment is None and not embargo_time.find_run(value, 0):
        moment = document.moment(value)  # 20260922T0001
    if moment is None:
        raise UnreadableError(f"has an embargo whose time cannot be read: {value[:120]}",
                              hint='write it as "embargo: 2026-09-22 00:01"')  # fmt: skip
    return moment


def _is_lifted(meta: Mapping[str, Any]) -> bool:
    return (_one(meta, *_EMBARGO_KEYS) or "").lower() in {"none", "no", "lifted"}
