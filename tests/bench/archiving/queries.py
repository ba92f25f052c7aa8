"""Queries of every kind that people and their mistakes send, and how long each takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.store.database import Store
from digest.store.search import Filter, search
from digest.store.searchfilters import EVERYTHING
from tests.bench.archiving.history import SECTIONS, History
from tests.bench.archiving.words import COMMON, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked."""

    kind: str
    words: str
    only: Filter = EVERYTHING


def make_queries(history: History, *, each: int = 25) -> tuple[Query, ...]:
    """So many queries of each kind, in an order of chance; the same for the same history."""
    language, found = history.language, []
    pick = language.random.choice
    words = language.words
    rare, mid = words[len(words) // 4 :], words[60:2000]
    for _ in range(each):
        made = {
            "rare": pick(rare),
            "mid": pick(mid),
            "common": pick(words[: len(COMMON)]),
            "two": f"{pick(mid)} {pick(mid)}",
            "rare and common": f"{pick(rare)} {pick(COMMON)} {pick(COMMON)}",
            "stop words": " ".join(pick(COMMON[:9]) for _ in range(language.random.randint(1, 4))),
            "phrase": f'"{pick(COMMON)} {pick(mid)}"',
            "phrase of stop words": f'"{pick(COMMON[:9])} {pick(COMMON[:9])}"',
            "beginning": f"{pick(mid)[: language.random.randint(3, 5)]}*",
            "short beginning": f"{pick(mid)[: language.random.randint(1, 2)]}*",
            "beginning and word": f"{pick(mid)} {pick(mid)[:2]}*",
            "letters": _letters(language),
            "mixed": f"{pick(mid)} {language.letters(1)[0]}",
            "nothing": language.word(syllables=5),
            "unused": pick(mid),
        }  # fmt: skip
        found += [Query(kind=kind, words=asked) for kind, asked in made.items() if kind != "unused"]
        found += [Query(kind="filter", words=asked, only=only) for asked, only in _narrowed(history, pick(mid))]
    language.random.shuffle(found)
    return tuple(found)


def _letters(language: Language) -> str:
    drawn = language.letters(14)
    return drawn[: language.random.randint(1, 4)]


def _narrowed(history: History, word: str) -> list[tuple[str, Filter]]:
    pick = history.language.random.choice
    year = int(history.names[0][:4]) + history.language.random.randrange(len(history.names) // 52 + 1)
    since, until = datetime(year, 3, 1, tzinfo=UTC), datetime(year, 9, 1, tzinfo=UTC)
    return [
        (word, Filter(sections=(pick(SECTIONS),))),
        (pick(COMMON), Filter(organisations=(pick(history.organisations),))),
        (pick(COMMON), Filter(since=since, until=until)),
        (word, Filter(used=False, since=since)),
        ("", Filter(organisations=(pick(history.organisations),), used=pick((True, False, None)))),
        ("", Filter(people=(pick(history.people),), since=since)),
        ("the", Filter(kind="entries", until=until)),
    ]


def took_ms(store: Store, queries: Sequence[Query]) -> list[float]:
    """The milliseconds of each, as ``digest search`` asks it: in a transaction of its own."""
    took = []
    for query in queries:
        begin = time.perf_counter()
        with store.read() as connection:
            search(connection, query.words, only=query.only, limit=21)
        took.append(1000 * (time.perf_counter() - begin))
    return took


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
