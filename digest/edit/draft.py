"""A Briefing written as the text of an issue file: what an editor finds on opening it for the first time."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from digest.edit.blocks import lines_of, quiet_lines
from digest.edit.correction import owed_block
from digest.edit.issuefile import ALIKE_NOTE, NEXT_WEEK_NOTE
from digest.edit.notes import MISSING_NOTE, PARTING, before_note, note, quiet_line
from digest.edit.strays import ends_like_heading
from digest.text.limits import PREHEADER_CHARS, SUBJECT_CHARS
from digest.text.markdown import escape, escape_heading, escape_paragraph
from digest.text.provenance import source_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from digest.edit.correction import Owed
    from digest.edit.issuefile import PutOff
    from digest.edit.notes import Before
    from digest.model import Briefing, Entry, Source, Story


BASE_NOTE = "# which generated version this file started from; leave it alone"
NOTHING_BEFORE: Final[Mapping[str, Before]] = MappingProxyType({})
_MOST_ALIKE = 3
_BASE = re.compile(r"^base:.*$", re.MULTILINE)


def write_issue(
    briefing: Briefing,
    *,
    title: str,
    sources: Mapping[str, Source],
    day: Callable[[datetime], str],
    max_candidates: int,
    waiting: Sequence[PutOff] = (),
    missing: Sequence[str] = (),
    quiet: Sequence[str] = (),
    before: Mapping[str, Before] = NOTHING_BEFORE,
    ran: Sequence[Story] = (),
    owed: Sequence[Owed] = (),
    owed_under: str = "",
) -> str:
    """The text of a new issue file. ``day`` writes a date as the newsletter's readers do.

    The front matter's ``base`` names the text itself, so that a later refresh knows what digest wrote and what is
    the editor's. Stories that the editor put off (``waiting``) come back in the editor's words. What should have had
    news and had none (``missing``, a line each) is told the editor at the end; that nothing significant happened
    (``quiet``, a paragraph each) where the introduction goes. What earlier issues had comes after the candidates
    (``ran``); which story repeats or continues one of theirs (``before``, by id) is said below it. All that is told
    the editor stands in comments. What readers are to be told of corrections (``owed``) ends what is printed, in a
    section ``owed_under``.
    """
    subject, preheader = _headlines(briefing, title)
    back = _back(briefing, waiting)
    kept = {entry_id for one in waiting for entry_id in _entry_ids(one)}

    def beside(stories: Sequence[Story]) -> tuple[Story, ...]:
        """Those that come back, and what the others have beside what the editor put off."""
        bare = (story if story.id in back else _without(story, kept) for story in stories)
        return tuple(story for story in bare if story is not None)

    sections = {section.title: beside(section.stories) for section in briefing.sections}
    candidates = beside(briefing.candidates)
    for story in candidates:
        if story.id in back:  # put off, so wanted: not for the bench
            sections[story.section] = (*sections.get(story.section, ()), story)
    bench = [story for story in candidates if story.id not in back]
    shown = bench[:max_candidates]
    likes = _likes([*(story for stories in sections.values() for story in stories), *shown])

    def write(story: Story) -> list[str]:
        if story.id in back:
            late = [entry for entry in story.entries if entry.id not in kept]
            lines = [_source(entry, sources, day, also=True) for entry in late]
            return [_parted(_with_sources(back[story.id].text, lines)), ""]
        told = [*note(ALIKE_NOTE, likes.get(story.id, ())), *before_note(before.get(story.id))]
        return [*_story(story, sources, day), *told]

    parts = [
        "---",
        f"issue: {briefing.period.name}",
        f"title: {_one_line(title)}",
        f"subject: {subject}",
        f"preheader: {preheader}",
        "base:",
        "---",
        "",
        *_introduction(quiet),
        *_body(sections, [one for one in waiting if not _entry_ids(one)], write),
        *_corrections(owed, owed_under, waiting),
        "## Next week",
        "",
        NEXT_WEEK_NOTE,
        "",
    ]
    for one in waiting:
        if _entry_ids(one) and one not in back.values():  # its time has not come, or it ran elsewhere
            parts += [_parted(one.text), ""]
    parts += ["## Candidates", "", _bench_note(len(bench), max_candidates), ""]
    for story in (*shown, *(one for one in ran if not kept & {entry.id for entry in one.entries})):
        parts += write(story)
    parts += note(MISSING_NOTE, missing)
    return with_base("\n".join(parts).rstrip("\n") + "\n")


def _body(
    sections: Mapping[str, Sequence[Story]], by_hand: Sequence[PutOff], write: Callable[[Story], list[str]]
) -> list[str]:
    """The sections, and in the first what the editor wrote without a source."""
    parts: list[str] = []
    for position, (name, stories) in enumerate((sections or ({"News": ()} if by_hand else {})).items()):
        parts += [f"## {escape_heading(name)}", ""]
        for story in stories:
            parts += write(story)
        for one in by_hand if position == 0 else ():
            parts += [_parted(one.text), ""]
    return parts


def _corrections(owed: Sequence[Owed], title: str, waiting: Sequence[PutOff]) -> list[str]:
    """The section that tells of corrections, but for those that the editor put off: they come back by themselves."""
    back = {one.story.id for one in waiting}
    blocks = [line for one in owed if one.id not in back for line in owed_block(one)]
    return [f"## {escape_heading(title)}", "", *blocks] if blocks else []


def _back(briefing: Briefing, waiting: Sequence[PutOff]) -> dict[str, PutOff]:
    """The put-off stories that come back, by the id of the briefing's story that each is."""
    by_entry = {entry.id: story.id for story in (*briefing.stories, *briefing.candidates) for entry in story.entries}
    found: dict[str, PutOff] = {}
    for one in waiting:
        story_id = next((by_entry[entry_id] for entry_id in _entry_ids(one) if entry_id in by_entry), None)
        if story_id is not None and story_id not in found:
            found[story_id] = one
    return found


def _without(story: Story, kept: Collection[str]) -> Story | None:
    """A story without the entries that stand elsewhere; None if it has no others."""
    entries = tuple(entry for entry in story.entries if entry.id not in kept)
    if len(entries) == len(story.entries):
        return story
    return replace(story, entries=entries) if entries else None


def _with_sources(text: str, lines: Sequence[str]) -> str:
    """A story of the editor's with further sources below its last one."""
    told = text.split("\n")
    last = next((place for place in range(len(told) - 1, -1, -1) if "{#e-" in told[place]), None)
    return text if last is None else "\n".join([*told[: last + 1], *lines, *told[last + 1 :]])


def _parted(text: str) -> str:
    """A text of the editor's, so ended that a heading may follow."""
    lines = lines_of(text)
    return f"{text}\n\n{PARTING}" if ends_like_heading(lines, quiet_lines(lines, "a story put off")) else text


def _entry_ids(one: PutOff) -> list[str]:
    return [ref.entry_id for ref in one.story.sources if ref.entry_id]


def base_of(text: str) -> str:
    """The name of a generated version: 8 hex digits of its text, whatever its ``base`` line says."""
    plain = _BASE.sub("base:", text, count=1)
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()[:8]


def with_base(text: str) -> str:
    """The text, named in its ``base`` line."""
    return _BASE.sub(f"base: {base_of(text)}  {BASE_NOTE}", text, count=1)


def candidate_block(story: Story, sources: Mapping[str, Source], day: Callable[[datetime], str]) -> str:
    """A story as it would stand in the file, for pasting."""
    return "\n".join(_story(story, sources, day))


def _story(story: Story, sources: Mapping[str, Source], day: Callable[[datetime], str]) -> list[str]:
    mark = " .generated" if story.generated else ""
    lines = [f"### {escape_heading(story.title)} {{#{story.id}{mark}}}", ""]
    for paragraph in story.summary.split("\n\n"):
        if paragraph.strip():
            lines += [escape_paragraph(paragraph), ""]
    lines += ["Sources:", ""]
    for index, entry in enumerate(story.entries):
        lines.append(_source(entry, sources, day, also=index > 0))
    return [*lines, ""]


def _source(entry: Entry, sources: Mapping[str, Source], day: Callable[[datetime], str], *, also: bool) -> str:
    name = escape(_one_line(source_name(entry, sources)))
    # Parentheses and blanks would end a Markdown link too early; in an address they may be written as %28, %29, %20.
    url = (entry.url or "").replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    where = f"[{name}]({url})" if url else name.replace(",", " ")
    when = f", {day(entry.published)}" if entry.published else ""
    return f"- {'also ' if also else ''}{where}{when} {{#e-{entry.id}}}"


def _headlines(briefing: Briefing, title: str) -> tuple[str, str]:
    """A subject from the first headlines, and a preheader from those that follow."""
    titles = [_one_line(story.title) for story in sorted(briefing.stories, key=lambda s: (-s.score, s.id))]
    if not titles:
        return _one_line(title), ""
    subject, used = _cut(titles[0], SUBJECT_CHARS), 1
    while used < min(len(titles), 3) and len(subject) + 2 + len(titles[used]) <= SUBJECT_CHARS:
        subject, used = f"{subject}; {titles[used]}", used + 1
    preheader = ""
    for headline in titles[used:]:
        longer = f"{preheader}; {headline}" if preheader else headline
        if len(longer) > PREHEADER_CHARS:
            break
        preheader = longer
    return subject, preheader or _cut("; ".join(titles[used:]), PREHEADER_CHARS)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _introduction(quiet: Sequence[str]) -> list[str]:
    """The place for the editor's introduction; in a quiet week it says so."""
    if not quiet:
        return ["<!-- Your introduction goes here; it may stay empty. -->", ""]
    return [
        "<!-- Your introduction goes here; it may stay empty.",
        "",
        *"\n\n".join(map(quiet_line, quiet)).split("\n"),
        "-->",
        "",
    ]


def _likes(stories: Sequence[Story]) -> dict[str, list[str]]:
    """By id, of each story of a file the later ones that may be the same; each pair once."""
    places = {story.id: place for place, story in enumerate(stories)}
    return {
        story.id: [
            f"“{stories[places[other]].title}” ({other}, under {stories[places[other]].section}): {ground}"
            for other, ground in story.like
            if places.get(other, -1) > places[story.id]
        ][:_MOST_ALIKE]
        for story in stories
    }


def _bench_note(count: int, shown: int) -> str:
    more = f" {count - shown} more: digest candidates." if count > shown else ""
    return f"<!-- What did not fit, best first. Move a story up to print it. Not printed.{more} -->"
