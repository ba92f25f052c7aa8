"""Words as the search index holds them, and a query taken apart into them.

Scripts without blanks (Chinese, Japanese, Thai and their like) are indexed letter by letter: whatever stands inside a
clause is found, as letters that follow each other. All other words are compared without case and accents; SQLite's
index makes them so itself, PostgreSQL would need an extension, and its own parser takes addresses and hyphens apart in
ways of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from digest.errors import UsageError

MARKS = ("\x02", "\x03")
"""Stand before and after a found word in a snippet; no text of ours has them."""

MOST = 250_000
"""Characters of a text that are indexed on PostgreSQL, which holds a megabyte of words of it."""

MOST_ASKED = 10_000  # characters of a query that are read
MOST_WORDS = 64  # of a query that are looked for: each is read through the index once more
_LONGEST = 500  # letters of a word: PostgreSQL knows none of more than 2046 bytes

# The commonest words of the languages digest's furniture speaks. A longer list would drop words with a meaning of
# their own ("state", "world"); these only cost the reader hits ("the price of gas" must find "gas price").
STOP_WORDS = frozenset(
    # English, German, French, Spanish
    """
    a an and are as at be by for from in is it of on or that the to was were with
    am auf aus bei das dem den der des die ein eine einem einen einer eines für im ist mit nach oder und vom von
    zu zum zur
    au aux ce dans de du en et la le les ou par pour que qui sur un une
    al como con del el las lo los por se una unas uno unos
    """.split()  # noqa: SIM905  one word a line would be sixty lines
)

# Thai, Lao, Burmese, Khmer, kana and Han.
LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""The letters of scripts without blanks, as the inside of a ``[…]`` of regular expressions and of SQLite's GLOB."""

_APART = re.compile(f"(?<=[{LETTERS}])(?=\\S)|(?<=\\S)(?=[{LETTERS}])")
_TOGETHER = re.compile(f"(?<=[{LETTERS}]) (?=[^\\w\\s]|[{LETTERS}])|(?<=[^\\w\\s]) (?=[{LETTERS}])")
_RUN = re.compile(f"(?<=[{LETTERS}])\x03 \x02(?=[{LETTERS}])")  # between MARKS
_UNSPACED = re.compile(f"[{LETTERS}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile(r"[\W_]+")
_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
_PARTS = re.compile(r'"([^"]*)"?(\*?)|([^\s"]+)')
_QUOTES = str.maketrans("“”„‟«»", '""""""')  # as keyboards and word processors put them, each language its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that stand together."""

    words: str  # as typed, letters apart; at least one of them is a letter or a digit
    begins: bool = False  # the last one is the beginning of a word

    @property
    def quoted(self) -> str:
        """As FTS5 reads it: data, whatever is in it (https://www.sqlite.org/fts5.html §3.1).

        Its words keep their ß, which others write as ss: both are asked for.
        """
        typed = self.words.lower()
        spelt = dict.fromkeys((typed, typed.replace("ß", "ss"), typed.replace("ss", "ß")))
        asked = ['"' + words.replace('"', '""') + '"' + ("*" if self.begins else "") for words in spelt]
        return asked[0] if len(asked) == 1 else f"({' OR '.join(asked)})"

    @property
    def asked(self) -> str:
        """As PostgreSQL reads it."""
        words = [f"'{word[:_LONGEST]}'" for word in folded(self.words).split()]
        return f"({' <-> '.join(words)}{':*' if self.begins else ''})" if words else ""

    def finder(self) -> Callable[[str], bool]:
        """Says whether a text has it, as an index would."""
        words = map(re.escape, folded(self.words).split())
        pattern = re.compile(r"(?<![^\W_])" + r"[\W_]+".join(words) + ("" if self.begins else r"(?![^\W_])"))

        def has(text: str) -> bool:
            return pattern.search(text.casefold() if text.isascii() else folded(text)) is not None

        return has


def phrases_of(query: str) -> tuple[Phrase, ...]:
    """Take a query apart: all of these must be there. Stop words ask for nothing where another word stands.

    Raises:
        UsageError: there is no word in it.
    """
    # SQLite reads a query up to the first NUL and cannot take a lone surrogate.
    typed = "".join(" " if mark < " " or "\ud800" <= mark <= "\udfff" else mark for mark in query[:MOST_ASKED])
    found: dict[str, Phrase] = {}
    for phrase, phrase_star, word in _PARTS.findall(typed.translate(_QUOTES)):
        told = (phrase or word).rstrip()
        words = apart(told.rstrip("*")).strip()
        if any(mark.isalnum() for mark in words):
            found[words.casefold()] = Phrase(words=words, begins=bool(phrase_star) or told.endswith("*"))
    if not found:
        raise UsageError(
            f"search: {query[:100]!r}: there is no word to look for",
            hint='give one or more words: digest search price cap, digest search "sanction*"',
        )
    telling = [one for words, one in found.items() if words not in STOP_WORDS or one.begins]
    return tuple((telling or list(found.values()))[:MOST_WORDS])


def match(phrases: Iterable[Phrase]) -> str:
    """What FTS5 is asked."""
    return " AND ".join(one.quoted for one in phrases)


def tsquery(phrases: Iterable[Phrase]) -> str:
    """What PostgreSQL is asked."""
    return " & ".join(one.asked for one in phrases if one.asked)


def has_letters(text: str) -> bool:
    """Whether a text, or a part of it, is in a script without blanks."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def apart(text: str) -> str:
    """The text with a blank on either side of each letter of a script without them."""
    return _APART.sub(" ", text) if has_letters(text) else text


def together(text: str) -> str:
    """Undo ``apart``, but for blanks between scripts."""
    return _TOGETHER.sub("", text) if has_letters(text) else text


def folded(text: str) -> str:
    """The words of a text with one blank between them, as they are compared: "Über-Netz" is "uber netz"."""
    plain = apart(text[:MOST]).casefold()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFD", plain))
    return _BETWEEN.sub(" ", plain[: 2 * MOST]).strip()


def excerpt(texts: Sequence[str], phrases: Iterable[Phrase], *, words: int) -> str:
    """So many words of the text that has most of the words looked for, these between MARKS.

    Args:
        texts: to choose from, letters ``apart``; of equals the first.
        phrases: that are looked for.
        words: how long the excerpt is.
    """
    whole, begun = set(), []
    for phrase in phrases:
        parts = folded(phrase.words).split()
        begun += parts[-1:] if phrase.begins else []
        whole |= set(parts[:-1] if phrase.begins else parts)

    def wanted(word: str) -> bool:
        return word in whole or word.startswith(tuple(begun))

    best, most = "", -1
    for text in texts:
        found = list(_WORD.finditer(text))
        plain = [word.casefold() if word.isascii() else folded(word) for word in map(re.Match.group, found)]
        first = next((place for place, word in enumerate(plain) if wanted(word)), 0)
        start = max(0, min(first - words // 4, len(found) - words))
        shown, names = found[start : start + words], plain[start : start + words]
        count = len({word for word in names if wanted(word)})
        if shown and count > most:
            best, most = _marked(text, shown, [wanted(word) for word in names]), count
    return _RUN.sub(" ", best)


def _marked(text: str, shown: Sequence[re.Match[str]], wanted: Sequence[bool]) -> str:
    end = len(text) if text[shown[-1].end() :].strip(" .!?…。！？") == "" else shown[-1].end()
    at = shown[0].start() if text[: shown[0].start()].strip() else 0
    pieces = ["…"] if text[:at].strip() else []
    for one, found in zip(shown, wanted, strict=True):
        if found:
            pieces += [text[at : one.start()], MARKS[0], one.group(), MARKS[1]]
            at = one.end()
    pieces += [text[at:end], "…" if end < len(text) else ""]
    return "".join(pieces)
