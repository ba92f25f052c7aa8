"""JSON Feed 1.0 and 1.1 (jsonfeed.org) in the shape feedparser gives the others, which does not read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def is_json_feed(body: bytes) -> bool:
    """Whether a document is JSON; whether it is a feed, parsing says."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def parse_json_feed(body: bytes) -> dict[str, Any]:
    """The feed as a mapping like feedparser's.

    Raises:
        ValueError: it is not JSON, or no JSON Feed.
    """
    data = json.loads(body.decode("utf-8-sig"))
    items = data.get("items") if isinstance(data, dict) else None
    if items is None or not isinstance(items, list):
        raise ValueError("is JSON, but no JSON Feed: it has no list of items")
    entries = [_entry(item) for item in items if isinstance(item, dict)]
    return {
        "version": "json",
        "feed": {
            "title": _text(data, "title"),
            "link": _text(data, "home_page_url"),
            "language": _text(data, "language"),
        },
        "entries": entries,
    }


def _entry(item: Mapping[str, Any]) -> dict[str, Any]:
    html, text, summary = _text(item, "content_html"), _text(item, "content_text"), _text(item, "summary")
    identifier = item.get("id")
    body = {"value": html, "type": "text/html"} if html else {"value": text, "type": "text/plain"}
    entry: dict[str, Any] = {
        "id": str(identifier) if isinstance(identifier, str | int | float) else "",
        "guidislink": False,
        "title": _text(item, "title"),
        "link": _text(item, "url") or _text(item, "external_url"),
        "authors": [{"name": _text(author, "name")} for author in _authors(item)],
        "tags": [{"term": tag} for tag in _list(item, "tags") if isinstance(tag, str)],
        "content": [body] if html or text else [],
        "media_thumbnail": [{"url": url} for url in (_text(item, "image"), _text(item, "banner_image")) if url],
        "published_parsed": _moment(_text(item, "date_published")),
        "updated_parsed": _moment(_text(item, "date_modified")),
    }  # fmt: skip
    if summary:
        entry["summary"] = summary
        entry["summary_detail"] = {"value": summary, "type": "text/plain"}
    return entry


def _authors(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """1.1 has a list, 1.0 one."""
    found = _list(item, "authors") or [item.get("author")]
    return [author for author in found if isinstance(author, dict)]


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
