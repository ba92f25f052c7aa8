"""What waits behind an entry's link, as far as its source says so."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import get_args
from urllib.parse import urlsplit

from digest.model import Mark

MARKS: tuple[Mark, ...] = get_args(Mark)

_ENDINGS: dict[str, Mark] = {
    ".pdf": "pdf", ".mp3": "audio", ".m4a": "audio", ".ogg": "audio", ".opus": "audio", ".mp4": "video",
    ".webm": "video",
}  # fmt: skip
_NOT_FREE = re.compile(rb'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)
"""schema.org's word for a paywall, as search engines ask publishers to write it."""


def link_marks(url: str | None, attached: Collection[str] = ()) -> tuple[Mark, ...]:
    """Marks told by an address and by what is attached to the entry.

    Args:
        url: of the entry.
        attached: media types, as ``audio/mpeg``: a podcast's page is there to be listened to.
    """
    found = _by_ending(url) if url else []
    if not attached:
        return tuple(found)
    kinds = {kind.partition("/")[0].strip().lower() for kind in attached}
    sounds: tuple[Mark, ...] = ("audio", "video")
    found += [mark for mark in sounds if mark in kinds]
    return tuple(dict.fromkeys(found))


def _by_ending(url: str) -> list[Mark]:
    low = url.lower()
    likely = [ending for ending in _ENDINGS if ending in low]  # hardly ever: spares taking the address apart
    if not likely:
        return []
    try:
        path = urlsplit(low).path
    except ValueError:
        return []
    return [_ENDINGS[ending] for ending in likely if path.endswith(ending)]


def page_marks(page: bytes) -> tuple[Mark, ...]:
    """Marks told by a saved page itself."""
    return ("paywall",) if b"isAccessibleForFree" in page and _NOT_FREE.search(page) else ()
