"""The issue file: Markdown ↔ Issue, without losing a byte.

The file is read as spans, pieces of its text that follow each other without a gap, so joining them gives the file
back. What the spans say becomes the Issue; whoever rewrites the file later replaces single spans and leaves the rest.
The dialect is described for editors in docs/issue-file.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from digest.edit.blocks import Line, lines_of, quiet_lines
from digest.edit.frontmatter import FrontMatter, read_front_matter
from digest.edit.story import read_options, read_story
from digest.edit.strays import (
    count_ids,
    refuse_leftovers,
    refuse_lone_separator,
    refuse_no_heading,
    refuse_second_issue,
    refuse_unlike_heading,
    refuse_unread_ids,
)
from digest.errors import IssueFileError
from digest.model import Issue, IssueSection, IssueStory
from digest.text.plain import drop_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NOTHING_KNOWN: Final[Mapping[str, IssueStory]] = MappingProxyType({})

SpanKind = Literal["front", "intro", "section", "section-text", "story", "story-text"]

NEXT_WEEK = "next week"
CANDIDATES = "candidates"
NEXT_WEEK_NOTE = "<!-- Stories moved here wait for the next issue. Not printed. -->"
ALIKE_NOTE = "Perhaps the same story; to merge, move its source lines here (not printed):"
_ALIKE = re.compile(rf"^<!-- {re.escape(ALIKE_NOTE)}\n(?:- .*\n)*-->\n?", re.MULTILINE)

# On some keyboards a blank typed too fast is one that does not break (U+00A0).
_HEADING = re.compile(r"^ {0,3}(#{2,3})(?:\s+(.*))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of whole lines of the file. ``section`` and ``story`` say which they belong to, counted from 0."""

    kind: SpanKind
    lines: tuple[Line, ...]
    section: int | None = None
    story: int | None = None

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)

    @property
    def line(self) -> int:
        """The number of its first line, 1-based."""
        return self.lines[0].number


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFile:
    """A read issue file: its spans, and what they say."""

    spans: tuple[Span, ...]
    quiet: frozenset[int]  # the lines inside code, comments and HTML
    stories: tuple[IssueStory, ...]  # all of them, printed or not, in the order of the file
    issue: Issue

    def joined(self) -> str:
        return "".join(span.text for span in self.spans)


class _Reading(NamedTuple):
    """What reading the stories of a file needs."""

    quiet: frozenset[int]
    known: Mapping[str, IssueStory]
    path: str


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
        if bench_name(heading_text(own[0].text)) != NEXT_WEEK:
            continue
        for heading in (span for span in own if span.kind == "story"):
            story = next(one for one in file.issue.next_week if one.line == heading.line)
            text = "".join(span.text for span in own if span.story == heading.story)
            text = _ALIKE.sub("", text.replace("\r\n", "\n").replace(NEXT_WEEK_NOTE, ""))  # other stories by then
            found.append(PutOff(story=story, text=text.strip()))
    return tuple(found)


def read_issue(text: str, *, path: str, known: Mapping[str, IssueStory] = NOTHING_KNOWN) -> IssueFile:
    """Read the text of an issue file; ``path`` is for messages.

    Stories that are ``known`` (by ``raw_stories``) are not read again, which is quicker for large files of one origin.
    Their line numbers are then those of the file that they were known from.

    Raises:
        IssueFileError: it is not one; says the line and what was expected.
    """
    lines = lines_of(text)
    refuse_leftovers(text, lines, path)
    front, rest = read_front_matter(lines, path)
    quiet = quiet_lines(lines[rest:], path)
    if text.count("\nissue:") > 1:
        refuse_second_issue(lines[rest:], quiet, path)
    spans = [Span(kind="front", lines=tuple(lines[:rest])), *_body_spans(lines[rest:], quiet, path)]
    stories = tuple(_stories(spans, _Reading(quiet, known, path)))
    issue = _issue(front, spans, stories, text, path)
    if count_ids(text) != _ids_in(stories):
        headings = [heading.lines[0] for heading, _ in told_spans(spans)]
        refuse_unread_ids([span.lines for span in spans[1:]], headings, stories, quiet, path)
    return IssueFile(spans=tuple(spans), quiet=quiet, stories=stories, issue=issue)


def _ids_in(stories: Sequence[IssueStory]) -> int:
    count = 0
    for story in stories:
        count += story.id is not None
        for ref in story.sources:
            count += ref.entry_id is not None
    return count


def _body_spans(lines: list[Line], quiet: frozenset[int], path: str) -> list[Span]:
    """Cut the body at its headings. Headings inside code, HTML and comments are text."""
    spans: list[Span] = []
    section: int | None = None
    story: int | None = None
    stories = 0
    kind: SpanKind = "intro"
    run: list[Line] = []

    def close() -> None:
        if run:
            spans.append(Span(kind=kind, lines=tuple(run), section=section, story=story))
            run.clear()

    for line in lines:
        found = _heading(line, quiet, path) if "#" in line.bare or line.bare[:1] == "=" else None
        if not found:
            run.append(line)
            continue
        refuse_unlike_heading(run, quiet, path)
        close()
        if len(found.group(1)) == 2:
            section, story = (0 if section is None else section + 1), None
            spans.append(Span(kind="section", lines=(line,), section=section))
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
            spans.append(Span(kind="story", lines=(line,), section=section, story=story))
            kind = "story-text"
    close()
    return spans


def _heading(line: Line, quiet: frozenset[int], path: str) -> re.Match[str] | None:
    """The heading that a line is; None for what is text."""
    if line.number in quiet:
        return None
    found = _HEADING.match(line.bare)
    if not found:
        refuse_lone_separator(line, path)
        refuse_no_heading(line, path)
    return found


def _issue(front: FrontMatter, spans: list[Span], told: Sequence[IssueStory], text: str, path: str) -> Issue:
    sections: list[IssueSection] = []
    bench: dict[str, tuple[IssueStory, ...]] = {NEXT_WEEK: (), CANDIDATES: ()}
    for number in sorted({span.section for span in spans if span.section is not None}):
        own = [span for span in spans if span.section == number]
        heading = own[0]
        title = heading_text(heading.text)
        if not title:
            raise IssueFileError("a section without a name", path=path, line=heading.line, hint="write `## Name`")
        stories = tuple(told[span.story] for span in own if span.kind == "story" and span.story is not None)
        if (kind := bench_name(title)) in bench:
            bench[kind] += stories
        else:
            intro = _markdown(span for span in own if span.kind == "section-text")
            sections.append(IssueSection(title=title, intro=intro, stories=stories, line=heading.line))
    _refuse_twins(told, path)
    return Issue(
        name=front.name,
        title=drop_controls(front.title),
        subject=drop_controls(front.subject),
        preheader=drop_controls(front.preheader),
        base=front.base,
        intro=_markdown(span for span in spans if span.kind == "intro"),
        sections=tuple(sections),
        next_week=bench[NEXT_WEEK],
        candidates=bench[CANDIDATES],
        extra=front.extra,
        text=text,
    )


def _markdown(spans: Iterable[Span]) -> str:
    """The text of spans without the blank lines around it; indented at its beginning, it may be code."""
    return re.sub(r"^(?:[ \t]*\n)+", "", "".join(span.text for span in spans).replace("\r\n", "\n")).rstrip()


def bench_name(title: str) -> str:
    """``Candidates:`` and ``**Next week**`` are meant like the plain words."""
    return title.strip(" *_:").casefold()


def _stories(spans: list[Span], reading: _Reading) -> list[IssueStory]:
    stories = []
    for heading, body in told_spans(spans):
        lines = body.lines if body else ()
        if (story := reading.known.get(heading.text + (body.text if body else ""))) is None:
            title, story_id, options = read_options(heading_text(heading.text), reading.path, heading.line)
            story = read_story(title, story_id, options, lines, reading.quiet, path=reading.path, line=heading.line)
        stories.append(story)
    return stories


def told_spans(spans: Sequence[Span]) -> Iterator[tuple[Span, Span | None]]:
    """The heading of each story, and what stands below it."""
    below = {span.story: span for span in spans if span.kind == "story-text"}
    for span in spans:
        if span.kind == "story":
            yield span, below.get(span.story)


def raw_stories(file: IssueFile) -> dict[str, IssueStory]:
    """The stories of a file by their text."""
    texts = (heading.text + (body.text if body else "") for heading, body in told_spans(file.spans))
    return dict(zip(texts, file.stories, strict=True))


def heading_text(line: str) -> str:
    """The words of a heading of any level; "" of any other line."""
    found = _HEADING.match(line.rstrip("\r\n"))
    inner = (found.group(2) or "") if found else ""
    return re.sub(r"(?:^|[ \t])#+$", "", inner).strip()


def _refuse_twins(stories: Sequence[IssueStory], path: str) -> None:
    """Two stories with one id would share a page; an entry in two stories would be told twice."""
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
