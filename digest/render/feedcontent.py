"""What feeds say of an issue and of each of its stories: HTML without style, for their readers bring their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from digest.config.settings import Newsletter, Settings
from digest.model import Correction, Entry, Html, Issue
from digest.render.furniture import Words, long_date, words
from digest.render.markup import anchors
from digest.render.past import page_url
from digest.render.signs import introduction
from digest.render.stories import PageStory, page_sections, text_of
from digest.render.templates import Templates, safe
from digest.render.updates import UNKNOWN, Updates
from digest.text.plain import drop_controls, plain
from digest.text.readermarks import without_marks


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNote:
    """A dated note of what was put right, as the templates print it."""

    on: str  # YYYY-MM-DD
    date: str  # as people write it
    text: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who told a story, and where."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryContent:
    """What the feed of a section says of a story."""

    content: Html
    summary: str  # its first paragraph, plain text; may be empty
    language: str  # of title and summary, BCP 47
    sources: tuple[Teller, ...]  # those with an address, the lead first


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueContent:
    """What the feeds say of an issue."""

    content: Html  # all of it
    stories: tuple[StoryContent, ...]  # in the order of Issue.stories


def feed_contents(
    issue: Issue,
    *,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    updates: Updates = UNKNOWN,
    corrections: Sequence[Correction] = (),
    said: Words | None = None,
) -> IssueContent:
    """An issue, and each of its stories, as one piece of HTML without style.

    Addresses are absolute if the newsletter has a place on the web, else relative to the issue's page. Takes a
    millisecond a story, nearly all of it Markdown: who publishes each week keeps what was made, see ``dump_contents``.

    Args:
        issue: as it was approved, or as it was corrected.
        settings: of the newsletter.
        templates: the look; ``content.html`` and ``feedstory.html`` are used.
        entries: by id, those the issue's sources name.
        updates: what its updates are about.
        corrections: what was put right in it, oldest first.
        said: the words of the newsletter's language, if they are at hand: reading them takes as long as ten stories.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    base = page_url(issue.name, newsletter) or None
    said = said or words(newsletter.language, templates.project)
    notes = _notes(corrections, newsletter, base=base)
    called = anchors(issue)
    sections = page_sections(issue, settings=settings, entries=entries, base=base, updates=updates)
    of_stories = {called[place]: told for place, told in notes.items() if 0 <= place < len(called)}
    content = templates.render(
        "content.html",
        words=said,
        preheader=without_marks(drop_controls(issue.preheader)),
        intro=safe(introduction(issue, base=base)),
        sections=sections,
        nothing=getattr(said, f"nothing_{settings.issue.every}"),
        notes=of_stories,
        notes_of_issue=[note for place, told in notes.items() if not 0 <= place < len(called) for note in told],
    )
    stories = tuple(
        StoryContent(
            content=Html(
                templates.render("feedstory.html", words=said, story=story, notes=of_stories.get(story.anchor, ()))
            ),
            summary=_summary(story),
            language=_language(story, newsletter),
            sources=_tellers(story),
        )
        for section in sections
        for story in section.stories
    )
    return IssueContent(content=Html(content), stories=stories)


def dump_contents(contents: Mapping[str, IssueContent]) -> bytes:
    """As JSON, to be kept below ``build/`` until the next publishing; the names are whatever tells them apart."""
    return msgspec.json.encode(dict(contents))


def load_contents(data: bytes) -> dict[str, IssueContent]:
    """What ``dump_contents`` wrote; nothing if it was not that: it can be made again."""
    try:
        return msgspec.json.decode(data, type=dict[str, IssueContent])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _notes(corrections: Sequence[Correction], newsletter: Newsletter, *, base: str | None) -> dict[int, list[FeedNote]]:
    """The notes of each story, by its place."""
    notes: dict[int, list[FeedNote]] = defaultdict(list)
    for one in corrections:
        day = one.at.astimezone(ZoneInfo(newsletter.timezone)).date()
        date = long_date(day, newsletter.language)
        notes[one.place].append(FeedNote(on=day.isoformat(), date=date, text=text_of(one.note, base=base)))
    return notes


def _tellers(story: PageStory) -> tuple[Teller, ...]:
    told = (story.source, *story.also) if story.source else story.also
    return tuple(Teller(label=one.label, url=one.url) for one in told if one.url)


def _summary(story: PageStory) -> str:
    """The first paragraph; of a story printed in full, that of the summary beside it."""
    told = str(story.instead.html) if story.instead else str(story.summary)
    return plain(told).strip().partition("\n\n")[0]


def _language(story: PageStory, newsletter: Newsletter) -> str:
    """The language of title and summary; the newsletter's if they are not in one other."""
    summary = story.instead.language if story.instead else story.summary_language
    foreign = story.title_language
    return foreign if foreign and (summary == foreign or not _summary(story)) else newsletter.language
