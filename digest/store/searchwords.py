"""Words as the search index of PostgreSQL holds them: without case and accents, as SQLite's index makes them itself.

PostgreSQL would need an extension for accents, and its own parser takes addresses and hyphens apart in ways of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

MOST = 250_000  # characters of a text that are indexed: PostgreSQL holds a megabyte of words of it

_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile(r"[\W_]+")
_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
_PHRASE = re.compile(r'"((?:[^"]|"")*)"(\*?)')  # as digest.store.search quotes them


def folded(text: str) -> str:
    """The words of a text with one blank between them, as they are compared: "Über-Netz" is "uber netz"."""
    plain = text.casefold()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFD", plain))
    return _BETWEEN.sub(" ", plain[:MOST]).strip()


def tsquery(phrases: Iterable[str]) -> str:
    """What PostgreSQL is asked for the quoted words of a query: each must be there, those in one quote together."""
    asked = []
    for phrase in phrases:
        found = _PHRASE.fullmatch(phrase)
        words = folded(found[1]).split() if found else []
        if found and words:
            asked.append(" <-> ".join(f"'{word}'" for word in words) + (":*" if found[2] else ""))
    return " & ".join(f"({one})" for one in asked)


def excerpt(texts: Sequence[str], phrases: Iterable[str], *, words: int, mark: str) -> str:
    """So many words of the text that has most of the words looked for, these between marks.

    Args:
        texts: to choose from; of equals the first.
        phrases: the quoted words of the query.
        words: how long the excerpt is.
        mark: stands before and after each word found.
    """
    whole, begun = set(), []
    for phrase in phrases:
        parts = folded(phrase).split()
        whole |= set(parts)
        begun += parts[-1:] if phrase.endswith("*") else []

    def wanted(word: str) -> bool:
        return word in whole or word.startswith(tuple(begun))

    best, most = "", -1
    for text in texts:
        found = list(_WORD.finditer(text))
        plain = [folded(one.group()) for one in found]
        first = next((place for place, word in enumerate(plain) if wanted(word)), 0)
        start = max(0, min(first - words // 4, len(found) - words))
        shown, names = found[start : start + words], plain[start : start + words]
        count = len({word for word in names if wanted(word)})
        if shown and count > most:
            best, most = _marked(text, shown, [wanted(word) for word in names], mark), count
    return best


def _marked(text: str, shown: Sequence[re.Match[str]], wanted: Sequence[bool], mark: str) -> str:
    end = len(text) if text[shown[-1].end() :].strip(" .!?…") == "" else shown[-1].end()
    at = shown[0].start() if text[: shown[0].start()].strip() else 0
    pieces = ["…"] if text[:at].strip() else []
    for one, found in zip(shown, wanted, strict=True):
        if found:
            pieces += [text[at : one.start()], mark, one.group(), mark]
            at = one.end()
    pieces += [text[at:end], "…" if end < len(text) else ""]
    return "".join(pieces)
