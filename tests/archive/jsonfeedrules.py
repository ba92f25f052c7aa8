"""What is wrong with a JSON Feed: the rules of https://www.jsonfeed.org/version/1.1/, written down anew.

What it strongly recommends, and what RFC 8259 and RFC 3339 want of JSON and of times, are rules here too.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.archive.feedtexts import html_faults, is_absolute, is_language, is_mime, looks_like_html, time_of

VERSION = "https://jsonfeed.org/version/1.1"
STRINGS = "string"
ADDRESSES = "address"
FEED: dict[str, str] = {
    "version": STRINGS, "title": STRINGS, "home_page_url": ADDRESSES, "feed_url": ADDRESSES, "description": STRINGS,
    "user_comment": STRINGS, "next_url": ADDRESSES, "icon": ADDRESSES, "favicon": ADDRESSES, "authors": "list",
    "language": STRINGS, "expired": "bool", "hubs": "list", "items": "list",
}  # fmt: skip
ITEM: dict[str, str] = {
    "id": STRINGS, "url": ADDRESSES, "external_url": ADDRESSES, "title": STRINGS, "content_html": STRINGS,
    "content_text": STRINGS, "summary": STRINGS, "image": ADDRESSES, "banner_image": ADDRESSES,
    "date_published": STRINGS, "date_modified": STRINGS, "authors": "list", "tags": "list", "language": STRINGS,
    "attachments": "list",
}  # fmt: skip
AUTHOR: dict[str, str] = {"name": STRINGS, "url": ADDRESSES, "avatar": ADDRESSES}
ATTACHMENT: dict[str, str] = {
    "url": ADDRESSES, "mime_type": STRINGS, "title": STRINGS, "size_in_bytes": "number",
    "duration_in_seconds": "number",
}  # fmt: skip
HUB: dict[str, str] = {"type": STRINGS, "url": ADDRESSES}
TYPES: dict[str, type | tuple[type, ...]] = {
    STRINGS: str, ADDRESSES: str, "list": list, "bool": bool, "number": (int, float),
}  # fmt: skip


def json_faults(data: bytes) -> list[str]:
    """Every fault: its name and where it is; empty for a valid feed that is on the web."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ["encoding: not UTF-8"]
    if text.startswith("\ufeff"):
        return ["encoding: begins with a byte order mark"]
    doubled: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        doubled.extend(f"doubled: {key}" for key, count in Counter(key for key, _ in found).items() if count > 1)
        return dict(found)

    try:
        feed = json.loads(text, object_pairs_hook=pairs)
    except ValueError as error:
        return [f"syntax: {error}"]
    if not isinstance(feed, dict):
        return ["type: a feed is an object"]
    found = [*doubled, *_characters(text), *_feed(feed)]
    items = feed.get("items")
    if isinstance(items, list):
        found += [fault for item in items for fault in _item(item)]
        ids = Counter(item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str))
        found += [f"repeated: id {one}" for one, count in ids.items() if count > 1]
    return found


def _characters(text: str) -> Iterator[str]:
    if re.search(r"(?<!\\)(\\\\)*\\u[dD][89a-fA-F]", text):
        yield "encoding: half of a surrogate pair"


def _known(one: dict[str, Any], keys: dict[str, str], where: str) -> Iterator[str]:
    """Each key is known and holds what it should, or is an extension."""
    for key, value in one.items():
        if key.startswith("_"):
            if not re.fullmatch(r"_[A-Za-z][^.]*", key) or not isinstance(value, dict):
                yield f"extension: {where}.{key}"
            continue
        kind = keys.get(key)
        if kind is None:
            yield f"unknown: {where}.{key}"
        elif not isinstance(value, TYPES[kind]) or (kind == "number" and isinstance(value, bool)):
            yield f"type: {where}.{key}"
        elif kind == ADDRESSES and not is_absolute(str(value)):
            yield f"address: {where}.{key}"
        elif kind == STRINGS and not str(value).strip():
            yield f"blank: {where}.{key}"


def _feed(feed: dict[str, Any]) -> Iterator[str]:
    yield from _known(feed, FEED, "feed")
    yield from (f"missing: feed.{key}" for key in ("version", "title", "items") if key not in feed)
    yield from (f"recommended: feed.{key}" for key in ("home_page_url", "feed_url") if key not in feed)
    if feed.get("version", VERSION) != VERSION:
        yield "version: feed.version"
    elif next(iter(feed)) != "version":
        yield "order: the version comes first"
    if "next_url" in feed and feed["next_url"] == feed.get("feed_url"):
        yield "loop: feed.next_url"
    yield from _plain(feed, ("title", "description"), "feed")
    yield from _language(feed, "feed")
    yield from _authors(feed, "feed")
    for hub in _objects(feed, "hubs"):
        yield from _known(hub, HUB, "hub")
        yield from (f"missing: hub.{key}" for key in HUB if key not in hub)


def _item(item: object) -> Iterator[str]:
    if not isinstance(item, dict):
        yield "type: an item is an object"
        return
    yield from _known(item, ITEM, "item")
    if "id" not in item:
        yield "missing: item.id"
    if not {"content_html", "content_text"} & set(item):
        yield "missing: item.content_html or item.content_text"
    yield from _plain(item, ("title", "summary"), "item")
    yield from _language(item, "item")
    yield from _authors(item, "item")
    yield from _times(item)
    tags = item.get("tags", [])
    if isinstance(tags, list):
        if not all(isinstance(tag, str) and tag.strip() for tag in tags):
            yield "type: item.tags"
        elif len(set(tags)) < len(tags):
            yield "repeated: item.tags"
    for attachment in _objects(item, "attachments"):
        yield from _known(attachment, ATTACHMENT, "attachment")
        yield from (f"missing: attachment.{key}" for key in ("url", "mime_type") if key not in attachment)
        if not is_mime(str(attachment.get("mime_type", "a/b"))):
            yield "type: attachment.mime_type"
    if isinstance(html := item.get("content_html"), str):
        yield from (f"html: {fault}" for fault in html_faults(html, has_base=False))


def _times(item: dict[str, Any]) -> Iterator[str]:
    times = {key: time_of(str(item[key])) for key in ("date_published", "date_modified") if key in item}
    yield from (f"time: item.{key}" for key, time in times.items() if time is None)
    published, modified = (times.get(key) for key in ("date_published", "date_modified"))
    if published and modified and modified < published:
        yield "time: modified before it was published"


def _plain(one: dict[str, Any], keys: tuple[str, ...], where: str) -> Iterator[str]:
    """The only place for HTML is content_html."""
    yield from (f"html: {where}.{key}" for key in keys if looks_like_html(str(one.get(key, ""))))


def _language(one: dict[str, Any], where: str) -> Iterator[str]:
    if isinstance(one.get("language"), str) and not is_language(one["language"]):
        yield f"language: {where}"


def _objects(one: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = one.get(key, [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _authors(one: dict[str, Any], where: str) -> Iterator[str]:
    authors = one.get("authors", [])
    if isinstance(authors, list) and len(_objects(one, "authors")) < len(authors):
        yield f"type: {where}.authors"
    for author in _objects(one, "authors"):
        yield from _known(author, AUTHOR, f"{where}.author")
        if not set(author) & set(AUTHOR):
            yield f"missing: {where}.author has no name, address or picture"
