"""Addresses in the prose of a text mail: found, freed of the sentence's punctuation, and known when said already."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_CJK = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
WEB_ADDRESS = re.compile(rf"https?://[^\s/?#\x01-\x1f<>\"“”„«»{_CJK}]+(?:[/?#][^\s\x01-\x1f<>\"“”„«»{_CJK}]*)?")
"""An address in prose. Chinese goes on without a blank, so its letters end one; others may be part of it."""
NOTE = "\x01"
"""Stands on either side of the place of a link's address, until its paragraph is whole; clean text holds none."""
_ESCAPES = str.maketrans({'"': "%22", "<": "%3C", ">": "%3E"})
_ENDS = re.compile(r"[.,;:!?'’*_…]+\Z")


def without_ends(url: str) -> tuple[str, str]:
    """An address found in prose, and the punctuation after it that is the sentence's."""
    kept = _ENDS.sub("", url)
    while kept[-1:] in {")", "]"} and kept.count(kept[-1]) > kept.count("(" if kept[-1] == ")" else "["):
        kept = _ENDS.sub("", kept[:-1])
    return kept, url[len(kept) :]


def is_same(text: str, url: str) -> bool:
    """Whether a link's text is its address, spelled the same or with fewer escapes."""
    return unquote(text).rstrip("/") == unquote(url).rstrip("/")


def mailbox(link: str) -> str:
    """Whom a ``mailto:`` link (RFC 6068) writes to."""
    return unquote(link[len("mailto:") :].partition("?")[0])


def escaped(url: str) -> str:
    """An address as it may stand in text: programs end one at a blank, a quotation mark or an angle bracket."""
    return "%20".join(url.split()).translate(_ESCAPES)


def web_address(href: str) -> str:
    """The address a reader can open; empty: no reader can."""
    try:
        opens = urlsplit(href).scheme in {"http", "https", "mailto"}
    except ValueError:
        return ""
    return escaped(href) if opens else ""
