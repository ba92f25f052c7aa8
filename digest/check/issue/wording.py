"""Rules about the words of an issue: what was left in them, what no source says, what cannot be."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.check.galley import Remark
from digest.check.issue.leftover import leftover
from digest.check.issue.printed import PrintedLine, line_of, plain, printed_lines, story_lines
from digest.check.issue.said import missing_facts
from digest.check.issue.weekdays import wrong_dates
from digest.check.remarks import shortened
from digest.text.dates import parse_date
from digest.text.facts import missing_quotes
from digest.text.readermarks import NAME_MARK, without_marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.check.galley import Galley
    from digest.model import Entry, IssueStory

_CITATION_CHARS = 12  # a shorter quotation is an emphasis
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_ESCAPED = re.compile(r"\\[\\`*_{}\[\]()#+\-.!>~|]")
_ADDRESS = re.compile(r"<?https?://[^\s<>]+")
_GOOD_LINK = re.compile(r"!?\[[^\[\]]*\]\((?:<[^<>]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+[\"'][^\"']*[\"'])?\s*\)")
_BROKEN_LINK = re.compile(
    r"!?\[[^\[\]\n]{1,80}\]\s?\(\s*(?:<?https?:|www\.|/|\w+[./])[^\n]{0,60}|\]\((?=\s*(?:https?:|$))"
)
_BRACKETED = re.compile(r"\(https?://[^\s()]+\)\[[^\]]+\]")
_STRONG = {
    sign: re.compile(rf"(?<![\w{one}]){one}{one}(?![\s{one}])|(?<![\s{one}]){one}{one}(?![\w{one}])")
    for sign, one in (("**", r"\*"), ("__", "_"))
}
_NO_BLANK = re.compile(r"^ {0,3}(#{1,6})(?=[A-Z])")
_EMBARGO = re.compile(
    r"(?i)\b(?:strictly\s+)?embargo(?:ed)?(?:\s+(?:until|till|to)\b|\s*:)|\bunder\s+(?:strict\s+)?embargo\b"
    r"|\bnot\s+for\s+(?:publication|release|broadcast)\b|\bSperrfrist\b|\bsous\s+embargo\b|\bembargad[oa]\s+hasta\b"
)
_DAY = timedelta(days=1)
_TWICE = re.compile(r"\b([^\W\d_]{1,5})[ \u00a0]+\1\b", re.IGNORECASE)
_SMALL = {
    "en": frozenset("the a an of to and for with by at from it its are was were has be as or their this".split()),  # noqa: SIM905
    "de": frozenset("und von mit zu für ist ein eine auf bei nach im zum zur den dem des aus".split()),  # noqa: SIM905
    "fr": frozenset("de la le les et des un une du au aux dans pour par sur est".split()),  # noqa: SIM905
    "es": frozenset("de la el los las y un una del al en para por con es".split()),  # noqa: SIM905
}
"""Words that nobody means twice; "that that" and "die die" may well be meant."""
_TRADE = re.compile(r"(?i)\b(?:arms|weapons?|oil|trade|export|import|economic|u\.?n\.?|grain|gas|fish)\s+\Z")


def todo(galley: Galley) -> Iterator[Remark]:
    """Notes to oneself that were left in what is printed."""
    language = galley.settings.newsletter.language
    for line in printed_lines(galley):
        said = "" if line.kind == "code" else leftover(_CODE.sub(" ", line.text), language=language)
        if said:
            yield Remark(rule="todo", line=line.number, message=f"“{shortened(said, 50)}” is still in the text",
                         hint="finish the sentence or delete it")  # fmt: skip
        elif _loses_mark(galley, line):
            yield Remark(rule="todo", line=line.number, advice=True,
                         message="a mark @@…@@ is not filled in here, and is left out",
                         hint="@@name|reader@@ works in the introduction; links of each reader’s own are the template’s"
                         )  # fmt: skip


def _loses_mark(galley: Galley, line: PrintedLine) -> bool:
    """Whether it holds what is filled in elsewhere only: a name in the introduction, links in templates."""
    first = next((section.line for section in galley.issue.sections), None)
    in_intro = line.kind != "front" and (not first or line.number < first)
    text = NAME_MARK.sub("", line.text) if in_intro else line.text
    return without_marks(text) != text


def embargo_note(galley: Galley) -> Iterator[Remark]:
    """Words such as “embargoed until”, which a press release has and a reader should not see."""
    for line in printed_lines(galley):
        found = _EMBARGO.search(line.text)
        if found and not _TRADE.search(line.text[: found.start()]):
            yield Remark(rule="embargo-note", line=line.number, message=f"“{found.group()}” stands in what is printed",
                         hint="look whether the time has come, and take the words out")  # fmt: skip


def quote(galley: Galley) -> Iterator[Remark]:
    """What stands in quotation marks must stand in a source, word for word; numbers and names should."""
    for story in galley.issue.stories:
        told = _told(galley, story)
        if any(entry.text or entry.summary for entry in told):  # else there is nothing to compare with
            whole = len(told) == len(story.sources) and not any(entry.truncated for entry in told)
            yield from _unsaid(galley, story, _texts(told), whole=whole)
    everything = _texts([entry for story in galley.issue.stories for entry in _told(galley, story)])
    if not everything:
        return
    for line in _introductions(galley):
        for words in missing_quotes(plain(line.text), everything, shortest=_CITATION_CHARS):
            yield Remark(rule="quote", line=line.number, advice=True,
                         message=f"“{shortened(words, 80)}” is in no source of the issue",
                         hint="quote word for word, if it is from one of them")  # fmt: skip


def _told(galley: Galley, story: IssueStory) -> list[Entry]:
    return [found for ref in story.sources if (found := galley.entries.get(ref.entry_id or ""))]


def _texts(told: list[Entry]) -> list[str]:
    texts = [part for entry in told for part in (entry.title, entry.summary, entry.text) if part]
    return texts + [quote.text for entry in told for quote in entry.quotes]


def _unsaid(galley: Galley, story: IssueStory, sources: list[str], *, whole: bool) -> Iterator[Remark]:
    """What is in none of the sources; where digest has not all of their text, that advises."""
    said, why = plain(story.summary), plain(story.why)
    for ref in story.sources:
        said = said.replace(f"({ref.label})", "")  # whose the sentences before it are
    while note := leftover(said):
        said = said.replace(note, "")
    headline = plain(story.title)
    for text, own in ((f"{headline}\n{said}", False), (why, True)):
        for words in missing_quotes(text, sources, shortest=_CITATION_CHARS):
            yield Remark(rule="quote", line=line_of(galley, story, words), advice=own or not whole,
                         message=f"“{shortened(words, 80)}” is in none of the story's sources"
                         + ("" if whole else ", as far as digest has their text"),
                         hint="quote word for word, or take the quotation marks away")  # fmt: skip
    prose = "\n".join(line for line in said.split("\n") if not line.lstrip().startswith("|"))  # heads are words
    told = (missing_facts(headline, sources, names=False), missing_facts(said, sources, names=False))
    for fact in dict.fromkeys((*itertools.chain(*told), *missing_facts(prose, sources))):
        yield Remark(rule="quote", line=line_of(galley, story, fact), advice=True,
                     message=f"{fact} is in none of the story's sources",
                     hint="look it up, if it is not your own knowledge")  # fmt: skip


def _introductions(galley: Galley) -> Iterator[PrintedLine]:
    """The lines of text that belong to no story."""
    of_stories = {line.number for story in galley.issue.stories for line in story_lines(galley, story)}
    return (line for line in printed_lines(galley) if line.kind == "text" and line.number not in of_stories)


def date(galley: Galley) -> Iterator[Remark]:
    """Dates that cannot be: a weekday that is another one, a day that its month does not have."""
    for line in printed_lines(galley):
        if line.kind == "code":
            continue
        for wrong in wrong_dates(plain(line.text), near=galley.now.date()):
            yield Remark(rule="date", line=line.number, message=f"“{wrong.written}”: {wrong.message}",
                         advice=not wrong.is_certain, hint="look it up")  # fmt: skip
    zone = ZoneInfo(galley.settings.newsletter.timezone)
    for ref in (ref for story in galley.issue.stories for ref in story.sources):
        said = parse_date(ref.note, zone=zone)
        entry = galley.entries.get(ref.entry_id or "")
        day = f"{entry.published.astimezone(zone):%Y-%m-%d}" if entry and entry.published else ""
        if said and said > galley.now + _DAY:
            yield Remark(rule="date", line=ref.line, message=f"“{ref.note}” is yet to come", hint="look it up")
        elif said and entry and entry.published and abs(said - entry.published) > 2 * _DAY:
            yield Remark(rule="date", line=ref.line, advice=True, hint="look it up",
                         message=f"“{ref.note}”: the source says {day}")  # fmt: skip


def doubled_word(galley: Galley) -> Iterator[Remark]:
    """A small word that stands twice, as happens where text is moved: “of of”."""
    words = _SMALL.get(galley.settings.newsletter.language.partition("-")[0].lower())
    for line in printed_lines(galley) if words else ():
        found = _TWICE.search(plain(line.text)) if line.kind != "code" else None
        if found and words and found.group(1).casefold() in words:
            yield Remark(rule="doubled-word", line=line.number, message=f"“{found.group()}”", hint="delete one of them",
                         advice=True)  # fmt: skip


def markdown(galley: Galley) -> Iterator[Remark]:
    """Markdown that does not do what was meant: readers see its signs."""
    for lines in _paragraphs(galley):
        text = _ESCAPED.sub("", "\n".join(line.text for line in lines))
        for message, at, hint in _failed(_CODE.sub(lambda found: " " * len(found.group()), text)):
            yield Remark(rule="markdown", line=lines[0].number + text.count("\n", 0, at), message=message, hint=hint,
                         advice=True)  # fmt: skip


def _paragraphs(galley: Galley) -> Iterator[list[PrintedLine]]:
    run: list[PrintedLine] = []
    for line in printed_lines(galley):
        goes_on = line.kind == "text" and line.text.strip() and not line.text.startswith(("    ", "\t"))
        if run and (not goes_on or line.number != run[-1].number + 1):
            yield run
            run = []
        if goes_on:
            run.append(line)
        elif line.kind == "heading":
            yield [line]
    if run:
        yield run


def _failed(text: str) -> Iterator[tuple[str, int, str]]:
    """What is wrong, where in the text, and what to do."""
    bare = _GOOD_LINK.sub(lambda found: " " * len(found.group()), text)
    if found := _BROKEN_LINK.search(bare) or _BRACKETED.search(bare):
        yield f"a link that is none: {shortened(found.group(), 60)}", found.start(), "write [words](https://address)"
    words = _ADDRESS.sub(lambda found: " " * len(found.group()), bare)
    for sign, pattern in _STRONG.items():
        places = [one.start() for one in pattern.finditer(words)]
        if len(places) % 2:
            yield f"{sign} is opened or closed alone", places[-1], f"write {sign}words{sign}"
    if "`" in words:
        yield "` is opened or closed alone", words.index("`"), "write `code`, or \\`"
    if found := _NO_BLANK.search(words):
        yield f"there is no blank behind {found.group(1)}", found.start(), "write one, if it is a heading"


WORDING_RULES: tuple[Callable[[Galley], Iterator[Remark]], ...] = (
    todo,
    embargo_note,
    quote,
    date,
    doubled_word,
    markdown,
)
