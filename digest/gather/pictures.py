"""What a picture shows, in words: looked up where the text has the same picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.text.plain import plain
from digest.text.titles import tidy_title
from digest.text.urls import clean_url, url_key

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")


def pictures(body: str) -> Iterator[tuple[str, str]]:
    """The address and the words of every picture in clean HTML."""
    if "<img" not in body:
        return
    for found in re.finditer(r"<img\b(?:\"[^\"]*+\"|[^<>\"])*+>", body):
        tag = found[0]
        src, alt = re.search(r' src="([^"]+)"', tag), re.search(r' alt="([^"]*)"', tag)
        url = clean_url(plain(src[1]) if "&" in src[1] else src[1]) if src else None
        if url:
            yield url, tidy_title(alt[1]) if alt else ""


def alt_of(url: str, body: str) -> str:
    """The words of the picture with this address in clean HTML; empty if it is not there.

    Parameters of picture files are sizes (``?w=600``), so these do not make another picture.
    """
    if "<img" not in body:
        return ""
    key = _key(url)
    return next((alt for other, alt in pictures(body) if alt and _key(other) == key), "")


def is_picture(url: str) -> bool:
    """Whether an address ends like a picture's file."""
    return url.partition("?")[0].lower().endswith(_ENDINGS)


def _key(url: str) -> str:
    key = url_key(url)
    return key.partition("?")[0] if is_picture(url) else key
