"""Whether two entries say the same: the evidence behind "the same item"."""

from __future__ import annotations

from digest.model import Entry
from digest.text.language import base_language
from digest.text.titles import title_key
from digest.text.words import overlap, tokens, words

_TITLES = 0.5  # of the words of the shorter title
_TEXTS = 0.6  # of the shingles of the shorter text: P .993, R 1.0 on 1,500 pairs of copies cut, extended or edited
_SHINGLE = 4  # words
_LOOK_AT = 300  # words
_BYTES = 3000  # enough for as many words
_TELLING_WORDS = 4
_TELLING_LENGTH = 20  # characters


def telling_title(key: str) -> bool:
    """Whether a title key is long enough to be nobody else's: "Weekly update" is not."""
    return len(key.split()) >= _TELLING_WORDS or len(key) >= _TELLING_LENGTH


def titles_alike(one: Entry, other: Entry) -> bool:
    """Whether the titles share half of the words of the shorter one, or are the same."""
    if title_key(one.title) == title_key(other.title):
        return True
    return overlap(_title_words(one), _title_words(other)) >= _TITLES


def texts_alike(one: Entry, other: Entry) -> bool:
    """Whether one text holds most of the other; False if either has none."""
    first, second = _text_words(one), _text_words(other)
    if min(len(first), len(second)) < 2 * _SHINGLE:
        return bool(first) and first == second
    return overlap(_shingles(first), _shingles(second)) >= _TEXTS


def same_address(one: Entry, other: Entry) -> bool:
    """Whether two entries link to one page, which is more than a site's front page and tells the same in both.

    Feeds of events, releases or changes link every item to one page: those are alike neither in title nor in text.
    """
    if one.url_key is None or one.url_key != other.url_key or is_front_page(one.url_key):
        return False
    return titles_alike(one, other) or texts_alike(one, other)


def is_front_page(url_key: str) -> bool:
    """Whether a canonical address names a site and no page of it."""
    host, _, rest = url_key.partition("://")[2 if "://" in url_key else 0].partition("/")
    return not rest.strip("/") and "?" not in host and "#" not in host


def _title_words(entry: Entry) -> tuple[str, ...]:
    code = base_language(entry.language, "")
    return words(entry.title, code) or tuple(tokens(entry.title))


def _text_words(entry: Entry) -> list[str]:
    return list(tokens((entry.text or entry.summary)[:_BYTES]))[:_LOOK_AT]


def _shingles(text: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(text[start:] for start in range(_SHINGLE)), strict=False))
