"""Stories → the terms they speak of: stems that tell something, and the seeds and phrases an editor named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from digest.model import Entry
from digest.text.words import stems, stop_words, tokens

Phrase = tuple[str, ...]
"""A run of stems."""

_TITLE_COUNTS = 2  # times a word of the text
_MOST_WORDS = 300  # of a story's texts: with 100, four points fewer of long articles find their section
_FEWEST_WORDS = 40  # of each text, however many tell the story
_WORD_LENGTH = 8  # characters with the blank: how much of a text is looked at
_MOST_ENTRIES = 12  # of one story


class Lexicon:
    """The words of one language as terms. Each word is stemmed once, whatever number of stories it stands in."""

    def __init__(self, language: str, seeds: Iterable[Phrase]) -> None:
        """Seeds count though they are stop words: "computer" is one in some lists."""
        self._language = language
        self._stop = stop_words(language)
        self._known: dict[str, tuple[str, bool]] = {}  # word → its stem, and whether it tells something
        self._written: dict[str, str] = {}  # stem → its shortest word
        self._single = {seed[0] for seed in seeds if len(seed) == 1}
        self._openers: set[str] = set()  # words that a seed of several may begin with
        self._starts: dict[str, list[Phrase]] = {}
        for seed in seeds:
            if len(seed) > 1:
                self._starts.setdefault(seed[0], []).append(seed)

    def count(self, group: Sequence[Entry]) -> Mapping[str, int]:
        """How often each term stands in the titles and the first words of a story's entries; titles count more."""
        counts: dict[str, int] = {}
        told = group[:_MOST_ENTRIES]
        most = max(_MOST_WORDS // len(told), _FEWEST_WORDS)
        for entry in told:
            self._add(counts, entry.title, most, times=_TITLE_COUNTS)
            self._add(counts, _whole(entry)[: most * _WORD_LENGTH], most, times=1)
        return counts

    def written(self, stem: str) -> str:
        """A word that has this stem, as a text wrote it."""
        return self._written.get(stem, stem)

    def _add(self, counts: dict[str, int], text: str, most: int, *, times: int) -> None:
        run = list(islice(tokens(text), most))
        found = Counter(run)
        known = self._known
        for word, number in found.items():
            stem, telling = known.get(word) or self._learn(word)
            if telling:
                counts[stem] = counts.get(stem, 0) + number * times
        if not self._openers.isdisjoint(found):
            self._add_phrases(counts, [known[word][0] for word in run], times)

    def _add_phrases(self, counts: dict[str, int], run: Sequence[str], times: int) -> None:
        for place, stem in enumerate(run):
            for phrase in self._starts.get(stem, ()):
                if tuple(run[place : place + len(phrase)]) == phrase:
                    counts[term(phrase)] = counts.get(term(phrase), 0) + times

    def _learn(self, word: str) -> tuple[str, bool]:
        stem = "".join(stems(word, self._language)) or word
        plain = len(word) > 1 or not word.isalpha()  # a single letter tells nothing, a single sign of a script may
        telling = (plain and not word.isdigit() and word not in self._stop) or stem in self._single
        self._known[word] = stem, telling
        if stem in self._starts:
            self._openers.add(word)
        self._written[stem] = min(self._written.get(stem, word), word, key=lambda one: (len(one), one))
        return stem, telling


def term(phrase: Phrase) -> str:
    """A phrase as the term it is counted under."""
    return " ".join(phrase)


def seeds_of(about: str, language: str) -> Mapping[Phrase, str]:
    """Each seed of ``about`` (apart by commas or semicolons) as stems, and as it is written; of like ones the first."""
    seeds: dict[Phrase, str] = {}
    for seed in about.replace(";", ",").split(","):
        if phrase := stems(seed, language):
            seeds.setdefault(phrase, seed.strip())
    return seeds


def _whole(entry: Entry) -> str:
    return entry.text if entry.summary in entry.text else f"{entry.summary}\n{entry.text}"
