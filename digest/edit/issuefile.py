"""The issue file: Markdown ↔ Issue, without losing a byte.

The file is read as spans, pieces of its text that follow each other without a gap, so joining them gives the file
back. What the spans say becomes the Issue; whoever rewrites the file later replaces single spans and leaves the rest.
The dialect is described for editors in docs/guide.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from digest.edit.blocks import Line, lines_of, quiet_lines
from digest.edit.frontmatter import FrontMatter, read_front_matter
from digest.edit.story import read_options, read_story
from digest.errors import IssueFileError
from digest.model import Issue, IssueSection, IssueStory

SpanKind = Literal["front", "intro", "section", "section-text", "story", "story-text"]

NEXT_WEEK = "next week"
CANDIDATES = "candidates"
NEXT_WEEK_NOTE = "<!-- Stories moved here wait for the next issue. Not printed. -->"

_HEADING = re.compile(r"^ {0,3}(#{2,3})(?:[ \t]+(.*?))?[ \t]*$")
_CONFLICT = re.compile(r"^(<{7}|>{7})( |$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of whole lines of the file. ``section`` and ``story`` say which they belong to, counted from 0."""

    kind: SpanKind
    text: str
    line: int  # of its first line, 1-based
    section: int | None = None
    story: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFile:
    """A read issue file: its spans, and what they say."""

    spans: tuple[Span, ...]
    issue: Issue

    def joined(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """A story under "Next week": what it says, and its lines as they stand."""

    story: IssueStory
    text: str


def put_off(file: IssueFile) -> tuple[PutOff, ...]:
    """The stories the editor put off to the next issue, word for word."""
    found = []
    for number in sorted({span.section for span in file.spans if span.section is not None}):
        own = [span for span in file.spans if span.section == number]
        if _bench_name(_heading_text(own[0].text)) != NEXT_WEEK:
            continue
        for heading in (span for span in own if span.kind == "story"):
            story = next(one for one in file.issue.next_week if one.line == heading.line)
            text = "".join(span.text for span in own if span.story == heading.story)
            text = text.replace("\r\n", "\n").replace(NEXT_WEEK_NOTE, "")
            found.append(PutOff(story=story, text=text.strip()))
    return tuple(found)


def read_issue(text: str, *, path: str) -> IssueFile:
    """Read the text of an issue file; ``path`` is for messages.

    Raises:
        IssueFileError: it is not one; says the line and what was expected.
    """
    lines = lines_of(text)
    for line in lines:
        if _CONFLICT.match(line.bare):
            raise IssueFileError(
                "a merge conflict is not resolved",
                path=path,
                line=line.number,
                hint="keep one of the two versions and delete the lines <<<<<<<, ======= and >>>>>>>",
            )
    front, rest = read_front_matter(lines, path)
    spans = [Span(kind="front", text="".join(line.text for line in lines[:rest]), line=1)]
    spans += _body_spans(lines[rest:], path)
    return IssueFile(spans=tuple(spans), issue=_issue(front, spans, text, path))


def _body_spans(lines: list[Line], path: str) -> list[Span]:
    """Cut the body at its headings. Headings inside code, HTML and comments are text."""
    quiet = quiet_lines(lines, path)
    spans: list[Span] = []
    section: int | None = None
    story: int | None = None
    stories = 0
    kind: SpanKind = "intro"
    run: list[Line] = []

    def close() -> None:
        if run:
            spans.append(
                Span(kind=kind, text="".join(x.text for x in run), line=run[0].number, section=section, story=story)
            )
            run.clear()

    for line in lines:
        found = None if line.number in quiet else _HEADING.match(line.bare)
        if not found:
            run.append(line)
            continue
        close()
        if len(found.group(1)) == 2:
            section, story = (0 if section is None else section + 1), None
            spans.append(Span(kind="section", text=line.text, line=line.number, section=section))
            kind = "section-text"
        else:
            if section is None:
                raise IssueFileError(
                    "a story (###) stands before the first section (##)",
                    path=path,
                    line=line.number,
                    hint="put a line such as `## News` above it",
                )
            story, stories = stories, stories + 1
            spans.append(Span(kind="story", text=line.text, line=line.number, section=section, story=story))
            kind = "story-text"
    close()
    return spans


def _issue(front: FrontMatter, spans: list[Span], text: str, path: str) -> Issue:
    sections: list[IssueSection] = []
    bench: dict[str, tuple[IssueStory, ...]] = {NEXT_WEEK: (), CANDIDATES: ()}
    for number in sorted({span.section for span in spans if span.section is not None}):
        own = [span for span in spans if span.section == number]
        heading = own[0]
        title = _heading_text(heading.text)
        if not title:
            raise IssueFileError("a section without a name", path=path, line=heading.line, hint="write `## Name`")
        stories = tuple(_stories(own, path))
        if (kind := _bench_name(title)) in bench:
            bench[kind] += stories
        else:
            intro = "".join(span.text for span in own if span.kind == "section-text").strip()
            sections.append(IssueSection(title=title, intro=intro, stories=stories, line=heading.line))
    _refuse_twins(sections, bench, path)
    return Issue(
        name=front.name,
        title=front.title,
        subject=front.subject,
        preheader=front.preheader,
        base=front.base,
        intro="".join(span.text for span in spans if span.kind == "intro").strip(),
        sections=tuple(sections),
        next_week=bench[NEXT_WEEK],
        candidates=bench[CANDIDATES],
        extra=front.extra,
        text=text,
    )


def _bench_name(title: str) -> str:
    """``Candidates:`` and ``**Next week**`` are meant like the plain words."""
    return title.strip(" *_:").casefold()


def _stories(spans: list[Span], path: str) -> list[IssueStory]:
    stories = []
    for heading in (span for span in spans if span.kind == "story"):
        title, story_id, options = read_options(_heading_text(heading.text), path, heading.line)
        body = next((s for s in spans if s.kind == "story-text" and s.story == heading.story), None)
        stories.append(
            read_story(title, story_id, options, lines_of(body.text, first=body.line) if body else [],
                       path=path, line=heading.line)
        )  # fmt: skip
    return stories


def _heading_text(line: str) -> str:
    found = _HEADING.match(line.rstrip("\r\n"))
    inner = (found.group(2) or "") if found else ""
    return re.sub(r"(?:^|[ \t])#+$", "", inner).strip()


def _refuse_twins(sections: list[IssueSection], bench: dict[str, tuple[IssueStory, ...]], path: str) -> None:
    """Two stories with one id would share a page; an entry in two stories would be told twice."""
    stories = [story for section in sections for story in section.stories]
    stories += [story for name in bench for story in bench[name]]
    ids: dict[str, int] = {}
    entries: dict[str, int] = {}
    for story in stories:
        if story.id and story.id in ids:
            raise IssueFileError(
                f"the id {story.id} stands twice (first in line {ids[story.id]})",
                path=path,
                line=story.line,
                hint="a copied story needs no id: delete {#…} from one of the two headings",
            )
        if story.id:
            ids[story.id] = story.line
        for ref in story.sources:
            if ref.entry_id and ref.entry_id in entries:
                raise IssueFileError(
                    f"the source {{#e-{ref.entry_id}}} stands twice (first in line {entries[ref.entry_id]})",
                    path=path,
                    line=ref.line,
                    hint="an entry belongs to one story: delete one of the two lines",
                )
            if ref.entry_id:
                entries[ref.entry_id] = ref.line
