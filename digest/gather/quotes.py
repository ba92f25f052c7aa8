"""What somebody said, verbatim, with the speaker's name: found in any text, in four languages' quotation marks.

The words are always a slice of the text. A speaker is named only where the text says who it is; a pronoun stands for
the last one named as long as it could be nobody else. Words in quotation marks that nobody is said to have said, and
that are no paragraph of their own, are titles, terms, thoughts and irony, and no quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from digest.gather.speakers import NAME, VERB, Said, after, before, first_sentence, signature
from digest.model import Quote

_MARKS: Final = frozenset("“„«»\"‘'")
_OPENING: Final = re.compile(r"[“„«]|(?:\A|(?<=[\s(\[—–:/-]))(?:\"(?=\S)|[‘'](?=[^\W\d_a-zß-öø-ÿ])|»(?=\w))")
_CLOSING: Final = {
    "“": re.compile("[“”]"),
    "„": re.compile('[„“”"]'),
    "«": re.compile("[«»]"),
    "»": re.compile("«"),
    '"': re.compile(r'"(?![^\W_])'),
    "‘": re.compile(r"(?<=[.,!?…])’(?!\w)"),
    "'": re.compile(r"(?<=[.,!?…])'(?!\w)"),
}
_LONGEST = 3_000  # letters of one paragraph of a quotation
_MOST = 400  # marks in one text that are looked at
_FEWEST_WORDS = 2  # of a quotation with a speaker
_SENTENCE_WORDS = 8  # of one without
_PARAGRAPH: Final = re.compile(r"\n[ \t\u00a0]*\n\s*")
_EDGE: Final = " \t\n\u00a0\u202f"
_TITLE: Final = re.compile(r"\A(?:Dr|Prof|Professor|Mr|Mrs|Ms|Mx|Mme|Sra?|Frau|Herr|Sir|Dame|Lord|Lady|M)\.?\s+")
_INSERTED: Final = re.compile(rf"(?:,|(?<=[!?]))\s+{VERB}\s+(?={NAME})")


@dataclass(slots=True)
class _Span:
    """A quotation, or what of it stands in one paragraph. Places are of the whole text."""

    start: int  # of its words
    end: int
    resume: int  # where the text around it goes on
    lead: int  # where the text before it begins: at the paragraph's start, or where the quotation before ended
    mark: int  # its opening mark
    stop: int  # where the text after it ends
    closed: bool
    said: Said | None = None
    linked: bool = False  # goes on from the one before


def quotes(text: str) -> tuple[Quote, ...]:
    """The quotes of a text in their order, none twice.

    Args:
        text: plain; a blank line parts paragraphs. Each paragraph of a longer quotation is a quote of its own.
    """
    if _MARKS.isdisjoint(text):
        return ()
    spans = list(_spans(text))
    _read_around(text, spans)
    _link(text, spans)
    found: list[Quote] = []
    people: list[str] = []
    last: _Span | None = None  # of those that somebody is said to have said
    before_it: _Span | None = None
    for span in spans:
        if span.linked and span.said is None and before_it is not None:
            span.said = before_it.said
        attributed = span.said is not None
        name = _speaker(text, span, people, last)
        if name:
            people += [name] if name not in people else []
            span.said = Said(name=name, kind="name")
        if _is_speech(text, span):
            found += _quotes_of(text[span.start : span.end], name)
        before_it, last = span, span if attributed else last
    return tuple(dict.fromkeys(found))


def _spans(text: str) -> Iterator[_Span]:
    start = looked_at = 0
    bounds = [*((gap.start(), gap.end()) for gap in _PARAGRAPH.finditer(text)), (len(text), len(text))]
    for end, following in bounds:
        position = lead = start
        last: _Span | None = None
        while looked_at < _MOST and (mark := _OPENING.search(text, position, end)):
            looked_at += 1
            span = _span(text, mark, lead, end, following)
            if span is None:
                position = mark.end()
                continue
            if last is not None:
                last.stop = span.mark
                yield last
            last, position = span, max(span.resume, mark.end())
            lead = position
        if last is not None:
            yield last
        start = following


def _span(text: str, mark: re.Match[str], lead: int, end: int, following: int) -> _Span | None:
    """The quotation that begins at a mark, or None if it does not end and does not go on in the next paragraph."""
    place = mark.end()
    close = _close(text, mark.group(), place, min(end, place + _LONGEST))
    if close is None and (text[following : following + 1] != mark.group() or end - place > _LONGEST):
        return None
    until = end if close is None else close
    inner = text[place:until]
    start = place + len(inner) - len(inner.lstrip(_EDGE))
    words = inner.strip(_EDGE)
    if not words:
        return None
    resume = end if close is None else close + 1
    return _Span(start=start, end=start + len(words), resume=resume, lead=lead, mark=mark.start(), stop=end,
                 closed=close is not None)  # fmt: skip


def _close(text: str, mark: str, start: int, end: int) -> int | None:
    """Where a quotation ends. One inside it, in the same marks, is passed over."""
    depth = 1
    for found in _CLOSING[mark].finditer(text, start, end):
        opens = found.group() == mark and mark in "“„«" and text[found.start() - 1 : found.start()] in " \n\u00a0([:"
        depth += 1 if opens else -1
        if depth == 0:
            return found.start()
    return None


def _read_around(text: str, spans: list[_Span]) -> None:
    """Read who said it from the words before and after each, and from the lines above and below."""
    for span in spans:
        if span.closed:
            ended = text[span.end - 1] in ".!?…" and text[span.resume : span.resume + 1] != ","
            span.said = after(text[span.resume : span.stop], ended=ended)
        if span.said is None:
            lead = text[span.lead : span.mark]
            span.said = before(lead) if lead.strip() else None
        if span.said is None and _is_alone(text, span):
            span.said = _above(text, span) or _below(text, span)


def _is_alone(text: str, span: _Span) -> bool:
    """Whether a quotation is all there is in its paragraph."""
    begins = not text[: span.mark].rstrip(" \t").rpartition("\n")[2] and text[: span.mark].rstrip(" \t")[-1:] in {
        "",
        "\n",
    }
    return begins and (not span.closed or not text[span.resume : span.stop].strip(" \t.,\u00a0"))


def _above(text: str, span: _Span) -> Said | None:
    """What the paragraph above says, if it ends with a colon: "Jane Doe, head of the Centre, said:"."""
    line = _PARAGRAPH.split(text[: span.mark].rstrip()[-600:])[-1]
    return before(line) if line.rstrip().endswith(":") else None


def _below(text: str, span: _Span) -> Said | None:
    following = text[span.resume :].lstrip(" \t\n.\u00a0")[:300]
    return signature(following.partition("\n")[0]) if following else None


def _link(text: str, spans: list[_Span]) -> None:
    """Join those that are one speech: over paragraphs, or around "…, she said, …"; the speaker of one is all's."""
    for one, other in pairwise(spans):
        between = text[one.resume : other.mark]
        other.linked = _goes_on(text, one, other, between)
    for number in range(len(spans) - 1, 0, -1):  # the last paragraph may name the speaker
        if spans[number].linked and not spans[number - 1].closed and spans[number - 1].said is None:
            spans[number - 1].said = spans[number].said


def _goes_on(text: str, one: _Span, other: _Span, between: str) -> bool:
    if not one.closed:
        return True
    if not between.strip(_EDGE) and "\n" in between:  # paragraph after paragraph of nothing but speech
        return other.said is None
    if one.said is None or "\n\n" in between:
        return False
    if other.said is not None and other.said.name not in {None, one.said.name}:
        return False
    if first_sentence(between[:500]).strip() != between[:500].strip():
        return False
    return text[other.start : other.start + 1].isupper() or between.rstrip(_EDGE).endswith((",", ":"))


def _speaker(text: str, span: _Span, people: list[str], last: _Span | None) -> str | None:
    """The speaker's name: of "Marsh" the longer form that came before, of "she" the last one named, if it is plain."""
    said = span.said
    if said is None:
        return None
    if said.kind == "pronoun":
        known = last.said.name if last and last.said else None
        others = [name.split()[-1] for name in people if name != known]
        between = text[last.resume : span.mark] if last else ""
        plain = known and not _names(between, known) and not any(name in between for name in others)
        return known if plain else None
    if said.name is None:
        return None
    bare = _TITLE.sub("", said.name)
    longer = [name for name in people if name != said.name and name.endswith(f" {bare}")]
    return longer[0] if len(longer) == 1 and " " not in bare else said.name


def _names(words: str, known: str) -> bool:
    """Whether words may hold the name of somebody else: two words or more that begin with capitals, or too many."""
    parts = set(known.split())
    return len(words) > _LONGEST or any(
        " " in found.group().strip() and not set(found.group().split()) <= parts for found in re.finditer(NAME, words)
    )


def _is_speech(text: str, span: _Span) -> bool:
    """Whether somebody said it, as opposed to a title, a term, or a few words of a sentence of the writer's."""
    words = text[span.start : span.end]
    count = len(words.split())
    begins = next((char for char in words if char.isalnum()), "").isupper() or words[:1].isdigit()
    ends = words[-1] in ".!?…"
    if span.said is None:
        return count >= _SENTENCE_WORDS and begins and ends and _is_alone(text, span)
    closes = ends or words[-1] in ",–—" or text[span.resume : span.resume + 1] in {",", ".", ""} or not span.closed
    if count < _FEWEST_WORDS:
        return False
    return (begins and closes) or count >= _SENTENCE_WORDS or (span.linked and closes)


def _quotes_of(words: str, name: str | None) -> list[Quote]:
    """The words as one quote, or as two where French puts the speaker between: « Oui, dit Anne Roy. Allons-y. »."""
    inserted = _INSERTED.search(words)
    if inserted:
        rest = first_sentence(words[inserted.end() :] + " X")
        speaker = after(words[inserted.start() :], ended=False)
        end = inserted.end() + len(rest)
        parts = [words[: inserted.start()], words[end:].strip(_EDGE)]
        if speaker and speaker.name:
            return [Quote(text=_trimmed(part), speaker=speaker.name) for part in parts if len(part.split()) > 1]
    return [Quote(text=_trimmed(words), speaker=name)]


def _trimmed(words: str) -> str:
    return words.strip(_EDGE).rstrip(",").rstrip(_EDGE)
