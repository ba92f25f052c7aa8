"""An issue as a web page, and as the text of its entry in the feed: the stories of the mail, from the same Issue.

The page is frozen at approval and published byte for byte, so it holds nothing that is not known then: no way to the
next issue, and no address but relative ones for what lies beside it.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from digest.config.settings import Newsletter, Settings
from digest.model import UNSUBSCRIBE_MARK, Entry, Html, Issue, IssueStory, SourceRef
from digest.render.furniture import direction, language_name, long_date, words
from digest.render.glance import at_a_glance, line_of
from digest.render.markup import STORY_LEVEL, anchor, block, demote, inline
from digest.render.templates import Templates, safe
from digest.render.updates import UNKNOWN, EarlierStory, Updates
from digest.text.plain import drop_controls, plain
from digest.text.provenance import find_source
from digest.text.sentences import sentences
from digest.text.urls import url_key

FEED = "feed.xml"  # beside the home page, one folder above every issue

_IMAGE = re.compile(r'<img\b(?:[^<>"]|"[^"]*")*>')  # as nh3 writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSource:
    """Who told a story."""

    label: str
    url: str | None
    note: str  # usually the date

    @property
    def pdf(self) -> bool:
        """Whether it leads to a PDF, which is worth knowing before one goes there."""
        return urlsplit(self.url or "").path.lower().endswith(".pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStory:
    """A story as the templates print it."""

    anchor: str
    title: Markup
    url: str | None
    kicker: str  # "Expert comment"
    update: bool
    earlier: int | None  # the number of the issue it is an update to; None: not known
    earlier_url: str  # of the story there
    source: PageSource | None
    also: tuple[PageSource, ...]
    language_name: str  # of the source, where it is not the newsletter's
    turned: bool  # whether the headline runs against the newsletter's direction
    title_language: str | None  # None: the editor's words, in the newsletter's language
    summary_language: str | None
    summary: Markup
    generated: bool  # a model has a part in the summary
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


def headline(issue: Issue, newsletter: Newsletter) -> str:
    """What the issue is called where many stand in a row: its subject, for its title is the same every week."""
    named = issue.subject or issue.title or f"{newsletter.title} {issue.name}"
    return " ".join(drop_controls(named).split())


def page_url(name: str, newsletter: Newsletter) -> str:
    """Where the issue's page is on the web; empty if the newsletter has no address."""
    return f"{newsletter.url}{quote(name)}/" if newsletter.url else ""


def render_page(
    issue: Issue,
    *,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    number: int,
    on: date,
    updates: Updates = UNKNOWN,
) -> str:
    """The page of an issue: one file with its style inside, no script, nothing fetched but the pictures asked for.

    Args:
        issue: what the issue file says.
        settings: of the newsletter.
        templates: the look; ``page.html`` is used.
        entries: by id, those the issue's sources name; one that is missing costs its kicker and language mark.
        number: 1 for the first issue.
        on: the day the issue is dated, in the newsletter's time zone.
        updates: what its updates are about.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    url = page_url(issue.name, newsletter)
    said = words(newsletter.language, templates.project)
    sections = page_sections(issue, settings=settings, entries=entries, updates=updates)
    return templates.render(
        "page.html",
        newsletter=newsletter,
        language=newsletter.language,
        direction=direction(newsletter.language),
        words=said,
        paper=issue.title or newsletter.title,
        headline=headline(issue, newsletter),
        preheader=issue.preheader,
        number=number,
        on=on.isoformat(),
        date=long_date(on, newsletter.language),
        url=url,
        structured=_structured(issue, newsletter, number=number, on=on, url=url),
        intro=_text(issue.intro, below=1),
        glance=at_a_glance([section.stories for section in sections]),
        sections=sections,
        count=len(issue.stories),
        nothing=getattr(said, f"nothing_{settings.issue.every}"),
    )


def render_content(
    issue: Issue, *, settings: Settings, templates: Templates, entries: Mapping[str, Entry], updates: Updates = UNKNOWN
) -> Html:
    """The stories of an issue as one piece of HTML without style, for the feed.

    Addresses are absolute if the newsletter has a place on the web, else relative to the issue's page.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    said = words(newsletter.language, templates.project)
    base = page_url(issue.name, newsletter) or None
    return Html(
        templates.render(
            "content.html",
            words=said,
            preheader=issue.preheader,
            intro=_text(issue.intro, below=1, base=base),
            sections=page_sections(issue, settings=settings, entries=entries, base=base, updates=updates),
            nothing=getattr(said, f"nothing_{settings.issue.every}"),
        )
    )


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
    language = settings.newsletter.language
    styles = {section.title.casefold(): section.style for section in settings.section}
    taken: set[str] = set()
    position = itertools.count()
    return tuple(
        PageSection(
            anchor=f"section-{number}",
            title=safe(inline(section.title)),
            intro=_text(section.intro, below=2, base=base),
            stories=tuple(
                _story(
                    story,
                    called=_unique(anchor(story, place), taken),
                    style=styles.get(section.title.casefold(), "summary"),
                    language=language,
                    entries=entries,
                    base=base,
                    earlier=updates.get(place) if "update" in story.options else None,
                )
                for story, place in zip(section.stories, position, strict=False)  # stories first: none is skipped
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
    language: str,
    entries: Mapping[str, Entry],
    base: str | None,
    earlier: EarlierStory | None,
) -> PageStory:
    first = next((ref for ref in story.sources if not ref.also), story.sources[0] if story.sources else None)
    entry = entries.get(first.entry_id) if first and first.entry_id else None
    title = safe(inline(story.title) or Html("…"))
    style = next((option for option in ("headline", "full", "summary") if option in story.options), style)
    told = _text("" if style == "headline" else story.summary, base=base)
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
        update="update" in story.options,
        earlier=earlier.number if earlier else None,
        earlier_url=earlier.address(base) if earlier else "",
        source=_source(first) if first else None,
        also=_also(story, first),
        language_name=language_name(foreign, language) if foreign else "",
        turned=bool(title_language) and direction(title_language or "") != direction(language),
        title_language=title_language,
        summary_language=told_language if summary is told else _language_of(_plain(summary), tellers, language),
        summary=summary,
        generated=generated and summary is told,
        why=_text(story.why, base=base),
        image_url=_address(entry.image_url) if entry and "image" in story.options else None,
        image_alt=entry.image_alt if entry else "",
        glance=line,
        glance_language=told_language if is_told else title_language,
    )


def _also(story: IssueStory, first: SourceRef | None) -> tuple[PageSource, ...]:
    """Who else told it. The same item from two feeds has one address: it is named once."""
    seen = {url_key(first.url)} if first and first.url else set()
    found = []
    for ref in story.sources:
        key = url_key(ref.url) if ref.url else None
        if ref is first or (key is not None and key in seen):
            continue
        if key is not None:
            seen.add(key)
        found.append(_source(ref))
    return tuple(found)


def _source(ref: SourceRef) -> PageSource:
    label, note = (text.replace(UNSUBSCRIBE_MARK, "") for text in (ref.label, ref.note))
    return PageSource(label=label, url=_address(ref.url), note=note)


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
    first = next((one for entry in entries for one in sentences(text, entry.language)[:1]), "")
    found = find_source(first, entries)
    language = next((entry.language for entry in entries if found and entry.id == found.entry_id), None)
    return language if _differs(language, newsletter) else None


def _plain(markup: Markup) -> str:
    return plain(str(markup)).strip()


def _text(markdown: str, *, below: int = STORY_LEVEL, base: str | None = None) -> Markup:
    return safe(block(markdown, base=base, below=below))


def _unique(wanted: str, taken: set[str]) -> str:
    """The anchor; with a number if an editor copied a story together with its id."""
    anchor_, count = wanted, 1
    while anchor_ in taken:
        count += 1
        anchor_ = f"{wanted}-{count}"
    taken.add(anchor_)
    return anchor_


def _structured(issue: Issue, newsletter: Newsletter, *, number: int, on: date, url: str) -> Markup:
    """What the page is, for machines: schema.org's PublicationIssue as JSON-LD."""
    said = {
        "@context": "https://schema.org",
        "@type": "PublicationIssue",
        "name": headline(issue, newsletter),
        "description": issue.preheader or None,
        "issueNumber": str(number),
        "datePublished": on.isoformat(),
        "inLanguage": newsletter.language,
        "url": url or None,
        "isPartOf": {"@type": "Periodical", "name": newsletter.title, "url": newsletter.url or None},
    }
    written = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
    # Inside <script> an HTML parser looks for "</script" and "<!--" only; escaped, JSON means the same.
    return Markup(written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
