"""The stories of an issue as templates print them: what the file says, with what is known of its sources.

Mail, page and feed are made of these, so they cannot differ in what they tell.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from digest.config.settings import Newsletter, Settings
from digest.model import Entry, Html, Issue, IssueStory, Mark, SourceRef
from digest.render.furniture import language_name, long_date, spoken
from digest.render.glance import line_of
from digest.render.markup import STORY_LEVEL, anchors, block, demote, inline
from digest.render.templates import safe
from digest.render.updates import UNKNOWN, EarlierStory, Updates
from digest.text.direction import direction
from digest.text.marks import MARKS, link_marks
from digest.text.plain import plain
from digest.text.provenance import find_source
from digest.text.readermarks import without_marks
from digest.text.sentences import sentences
from digest.text.urls import url_key

_long_date = functools.lru_cache(maxsize=256)(long_date)  # an issue names few days, each many times
_IMAGE = re.compile(r'<img\b(?:[^<>"]|"[^"]*")*>')  # as nh3 writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSource:
    """Who told a story."""

    label: str
    url: str | None
    note: str  # usually the date
    on: str = ""  # the note as YYYY-MM-DD, if it is the day the source published it
    language: str | None = None  # of what is there; None: the newsletter's, or not known
    marks: tuple[Mark, ...] = ()  # what to know before going there


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A summary beside a full text."""

    html: Html
    language: str | None  # None: the newsletter's
    generated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStory:
    """A story as the templates print it."""

    anchor: str
    title: Markup
    url: str | None
    kicker: str  # "Expert comment"
    update: bool  # to what an earlier issue had, or a correction of it
    correction: bool
    earlier: int | None  # the number of the issue it is an update to, or corrects; None: not known
    earlier_url: str  # of the story there
    source: PageSource | None
    also: tuple[PageSource, ...]
    language_name: str  # of the source, where it is not the newsletter's
    turned: bool  # whether the headline runs against the newsletter's direction
    title_language: str | None  # None: the editor's words, in the newsletter's language
    summary_language: str | None
    summary: Markup
    generated: bool  # a model has a part in the summary
    instead: Summary | None  # of a story printed in full, for where that is too long
    why: Markup
    image_url: str | None
    image_alt: str
    glance: str  # what it says in a line, for the list at the top; empty if nothing is short enough
    glance_language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    """A section as the templates print it."""

    anchor: str
    title: Markup
    intro: Markup
    stories: tuple[PageStory, ...]


def page_sections(
    issue: Issue,
    *,
    settings: Settings,
    entries: Mapping[str, Entry],
    base: str | None = None,
    updates: Updates = UNKNOWN,
) -> tuple[PageSection, ...]:
    """The sections that have anything to print, as the templates print them.

    Args:
        issue: what the issue file says.
        settings: of the newsletter.
        entries: by id.
        base: what relative addresses are resolved against; None leaves them relative.
        updates: what the updates are about.
    """
    styles = {section.title.casefold(): section.style for section in settings.section}
    places = enumerate(anchors(issue))
    return tuple(
        PageSection(
            anchor=f"section-{number}",
            title=safe(inline(section.title)),
            intro=text_of(section.intro, below=2, base=base),
            stories=tuple(
                _story(
                    story,
                    called=called,
                    style=styles.get(section.title.casefold(), "summary"),
                    newsletter=settings.newsletter,
                    entries=entries,
                    base=base,
                    pictured=_is_pictured(settings.issue.images, index),
                    earlier=updates.get(place) if story.options & {"update", "correction"} else None,
                )
                # stories first: no position is skipped
                for (index, story), (place, called) in zip(enumerate(section.stories), places, strict=False)
            ),
        )
        for number, section in enumerate(issue.sections, start=1)
        if section.stories or section.intro.strip()
    )


def _story(
    story: IssueStory,
    *,
    called: str,
    style: str,
    newsletter: Newsletter,
    entries: Mapping[str, Entry],
    base: str | None,
    pictured: bool,
    earlier: EarlierStory | None,
) -> PageStory:
    language = newsletter.language
    first = next((ref for ref in story.sources if not ref.also), story.sources[0] if story.sources else None)
    entry = entries.get(first.entry_id) if first and first.entry_id else None
    title = safe(inline(story.title) or Html("…"))
    style = next((option for option in ("headline", "full", "summary") if option in story.options), style)
    told = text_of("" if style == "headline" else story.summary, base=base)
    summary = told
    if style == "full" and entry and entry.body:
        summary = safe(demote(Html(_IMAGE.sub("", entry.body))))
    foreign = entry.language if entry and _differs(entry.language, language) else None
    tellers = [entries[ref.entry_id] for ref in story.sources if ref.entry_id and ref.entry_id in entries]
    title_language = _language_of(_plain(title), tellers[:1], language)
    generated = bool(told) and "generated" in story.options
    told_language = foreign if generated else _language_of(_plain(told), tellers, language)
    # At the top there is no room for the mark, so what is marked is not said there.
    line, is_told = line_of("" if generated else _plain(told), _plain(title), told_language or language)
    return PageStory(
        anchor=called,
        title=title,
        url=_address(story.url),
        kicker=(entry.kind or "") if entry else "",
        update=bool(story.options & {"update", "correction"}),
        correction="correction" in story.options,
        earlier=earlier.number if earlier else None,
        earlier_url=earlier.address(base) if earlier else "",
        source=_source(first, entries, newsletter, said=story.options) if first else None,
        also=_also(story, first, entries, newsletter),
        language_name=language_name(foreign, spoken(language)) if foreign else "",
        turned=bool(title_language) and direction(title_language or "") != direction(language),
        title_language=title_language,
        summary_language=told_language if summary is told else _language_of(_plain(summary), tellers, language),
        summary=summary,
        generated=generated and summary is told,
        instead=Summary(html=Html(str(told)), language=told_language, generated=generated)
        if told and summary is not told
        else None,
        why=text_of(story.why, base=base),
        image_url=_address(entry.image_url) if entry and _wants_image(story, pictured) else None,
        image_alt=entry.image_alt if entry else "",
        glance=line,
        glance_language=told_language if is_told else title_language,
    )


def _is_pictured(images: str, index: int) -> bool:
    """Whether the story at ``index`` of a section shows its source's picture, if the editor says nothing else."""
    return images == "all" or (images == "first" and index == 0)


def _wants_image(story: IssueStory, pictured: bool) -> bool:
    return "image" in story.options or (pictured and "no-image" not in story.options)


def _also(
    story: IssueStory, first: SourceRef | None, entries: Mapping[str, Entry], newsletter: Newsletter
) -> tuple[PageSource, ...]:
    """Who else told it. The same item from two feeds has one address: it is named once."""
    seen = {url_key(first.url)} if first and first.url else set()
    found = []
    for ref in story.sources:
        key = url_key(ref.url) if ref.url else None
        if ref is first or (key is not None and key in seen):
            continue
        if key is not None:
            seen.add(key)
        found.append(_source(ref, entries, newsletter))
    return tuple(found)


def _source(
    ref: SourceRef, entries: Mapping[str, Entry], newsletter: Newsletter, said: frozenset[str] = frozenset()
) -> PageSource:
    """Args: ``said``: options of the story, among which the editor may have set marks."""
    label, note = (without_marks(text) for text in (ref.label, ref.note))
    entry = entries.get(ref.entry_id or "")
    told = (*(entry.marks if entry else ()), *link_marks(ref.url))
    marks = tuple(mark for mark in MARKS if mark in told or mark in said)
    return PageSource(
        label=label,
        url=_address(ref.url),
        note=note,
        marks=marks,
        on=_day(entry, note, newsletter),
        language=entry.language if entry and _differs(entry.language, newsletter.language) else None,
    )


def _day(entry: Entry | None, note: str, newsletter: Newsletter) -> str:
    """The day that a note names, if that is when the source published: an editor may write anything there."""
    if not (entry and entry.published):
        return ""
    day = entry.published.astimezone(ZoneInfo(newsletter.timezone)).date()
    return day.isoformat() if note == _long_date(day, newsletter.language) else ""


def _address(url: str | None) -> str | None:
    """The address if it leads to the web: an editor can paste anything."""
    if not url:
        return None
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None


def _differs(language: str | None, newsletter: str) -> bool:
    """Whether it is another language; ``en-GB`` and ``en-US`` are one."""
    return bool(language) and _base(language or "") != _base(newsletter)


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def _language_of(text: str, entries: Sequence[Entry], newsletter: str) -> str | None:
    """The language of the source that says the text's first sentence word for word, if that is a foreign one.

    Words of no source are the editor's, in the newsletter's language.
    """
    if not any(_differs(entry.language, newsletter) for entry in entries):
        return None  # most weeks; finding sentences takes time
    first = next((one for entry in entries for one in sentences(text, entry.language)[:1]), "")
    found = find_source(first, entries)
    language = next((entry.language for entry in entries if found and entry.id == found.entry_id), None)
    return language if _differs(language, newsletter) else None


def _plain(markup: Markup) -> str:
    return plain(str(markup)).strip()


def text_of(markdown: str, *, below: int = STORY_LEVEL, base: str | None = None) -> Markup:
    """Markdown as a template may print it; see ``digest.render.markup.block``."""
    return safe(block(markdown, base=base, below=below))
