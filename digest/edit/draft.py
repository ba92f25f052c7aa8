"""A Briefing written as the text of an issue file: what an editor finds on opening it for the first time."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.edit.issuefile import NEXT_WEEK_NOTE
from digest.text.limits import PREHEADER_CHARS, SUBJECT_CHARS
from digest.text.markdown import escape, escape_heading, escape_paragraph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from digest.edit.issuefile import PutOff
    from digest.model import Briefing, Entry, Source, Story


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
) -> str:
    """The text of a new issue file. ``day`` writes a date as the newsletter's readers do.

    The front matter's ``base`` names the text itself, so that a later refresh knows what digest wrote and what is
    the editor's. Stories that the editor put off (``waiting``) come back in the editor's words. What should have had
    news and had none (``missing``, a line each) is told the editor at the end.
    """
    subject, preheader = _headlines(briefing, title)
    parts = [
        "---",
        f"issue: {briefing.period.name}",
        f"title: {_one_line(title)}",
        f"subject: {subject}",
        f"preheader: {preheader}",
        "base:",
        "---",
        "",
        "<!-- Your introduction goes here; it may stay empty. -->",
        "",
    ]
    back = _back(briefing, waiting)
    sections = {section.title: section.stories for section in briefing.sections}
    for story in briefing.candidates:
        if story.id in back:  # put off, so wanted: not for the bench
            sections[story.section] = (*sections.get(story.section, ()), story)
    by_hand = [one for one in waiting if not _entry_ids(one)]
    if by_hand and not sections:
        sections["News"] = ()
    for position, (name, stories) in enumerate(sections.items()):
        parts += [f"## {escape_heading(name)}", ""]
        for story in stories:
            parts += [back[story.id].text, ""] if story.id in back else _story(story, sources, day)
        for one in by_hand if position == 0 else ():
            parts += [one.text, ""]
    parts += ["## Next week", "", NEXT_WEEK_NOTE, ""]
    for one in waiting:
        if _entry_ids(one) and one not in back.values():  # its time has not come, or it ran elsewhere
            parts += [one.text, ""]
    bench = [story for story in briefing.candidates if story.id not in back]
    parts += ["## Candidates", "", _bench_note(len(bench), max_candidates), ""]
    for story in bench[:max_candidates]:
        parts += _story(story, sources, day)
    parts += _missing_note(missing)
    text = "\n".join(parts).rstrip("\n") + "\n"
    note = "# which generated version this file started from; leave it alone"
    return _BASE.sub(f"base: {base_of(text)}  {note}", text, count=1)


def _back(briefing: Briefing, waiting: Sequence[PutOff]) -> dict[str, PutOff]:
    """The put-off stories that come back, by the id of the briefing's story that each is."""
    by_entry = {entry.id: story.id for story in (*briefing.stories, *briefing.candidates) for entry in story.entries}
    found: dict[str, PutOff] = {}
    for one in waiting:
        story_id = next((by_entry[entry_id] for entry_id in _entry_ids(one) if entry_id in by_entry), None)
        if story_id is not None and story_id not in found:
            found[story_id] = one
    return found


def _entry_ids(one: PutOff) -> list[str]:
    return [ref.entry_id for ref in one.story.sources if ref.entry_id]


def base_of(text: str) -> str:
    """The name of a generated version: 8 hex digits of its text, whatever its ``base`` line says."""
    plain = _BASE.sub("base:", text, count=1)
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()[:8]


def candidate_block(story: Story, sources: Mapping[str, Source], day: Callable[[datetime], str]) -> str:
    """A story as it would stand in the file, for pasting."""
    return "\n".join(_story(story, sources, day))


def source_name(entry: Entry, sources: Mapping[str, Source]) -> str:
    """Who readers are told an entry is from: the organisation it names, else its feed, else its authors."""
    source = sources.get(entry.source_id)
    feed = source.name if source and source.kind == "feed" else ""
    host = (urlsplit(entry.url).hostname or "").removeprefix("www.") if entry.url else ""
    # "Local files" is no name for readers: a note of the editor's own is told by its author, or by its file.
    return entry.organisation or feed or ", ".join(entry.authors) or host or Path(entry.path or entry.source_id).stem


def _story(story: Story, sources: Mapping[str, Source], day: Callable[[datetime], str]) -> list[str]:
    lines = [f"### {escape_heading(story.title)} {{#{story.id}}}", ""]
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


def _missing_note(missing: Sequence[str]) -> list[str]:
    """What did not report, as a comment: nobody else reads it wherever it comes to stand, even with a story moved up.

    It has several lines, as a comment among sources must have, and none of them can end it.
    """
    lines = [f"- {_one_line(line).replace('<', '‹').replace('>', '›')}" for line in missing]
    return ["<!-- Did not report (not printed):", *lines, "-->", ""] if lines else []


def _bench_note(count: int, shown: int) -> str:
    more = f" {count - shown} more: digest candidates." if count > shown else ""
    return f"<!-- What did not fit, best first. Move a story up to print it. Not printed.{more} -->"
