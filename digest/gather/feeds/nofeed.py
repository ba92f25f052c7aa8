"""Why a document is no feed, in words for the person who listed it."""

from __future__ import annotations

import re

from digest.gather.feeds.parser import Raw
from digest.text.plain import drop_controls
from digest.text.titles import tidy_title
from digest.text.urls import clean_url, shown_url


def explain(body: bytes, parsed: Raw, url: str | None) -> tuple[str, str | None]:
    """What a document is that gives no entries, and what to do about it.

    Args:
        body: begins with no white space.
        parsed: what feedparser made of it.
        url: where it was found; None for a file.
    """
    start = body[:4096].lower()
    if b"<html" in start or b"<!doctype html" in start:
        title = re.search(rb"<title[^>]*>([^<]{1,200})", body[:65536], re.IGNORECASE)
        named = f": {tidy_title(title[1].decode('utf-8', 'replace'))}" if title else ""
        found = _announced(body, url)
        hint = f"its feed may be {found}" if found else "look for the feed's address on that page"
        return (f"answered with a web page, not a feed{named}" if url else f"is a web page{named}"), hint
    error = parsed.get("bozo_exception")
    if parsed.get("version") or b"<rss" in start or b"<feed" in start:
        return (f"is a feed that cannot be read: {short(error)}" if error else "is a feed without entries"), None
    return "is no feed", "feeds are RSS, Atom, RDF or JSON Feed documents"


def short(error: object) -> str:
    """The first words of an error, on one line."""
    return drop_controls(" ".join(str(error).split()))[:160]


def _announced(body: bytes, url: str | None) -> str | None:
    """The feed a web page names in its head."""
    page = body[:200_000].decode("utf-8", "replace")
    for tag in re.findall(r"<link\b[^<>]{1,1000}>", page, re.IGNORECASE):
        href = re.search(r"""href\s*=\s*["']?([^"'\s>]+)""", tag, re.IGNORECASE)
        if href and re.search(r"application/(?:rss\+xml|atom\+xml|feed\+json)", tag, re.IGNORECASE):
            found = clean_url(href[1].replace("&amp;", "&"), url)
            return shown_url(found) if found else None
    return None
