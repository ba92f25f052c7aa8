"""Entry → passages: the sentences of the article, and which of them a summary can quote.

A quotation of several sentences is one passage, and so is one with the line before that says whose it is. What is of
the page and not of the article (``digest.curate.boilerplate``) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from digest.curate.boilerplate import ends_the_text, is_boilerplate, is_caption, note_marks, preface
from digest.curate.leaning import is_personal, leans, reports_nobody
from digest.model import Entry
from digest.text.provenance import Field, told_in
from digest.text.quotation import is_closed
from digest.text.sentences import folded, paragraph_spans, sentence_spans
from digest.text.titles import title_key
from digest.text.words import count_words

LOOK_AT = 40
"""Sentences of a field. With 30, ROUGE-1 of 208 abstracts of long documents falls from .295 to .292."""
FEWEST_WORDS, MOST_WORDS = 5, 60
_MOST = 20_000  # characters that are looked at
_LONGEST_HEADING = 12  # words
_LONGEST_QUOTATION = 4  # sentences

_END = re.compile(r"[.!?։؟।॥。！？｡][\"'”’“‘»«)\]」』）】》\s]*$")
_END_INSIDE = re.compile(r"[.!?][\"'”’»)]*\s|[。！？]")
_QUESTION = re.compile(r"[?？؟;][\"'”’“‘»«)\]」』）】》\s]*$")
_CUT = re.compile(
    r"(?:…|\.\.+|\[(?:…|\.\.\.|\+\d+ chars)\]|\((?:more|cont\.?|continued)\))[\"'”’»)\s.]*$", re.IGNORECASE
)
_ONLY_QUOTED = re.compile(r"^(?:“[^“”]*”|\"[^\"]*\"|«[^«»]*»|»[^»«]*«|„[^„“”]*[“”]|”[^”]*”|「[^「」]*」|‘[^‘’]*’)\W*$")
_OPENERS = "“„«‹「『"
_QUOTED = re.compile(rf"\s*[{_OPENERS}\"‘]")
_LAST_MARK = re.compile(r"[“”„«»「」『』\"](?=[^“”„«»「」『』\"]*$)")
# "… has been resolved. rust says …": something fell out between.
_GAP = re.compile(
    r"\b(?:(?!approx)[a-zß-öø-ÿ]{5,}|(?!Messrs)[A-ZÀ-Þ][a-zß-öø-ÿ]{5,})\. [a-zß-öø-ÿ]"
    r"|[a-zß-öø-ÿ]{3}[.!?][A-ZÀ-Þ][a-zß-öø-ÿ]+ "  # "… was resolved.The next …"
)
_ITEM = re.compile(r"(?:\(?\d{1,2}\)|\d{1,2}\.|#\d{1,3}[:.]?) (?=\w)")
_NOUNS_WITH_CAPITALS = frozenset(["de", "lb"])
_MOST_NAMES = 0.75  # of the words of a sentence
_ORDINALS = frozenset(["de", "da", "nb", "nn", "no", "fi", "cs", "sk", "hu", "sl", "hr", "sr", "et", "lv", "tr"])
"""Languages in which "3." is "the third", as in "3. Oktober"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A sentence of an entry, or a line that is none."""

    field: Field
    start: int  # characters, start ≤ i < end
    end: int
    text: str  # on one line
    number: int  # of the article's sentences and headings, from 0, field by field
    words: int
    sentences: int  # more than one where a quotation goes on
    kind: Literal["whole", "heading", "broken"]  # broken: cut, something stays open, or a quotation of nobody's
    leans: bool  # makes sense only after the passage of the number before
    personal: bool  # its writer speaks of himself or to the reader


def passages(entry: Entry, field: Field, language: str) -> Iterator[Passage]:
    """The passages of a field in their order, at most ``LOOK_AT``.

    Args:
        entry: whose title, said again as a sentence, is left out.
        field: which of its texts.
        language: a two-letter code.
    """
    text = told_in(entry, field)[:_MOST]
    sentences = list(islice(_sentences(entry, text, language), LOOK_AT))
    at = number = 0
    while at < len(sentences):
        last = _last_of_unit(text, sentences, at)
        start, end = sentences[at][0], sentences[last][1]
        shown = folded(text[start:end])
        kind = _kind(shown, alone=last == at and sentences[at][2] and _begins_paragraph(sentences, at))
        if kind == "whole" and (_is_item(shown, language) or _is_row_of_names(shown, language)):
            kind = "broken"
        told = (
            text[start : sentences[at][1]].endswith((":", "：")) and last > at
        )  # who says it is no sentence of its own
        yield Passage(
            field=field,
            start=start,
            end=end,
            text=shown,
            number=number,
            words=max(count_words(shown), len(shown.split())),  # some count a dash that stands alone
            sentences=last - at + (0 if told else 1),
            kind=kind,
            leans=leans(shown, language) if number else reports_nobody(shown, language),
            personal=is_personal(shown, language),
        )
        at, number = last + 1, number + 1


def is_quotable(passage: Passage) -> bool:
    """Whether it can stand in a summary: a whole sentence of 5 to 60 words that is no question."""
    fits = FEWEST_WORDS <= passage.words <= MOST_WORDS
    return fits and passage.kind == "whole" and not _QUESTION.search(passage.text)


def is_whole(text: str) -> bool:
    """Whether a text ends like a sentence and was not cut."""
    return _END.search(text) is not None and _CUT.search(text) is None


_Sentence = tuple[int, int, bool]  # start, end, whether it ends its paragraph


def _begins_paragraph(sentences: list[_Sentence], at: int) -> bool:
    return at == 0 or sentences[at - 1][2]


def _sentences(entry: Entry, text: str, language: str) -> Iterator[_Sentence]:
    """Where the sentences that are of the article stand."""
    known = {title_key(entry.title), title_key(entry.kind or ""), ""}
    longest = (
        max(map(len, known)) * 5 // 4 + 12
    )  # characters a repeated title can have; the key of each line costs time
    for start, end in paragraph_spans(text):
        paragraph = folded(text[start:end])
        if ends_the_text(paragraph):
            return
        is_line = not _END.search(paragraph) and not _END_INSIDE.search(paragraph)
        if is_caption(paragraph) or (is_line and is_boilerplate(paragraph)):
            continue
        spans = sentence_spans(text, (start + preface(text[start:end]), end), language)
        bare = ((low + note_marks(text[low:high]), high) for low, high in spans)
        found = [(low, high) for low, high in bare if not _is_foreign(text[low:high], known, longest)]
        for low, high in found:
            yield low, high, (low, high) == found[-1]


def _is_foreign(raw: str, known: set[str], longest: int) -> bool:
    """Whether a sentence is the page's, or the title said again."""
    sentence = folded(raw)
    return is_boilerplate(sentence) or (len(sentence) <= longest and title_key(sentence) in known)


def _last_of_unit(text: str, sentences: list[_Sentence], at: int) -> int:
    """The last sentence of the passage that begins with one: further on where a quotation goes on."""
    start, end, ends_paragraph = sentences[at]
    first = text[start:end]
    told = ends_paragraph and first.endswith((":", "：")) and _follows_quotation(text, sentences, at + 1)
    if not told and (is_closed(first) or not _opens(first)):
        return at
    begin = at + 1 if told else at
    for last in range(begin, min(begin + _LONGEST_QUOTATION, len(sentences))):
        if last > at and text[sentences[last - 1][1] : sentences[last][0]].strip():
            break  # something that is not of the article was left out
        whole = text[start : sentences[last][1]]
        if is_closed(whole):
            return last if count_words(whole) <= MOST_WORDS else at
        if sentences[last][2]:
            break
    return at


def _follows_quotation(text: str, sentences: list[_Sentence], at: int) -> bool:
    return at < len(sentences) and _QUOTED.match(text, sentences[at][0]) is not None


def _opens(sentence: str) -> bool:
    """Whether the last quotation mark of a sentence opens a quotation."""
    mark = _LAST_MARK.search(sentence)
    if mark is None:
        return False
    before = sentence[mark.start() - 1 : mark.start()]
    return mark.group() in _OPENERS or (mark.group() == '"' and (not before or before in " ([—–:\n"))


def _kind(sentence: str, *, alone: bool) -> Literal["whole", "heading", "broken"]:
    if is_whole(sentence):
        broken = (
            not is_closed(sentence) or _begins_late(sentence) or _ONLY_QUOTED.match(sentence) or _GAP.search(sentence)
        )
        return "broken" if broken else "whole"
    is_row = " | " in sentence
    is_short = count_words(sentence) <= _LONGEST_HEADING and not sentence.endswith((":", ",", "…", "..."))
    return "heading" if alone and (is_row or is_short) else "broken"


def _is_item(sentence: str, language: str) -> bool:
    return language not in _ORDINALS and _ITEM.match(sentence) is not None


def _is_row_of_names(sentence: str, language: str) -> bool:
    """Whether nearly all words have a capital: the authors of a paper, a title, what stands on buttons."""
    words = [word for word in re.findall(r"[^\W\d_]{2,}", sentence) if word[0].lower() != word[0].upper()]
    names = sum(word[0].isupper() for word in words)
    return language not in _NOUNS_WITH_CAPITALS and len(words) >= FEWEST_WORDS and names > _MOST_NAMES * len(words)


def _begins_late(sentence: str) -> bool:
    """Whether a sentence's beginning is missing: it begins in lower case ("iPhone" does not) or with what ends one."""
    word = sentence.lstrip("\"'“”„«»‘(")[:2]
    return sentence[0] in ".,;:!?)]。、！？」-–—" or (word[:1].islower() and not word[1:].isupper())
