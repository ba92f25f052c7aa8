"""What two items share, in words an editor can check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.curate.features import Features, spell_names, spell_terms
from digest.curate.frequencies import Frequencies
from digest.model import Entry
from digest.text.words import tokens

_NAMES = 3  # and numbers
_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two."""

    entry: Entry
    features: Features


def ground(one: Side, other: Side, frequencies: Frequencies) -> str:
    """The rarest names and words that two items share, as the first writes them, and how far apart they are.

    "shares Ofgem, £1,720, cap; 1 day apart"
    """
    names = _rarest(one.features.names, other.features.names, frequencies.names)[:_NAMES]
    terms = _rarest(one.features.terms, other.features.terms, frequencies.terms)[: _NAMES + _WORDS]
    named = spell_names(one.entry, names)
    shown = [named.get(name, name) for name in names]
    said = {part for name in shown for part in tokens(name)}
    worded = spell_terms(one.entry, terms)
    words = [word for term in terms if (word := worded.get(term, term)) not in said][:_WORDS]
    return f"shares {', '.join([*shown, *words])}; {_apart(one.entry, other.entry)}"


def told_probability(probability: float) -> str:
    """To a hundredth, and never as if it were certain."""
    return f"{min(probability, 0.99):.2f}"


def _rarest(ours: Iterable[str], theirs: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """What both have, the rarest first; of equals, what our title has first."""
    held = set(theirs)
    return sorted((key for key in ours if key in held), key=lambda key: counts.get(key, 1))


def _apart(one: Entry, other: Entry) -> str:
    if one.published is None or other.published is None:
        return "no dates to compare"
    days = abs(one.published - other.published).days
    return "less than a day apart" if days == 0 else f"{days} day{'' if days == 1 else 's'} apart"
