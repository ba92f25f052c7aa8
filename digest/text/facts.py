"""What a text commits itself to: quotations, numbers and names, and which of them no source has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import stopwordsiso

from digest.text.words import tokens

# The marks of English, German, French, Spanish and Japanese; straight ones not inside a word or behind a figure (5").
_QUOTED = re.compile(
    r"“([^“”]+)”|(?<![\w\"])\"([^\"\n]+)\"(?!\w)|„([^„“”]+)[“”]|«\s?([^«»]+?)\s?»|»([^«»]+)«|「([^「」]+)」|『([^『』]+)』"
    r"|(?<!\w)‘([^‘’]+(?:’\w[^‘’]*)*)’(?!\w)"
)
_GAP = re.compile(r"\s*(?:\[[^\]]*\]|\(\.\.\.\)|…|\.\.\.)\s*")
_EDGES = " .,;:!?…-–—"

_NUMBER = re.compile(r"\d+(?:[.,'\u00a0\u202f]\d+)*")
_GROUPS = re.compile(r"\d{1,3}(?:([.,'\u00a0\u202f])\d{3})(?:\1\d{3})*")
_PARTED = re.compile(r"(?<!\d)\d{1,3}(?:, \d{3})+(?!\d)|\d+\. \d+")
# Words that say how many. "One" and its like say too often something else.
_NUMBER_WORDS = frozenset(
    """
    zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
    trillion dozen twice double triple half third quarter hundreds thousands millions billions dozens zwei drei vier
    fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend millionen milliarde milliarden
    doppelt verdoppelt halb hälfte drittel viertel deux trois quatre cinq huit neuf dix onze douze vingt trente
    mille millions milliard milliards moitié douzaine dos tres cuatro cinco seis siete ocho nueve
    diez doce veinte treinta cien mil millón millones mitad tercio cuarto docena
    """.split()  # noqa: SIM905  read by people
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?")
_STYLES = frozenset(
    ["mr", "mrs", "ms", "dr", "prof", "st", "sen", "gov", "rep", "gen", "sr", "sra", "m", "mme", "hr", "fr"]
)
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_BEGINS = re.compile(r"[.!?:…\n][\s\"'“”„«»‘(\[–—-]*$")


def quotations(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, without them, in order."""
    return tuple(next(filter(None, match.groups())) for match in _QUOTED.finditer(text))


def missing_quotes(text: str, sources: Iterable[str], *, shortest: int = 1) -> tuple[str, ...]:
    """The quotations of a text that stand word for word in no source.

    The kind of quotation marks, blanks and capitals do not matter, nor a mark at the end; what stands on both sides of
    "…" or "[…]" is looked for on its own, in order.

    Args:
        text: plain text.
        sources: plain texts.
        shortest: characters; a shorter quotation is an emphasis and no citation.
    """
    folded = [_folded(source) for source in sources]
    return tuple(
        quote
        for quote in quotations(text)
        if len(quote) >= shortest and not any(_holds(source, quote) for source in folded)
    )


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a text in order: in figures without what groups their digits, or in words of four languages."""
    found = [(match.start(), _plain_number(match.group())) for match in _NUMBER.finditer(text)]
    found += [
        (match.start(), word)
        for match in _WORD.finditer(text)
        for word in re.split(r"[-'’]", match.group().rstrip(".").casefold())
        if word in _NUMBER_WORDS
    ]
    return tuple(number for _, number in sorted(found, key=lambda place: place[0]))


def known_numbers(text: str) -> frozenset[str]:
    """The numbers that a text has, also where a blank has come into one: "3, 800" is 3800 too, and "1. 3" 1.3."""
    return frozenset(
        (*numbers(text), *(_plain_number(match.group().replace(" ", "")) for match in _PARTED.finditer(text)))
    )


def names(text: str) -> tuple[str, ...]:
    """The words with a capital that the beginning of a sentence does not explain, in order and in one case.

    The first word of a sentence counts if the next has a capital too. A text in capitals has no names.
    """
    return tuple(word for run in _name_runs(text) for word in _name_words(run))


def missing_numbers(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """The numbers of a text that no source has."""
    known = {number for source in sources for number in known_numbers(source)}
    return tuple(dict.fromkeys(number for number in numbers(text) if number not in known))


def missing_names(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """The names of a text, as written there, with a word that no source has (in whatever case)."""
    known = {word for source in sources for word in all_words(source)}
    return tuple(
        dict.fromkeys(" ".join(run) for run in _name_runs(text) if any(word not in known for word in _name_words(run)))
    )


def all_words(text: str) -> Iterator[str]:
    """Every word of a text as ``names`` writes them: in one case, "U.S." as one word."""
    return tokens(_INITIALS.sub(_joined, text))


def _name_runs(text: str) -> Iterator[list[str]]:
    plain = _INITIALS.sub(_joined, text)
    if plain.isupper():
        return
    found = [(match.start(), match.group().rstrip(".")) for match in _WORD.finditer(plain)]
    run: list[str] = []
    for place, (start, word) in enumerate(found):
        before = plain[found[place - 1][0] + len(found[place - 1][1]) : start] if place else ""
        if not word[0].isupper():
            yield from _run(run)
            run = []
            continue
        begins = place == 0 or (_BEGINS.search(before) is not None and found[place - 1][1].casefold() not in _STYLES)
        if begins or before.strip(" .'’-"):
            yield from _run(run)
            run = []
        if word.casefold() in _STYLES or (begins and word.casefold() in _common_words()):
            continue
        if begins and not (place + 1 < len(found) and _goes_on(plain, start + len(word), found[place + 1])):
            continue
        run.append(word)
    yield from _run(run)


@lru_cache
def _common_words() -> frozenset[str]:
    """What begins a sentence before a name: "Then Ada Quill spoke"."""
    return frozenset(stopwordsiso.stopwords(["en", "de", "fr", "es", "it", "nl", "pt"]))


def _run(run: list[str]) -> Iterator[list[str]]:
    if run:
        yield run


def _goes_on(text: str, end: int, after: tuple[int, str]) -> bool:
    """Whether the next word has a capital and only a blank before it."""
    start, word = after
    return word[0].isupper() and not text[end:start].strip()


def _name_words(run: Sequence[str]) -> list[str]:
    return [word for part in run for word in tokens(part) if len(word) > 1]


def _joined(match: re.Match[str]) -> str:
    return match.group().replace(".", "")


def _plain_number(number: str) -> str:
    """Without what groups digits by three: "1,600" → "1600"; a decimal comma is a point."""
    if _GROUPS.fullmatch(number):
        return re.sub(r"\D", "", number)
    return number.replace(",", ".")


def _folded(text: str) -> str:
    plain = text.translate(
        {0x2018: "'", 0x2019: "'", 0x201A: "'", 0x201C: '"', 0x201D: '"', 0x201E: '"', 0xAB: '"', 0xBB: '"',
         0xA0: " ", 0x202F: " ", 0x2011: "-", 0x60: "'"}
    )  # fmt: skip
    return " ".join(plain.split()).casefold()


def _holds(source: str, quote: str) -> bool:
    """Whether every part of a quotation stands in a source, one after the other."""
    place = 0
    for part in _GAP.split(_folded(quote)):
        wanted = part.strip(_EDGES)
        if not wanted:
            continue
        found = source.find(wanted, place)
        if found < 0:
            return False
        place = found + len(wanted)
    return True
