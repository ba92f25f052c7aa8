"""Random editors and random refreshes take turns at one file; nothing of the editor's is ever lost or undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from digest.edit.blocks import lines_of
from digest.edit.draft import write_issue
from digest.edit.issuefile import read_issue
from digest.edit.layout import Block, blocks_of
from digest.edit.merge import merge
from digest.edit.notes import MISSING_NOTE
from digest.model import Briefing, Entry, Period, Section, Source, Story

BEGAN = datetime(2026, 11, 13, 7, tzinfo=UTC)
PERIOD = Period(name="2026-W47", start=BEGAN, end=BEGAN + timedelta(days=7))
PAPERS = {
    key: Source(id=key, kind="feed", location=f"https://{key}.example/f", name=f"Paper {key.upper()}") for key in "abcd"
}
SECTIONS = ("World", "Home", "Science")
LIMIT = 6
MARKDOWN = (
    "{} in *emphasis* and [a link](https://own.example/{}).",
    "- {} in a list\n- and more",
    "> {} quoted",
    "#### {} below a small heading\n\nWith a text.",
    "```\n### {} in a fence\n```",
    '<div class="box">\n### {} in HTML\n</div>',
    "| {} | table |\n|---|---|\n| a | b |",
    "<!-- {}: a remark of the editor's own -->",
    "{} ends in braces {{like this}}.",
    "1. {}\n\n    indented",
)


def extent(block: Block) -> int:
    """How many lines below its heading an editor takes for the story: up to the note at the end."""
    return len(list(takewhile(lambda line: MISSING_NOTE not in line.bare, block.body)))


class Editors(RuleBasedStateMachine):
    """The state: what the sources say, the file, and what the editor has done to it."""

    def __init__(self) -> None:
        super().__init__()
        self.world: list[list[Entry]] = []  # the entries of each story
        self.words: dict[int, tuple[str, str]] = {}  # of each story, its headline and summary
        self.off: set[str] = set()  # entries that are on offer no more
        self.number = 0
        self.text = ""
        self.base = ""
        self.bases: dict[str, str] = {}
        self.own: list[str] = []  # lines that the editor wrote and has not deleted
        self.deleted: set[str] = set()  # entries that the editor deleted

    def fresh(self) -> int:
        self.number += 1
        return self.number

    # What the sources do

    @initialize(stories=st.integers(0, 6))
    def first_draft(self, stories: int) -> None:
        for _ in range(stories):
            self.publish("a", alone=True, place=0)
        self.text = self.generated()
        self.base = self.text

    @rule(paper=st.sampled_from(sorted(PAPERS)), alone=st.booleans(), place=st.integers(0, 50))
    def publish(self, paper: str, alone: bool, place: int) -> None:
        number = self.fresh()
        entry = Entry(
            id=f"{number:012x}",
            source_id=paper,
            title=f"Title {number}",
            url=f"https://{paper}.example/{number}",
            published=BEGAN + timedelta(hours=number),
            first_seen=BEGAN,
        )
        if alone or not self.world:
            self.words[len(self.world)] = (entry.title, f"Summary {number}.")
            self.world.append([entry])
        else:
            self.world[place % len(self.world)].append(entry)

    @precondition(lambda self: self.world)
    @rule(place=st.integers(0, 50), paragraphs=st.integers(0, 3), headline=st.booleans())
    def correct(self, place: int, paragraphs: int, headline: bool) -> None:
        story = place % len(self.world)
        title, _ = self.words[story]
        number = self.fresh()
        summary = "\n\n".join(f"Corrected {number}, {part}." for part in range(paragraphs))
        self.words[story] = (f"Corrected title {number}" if headline else title, summary)

    @precondition(lambda self: self.world)
    @rule(place=st.integers(0, 50))
    def vanish_or_return(self, place: int) -> None:
        entry = self.world[place % len(self.world)][0]
        self.off ^= {entry.id}

    def generated(self) -> str:
        """What digest would write now."""
        told = []
        for place, members in enumerate(self.world):
            there = [entry for entry in members if entry.id not in self.off]
            if there:
                title, summary = self.words[place]
                told.append(
                    Story(
                        id=f"s-{place:08x}",
                        title=title,
                        summary=summary,
                        entries=tuple(there),
                        section=SECTIONS[place % 3],
                        score=100.0 - place,
                    )
                )
        placed = [story for story in told if int(story.id.removeprefix("s-"), 16) % 4 != 3]
        sections = [Section(title=t, stories=tuple(s for s in placed if s.section == t)) for t in SECTIONS]
        briefing = Briefing(
            period=PERIOD,
            sections=tuple(section for section in sections if section.stories),
            candidates=tuple(story for story in told if story not in placed),
        )
        return write_issue(
            briefing,
            title="The Brief",
            sources=PAPERS,
            day="{:%-d %B}".format,
            max_candidates=LIMIT,
            missing=("a feed failed",) if self.number % 2 else (),
        )

    # What the editor does

    def blocks(self) -> tuple[Block, ...]:
        return blocks_of(read_issue(self.text, path="mine"))

    def lines(self) -> list[str]:
        return [line.text for line in lines_of(self.text)]

    def cut(self, block: Block) -> tuple[list[str], list[str]]:
        """A story's lines, and the file without them."""
        lines, first = self.lines(), block.heading.number - 1
        end = first + 1 + extent(block)
        return lines[first:end], lines[:first] + lines[end:]

    def put(self, lines: list[str]) -> None:
        self.text = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    def pick(self, place: int) -> Block:
        found = self.blocks()
        return found[place % len(found)]

    def mark(self) -> str:
        return f"editor's-{self.fresh()}"

    @precondition(lambda self: self.blocks())
    @rule(place=st.integers(0, 50))
    def delete(self, place: int) -> None:
        block = self.pick(place)
        gone, kept = self.cut(block)
        self.put(kept)
        self.deleted |= set(block.entries)
        self.own = [line for line in self.own if f"{line}\n" not in gone]

    @precondition(lambda self: self.blocks())
    @rule(place=st.integers(0, 50), to=st.integers(0, 50))
    def move(self, place: int, to: int) -> None:
        block = self.pick(place)
        moved, kept = self.cut(block)
        self.put(kept)
        headings = [number for number, line in enumerate(self.lines()) if line.startswith("## ")]
        at = headings[to % len(headings)] + 1
        self.put([*self.lines()[:at], "\n", *moved, "\n", *self.lines()[at:]])

    @precondition(lambda self: self.blocks())
    @rule(place=st.integers(0, 50))
    def retitle(self, place: int) -> None:
        block = self.pick(place)
        lines = self.lines()
        old = lines[block.heading.number - 1]
        attributes = f" {{#{block.story.id}}}" if block.story.id else ""
        line = f"### {self.mark()}{attributes}"
        lines[block.heading.number - 1] = f"{line}\n"
        self.own = [own for own in self.own if f"{own}\n" != old] + [line]
        self.put(lines)

    @precondition(lambda self: self.blocks())
    @rule(place=st.integers(0, 50), kind=st.sampled_from(MARKDOWN), replace_it=st.booleans())
    def rewrite(self, place: int, kind: str, replace_it: bool) -> None:
        block = self.pick(place)
        lines, number, mark = self.lines(), block.heading.number, self.mark()
        if replace_it and block.summary and not any(line.bare in self.own for line in block.summary):
            del lines[block.summary[0].number - 1 : block.summary[-1].number]
        said = kind.format(mark, mark)
        self.own += [line for line in said.split("\n") if mark in line]
        lines[number:number] = ["\n", f"{said}\n", "\n"]
        self.put(lines)

    @precondition(lambda self: self.blocks())
    @rule(place=st.integers(0, 50))
    def say_why(self, place: int) -> None:
        block = self.pick(place)
        line = f"Why it matters: {self.mark()}"
        lines = self.lines()
        lines[block.heading.number : block.heading.number] = ["\n", f"{line}\n"]
        self.own.append(line)
        self.put(lines)

    @precondition(lambda self: len(self.blocks()) > 1)
    @rule(place=st.integers(0, 50), into=st.integers(0, 50))
    def merge_two(self, place: int, into: int) -> None:
        found = self.blocks()
        one, other = found[place % len(found)], found[into % len(found)]
        if one is other or not one.entries or other.last_source is None:
            return
        sources = [f"{line.bare}\n" for _, line in one.sources.values()]
        lines = self.lines()
        gone = {*range(one.heading.number, one.heading.number + 1 + extent(one))}
        self.own = [line for line in self.own if not any(lines[n - 1].rstrip("\n") == line for n in gone)]
        kept: list[str] = []
        for number, line in enumerate(lines, 1):
            kept += [line] if number not in gone else []
            kept += sources if number == other.last_source.number else []
        self.put(kept)

    @precondition(lambda self: any(len(block.entries) > 1 for block in self.blocks()))
    @rule(place=st.integers(0, 50))
    def split(self, place: int) -> None:
        found = [block for block in self.blocks() if len(block.entries) > 1]
        block = found[place % len(found)]
        _, line = block.sources[block.entries[-1]]
        heading = f"### {self.mark()}"
        lines = self.lines()
        del lines[line.number - 1]
        at = block.heading.number + extent(block) - 1
        lines[at:at] = ["\n", f"{heading}\n", "\n", "Sources:\n", "\n", f"{line.bare}\n", "\n"]
        self.own.append(heading)
        self.put(lines)

    @precondition(lambda self: any(len(block.entries) > 1 for block in self.blocks()))
    @rule(place=st.integers(0, 50))
    def drop_source(self, place: int) -> None:
        found = [block for block in self.blocks() if len(block.entries) > 1]
        block = found[place % len(found)]
        lines = self.lines()
        del lines[block.sources[block.entries[-1]][1].number - 1]
        self.deleted.add(block.entries[-1])
        self.put(lines)

    @rule(place=st.integers(0, 50))
    def write_own(self, place: int) -> None:
        headings = [number for number, line in enumerate(self.lines()) if line.startswith("## ")]
        said = [f"### {self.mark()}", f"{self.mark()}, all by hand."]
        at = headings[place % len(headings)] + 1
        self.own += said
        self.put([*self.lines()[:at], "\n", f"{said[0]}\n", "\n", f"{said[1]}\n", "\n", *self.lines()[at:]])

    @rule(place=st.integers(0, 50))
    def add_section(self, place: int) -> None:
        headings = [number for number, line in enumerate(self.lines()) if line.startswith("## ")]
        at = headings[place % len(headings)]
        line = f"## {self.mark()}"
        self.own.append(line)
        self.put([*self.lines()[:at], f"{line}\n", "\n", *self.lines()[at:]])

    # The refresh

    @rule()
    def draft_again(self) -> None:
        self.refresh()

    @rule()
    def draft_once_more(self) -> None:
        """A third rule for the same, so that a quarter of the steps are refreshes."""
        self.refresh()

    @rule()
    def refresh(self) -> None:
        mine, base = read_issue(self.text, path="mine"), read_issue(self.base, path="base")
        theirs = read_issue(self.generated(), path="theirs")
        if self.text == self.base:  # nobody has edited it: it is written anew
            self.text = self.base = theirs.issue.text
            return
        before = [line.bare for line in lines_of(self.text)]
        merged = merge(mine, base, theirs, max_candidates=LIMIT)
        self.text, self.base = merged.text, merged.base or self.base
        self.nothing_of_the_editors_is_changed(before)
        self.all_that_is_offered_is_somewhere(theirs.issue.text)
        again = merge(
            read_issue(self.text, path="mine"), read_issue(self.base, path="base"), theirs, max_candidates=LIMIT
        )
        assert again.text == self.text, "a refresh with nothing new changes nothing"
        assert not again.base
        assert not [change for change in again.changes if change.kind != "left"]

    def nothing_of_the_editors_is_changed(self, before: list[str]) -> None:
        """What the file had and digest never wrote is there in the same order."""
        now = iter(lines_of(self.text))
        for line in before:
            if any(line == own for own in self.own):
                assert any(one.bare == line for one in now), f"{line!r} is gone or was moved"

    def all_that_is_offered_is_somewhere(self, theirs: str) -> None:
        here = {entry for block in self.blocks() for entry in block.entries}
        base = {entry for block in blocks_of(read_issue(self.base, path="base")) for entry in block.entries}
        for block in blocks_of(read_issue(theirs, path="theirs")):
            if set(block.entries) & base:
                assert set(block.entries) <= here | self.deleted | base
            elif not block.is_candidate:
                assert set(block.entries) <= here

    @invariant()
    def what_was_deleted_stays_deleted(self) -> None:
        if self.text:
            assert not self.deleted & {entry for block in self.blocks() for entry in block.entries}

    @invariant()
    def the_editors_lines_stand(self) -> None:
        there = self.text.split("\n")
        assert all(line in there for line in self.own)


Editors.TestCase.settings = settings(max_examples=140, stateful_step_count=50, deadline=None)
test_random_editors_and_refreshes = Editors.TestCase  # about 5,500 steps, 1,180 refreshes of an edited file


@pytest.mark.long
def test_many_more_random_editors_and_refreshes() -> None:
    run_state_machine_as_test(Editors, settings=settings(max_examples=1500, stateful_step_count=60, deadline=None))
