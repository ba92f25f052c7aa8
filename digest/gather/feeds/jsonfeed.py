"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1) in the shape feedparser gives the others, which does not read it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_BOMS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_json_feed(body: bytes) -> bool:
    """Whether a document is JSON, in UTF-8 or UTF-16; whether it is a feed, parsing says."""
    start = body[:64]
    for bom in _BOMS:
        start = start.removeprefix(bom)
    return start.replace(b"\0", b"").lstrip()[:1] == b"{"


def parse_json_feed(body: bytes) -> dict[str, Any]:
    """The feed as a mapping like feedparser's, with a list ``problems`` that tells of items that are none.

    The head has ``expired`` if the feed says that nothing will come any more.

    Raises:
        ValueError: it is not JSON, or no JSON Feed; the message says what is wrong and where.
    """
    data = _read(body)
    items = data.get("items") if isinstance(data, dict) else None
    if items is None or not isinstance(items, list):
        msg = "it is JSON, but no JSON Feed: it has no list of items"
        raise ValueError(msg)
    good = [item for item in items if isinstance(item, dict) and item]
    version = _text(data, "version").rstrip("/").rpartition("/")[2]
    return {
        "version": f"json{version.replace('.', '')}" if version in {"1", "1.1"} else "json",
        "feed": {
            "title": _text(data, "title"),
            "link": _text(data, "home_page_url"),
            "language": _text(data, "language"),
            "expired": data.get("expired") is True,
        },
        "entries": [_entry(item, data) for item in good],
        "problems": [f"{len(items) - len(good)} of its items are empty"] if len(good) < len(items) else [],
    }


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        ends_early = error.doc[: error.pos].rstrip().endswith(",")
        what = "a comma with nothing after it" if ends_early else error.msg
        msg = f"it is no JSON: {what} at line {error.lineno}, column {error.colno}"
        raise ValueError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"it is no JSON: a byte that is no UTF-8 at {error.start}"
        raise ValueError(msg) from error


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> dict[str, Any]:
    language = _text(item, "language")
    html, text, summary = _text(item, "content_html"), _text(item, "content_text"), _text(item, "summary")
    body = {"value": html, "type": "text/html"} if html else {"value": text, "type": "text/plain"}
    entry: dict[str, Any] = {
        "id": _identifier(item.get("id")),
        "guidislink": _text(item, "id").startswith(("http://", "https://")),
        "title": _text(item, "title"),
        "title_detail": {"language": language},
        "link": _text(item, "url") or _text(item, "external_url"),
        "links": _enclosures(item),
        "authors": [{"name": _text(author, "name")} for author in _authors(item) or _authors(feed)],
        "tags": [{"term": tag} for tag in _list(item, "tags") if isinstance(tag, str)],
        "content": [{**body, "language": language}] if html or text else [],
        "media_thumbnail": [{"url": url} for url in (_text(item, "image"), _text(item, "banner_image")) if url],
        "published": _text(item, "date_published"),
        "published_parsed": _moment(_text(item, "date_published")),
        "updated": _text(item, "date_modified"),
        "updated_parsed": _moment(_text(item, "date_modified")),
    }
    if summary:
        entry["summary"] = summary
        entry["summary_detail"] = {"value": summary, "type": "text/plain"}
    return entry


def _identifier(value: object) -> str:
    """1.0 allowed numbers, and says to take them for strings."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _enclosures(item: Mapping[str, Any]) -> list[dict[str, str]]:
    found = [one for one in _list(item, "attachments") if isinstance(one, dict) and _text(one, "url")]
    return [{"rel": "enclosure", "href": _text(one, "url"), "type": _text(one, "mime_type")} for one in found]


def _authors(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """1.1 has a list, 1.0 one; an item without has the feed's."""
    found = _list(item, "authors") or [item.get("author")]
    return [author for author in found if isinstance(author, dict) and _text(author, "name")]


def _list(item: Mapping[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _moment(value: str) -> Any:
    """RFC 3339 as the nine numbers feedparser gives; None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).utctimetuple()
    except (ValueError, OverflowError):
        return None
