"""Text → words for matching, and how long a text is in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

import snowballstemmer
import stopwordsiso

# Scripts written without spaces: Han, kana, Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff々〆"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
# Vowel signs and accents belong to their word, though \w leaves most of them out.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\W_])(?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])*")
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
# Where none of those stands, this finds the same words in a third of the time.
_PLAIN_WORD = re.compile(r"[^\W_]+")
_UNPLAIN = re.compile(rf"[{_UNSPACED}{_MARKS}]")

_MOST_STEMS = 200_000  # that are kept of a language
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
    "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip


def words(text: str, language: str | None) -> tuple[str, ...]:
    """The words of a text that tell what it is about: ``stems`` less stop words and single letters.

    Args:
        text: plain text.
        language: a two-letter code ("en"); None or an unknown one takes whole words and no stop words.
    """
    stop = stop_words(language)
    kept = (word for word in tokens(text) if word not in stop and (len(word) > 1 or not word.isalpha()))
    return tuple(map(_stems(language).__getitem__, kept))


def stems(text: str, language: str | None) -> tuple[str, ...]:
    """Every word of a text, stemmed (Snowball) and in order, so that phrases can be found in it."""
    return tuple(map(_stems(language).__getitem__, tokens(text)))


def tokens(text: str) -> Iterator[str]:
    """Every word of a text in one case (NFKC, casefold); scripts without spaces give pairs of characters."""
    if text.isascii():
        return iter(_ASCII_WORD.findall(text.lower()))
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _unplain_tokens(folded) if _UNPLAIN.search(folded) else iter(_PLAIN_WORD.findall(folded))


def _unplain_tokens(folded: str) -> Iterator[str]:
    for word in _WORD.findall(folded):
        if _UNSPACED_RUN.match(word) and len(word) > 1:
            yield from (first + second for first, second in pairwise(word))
        else:
            yield word


def count_words(text: str) -> int:
    """How long a text reads, in words; two characters of a script without spaces count as one word."""
    if text.isascii():
        return sum(any(map(str.isalnum, part)) for part in text.split())
    unspaced = sum(len(run) for run in _UNSPACED_RUN.findall(text))
    spaced = _UNSPACED_RUN.sub(" ", text) if unspaced else text
    return sum(any(map(str.isalnum, part)) for part in spaced.split()) + (unspaced + 1) // 2


def overlap(ours: Iterable[Hashable], theirs: Iterable[Hashable]) -> float:
    """What part of the smaller of two collections the other holds too: 0.0 … 1.0, 0.0 if one is empty."""
    first, second = set(ours), set(theirs)
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


class _Stems(dict[str, str]):
    """The stems of a language's words, each worked out once: that takes a hundred times as long as finding it."""

    def __init__(self, language: str | None) -> None:
        super().__init__()
        algorithm = _STEMMERS.get(language or "")
        known = algorithm in snowballstemmer.algorithms()
        self._stemmer = snowballstemmer.stemmer(algorithm) if known else None

    def __missing__(self, word: str) -> str:
        stem = word if self._stemmer is None else str(self._stemmer.stemWord(word))
        if len(self) >= _MOST_STEMS:
            self.clear()
        self[word] = stem
        return stem


@lru_cache
def _stems(language: str | None) -> _Stems:
    return _Stems(language)


@lru_cache
def stop_words(language: str | None) -> frozenset[str]:
    """Words that tell nothing ("the", "since"), in one case; none for an unknown language."""
    return frozenset(stopwordsiso.stopwords(language or ""))
