"""Which entries are the same item: the id an entry keeps from week to week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a document says of one item that could tell it from others."""

    guid: str | None
    url_key: str | None
    content: str  # title and summary
    title: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An entry that is in the store already."""

    url_key: str | None
    title: str
    published: datetime | None


def _none(_ids: Collection[str]) -> Mapping[str, Earlier]:
    return MappingProxyType({})


def entry_id(source_id: str, key: str) -> str:
    """Twelve hex digits of a source and a key within it."""
    return sha256(f"{source_id}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


def entry_ids(
    source_id: str,
    items: Sequence[Marks],
    *,
    taken: Collection[str] = (),
    known: Callable[[Collection[str]], Mapping[str, Earlier]] = _none,
) -> tuple[str, ...]:
    """An id for every item of one document, no two alike.

    An item is its guid, else its link, else its title and summary. What several items share names none of them: they
    are guid and link, then title as well. (Miniflux lets the first keep the bare guid; then a new item on top of such
    a feed would take the place of last week's and never be news.) For the same reason an item that has the guid of a
    known one, but another address, another title and another date, is another item: there are feeds with one guid for
    all. And an item that is known keeps the id it has, whatever else stands in the document. What is still alike is
    numbered.

    Args:
        source_id: the feed's.
        items: of one document, or of a part of it.
        taken: ids of items of the same document that are not among ``items``, because they have not changed.
        known: what the store has under these ids; asked once, for all that the items may have.
    """
    choices = [_possible_ids(source_id, item) for item in items]
    earlier = known({one for ids in choices for one in ids})
    crowd = Counter(one for ids in {ids[-1]: ids for ids in choices}.values() for one in ids)
    used = set(taken)
    found: list[str | None] = []
    for item, ids in zip(items, choices, strict=True):
        mine = next((one for one in reversed(ids) if one not in used and _is_the_same(item, earlier.get(one))), None)
        found.append(mine)
        used |= {mine} if mine else set()
    numbers: Counter[str] = Counter()
    for place, (item, ids) in enumerate(zip(items, choices, strict=True)):
        if found[place] is None:
            free = (
                one for one in ids if one not in used and crowd[one] == 1 and not _is_another(item, earlier.get(one))
            )
            mine = found[place] = next(free, None) or _numbered(source_id, item, used, numbers)
            used.add(mine)
    return tuple(one for one in found if one is not None)


def _possible_ids(source_id: str, item: Marks) -> tuple[str, ...]:
    """Every id the item may have, the plainest first."""
    return tuple([entry_id(source_id, key) for key in _keys(item)])


def _keys(item: Marks) -> tuple[str, ...]:
    """What the item may be called within its feed, from the plainest to the most exact."""
    if item.guid:
        exact = f"{item.guid}|{item.url_key or ''}"
        return (item.guid, exact, f"{exact}|{_hash(item.title)}")
    if item.url_key:
        return (item.url_key, f"{item.url_key}|{_hash(item.title)}")
    return (_hash(item.content),)


def _numbered(source_id: str, item: Marks, used: Collection[str], numbers: Counter[str]) -> str:
    """The next free id of items that cannot be told apart; ``numbers`` remembers how far each key has come."""
    key = _keys(item)[-1]
    name = entry_id(source_id, key if not numbers[key] else f"{key}|{numbers[key]}")
    while name in used:
        numbers[key] = max(numbers[key] + 1, 2)
        name = entry_id(source_id, f"{key}|{numbers[key]}")
    return name


def _is_the_same(item: Marks, known: Earlier | None) -> bool:
    """Whether a known entry is this item beyond doubt."""
    if known is None or known.url_key != item.url_key:
        return False
    return known.title == item.title or (item.published is not None and known.published == item.published)


def _is_another(item: Marks, known: Earlier | None) -> bool:
    """Whether a known entry that goes by this item's name is another one all the same."""
    if known is None or known.title == item.title:
        return False
    if item.published is not None or known.published is not None:
        dated_alike = item.published == known.published
    else:
        dated_alike = not item.guid or known.url_key == item.url_key  # then only the title differs: a correction
    return not dated_alike and (known.url_key != item.url_key or not item.guid)


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
