"""What search engines ask for: the list of pages (https://www.sitemaps.org/protocol.html), and that all may be read.

A robots.txt counts only at the root of a host (RFC 9309 §2.3); below a prefix it does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

MOST = 50_000
"""Addresses a file, by the protocol. Its other limit, 50 MB, is far: slugs make addresses of 200 bytes."""

MAP = "sitemap.xml"
ROBOTS = "robots.txt"
PAGE = "index.html"
UNLISTED = frozenset({"404.html", "as-sent.html"})
"""Files that nobody should find instead of a page: the one for what is not there, and what was sent before it was
corrected."""

_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap(pages: Sequence[tuple[str, datetime]], url: str) -> dict[str, bytes]:
    """The files for search engines, by path from the site's folder on.

    Args:
        pages: the path of each page from the site's folder on, and when it last changed, aware; files that are no
            pages, and pages that should not be found, are left out.
        url: of the site, ending in ``/``; without one there is only a robots.txt, for a map needs whole addresses.
    """
    if not url:
        return {ROBOTS: _robots(None)}
    shown = [(path, when) for path, when in pages if path.endswith(".html") and _name(path) not in UNLISTED]
    # Two of one address would count twice; the order is that of the addresses, so that the bytes tell of changes only.
    rows = sorted({_address(path, url): when for path, when in shown}.items())
    parts = [rows[start : start + MOST] for start in range(0, len(rows), MOST)] or [[]]
    if len(parts) == 1:
        return {MAP: _listed("urlset", "url", parts[0]), ROBOTS: _robots(url + MAP)}
    files = {f"sitemap-{number}.xml": part for number, part in enumerate(parts, 1)}
    index = [(url + name, max(when for _, when in part)) for name, part in files.items()]
    written = {name: _listed("urlset", "url", part) for name, part in files.items()}
    return {**written, MAP: _listed("sitemapindex", "sitemap", index), ROBOTS: _robots(url + MAP)}


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _address(path: str, url: str) -> str:
    """As the page calls itself: a folder's page by its folder."""
    folder, _, name = path.rpartition("/")
    shown = path if name != PAGE else f"{folder}/" if folder else ""
    return url + quote(shown)


def _listed(outer: str, inner: str, rows: Sequence[tuple[str, datetime]]) -> bytes:
    lines = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} {_SPACE}>']
    for address, when in rows:
        moment = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines.append(f"<{inner}><loc>{escape(address)}</loc><lastmod>{moment}</lastmod></{inner}>")
    lines.append(f"</{outer}>\n")
    return "\n".join(lines).encode()


def _robots(address: str | None) -> bytes:
    lines = ["User-agent: *", "Allow: /"]
    return "\n".join([*lines, "", f"Sitemap: {address}", ""] if address else [*lines, ""]).encode()
