"""Which entries are the same item: the id an entry keeps from week to week."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a document says of one item that could tell it from others."""

    guid: str | None
    url_key: str | None
    content: str  # title and summary


def entry_id(source_id: str, key: str) -> str:
    """Twelve hex digits of a source and a key within it."""
    return sha256(f"{source_id}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


def entry_ids(source_id: str, items: Sequence[Marks]) -> tuple[str, ...]:
    """An id for every item of one document, no two alike.

    An item is its guid, else its link, else its title and summary. Where several items with different links share a
    guid, that guid names none of them and each is guid and link. (Miniflux lets the first keep the bare guid; then
    a new item on top of such a feed would take the place of last week's and never be news.) What is still alike is
    numbered.
    """
    links = defaultdict(set)
    for item in items:
        if item.guid:
            links[item.guid].add(item.url_key)
    used: Counter[str] = Counter()
    ids = []
    for item in items:
        key = _key(item, shared=len(links[item.guid]) > 1 if item.guid else False)
        used[key] += 1
        ids.append(entry_id(source_id, key if used[key] == 1 else f"{key}|{used[key]}"))
    return tuple(ids)


def _key(item: Marks, *, shared: bool) -> str:
    if item.guid:
        return f"{item.guid}|{item.url_key or ''}" if shared else item.guid
    return item.url_key or sha256(item.content.encode("utf-8", "surrogatepass")).hexdigest()
