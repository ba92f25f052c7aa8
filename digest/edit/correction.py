"""A correction of a story that is out: the form it is written in, the issue with it, and what the next issue says."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from digest.edit.issuefile import CANDIDATES, NEXT_WEEK, bench_name, read_issue
from digest.edit.layout import Block, blocks_of
from digest.edit.patch import Patch
from digest.edit.story import parts_of
from digest.errors import IssueFileError, StateError, UsageError
from digest.text.markdown import without_comments

if TYPE_CHECKING:
    from digest.edit.issuefile import IssueFile
    from digest.model import IssueStory

NOTE: Final = "Note:"
_GUIDE: Final = (
    "<!-- Behind Note: say what was wrong, for readers, in one paragraph. Below stands the story as readers have it: "
    "put it right. While the note is empty nothing is changed. -->"
)
_HEADING = re.compile(r" {0,3}#{2,3}(?:\s|$)")
_PROBE: Final = (
    "---\nissue: probe\ntitle: Probe\nsubject: Probe\npreheader:\nbase:\n---\n\n## Probe\n\n### Probe\n\n{}\n"
)
_TEXT_OPTIONS: Final = frozenset({"headline", "summary", "full", "image", "no-image", "generated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form that was filled in."""

    note: str  # one line of Markdown; empty: there is none
    block: str  # the story, from its heading on
    line: int  # of the form, in which the block begins; 1-based


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A correction that no issue has told its readers yet, as a story."""

    id: str  # correction_id
    of: str  # the issue that was corrected
    title: str  # Markdown, one line
    note: str  # Markdown, one paragraph


# -- the form


def write_form(block: str, note: str = "") -> str:
    """What an editor fills in: the note in the first line, the story below."""
    return f"{NOTE} {note}\n\n{_GUIDE}\n\n{block}\n"


def read_form(text: str, *, path: str) -> Filled:
    """A form as it was filled in; the story alone will do.

    Raises:
        IssueFileError: above the story stands something else than the note.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    start = next((place for place, line in enumerate(lines) if _HEADING.match(line)), len(lines))
    above = one_line("\n".join(lines[:start]))
    if above and not above.casefold().startswith(NOTE.casefold()):
        number = next(place for place, line in enumerate(lines, 1) if line.strip())
        raise IssueFileError("the text above the headline belongs to nothing", path=path, line=number,
                             hint=f"the note begins with {NOTE!r}, the story with its `### Headline`")  # fmt: skip
    return Filled(note=above[len(NOTE) :].strip(), block="\n".join(lines[start:]).strip("\n"), line=start + 1)


def one_line(note: str) -> str:
    """A note as it is kept: without line breaks, and without what is said in comments."""
    return " ".join(without_comments(note).split())


def refuse_note(note: str) -> None:
    """A note is a paragraph that stands by itself wherever it is printed.

    Raises:
        UsageError: there is none, or it would be read as something else.
    """
    if not one_line(note):
        raise UsageError(
            "the note is empty",
            hint=f'say what was wrong, for readers: behind "{NOTE}", or with --note "The figure was wrong: …"',
        )
    try:
        stories = read_issue(_PROBE.format(note), path="the note").issue.stories
    except IssueFileError as error:
        raise UsageError(f"the note cannot stand in an issue: {_bare(error)}", hint="write a plain sentence") from error
    if len(stories) != 1 or stories[0].summary != note:
        raise UsageError(f"the note cannot stand in an issue: {note}", hint="write a plain sentence")


# -- the issue


def printed_blocks(file: IssueFile) -> tuple[Block, ...]:
    """The stories that an issue prints, as they stand in its text, in the order of ``Issue.stories``."""
    return tuple(block for block in blocks_of(file) if bench_name(block.section) not in {NEXT_WEEK, CANDIDATES})


def with_story(file: IssueFile, place: int, filled: Filled, *, path: str) -> IssueFile:
    """The issue with another text for one of its stories, and nothing else changed.

    Args:
        file: the issue as it is now.
        place: of the story among ``Issue.stories``.
        filled: the new text.
        path: of the form, for messages.

    Raises:
        IssueFileError: it cannot be read, is not one story, or has another id; with its line in the form.
        StateError: it says what the issue says already.
    """
    own = printed_blocks(file)[place]
    first, last = own.heading.number, _last_line(own)
    patch = Patch(file.issue.text)
    patch.replace(first, last, filled.block.rstrip() + "\n")
    lines = range(first, first + filled.block.count("\n") + 1)
    try:
        made = read_issue(patch.applied(), path=path)
    except IssueFileError as error:
        number = error.line - first + filled.line if error.line in lines else filled.line
        raise IssueFileError(_bare(error), path=path, line=number, hint=error.hint) from error
    _refuse_other_shape(file, made, own, filled, path)
    if _said(own.story) == _said(made.issue.stories[place]):
        raise StateError(
            "nothing was changed in the story",
            hint="correct its words; the note alone is no correction. What was corrected before is mailed with "
            f"`digest correct {file.issue.name} --send`",
        )
    return made


def _refuse_other_shape(file: IssueFile, made: IssueFile, own: Block, filled: Filled, path: str) -> None:
    before, after = blocks_of(file), blocks_of(made)
    at = before.index(own)
    problem = ""
    if len(after) > len(before):
        problem = "this is more than one story"
    elif len(after) < len(before) or after[at].heading.number != own.heading.number:
        problem = "the story has no headline any more"
    elif [_whole(one) for one in (*before[:at], *before[at + 1 :])] != [
        _whole(one) for one in (*after[:at], *after[at + 1 :])
    ] or own.section != after[at].section:
        problem = "it would change what stands around the story"
    elif after[at].story.id != own.story.id:
        problem = f"the story's id is {own.story.id or 'none'}, not {after[at].story.id or 'none'}"
    if problem:
        raise IssueFileError(problem, path=path, line=filled.line,
                             hint="keep one `### Headline` with its braces, and correct what is below")  # fmt: skip


def _whole(block: Block) -> tuple[str, str, str]:
    return block.section, block.heading.text, "".join(line.text for line in block.body)


def _said(story: IssueStory) -> IssueStory:
    return replace(story, line=0, sources=tuple(replace(ref, line=0) for ref in story.sources))


def _last_line(block: Block) -> int:
    return next((line.number for line in reversed(block.lines) if not line.blank), block.heading.number)


def _bare(error: IssueFileError) -> str:
    return error.message.removeprefix(f"{error.path}:{error.line}: ")


def retracted(block: Block, note: str, word: str) -> str:
    """A story taken back: its headline and sources, and in place of all that it said the note.

    The headline stays as it was, so that whoever remembers the story finds what has become of it.

    Args:
        block: the story.
        note: one paragraph of Markdown.
        word: "Retracted", in the newsletter's language.
    """
    story = block.story
    named = [f"#{story.id}"] if story.id else []
    options = [f".{one}" for one in sorted((story.options - _TEXT_OPTIONS) | {"no-image", "summary"})]
    kept = [line.bare for kind, line in parts_of(block.lines, block.quiet) if kind in {"label", "source"}]
    told = ["", kept[0], "", *kept[1:]] if kept else []
    said = retracted_summary(note, word)
    return "\n".join([f"### {story.title} {{{' '.join([*named, *options])}}}", "", said, *told])


def retracted_summary(note: str, word: str) -> str:
    """What a story says that was taken back."""
    return f"**{word}.** {note}"


# -- the next issue


def correction_id(number: int, issue: str) -> str:
    """The id of the story that tells of a correction: longer than any that is minted, so it is nobody else's."""
    return "s-" + hashlib.sha256(f"correction {number} of {issue}".encode()).hexdigest()[:12]


def owed_block(owed: Owed) -> list[str]:
    """The lines of the story that tells of a correction."""
    return [f"### {owed.title} {{#{owed.id} .correction}}", "", owed.note, ""]
