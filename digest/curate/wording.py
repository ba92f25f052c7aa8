"""What two entries of one source share word for word, which is the source's manner and nothing of what either tells.

Two releases of one office hold the same headings, addresses and closing words; in a batch of five entries those look
as telling as a name. What is left is what each says in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import intern

from digest.curate.features import Features, name_of, terms_of
from digest.curate.unlike import Fillings, fillings, other_fillings
from digest.model import Entry
from digest.text.words import overlap

_RUN = 4  # words
_LOOK_AT = 1600  # characters
_MOSTLY = (
    0.4  # of the runs of the shorter text: then what the titles share is of the pattern too ("Planning notice: …")
)
_TITLES = 0.5  # of the terms of the shorter title
_INSTALMENT = re.compile(
    r"\b(chapter|day|edition|q(?=\d)|ep(?:isode)?|issue|lecture|lesson|no|number|part|round|season|session|vol(?:ume)?|week"
    r"|ausgabe|folge|kapitel|nr|runde|staffel|tag|teil|vortrag|woche|chapitre|épisode|jour|leçon|numéro|partie|saison"
    r"|capítulo|edición|episodio|lección|número|parte|semana|temporada)s?\W{0,3}(\d+)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[.,'’&-][^\W_]+)*|\n")


class Wording:
    """Whose an entry is and how it is worded; each part is worked out when it is first asked for."""

    def __init__(self, entry: Entry, features: Features, *, origin: str) -> None:
        """Take what counts as the entry's source; "" is nobody's."""
        self.origin = origin
        self._entry = entry
        self._features = features

    @cached_property
    def title_terms(self) -> frozenset[str]:
        return frozenset(self._features.terms[: self._features.titled])

    @cached_property
    def title(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in _WORD.findall(self._entry.title))

    @cached_property
    def instalments(self) -> dict[str, str]:
        """Which piece of a series a headline says it is: "Lecture 120: …"."""
        return {word.casefold(): number for word, number in _INSTALMENT.findall(self._entry.title)}

    @cached_property
    def words(self) -> list[str]:
        """Where a line begins counts as one, so that a line of two words can be a run."""
        return [intern(word.casefold()) for word in _WORD.findall(f"\n{self._text[:_LOOK_AT]}\n")]

    @cached_property
    def fillings(self) -> Fillings:
        return fillings(self._text)

    @property
    def _text(self) -> str:
        return max(self._entry.text, self._entry.summary, key=len)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What two entries both say in words of their own."""

    terms: frozenset[str]
    names: frozenset[str]


def own_words(one: Wording, other: Wording) -> Own | None:
    """What two entries of one source both hold beside what they share word for word.

    None if nothing is to be taken off: they share no run of four words, or, as in an update, their titles are of one
    matter and no pattern is filled in with other names or figures. Two pieces of a series share nothing that counts.
    """
    if any(other.instalments.get(word, number) != number for word, number in one.instalments.items()):
        return Own(terms=frozenset(), names=frozenset())
    alike = overlap(one.title_terms, other.title_terms) >= _TITLES
    pattern = other_fillings(one.fillings, other.fillings)
    if alike and not pattern:
        return None
    runs = [_runs(side.words) for side in (one, other)]
    first, second = map(frozenset, runs)
    shared = first & second
    if not shared and not pattern:
        return None
    mostly = len(shared) >= _MOSTLY * min(len(first), len(second))
    headline = one.title & other.title if pattern or mostly else frozenset[str]()
    ours, theirs = (
        _beside(shared, side.words, own) | (side.title - headline) for side, own in zip((one, other), runs, strict=True)
    )
    return Own(
        terms=frozenset(term for word in ours for term in terms_of(word))
        & frozenset(term for word in theirs for term in terms_of(word)),
        names=frozenset(map(name_of, ours)) & frozenset(map(name_of, theirs)),
    )


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Every four words in a row, whatever numbers stand among them. Not kept: they take ten times what the words do."""
    masked = ["#" if word[0].isdigit() else word for word in words]
    return list(zip(*(masked[at:] for at in range(_RUN)), strict=False))


def _beside(shared: frozenset[tuple[str, ...]], words: Sequence[str], runs: Sequence[tuple[str, ...]]) -> set[str]:
    """The words of a text that stand in none of the runs that are shared."""
    covered = {word for at, run in enumerate(runs) if run in shared for word in words[at : at + _RUN]}
    return set(words) - covered
