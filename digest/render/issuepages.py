"""The page of an issue and the pages of its stories, all from one reading of what the issue says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from markupsafe import Markup

from digest.model import Entry, Html, Issue
from digest.render.archived import Frame, Link, NameLine, Note, StoryLine
from digest.render.charts.beside import with_details
from digest.render.charts.chart import Table
from digest.render.glance import at_a_glance
from digest.render.pagebody import laid_out
from digest.render.pagepicture import PagePicture, picture_of
from digest.render.past import IssueLine, headline
from digest.render.signs import introduction
from digest.render.stories import PageSection, PageStory, page_sections
from digest.render.storypage import render_story
from digest.render.structured import periodical, written
from digest.render.templates import safe
from digest.render.updates import UNKNOWN, Updates
from digest.text.plain import drop_controls, plain
from digest.text.readermarks import without_marks

AS_SENT = "as-sent.html"  # beside a corrected issue's page


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryContext:
    """What the archive knows of a story beside what its issue says."""

    slug: str
    earlier: tuple[StoryLine, ...] = ()  # of the same thread, the oldest first
    later: tuple[StoryLine, ...] = ()
    names: tuple[NameLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """What the page of an issue says of a story that has a page of its own."""

    href: str = ""  # empty: it has none
    is_thread: bool = False  # whether other issues had it too
    notes: tuple[Note, ...] = ()  # of what was put right


@dataclass(kw_only=True)
class IssuePages:
    """The pages of one issue; what is costly is done once for all of them.

    Args:
        issue: what the issue says, as corrected.
        frame: of the site.
        entries: by id, those its sources name; one that is missing costs its kicker and language mark.
        number: 1 for the first issue; 0: it came from elsewhere and has none.
        on: the day it is dated, in the newsletter's time zone.
        updates: what its updates are about.
        previous: the issue before, as ``issue_line`` gives it without a root; None: there is none. Likewise
            ``following``.
        notes: what was put right in it, the oldest first.
        charts: the numbers of pictures, by the path that the issue has for each.
        stories: by place among ``Issue.stories``; one that is missing has no page of its own.
    """

    issue: Issue
    frame: Frame
    entries: Mapping[str, Entry]
    number: int
    on: date
    updates: Updates = field(default_factory=lambda: UNKNOWN)
    previous: IssueLine | None = None
    following: IssueLine | None = None
    notes: Sequence[Note] = ()
    stories: Mapping[int, StoryContext] = field(default_factory=dict)
    charts: Mapping[str, Table] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the issue's page goes below the folder of the home page."""
        return f"{self.issue.name}/index.html"

    def story_path(self, place: int) -> str:
        """Where a story's page goes.

        Raises:
            KeyError: the story has no page.
        """
        return f"{self.issue.name}/{self.stories[place].slug}/index.html"

    def page(self, *, logo: str | None = None) -> str:
        """The page of the issue.

        Args:
            logo: the address of the logo, for a page that stands by itself; None: it lies beside the home page.

        Raises:
            TemplateError: a template is wrong.
        """
        issue, frame, newsletter = self.issue, self.frame, self.frame.settings.newsletter
        url = frame.address(self.path)
        picture = picture_of(self._intro, self._sections, frame.theme, base=url)
        preheader = without_marks(drop_controls(issue.preheader))
        called = headline(issue, newsletter)
        sections = self._sections
        own = {} if logo is None else {"logo": logo}
        return frame.render(
            "page.html",
            path=self.path,
            title=called,
            description=preheader,
            kind="article",
            paper=issue.title or newsletter.title,
            headline=called,
            preheader=preheader,
            number=self.number,
            on=self.on.isoformat(),
            date=frame.date(self.on),
            modified=self._modified,
            picture=picture,
            structured=(self._structured(called, preheader, url, picture),),
            intro=self._intro,
            glance=at_a_glance([section.stories for section in sections]),
            sections=sections,
            section_pages=self._section_pages,
            own=self._own,
            is_corrected=bool(self.notes),
            as_sent=AS_SENT,
            count=len(issue.stories),
            nothing=self.nothing,
            previous=_link(self.previous),
            following=_link(self.following),
            **own,
        )

    def story(self, place: int) -> str:
        """The page of a story.

        Raises:
            KeyError: there is no such story, or it has no page.
            TemplateError: a template is wrong.
        """
        section, story = self._placed[place]
        context = self.stories[place]
        places = sorted(self.stories)
        at = places.index(place)
        return render_story(
            story,
            path=self.story_path(place),
            frame=self.frame,
            issue=Link(href=self.path, text=self.called),
            section=Link(href=self._section_pages.get(section.anchor, ""), text=_plain(section.title)),
            number=self.number,
            on=self.on,
            notes=[note for note in self.notes if note.place == place],
            names=context.names,
            thread=self._thread(place),
            previous=self._beside(places[at - 1]) if at else None,
            following=self._beside(places[at + 1]) if at + 1 < len(places) else None,
        )

    @property
    def called(self) -> str:
        """The issue in a few words: its number and date."""
        said = self.frame.date(self.on)
        return f"{self.frame.words.issue.format(number=self.number)} · {said}" if self.number else said

    @property
    def nothing(self) -> str:
        """What is said where there is no story."""
        return str(getattr(self.frame.words, f"nothing_{self.frame.settings.issue.every}"))

    @cached_property
    def _intro(self) -> Markup:
        return self._laid_out(safe(introduction(self.issue)))

    @cached_property
    def _sections(self) -> tuple[PageSection, ...]:
        found = page_sections(self.issue, settings=self.frame.settings, entries=self.entries, updates=self.updates)
        return tuple(
            replace(
                section,
                intro=self._laid_out(section.intro),
                stories=tuple(
                    replace(story, summary=self._laid_out(story.summary), why=self._laid_out(story.why))
                    for story in section.stories
                ),
            )
            for section in found
        )

    @cached_property
    def _placed(self) -> list[tuple[PageSection, PageStory]]:
        """The stories by place, each with its section."""
        return [(section, story) for section in self._sections for story in section.stories]

    @cached_property
    def _section_pages(self) -> dict[str, str]:
        """By the anchor of a section, the way to the page of all its stories."""
        pages = {link.text.casefold(): link.href for link in self.frame.sections}
        found = {section.anchor: pages.get(_plain(section.title).casefold(), "") for section in self._sections}
        return {name: href for name, href in found.items() if href}

    @cached_property
    def _own(self) -> dict[str, OwnPage]:
        """By the anchor of a story, what there is of it beside what the issue says."""
        return {
            story.anchor: OwnPage(
                href=self.story_path(place) if place in self.stories else "",
                is_thread=place in self.stories and bool(self.stories[place].earlier or self.stories[place].later),
                notes=tuple(note for note in self.notes if note.place == place),
            )
            for place, (_, story) in enumerate(self._placed)
        }

    def _laid_out(self, text: Markup) -> Markup:
        """The text as a page shows it: tables laid out, and the numbers of a chart to be unfolded behind it."""
        language, said = self.frame.settings.newsletter.language, self.frame.words
        told = with_details(Html(str(text)), self.charts, base=None, language=language, said=said)
        return safe(laid_out(told))

    def _thread(self, place: int) -> tuple[StoryLine, ...]:
        """The story across issues, this one in its place; empty if no other issue had it."""
        context = self.stories[place]
        if not (context.earlier or context.later):
            return ()
        section, story = self._placed[place]
        this = StoryLine(
            href=self.story_path(place),
            title=_plain(story.title),
            section=_plain(section.title),
            number=self.number,
            on=self.on,
            date=self.frame.date(self.on),
        )
        return (*context.earlier, this, *context.later)

    def _beside(self, place: int) -> Link:
        return Link(href=self.story_path(place), text=_plain(self._placed[place][1].title))

    @property
    def _modified(self) -> str | None:
        """The day of the newest correction."""
        return max(one.on for one in self.notes).isoformat() if self.notes else None

    def _structured(self, called: str, preheader: str, url: str, picture: PagePicture | None) -> Markup:
        newsletter = self.frame.settings.newsletter
        return written(
            {
                "@type": "PublicationIssue",
                "name": called,
                "description": preheader or None,
                "issueNumber": str(self.number) if self.number else None,
                "datePublished": self.on.isoformat(),
                "dateModified": self._modified,
                "inLanguage": newsletter.language,
                "url": url or None,
                "image": picture.url if picture else None,
                "isPartOf": periodical(newsletter),
            }
        )


def _link(line: IssueLine | None) -> Link | None:
    return Link(href=line.href, text=line.headline) if line else None


def _plain(markup: Markup) -> str:
    return plain(str(markup)).strip()
