"""Rules about what is in an issue: what may not be yet, what is there twice, what is missing."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.issue.printed import plain, printed_lines, story_lines
from digest.check.remarks import shortened
from digest.text.markdown import without_comments
from digest.text.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.galley import Galley
    from digest.model import IssueStory

_ADDRESS = re.compile(r"https?://[^\s<>\"\]]+")
_PICTURE = re.compile(r"!\[[^\]]*\]\(\s*<?([^\s()<>]+)")
_WHY = re.compile(r"^ {0,3}([*_]{0,3})why it matters(?::\1|\1:)\s*$", re.IGNORECASE)
_ABBREVIATION = re.compile(
    r"(?:\b[A-Za-z]\.|\b(?:etc|Inc|Ltd|Co|Corp|Jr|Sr|No|vs|St|Mr|Dr|a\.m|p\.m|approx|usw|Nr|bzw|al))\.?\Z"
)
_SAME_TEXT = 60  # characters; a shorter paragraph may well come twice ("No date has been set.")
_LONG_HEADLINE = 130
_FEW_LETTERS = 12


def embargo(galley: Galley) -> Iterator[Remark]:
    """Nothing is public before its time, whatever the editor pasted."""
    waiting = {entry.id: entry for entry in galley.entries.values() if entry.embargo and entry.embargo > galley.now}
    keys = {_place(entry.url): entry for entry in waiting.values() if entry.url}
    named = [(ref.line, ref.entry_id or "", ref.url or "") for story in galley.issue.stories for ref in story.sources]
    if keys:
        named += [
            (line.number, "", found.group().rstrip(").,;"))
            for line in printed_lines(galley)
            for found in _ADDRESS.finditer(line.text)
            if line.kind != "source"  # they stand there already
        ]
    for line, entry_id, url in named:
        entry = waiting.get(entry_id) or (keys.get(_place(url)) if url else None)
        if entry and entry.embargo:
            yield Remark(rule="embargo", line=line,
                         message=f"“{entry.title}” is under embargo until {entry.embargo:%Y-%m-%d %H:%M} UTC",
                         hint="move the story to `## Next week`, or wait")  # fmt: skip


def empty(galley: Galley) -> Iterator[Remark]:
    """An issue that says nothing, and sections, stories and “Why it matters” that hold nothing."""
    if galley.mail.left_out and galley.mail.left_out == len(galley.issue.stories):
        yield Remark(rule="empty", message="none of the stories fits into the mail",
                     hint="something in it is far too long: a headline, an address or the introduction")  # fmt: skip
    if not galley.issue.stories and not without_comments(galley.issue.intro).strip():
        yield Remark(rule="empty", message="there is no story and no introduction",
                     hint="write an introduction, or wait for the next issue")  # fmt: skip
    for section in galley.issue.sections:
        if not section.stories and not without_comments(section.intro).strip():
            yield Remark(rule="empty", line=section.line, message=f"the section “{section.title}” is empty",
                         advice=True, hint="it is not printed; delete the heading if you like")  # fmt: skip
    yield from _without_why(galley)


def _without_why(galley: Galley) -> Iterator[Remark]:
    for story in galley.issue.stories:
        if not without_comments(story.why).strip():
            for line in story_lines(galley, story):
                if line.kind == "text" and _WHY.match(line.text):
                    yield Remark(rule="empty", line=line.number, message="“Why it matters” says nothing", advice=True,
                                 hint="it is not printed; write it, or delete the line")  # fmt: skip


def thin_story(galley: Galley) -> Iterator[Remark]:
    """A story has a text, unless headlines are wanted, and says where it is from."""
    styles = {rule.title.casefold(): rule.style for rule in galley.settings.section}
    for section in galley.issue.sections:
        style = styles.get(section.title.casefold(), "summary")
        for story in section.stories:
            said = without_comments(story.summary).strip()
            if not story.sources and not _ADDRESS.search(said) and "correction" not in story.options:
                yield Remark(rule="thin-story", line=story.line, advice=bool(said),
                             message=f"“{_headline(story)}” names no source",
                             hint="write `Sources:` and a line `- [Name](https://…)`")  # fmt: skip
            if not said and not story.options & {"headline", "full"} and style == "summary":
                yield Remark(rule="thin-story", line=story.line, message=f"“{_headline(story)}” has no summary",
                             hint="write one, or mark the story {… .headline}", advice=bool(story.sources))  # fmt: skip


def correction(galley: Galley) -> Iterator[Remark]:
    """What was corrected in an issue that is out is told in the next one."""
    for owed in galley.owed:
        yield Remark(rule="correction", message=f"{owed} is not told in this issue",
                     hint="`digest draft` brings it in; if you took it out, no later issue tells of it")  # fmt: skip


def repeat(galley: Galley) -> Iterator[Remark]:
    """What stands twice (an address, a headline, a paragraph, a picture), and what an earlier issue had."""
    yield from _same_address(galley)
    yield from _same_words(galley)


def _same_address(galley: Galley) -> Iterator[Remark]:
    may_stand_again = galley.settings.issue.may_stand_again
    seen: dict[str, int] = {}
    for story in galley.issue.stories:
        own: set[str] = set()  # the same item from two feeds is one story with one address
        for ref in story.sources:
            key = url_key(ref.url) if ref.url else ref.entry_id
            if key is None or key in own:
                continue
            own.add(key)
            ran = galley.ran.get(key) or galley.ran.get(ref.entry_id or "")
            page = key.partition("#")[0]  # readers come to one page, whatever place of it is named
            if page in seen:
                message = f"the same address as in line {seen[page]}: {ref.url}"
                yield Remark(rule="repeat", line=ref.line, message=message, advice=True,
                             hint="tell both in one story, or link each to its own page")  # fmt: skip
            elif ran and not story.options & {"update", "correction"} and not may_stand_again(key):
                yield Remark(rule="repeat", line=ref.line, message=f"ran in {ran}: {ref.url or ref.label}",
                             hint="delete it, or mark the story {… .update}")  # fmt: skip
            seen.setdefault(page, ref.line)


def _same_words(galley: Galley) -> Iterator[Remark]:
    headlines: dict[str, int] = {}
    for story in galley.issue.stories:
        key = _folded(plain(story.title))
        if key and key in headlines and "correction" not in story.options:  # of one story, two may be told at once
            yield Remark(rule="repeat", line=story.line, message=f"the same headline as in line {headlines[key]}",
                         hint="delete one of them, or say what is different")  # fmt: skip
        headlines.setdefault(key, story.line)
    paragraphs: dict[str, int] = {}
    pictures: dict[str, int] = {}
    for line in printed_lines(galley):
        if line.kind != "text":
            continue
        key = _folded(plain(line.text))
        if len(key) >= _SAME_TEXT and key in paragraphs:
            yield Remark(rule="repeat", line=line.number, message=f"the same words as in line {paragraphs[key]}",
                         hint="delete one of them")  # fmt: skip
        paragraphs.setdefault(key, line.number)
        for found in _PICTURE.finditer(line.text):
            if found.group(1) in pictures:
                yield Remark(rule="repeat", line=line.number, advice=True, hint="show it once",
                             message=f"the same picture as in line {pictures[found.group(1)]}")  # fmt: skip
            pictures.setdefault(found.group(1), line.number)


def candidate(galley: Galley) -> Iterator[Remark]:
    """Stories on the bench that weigh more than what is printed, and that nobody has decided on."""
    scores, bar = galley.scores, galley.settings.check.candidate_score
    hint = "move it up, put it off below `## Next week`, or delete it"
    waiting = [(scores[story.id], story) for story in galley.issue.candidates if story.id and story.id in scores]
    if bar:
        for score, story in waiting:
            if score >= bar:
                yield Remark(rule="candidate", line=story.line, hint=hint,
                             message=f"“{_headline(story)}” has {score:.2f} points and waits")  # fmt: skip
        return
    placed = [(scores[story.id], story) for story in galley.issue.stories if story.id and story.id in scores]
    lowest, least = min(placed, key=lambda one: (one[0], one[1].line), default=(0.0, None))
    better = [story for score, story in waiting if score > lowest]
    if least and better:
        others = f" and {len(better) - 1} more" if len(better) > 1 else ""
        yield Remark(rule="candidate", line=better[0].line, hint=hint, advice=True,
                     message=f"“{_headline(better[0])}”{others} on the bench: more points than “{_headline(least)}”,"
                     f" which is printed ({lowest:.2f})")  # fmt: skip


def section(galley: Galley) -> Iterator[Remark]:
    """A section stands once, under a title that digest.toml knows: another has none of the style said there."""
    known = {rule.title.casefold(): rule.title for rule in galley.settings.section}
    own = {title.casefold() for title in galley.other_sections}
    seen: dict[str, int] = {}
    for one in galley.issue.sections:
        title = one.title.casefold()
        if title in seen:
            yield Remark(rule="section", line=one.line, message=f"“{one.title}” stands in line {seen[title]} too",
                         hint="make one of both", advice=True)  # fmt: skip
            continue
        seen[title] = one.line
        if not known or title in known or title in own:
            continue
        near = get_close_matches(title, known, n=1, cutoff=0.8)
        hint = f"did you mean “{known[near[0]]}”?" if near else "well, if you want it so; digest.toml can name it too"
        yield Remark(rule="section", line=one.line, message=f"digest.toml knows no section “{one.title}”", hint=hint,
                     advice=not near)  # fmt: skip


def headline(galley: Galley) -> Iterator[Remark]:
    """Headlines that are no sentence, no shout and no paragraph."""
    for story in galley.issue.stories:
        said = plain(story.title).strip()
        for message, hint in _wrong_headline(said):
            yield Remark(rule="headline", line=story.line, message=f"{message}: “{shortened(said, 60)}”", hint=hint,
                         advice=True)  # fmt: skip


def _wrong_headline(said: str) -> Iterator[tuple[str, str]]:
    cased = [character for character in said if character.lower() != character.upper()]
    if len(cased) >= _FEW_LETTERS and all(character.isupper() for character in cased):
        yield "a headline in capitals", "write it as a sentence: readers skip what shouts"
    if len(said) > _LONG_HEADLINE:
        yield (
            f"a headline of {len(said)} characters",
            f"{_LONG_HEADLINE} are too many on a phone; let the summary say it",
        )
    if said.endswith(".") and not said.endswith(("...", "..")) and not _ABBREVIATION.search(said):
        yield "a headline with a full stop", "take it away"
    elif said.endswith(("...", ",", ";", ":")):
        yield "a headline that breaks off", "write it to its end"
    if re.search(r"!\s*!|\?\s*\?|[!?]{3,}", said):
        yield "a headline that shouts", "one mark is enough"


def _headline(story: IssueStory) -> str:
    return shortened(plain(story.title), 60)


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _place(url: str) -> str:
    """What an address leads to, whatever part of the page it names."""
    return url_key(url.partition("#")[0])


CONTENT_RULES: tuple[Callable[[Galley], Iterator[Remark]], ...] = (
    embargo, empty, thin_story, correction, repeat, candidate, section, headline,
)  # fmt: skip
