"""A story's entries → summary: whole sentences of theirs, verbatim, in their order, and whence each is.

What the source itself says in a few whole sentences, such as a release's standfirst, opens the summary. The rest is
chosen by ``digest.curate.centroid``; a release gives a quotation with its speaker where one fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from digest.curate.centroid import Telling, Weight, pick
from digest.curate.leaning import leans
from digest.curate.passages import Passage, is_whole, passages
from digest.model import Entry
from digest.text.provenance import Sourced, cut
from digest.text.quotation import is_closed
from digest.text.sentences import folded
from digest.text.words import count_words

MOST_SENTENCES = 3
MOST_TELLINGS = 8
"""Entries of a story that are read; more of them say the same."""
_FEWEST_FIRST = 4  # words: "Why?" opens no summary
_FEWEST_CLAUSE = 5  # words of a summary that is no sentence
_LONGEST_CLAUSE = 200  # characters: what is longer and has no end was cut, often in a word, after 250 or 255
_ENOUGH = 20  # words: a source's own summary as long stands alone
_LONG_ENOUGH = 10  # words; a clause of fewer adds little to the headline, though it is shown
_FIRST_GLANCE = 120  # characters: nearly every text shows by so many that it says enough
_GLANCE = 600  # characters

# A clause whose last word is one of these was cut: "The committee will report on the".
_ENDS_NOTHING = frozenset(
    """
    a an the of to in on at by for from with and or but as that which who whose is are was were be been has have had
    will would may can could their his her its this these into over after before about including while when because
    than not he she they we it
    der die das den dem des ein eine einen einem und oder mit von zu zum zur im am auf für als dass bei nach über
    le la les un une des de du et ou à au aux dans pour par sur que qui en
    el los las una unos del y o al con para por su
    """.split()  # noqa: SIM905  read by people
)


def says_enough(entry: Entry) -> bool:
    """Whether an entry says more than its headline: a glance at its length, where ``summarise`` reads it."""
    told = (entry.summary, entry.text)
    return any(count_words(text[:far]) >= _LONG_ENOUGH for far in (_FIRST_GLANCE, _GLANCE) for text in told)


def summarise(entry: Entry, *, words: int, language: str) -> str:
    """What ``summary_of`` says of one entry, as it is printed; "" if it holds no sentence that fits."""
    return told(summary_of((entry,), words=words, language=language))


def told(sentences: Sequence[Sourced], names: Mapping[str, str] | None = None) -> str:
    """Sentences in a row, as plain text; a clause that is no sentence is a paragraph of its own.

    Args:
        sentences: those of one entry side by side.
        names: what the source of an entry is called, by the entry's id, the lead's first. Unless all sentences are of
            the lead's source, each source's end with its name: "… from January. (Harbour Daily)"
    """
    known = names or {}
    sources = [known.get(sentence.entry_id, "") for sentence in sentences]
    are_named = any(name != next(iter(known.values()), "") for name in sources)
    text = ""
    for number, (sentence, name) in enumerate(zip(sentences, sources, strict=True), 1):
        text += _gap(text, sentence.shown) + sentence.shown
        if are_named and name and [name] != sources[number : number + 1]:
            text += f" ({name})"
    return text


def _gap(before: str, after: str) -> str:
    if not before:
        return ""
    if not is_whole(before) and not before.endswith(")"):
        return "\n\n"
    return "" if after[0] >= "\u2e80" and not before.endswith(")") else " "  # no blank where a script has none


def summary_of(
    entries: Sequence[Entry],
    *,
    words: int,
    language: str,
    most: int = MOST_SENTENCES,
    weight: Weight | None = None,
) -> tuple[Sourced, ...]:
    """The sentences that sum up a story, entry by entry and in the order of each; () if none fits.

    Never what belongs to the page, a cut sentence, a question, a quotation that stays open or is nobody's, nor a
    sentence that leans on one that is not there.

    Args:
        entries: of one story and one language, the lead first; the first eight are read.
        words: the limit, as ``digest.text.words.count_words`` counts. A sentence that stands alone may have half as
            many more, up to 30.
        language: a two-letter code.
        most: sentences; those of one quotation count each.
        weight: how much a stemmed word tells, for instance its rarity in the week's entries; None: its rarity in these.
    """
    if not entries:
        return ()
    lead = entries[0]
    own = tuple(passages(lead, "summary", language))
    text = tuple(passages(lead, "text", language))
    clause = _clause(lead, own, text) if len(entries) == 1 else None
    if clause and clause.words <= words:
        rest = tuple(passage for passage in text if passage.text != clause.text)
        telling = Telling(title=lead.title, passages=rest, language=language)
        found = pick((telling,), limit=words - clause.words, most=most - 1, weight=weight) if rest and most > 1 else ()
        return (_cut(lead, clause), *(_cut(lead, one.passage) for one in found))
    opening = _opening(own, words, most)
    if opening and len(entries) == 1 and _is_enough(lead, opening, text):
        return tuple(_cut(lead, passage) for passage in opening)
    tellings = [
        _telling(lead, own, text, opening, language),
        *(_telling(entry, *_read_on(entry, language), (), language) for entry in entries[1:MOST_TELLINGS]),
    ]
    found = pick(tellings, limit=words, most=most, weight=weight)
    return tuple(_cut(entries[one.telling], one.passage) for one in found)


def _read(entry: Entry, language: str) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    return tuple(passages(entry, "summary", language)), tuple(passages(entry, "text", language))


def _read_on(entry: Entry, language: str) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """The same after another source: no beginning that only the headline above it would explain."""
    own, text = (
        tuple(one for one in said if one.number or not leans(one.text, language)) for said in _read(entry, language)
    )
    return own, text


def _cut(entry: Entry, passage: Passage) -> Sourced:
    return cut(entry, passage.field, passage.start, passage.end)


def _telling(
    entry: Entry, own: tuple[Passage, ...], text: tuple[Passage, ...], opening: tuple[Passage, ...], language: str
) -> Telling:
    """What an entry says, nothing twice: a summary that is an extract gives way to the text."""
    in_text = {passage.text: passage for passage in text}
    whole = [passage for passage in own if passage.kind == "whole"]
    if all(passage.text in in_text for passage in whole):
        said, opening = text, tuple(in_text[passage.text] for passage in opening)
    else:
        known = {passage.text for passage in own}
        said = (*own, *(passage for passage in text if passage.text not in known))
    return Telling(
        title=entry.title, passages=said, language=language, opening=opening, quotes=tuple(_quotes(entry, said))
    )


def _opening(own: tuple[Passage, ...], words: int, most: int) -> tuple[Passage, ...]:
    """The source's own summary if it is short and whole; () if not."""
    fits = sum(one.words for one in own) <= words and sum(one.sentences for one in own) <= most
    whole = own and all(one.kind == "whole" for one in own)
    return own if whole and fits and own[0].words >= _FEWEST_FIRST and not own[0].leans else ()


def _is_enough(entry: Entry, opening: tuple[Passage, ...], text: tuple[Passage, ...]) -> bool:
    """Whether the source's own summary says it all, and is not the text's beginning or a release's standfirst."""
    begins = bool(text) and text[0].text == opening[0].text
    return sum(one.words for one in opening) >= _ENOUGH and not begins and not _is_release(entry)


def _is_release(entry: Entry) -> bool:
    return entry.organisation is not None or entry.kind is not None


def _quotes(entry: Entry, said: Sequence[Passage]) -> Iterator[Passage]:
    """The passages of a release that hold a quotation and name its speaker."""
    if not _is_release(entry):
        return
    quotes = [(folded(quote.text), quote.speaker.split()[-1]) for quote in entry.quotes if quote.speaker]
    for passage in said:
        if any(words in passage.text and name in passage.text for words, name in quotes):
            yield passage


def _clause(entry: Entry, own: tuple[Passage, ...], text: tuple[Passage, ...]) -> Passage | None:
    """What the source says if it is one clause, as newspapers put under a headline; None if it looks cut."""
    said = own or text
    if len(said) != 1 or entry.truncated or said[0].kind == "whole" or is_whole(said[0].text):
        return None
    clause = said[0].text
    cut_off = clause.endswith((":", ",", ";", "-", "–", "…", "...", "]")) or not is_closed(clause)
    if said[0].words < _FEWEST_CLAUSE or len(clause) > _LONGEST_CLAUSE or clause[:1].islower() or cut_off:
        return None
    if any(passage.text != clause and passage.text.startswith(clause) for passage in text):
        return None
    return None if clause.rsplit(maxsplit=1)[-1].casefold() in _ENDS_NOTHING else said[0]
