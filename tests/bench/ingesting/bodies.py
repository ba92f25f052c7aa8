"""Captured feed documents, and the same ones a little later: with one new item at the top."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

SMALLEST_BYTES = 2_000
"""What is smaller was written as a test case, not captured."""

_FEED = re.compile(rb"<(?:item|entry|rss|feed)[\s>]")
_ITEM = re.compile(rb"<(item|entry)(?:\s[^<>]*)?>.*?</\1\s*>", re.DOTALL)
_IDENTITIES = (
    re.compile(rb"(<(?:guid|id)\b[^<>]*>)[^<>]*(?=</)"),
    re.compile(rb"(<(?:guid|id)\b[^<>]*>\s*<!\[CDATA\[)[^\]]*(?=\]\])"),
    re.compile(rb"(<(?:feedburner:origLink|link)>)[^<>]*(?=</)"),
    re.compile(rb"(<link>\s*<!\[CDATA\[)[^\]]*(?=\]\])"),
    re.compile(rb"(<link\b[^<>]*?\bhref\s*=\s*[\"'])[^\"'<>]*"),
    re.compile(rb"(\A<item\b[^<>]*\brdf:about\s*=\s*[\"'])[^\"'<>]*"),
)
_TITLE = re.compile(rb"(<title(?:\s[^<>]*)?>(?:\s*<!\[CDATA\[)?)")
_BUILT = re.compile(rb"(<(?:lastBuildDate|updated)(?:\s[^<>]*)?>)([^<>]*)")


def find_bodies(folders: Sequence[Path]) -> list[Path]:
    """Every captured feed below the folders, each body once; in an order that mixes sources and sizes.

    The order is that of the hashes of the bodies, so it is the same wherever they lie.
    """
    found: dict[str, Path] = {}
    for path in (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()):
        body = path.read_bytes()
        if len(body) >= SMALLEST_BYTES and _FEED.search(body):
            found.setdefault(sha256(body).hexdigest(), path)
    return [found[name] for name in sorted(found)]


def share_out(bodies: Sequence[Path], feeds: int) -> list[int]:
    """Which body each feed serves: each body at several addresses, or a part of them if there are more bodies."""
    count = len(bodies)
    return [number % count if feeds >= count else number * count // feeds for number in range(feeds)]


def with_new_item(body: bytes) -> bytes | None:
    """The document once its publisher has written one more item: it stands first, and the document's date has moved.

    The new item is the first one again under another id, link and title, so that it is as long and as odd as that
    publisher's items are. None for a document without an item that could be told from its copy.
    """
    first = _ITEM.search(body)
    if first is None:
        return None
    address = b"https://new.example/" + sha256(body).hexdigest()[:12].encode()
    item, changed = first[0], 0
    for identity in _IDENTITIES:
        item, count = identity.subn(rb"\g<1>" + address, item)
        changed += count
    if not changed:
        return None
    head = _BUILT.sub(_a_little_later, body[: first.start()], count=1)
    return head + _TITLE.sub(rb"\g<1>New: ", item, count=1) + body[first.start() :]


def _a_little_later(found: re.Match[bytes]) -> bytes:
    """The same date with other seconds."""
    return found[1] + re.sub(rb":\d\d(?=\D*\d{0,4}\s*\Z|Z|[+-]|\s)", b":59", found[2], count=1)
