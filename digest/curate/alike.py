"""Whether two entries say the same: the evidence behind "the same item"."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from digest.curate.headlines import bare_key, is_column, version_of
from digest.curate.shingles import Hashes, Shingle, shingles, text_words, word_numbers
from digest.curate.unlike import Fillings, fillings, other_fillings
from digest.model import Entry
from digest.text.language import base_language
from digest.text.titles import title_key
from digest.text.words import overlap, stop_words, tokens

_STEM = 6  # letters of a word of a title, which are alike in most of its forms
_TITLES = 0.5  # of the words of the shorter title
_TEXTS = 0.6  # of the shingles of the shorter text
_LITTLE = 20  # words: a text as short is no evidence under another title
_FEWEST = 8  # words: a shorter text has to be the very same
_EXCERPT = 0.5  # of the longer text's words: what is shorter may be one of several things in it
_OPENS = 60  # words into the longer text, where an excerpt begins at the latest
_SUBJECT = 0.3  # of the longer words of the shorter text, for one matter under one title
_SUBJECT_LETTERS = 5
_NUMBERS = 3
_NUMBERS_SHARED = 1 / 3
_NAME_LETTERS = 3
_TOLD = 25  # words: texts as long can be held against each other

_LANGUAGE_PART = re.compile(
    r"(?<=/)[a-z]{2}(?:[-_][a-z]{2})?(?=/|$)|(?<=[?&]lang=)[\w-]+|^[a-z]{2}(?=\.[\w-]+\.[a-z])", re.IGNORECASE
)


@dataclass(frozen=True)
class Told:
    """An entry with what it is compared by, each worked out when it is first asked for."""

    entry: Entry
    origin: str  # what counts as one source
    hashes: Hashes

    @property
    def words(self) -> Iterator[str]:
        """Not kept, as what is made of them: of a hundred thousand entries it would fill a gigabyte."""
        return text_words(self.entry.text or self.entry.summary)

    @cached_property
    def numbers(self) -> array[int]:
        """The words as numbers."""
        return word_numbers(self.entry.text or self.entry.summary, self.hashes)

    @cached_property
    def neutral_address(self) -> str:
        return neutral_address(self.entry.url_key or "")

    @property
    def word_set(self) -> frozenset[str]:
        return frozenset(self.words)

    @property
    def shingles(self) -> list[Shingle]:
        return shingles(self.numbers)

    @property
    def long_words(self) -> frozenset[str]:
        return frozenset(word for word in self.words if len(word) >= _SUBJECT_LETTERS or not word.isascii())

    @cached_property
    def title_words(self) -> frozenset[str]:
        stop = stop_words(base_language(self.entry.language, ""))
        telling = (word[:_STEM] for word in tokens(self.entry.title) if len(word) > 1 and word not in stop)
        return frozenset(telling) or frozenset(tokens(self.entry.title))

    @cached_property
    def title_key(self) -> str:
        return title_key(self.entry.title)

    @cached_property
    def bare_key(self) -> str:
        return bare_key(self.entry.title)

    @cached_property
    def title_tokens(self) -> frozenset[str]:
        return frozenset(tokens(self.entry.title))

    @cached_property
    def fillings(self) -> Fillings:
        return fillings(self.entry.text or self.entry.summary)

    @cached_property
    def caseless_fillings(self) -> Fillings:
        return fillings(self.entry.text or self.entry.summary, names=False)


def told(entry: Entry, *, origin: str = "", hashes: Hashes | None = None) -> Told:
    """An entry, ready to be compared.

    Args:
        entry: what is compared.
        origin: what counts as its source; "" is nobody's.
        hashes: shared by all that are compared with one another, so that each word is hashed once.
    """
    return Told(entry=entry, origin=origin, hashes=Hashes() if hashes is None else hashes)


def titles_alike(one: Told, other: Told) -> bool:
    """Whether the titles share half of the words of the shorter one, or are the same."""
    return one.title_key == other.title_key or overlap(one.title_words, other.title_words) >= _TITLES


def texts_alike(one: Told, other: Told) -> bool:
    """Whether one text holds most of the other: .6 of its four-word shingles; False if either has none."""
    if min(len(one.numbers), len(other.numbers)) < _FEWEST:
        return bool(one.numbers) and list(one.words) == list(other.words)
    return overlap(one.shingles, other.shingles) >= _TEXTS


def held(one: Told, other: Told) -> float:
    """What part of the shorter text's shingles the other has too: 0.0 … 1.0."""
    return overlap(one.shingles, other.shingles)


def same_text(one: Told, other: Told) -> bool:
    """Whether the texts are one, which a short text or an excerpt shows only under a like title.

    A roundup holds the beginnings of many things; a sentence of the house ("Read the whole story …") stands under all.
    """
    if not texts_alike(one, other):
        return False
    shorter, longer = sorted((one, other), key=lambda side: len(side.numbers))
    if titles_alike(one, other) or one.bare_key == other.bare_key:
        return True
    if len(shorter.numbers) < _LITTLE:
        return False
    return len(shorter.numbers) >= _EXCERPT * len(longer.numbers) or (
        _opens(shorter, longer) and not is_column(longer.bare_key)
    )


def same_address(one: Told, other: Told) -> bool:
    """Whether two entries link to one page, which is more than a site's front page and tells the same in both.

    Feeds of events, releases or changes link every item to one page: those are alike neither in title nor in text.
    """
    key = one.entry.url_key
    if key is None or key != other.entry.url_key or is_front_page(key):
        return False
    return titles_alike(one, other) or texts_alike(one, other)


def same_matter(one: Told, other: Told) -> bool:
    """Whether two texts under one title may be of one matter: they share words, or one says too little to tell."""
    if min(len(one.numbers), len(other.numbers)) < _TOLD:
        return True
    return overlap(one.long_words, other.long_words) >= _SUBJECT


def are_two(one: Told, other: Told) -> bool:
    """Whether something tells that two entries are two things, whatever else they share.

    Other figures or names in the same places, except in the marked next version of a piece and in translations; or one
    source, two pages and unlike titles (or texts).
    """
    if _is_next_version(one, other) or _differ_by_language(one, other):
        return False
    if one.origin and one.origin == other.origin and _brought_twice(one, other):
        return True
    if _names_its_own(one, other) and _names_its_own(other, one):
        return True
    return _filled_in_otherwise(one, other)


def _brought_twice(one: Told, other: Told) -> bool:
    """Whether one source tells two things: on two pages, under unlike titles or in unlike texts."""
    if one.entry.url_key == other.entry.url_key:
        return False
    return not titles_alike(one, other) or bool(one.numbers and other.numbers and not texts_alike(one, other))


def _names_its_own(one: Told, other: Told) -> bool:
    """Whether a title names something of its own text, or a number, that the other entry does not name at all.

    A new headline over a copied text names nothing that the text does not hold; each of two releases of one pattern
    does.
    """
    words, others = one.word_set, other.word_set
    return any(
        (word in words and len(word) >= _NAME_LETTERS) or word.isdigit()
        for word in one.title_tokens
        if word not in other.title_tokens and word not in others
    )


def _filled_in_otherwise(one: Told, other: Told) -> bool:
    words, others = one.word_set, other.word_set
    if words <= others or others <= words:
        return False
    first, second = one.fillings, other.fillings
    if first.has_case != second.has_case:
        first, second = one.caseless_fillings, other.caseless_fillings
    return other_fillings(first, second)


def are_translations(one: Told, other: Told, *, within: timedelta) -> bool:
    """Whether two entries in two languages, under one address but for the language in it, tell the same.

    They came out together, and of the numbers of the text with fewer (three at least) the other has a third.
    """
    dates = one.entry.published, other.entry.published
    if dates[0] is None or dates[1] is None or abs(dates[0] - dates[1]) > within:
        return False
    numbers = [{word for word in side.words if word.isdigit()} for side in (one, other)]
    return min(map(len, numbers)) < _NUMBERS or overlap(*numbers) >= _NUMBERS_SHARED


def neutral_address(url_key: str) -> str:
    """A canonical address with its language ("/en/", "?lang=de", "fr.") left out."""
    return _LANGUAGE_PART.sub("*", url_key)


def is_front_page(url_key: str) -> bool:
    """Whether a canonical address names a site and no page of it."""
    host, _, rest = url_key.partition("://")[2 if "://" in url_key else 0].partition("/")
    return not rest.strip("/") and "?" not in host and "#" not in host


def _differ_by_language(one: Told, other: Told) -> bool:
    """Whether two addresses are the same but for the language in them: translations share no words."""
    ours, theirs = one.entry.url_key, other.entry.url_key
    return bool(ours and theirs and ours != theirs) and one.neutral_address == other.neutral_address


def _is_next_version(one: Told, other: Told) -> bool:
    """Whether one is marked as the next version of the other: "UPDATE 2-…" over most of the same text."""
    versions = version_of(one.entry.title), version_of(other.entry.title)
    return any(versions) and one.bare_key == other.bare_key and texts_alike(one, other)


def _opens(shorter: Told, longer: Told) -> bool:
    """Whether the shorter text stands at the top of the longer one."""
    top = frozenset(longer.shingles[:_OPENS])
    return any(shingle in top for shingle in shorter.shingles[: _OPENS // 2])
