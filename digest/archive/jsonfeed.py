"""A feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from digest.archive.feeditems import JSON, FeedHead, FeedItem, moment

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(head: FeedHead, items: Sequence[FeedItem]) -> bytes:
    """The items in the given order, in UTF-8; the same items give the same bytes.

    Without an address on the web it names none, as the format allows for "a file created on a desktop computer": it
    has no place to say what a relative address is relative to.

    Args:
        head: what the feed says of itself.
        items: as ``digest.archive.feeditems`` makes them.
    """
    feed: dict[str, Any] = {"version": VERSION, "title": head.title}
    if head.folder:
        feed |= {"home_page_url": head.home, "feed_url": f"{head.folder}{JSON}"}
    if head.description:
        feed["description"] = head.description
    if head.logo:
        feed["icon"] = head.logo
    feed |= {"authors": [{"name": head.author}], "language": head.language}
    feed["items"] = [_item(item, is_on_web=bool(head.folder)) for item in items]
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(item: FeedItem, *, is_on_web: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"id": item.id}
    if is_on_web:
        told["url"] = item.url
    if item.sources:
        told["external_url"] = item.sources[0].url
    told |= {"title": item.title, "content_html": item.content}
    if item.summary:
        told["summary"] = item.summary
    told |= {"date_published": moment(item.published), "date_modified": moment(item.updated)}
    if item.tags:
        told["tags"] = list(item.tags)
    return told | {"language": item.language}
