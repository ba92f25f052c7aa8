"""The rules. Each takes the galley and yields remarks; its name is the id that digest.toml blocks by.

Figures are those of mail clients as measured in 2026: Gmail clips a part above 102,400 bytes, phones show about 70
characters of a subject and 110 of a preheader.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.model import UNSUBSCRIBE_MARK
from digest.text.facts import missing_names, missing_numbers, missing_quotes
from digest.text.limits import HTML_MOST_BYTES, HTML_WANTED_BYTES, PREHEADER_MOST_CHARS, SUBJECT_CHARS
from digest.text.markdown import unescape, without_comments
from digest.text.urls import clean_url, url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.galley import Galley

_TODO = re.compile(r"\b(TODO|TK|TKTK|FIXME|XXX|LOREM IPSUM)\b")
_SECTION = re.compile(r"^ {0,3}##[ \t]+(.*?)[ \t#\r]*$")
_IMAGE = re.compile(r"!\[([^\]]*)\]\(")
_ADDRESS = re.compile(r"https?://[^\s<>\"\]]+")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)")
_LINKED = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_CITATION_CHARS = 12  # a shorter quotation is an emphasis
_VAGUE = frozenset(
    {"here", "click here", "read more", "more", "link", "this", "this link", "hier", "mehr", "ici", "aquí"}
)


def todo(galley: Galley) -> Iterator[Remark]:
    """Notes to oneself that were left in what is printed."""
    for line, text in _printed_lines(galley):
        if found := _TODO.search(text):
            yield Remark(rule="todo", line=line, message=f"“{found.group()}” is still in the text",
                         hint="finish the sentence or delete it")  # fmt: skip


def size(galley: Galley) -> Iterator[Remark]:
    """Gmail shows only the first 102 KB of a mail."""
    count = len(galley.mail.html.encode("utf-8"))
    if count >= HTML_MOST_BYTES:
        yield Remark(rule="size", message=f"the HTML mail has {count:,} bytes; Gmail clips at {HTML_MOST_BYTES:,}",
                     hint="drop stories, or give sections style = \"headline\"")  # fmt: skip
    elif galley.mail.left_out:
        yield Remark(rule="size", message=f"{galley.mail.left_out} stories do not fit into the mail; the page has them",
                     advice=True, hint="drop stories, or move some to `## Next week`")  # fmt: skip
    elif count > HTML_WANTED_BYTES:
        yield Remark(rule="size", message=f"the HTML mail has {count:,} bytes; {HTML_WANTED_BYTES:,} are a good limit",
                     advice=True)  # fmt: skip


def embargo(galley: Galley) -> Iterator[Remark]:
    """Nothing is public before its time, whatever the editor pasted."""
    waiting = {entry.id: entry for entry in galley.entries.values() if entry.embargo and entry.embargo > galley.now}
    keys = {_place(entry.url): entry for entry in waiting.values() if entry.url}
    named = [(ref.line, ref.entry_id or "", ref.url or "") for story in galley.issue.stories for ref in story.sources]
    if keys:
        named += [
            (line, "", found.group().rstrip(").,;"))
            for line, text in _printed_lines(galley)
            for found in _ADDRESS.finditer(text)
            if not text.lstrip().startswith("- ")  # source lines stand there already
        ]
    for line, entry_id, url in named:
        entry = waiting.get(entry_id) or (keys.get(_place(url)) if url else None)
        if entry and entry.embargo:
            yield Remark(rule="embargo", line=line,
                         message=f"“{entry.title}” is under embargo until {entry.embargo:%Y-%m-%d %H:%M} UTC",
                         hint="move the story to `## Next week`, or wait")  # fmt: skip


def empty(galley: Galley) -> Iterator[Remark]:
    """An issue that says nothing, and sections that hold nothing."""
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


def subject(galley: Galley) -> Iterator[Remark]:
    """A subject that is there, and that a phone shows whole."""
    length = len(galley.mail.subject)
    if not galley.mail.subject.strip():
        yield Remark(
            rule="subject", line=1, message="there is no subject", hint="write `subject: …` in the front matter"
        )
    elif length > SUBJECT_CHARS:
        yield Remark(rule="subject", line=_front_line(galley, "subject"), advice=True,
                     message=f"the subject has {length} characters; phones show about {SUBJECT_CHARS}")  # fmt: skip


def preheader(galley: Galley) -> Iterator[Remark]:
    """The line that mail programs show after the subject."""
    length = len(galley.issue.preheader)
    if length > PREHEADER_MOST_CHARS:
        yield Remark(rule="preheader", line=_front_line(galley, "preheader"), advice=True,
                     message=f"the preheader has {length} characters; {PREHEADER_MOST_CHARS} are shown")  # fmt: skip


def quote(galley: Galley) -> Iterator[Remark]:
    """What stands in quotation marks must stand in a source, word for word; numbers and names should."""
    for story in galley.issue.stories:
        told = [found for ref in story.sources if (found := galley.entries.get(ref.entry_id or ""))]
        if not told:
            continue  # hand-written: there is nothing to compare with
        sources = [part for entry in told for part in (entry.title, entry.summary, entry.text)]
        said = _TODO.sub("", _ADDRESS.sub("", _LINKED.sub(r"\1", unescape(without_comments(story.summary)))))
        for ref in story.sources:
            said = said.replace(f"({ref.label})", "")  # whose the sentences before it are
        for words in missing_quotes(said, sources, shortest=_CITATION_CHARS):
            yield Remark(rule="quote", line=story.line, message=f"“{words[:80]}” is in none of the story's sources",
                         hint="quote word for word, or take the quotation marks away")  # fmt: skip
        for fact in (*missing_numbers(said, sources), *missing_names(said, sources)):
            yield Remark(rule="quote", line=story.line, message=f"{fact} is in none of the story's sources",
                         hint="look it up, if it is not your own knowledge", advice=True)  # fmt: skip


def repeat(galley: Galley) -> Iterator[Remark]:
    """An address that stands twice, and what an earlier issue had, at this address or at another one."""
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
            if key in seen:
                message = f"the same address as in line {seen[key]}: {ref.url}"
                yield Remark(rule="repeat", line=ref.line, message=message, advice=True)
            elif ran and "update" not in story.options and not may_stand_again(key):
                yield Remark(rule="repeat", line=ref.line, message=f"ran in {ran}: {ref.url or ref.label}",
                             hint="delete it, or mark the story {… .update}")  # fmt: skip
            seen.setdefault(key, ref.line)


def alt(galley: Galley) -> Iterator[Remark]:
    """Pictures in the editor's text say what they show."""
    for line, text in _printed_lines(galley):
        for found in _IMAGE.finditer(text):
            if not found.group(1).strip():
                yield Remark(rule="alt", line=line, message="a picture without a description",
                             hint="write it between the brackets: ![what it shows](…)")  # fmt: skip


def link(galley: Galley) -> Iterator[Remark]:
    """Addresses that lead somewhere, without trackers."""
    for story in galley.issue.stories:
        for ref in story.sources:
            if ref.url and (clean := clean_url(ref.url)) != ref.url:
                if clean is None:
                    yield Remark(rule="link", line=ref.line, message=f"{ref.url} is no web address",
                                 hint="an address begins with https://")  # fmt: skip
                else:
                    yield Remark(rule="link", line=ref.line, message=f"{ref.url} carries tracking parameters",
                                 hint=f"use {clean}", advice=True)  # fmt: skip


def link_text(galley: Galley) -> Iterator[Remark]:
    """A link says where it leads, also when it is read out alone."""
    for line, text in _printed_lines(galley):
        for found in _LINK.finditer(text):
            if found.group(1).strip().casefold() in _VAGUE:
                yield Remark(rule="link-text", line=line, message=f"the link text “{found.group(1)}” says nothing",
                             hint="name what it leads to")  # fmt: skip


def unsubscribe(galley: Galley) -> Iterator[Remark]:
    """A way out in both parts (templates of one's own may have lost it)."""
    for name, part in (("HTML", galley.mail.html), ("text", galley.mail.text)):
        if UNSUBSCRIBE_MARK not in part:
            yield Remark(rule="unsubscribe", message=f"the {name} part has no unsubscribe link",
                         hint="print {{ unsubscribe }} in the template")  # fmt: skip


def address(galley: Galley) -> Iterator[Remark]:
    """Many countries ask for a postal address in every mailing."""
    if not galley.settings.newsletter.address:
        yield Remark(rule="address", message="there is no postal address in the footer",
                     hint='write address = "…" under [newsletter] in digest.toml')  # fmt: skip


RULE_FUNCTIONS: tuple[Callable[[Galley], Iterator[Remark]], ...] = (
    todo, size, embargo, empty, subject, preheader, quote, repeat, alt, link, link_text, unsubscribe, address,
)  # fmt: skip


def _place(url: str) -> str:
    """What an address leads to, whatever part of the page it names."""
    return url_key(url.partition("#")[0])


def _printed_lines(galley: Galley) -> Iterator[tuple[int, str]]:
    """The lines that reach readers, with their numbers: all but the bench, comments and source lines."""
    bench = {story.line for story in (*galley.issue.next_week, *galley.issue.candidates)}
    silent = comment = False
    for number, line in enumerate(galley.issue.text.split("\n"), 1):  # as the parser counts
        if heading := _SECTION.match(line):
            silent = heading.group(1).casefold() in {"next week", "candidates"}
        silent = silent or number in bench
        visible = line if not comment else ""
        if not comment and "<!--" in line:
            visible, comment = line.partition("<!--")[0], "-->" not in line.partition("<!--")[2]
        elif comment and "-->" in line:
            visible, comment = line.partition("-->")[2], False
        if not silent and not line.startswith(("base:", "issue:")):
            yield number, visible


def _front_line(galley: Galley, key: str) -> int:
    return next((n for n, line in enumerate(galley.issue.text.split("\n"), 1) if line.startswith(f"{key}:")), 1)
