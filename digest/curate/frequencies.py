"""In how many entries a term stands, which tells "Ofgem" from "said"; carried from week to week."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digest.curate.features import Features

MOST = 40_000
"""Terms that are carried, and as many names: about a megabyte of JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """Of so many entries, how many hold each term, and each name."""

    entries: int = 0
    terms: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: Frequencies) -> Frequencies:
        """Both together, as if counted at once."""
        if not self.entries:
            return other
        return Frequencies(
            entries=self.entries + other.entries,
            terms=Counter(self.terms) + Counter(other.terms),
            names=Counter(self.names) + Counter(other.names),
        )

    def aged(self) -> Frequencies:
        """Half of everything, and of each table the MOST commonest: for the next issue to add to.

        What one entry alone held is forgotten; so the sum of many weeks stays below that of the last two.
        """
        return Frequencies(entries=self.entries // 2, terms=_halved(self.terms), names=_halved(self.names))

    def dump(self) -> str:
        """JSON, the same for equal frequencies."""
        return json.dumps(
            {"entries": self.entries, "terms": dict(self.terms), "names": dict(self.names)},
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )


def count_frequencies(features: Iterable[Features]) -> Frequencies:
    """The frequencies of a batch."""
    terms: Counter[str] = Counter()
    names: Counter[str] = Counter()
    entries = 0
    for one in features:
        entries += 1
        terms.update(one.terms)
        names.update(one.names)
    return Frequencies(entries=entries, terms=terms, names=names)


def load_frequencies(dumped: str) -> Frequencies:
    """What ``Frequencies.dump`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        table = json.loads(dumped)
        return Frequencies(
            entries=int(table["entries"]),
            terms={str(term): int(count) for term, count in table["terms"].items()},
            names={str(name): int(count) for name, count in table["names"].items()},
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("these are no frequencies") from error


def _halved(table: Mapping[str, int]) -> dict[str, int]:
    kept = sorted(((count // 2, key) for key, count in table.items() if count > 1), key=lambda row: (-row[0], row[1]))
    return {key: count for count, key in kept[:MOST]}
