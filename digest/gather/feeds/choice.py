"""Which entries of a feed its editor wants: include and exclude words, and how many at most."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from digest.model import Entry, Source


def wanted(
    entries: Sequence[Entry], source: Source, *, backlog: Collection[str], others: Sequence[datetime | None]
) -> tuple[Entry, ...]:
    """Those with one of the source's words and none of its unwanted ones; the newest, if it limits them.

    Args:
        entries: in the order of the document.
        source: says what is wanted.
        backlog: ids of entries that stay whatever they say: they are listed, so that they are never taken for news.
        others: when the entries of the same document were published that have not changed; they count to the limit.
    """
    kept = [entry for entry in entries if entry.id in backlog or is_chosen(entry, source)]
    if source.max_entries is None or len(kept) + len(others) <= source.max_entries:
        return tuple(kept)
    listed = {place for place, entry in enumerate(kept) if entry.id in backlog}
    ranked = [(_newest_first(entry.published), place) for place, entry in enumerate(kept) if place not in listed]
    ranked += [(_newest_first(moment), -1) for moment in others]
    places = listed | {place for _, place in sorted(ranked)[: source.max_entries]}
    return tuple(kept[place] for place in sorted(places - {-1}))


def is_chosen(entry: Entry, source: Source) -> bool:
    """Whether an entry has one of the source's words, if it asks for some, and none of its unwanted ones."""
    if not source.include and not source.exclude:
        return True
    folded = f"{entry.title}\n{entry.text}\n{entry.summary}".casefold()
    if source.include and not any(_has_word(folded, word) for word in source.include):
        return False
    return not any(_has_word(folded, word) for word in source.exclude)


def _newest_first(published: datetime | None) -> float:
    return -published.timestamp() if published else 0.0


def _has_word(folded: str, word: str) -> bool:
    found = r"\s+".join(re.escape(part) for part in word.casefold().split())
    return bool(found) and re.search(rf"(?<!\w){found}(?!\w)", folded) is not None
