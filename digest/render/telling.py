"""What an issue says, as its mails tell it: every text in all its lengths, and of all that any part, for a slice."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from digest.config.settings import Settings
from digest.model import Entry, Html, Issue
from digest.render.budget import BARE, BRIEF, LEFT_OUT, SHORT, WHOLE, Piece
from digest.render.charts.beside import with_tables
from digest.render.glance import at_a_glance
from digest.render.mailbody import dressed, image
from digest.render.mailforms import Form, forms
from digest.render.mailstory import MailSection, MailSource, MailStory, MailText
from digest.render.mailtext import as_text, note
from digest.render.page import page_url
from digest.render.signs import Signs
from digest.render.stories import PageSource, PageStory, page_sections
from digest.render.templates import safe
from digest.render.theme import Theme
from digest.render.updates import Updates
from digest.text.direction import direction
from digest.text.plain import drop_controls, plain

if TYPE_CHECKING:
    from digest.edit.slices import Slice
    from digest.render.charts.chart import Table
    from digest.render.furniture import Words

_STORY_BYTES = 1_000  # of a story's own markup; rather too many, for then none is left out that need not be
_REST_BYTES = 250  # of the link to the rest
_DONE = {
    SHORT: "cut after some paragraphs",
    BRIEF: "cut after a paragraph",
    BARE: "only the headline is printed",
    LEFT_OUT: "left out of the mail",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one mail tells of a section; all by their places."""

    section: int  # in Told.sections
    has_intro: bool
    stories: tuple[int, ...]  # in Told.stories


class Told:
    """What an issue says, before it is decided at which length.

    Lengths are chosen for a mail's introduction, then for those of its sections, then for its stories: see pieces.
    """

    def __init__(
        self,
        issue: Issue,
        settings: Settings,
        entries: Mapping[str, Entry],
        updates: Updates,
        theme: Theme,
        said: Words,
        charts: Mapping[str, Table],
    ) -> None:
        """Args: ``said``: the words of the furniture. For the others see render_mails."""
        newsletter = settings.newsletter
        self.web = page_url(issue.name, newsletter)
        base = self.web or None
        self.signs = Signs.of(issue)
        self.sections = page_sections(issue, settings=settings, entries=entries, base=base, updates=updates)
        self.stories = tuple(story for section in self.sections for story in section.stories)
        self._places = [n for n, one in enumerate(issue.sections) if one.stories or one.intro.strip()]
        self._picture = said.picture
        self._tabled = partial(
            with_tables, tables=charts, base=base, language=newsletter.language, said=said, picture=said.picture
        )
        self._rtl = direction(newsletter.language) == "rtl"
        self.dress = partial(dressed, theme=theme, rtl=self._rtl)
        self._intro = forms(self.signs.introduction(issue, base=base), self.dress)
        self._intros = tuple(forms(html_of(section.intro), self.dress) for section in self.sections)
        self._summaries = tuple(
            forms(html_of(story.summary), self.dress, summary=story.instead.html if story.instead else None)
            for story in self.stories
        )
        self._story = functools.cache(self._printed_story)  # both parts of all mails print the same

    def parts(self, cut: Slice | None) -> tuple[Part, ...]:
        """What a slice has of it; None: the whole."""
        found = []
        first = 0
        for number, (section, place) in enumerate(zip(self.sections, self._places, strict=True)):
            stories = range(first, first + len(section.stories))
            first = stories.stop
            kept = tuple(one for one in stories if cut is None or one in cut.stories)
            has_intro = cut is None or place in cut.texts
            if kept or has_intro:
                found.append(Part(section=number, has_intro=has_intro, stories=kept))
        return tuple(found)

    def pieces(self, parts: Sequence[Part]) -> list[Piece]:
        """What of these parts can be shortened, and what each length costs."""
        intros = (self._intro, *(self._intros[one.section] for one in parts if one.has_intro))
        pieces = [Piece(sizes=tuple(text.size for text in texts), is_story=False) for texts in intros]
        for texts in (self._summaries[place] for one in parts for place in one.stories):
            sizes = (_STORY_BYTES + text.size + (text != texts[WHOLE]) * _REST_BYTES for text in texts[:LEFT_OUT])
            pieces.append(Piece(sizes=(*sizes, 0)))
        return pieces

    def printed(self, parts: Sequence[Part], chosen: tuple[int, ...]) -> dict[str, object]:
        """What templates are given of these parts at these lengths."""
        lengths = iter(chosen)
        intro = self.text(self._intro[next(lengths)])
        nothing = MailText(html=Markup(), text="", notes=())
        intros = [self.text(self._intros[one.section][next(lengths)]) if one.has_intro else nothing for one in parts]
        sections = []
        left_out = 0
        for one, said in zip(parts, intros, strict=True):
            stories = [(place, next(lengths)) for place in one.stories]
            kept = tuple(self._story(place, form) for place, form in stories if form != LEFT_OUT)
            left_out += len(stories) - len(kept)
            if kept or said.text:
                title = self.sections[one.section].title
                sections.append(MailSection(title=title, title_text=line_of(title), intro=said, stories=kept))
        glance = at_a_glance([one.stories for one in sections])
        return {"intro": intro, "sections": sections, "glance": glance, "more": left_out}

    def shortened(self, parts: Sequence[Part], chosen: tuple[int, ...]) -> Iterator[str]:
        """What was shortened, for the editor."""
        stories = [place for one in parts for place in one.stories]
        intros = len(chosen) - len(stories)
        if any(chosen[:intros]):
            yield "introduction: shortened"
        for place, form in zip(stories, chosen[intros:], strict=True):
            texts = self._summaries[place]
            if form == LEFT_OUT or texts[form] != texts[WHOLE]:
                what = "its summary is printed, not the full text" if texts[form].is_summary else _DONE[form]
                yield f"{line_of(plain(self.stories[place].title))}: {what}"

    def text(self, text: Form) -> MailText:
        """An introduction, or the words of the footer."""
        noted = as_text(self._tabled(text.source), picture=self._picture)
        return MailText(html=safe(text.html), text=noted.text, notes=noted.urls)

    def _printed_story(self, place: int, form: int) -> MailStory:
        story, texts = self.stories[place], self._summaries[place]
        text = texts[form]
        instead = story.instead if text.is_summary else None
        earlier_url = story.earlier_url if self.web else ""
        known = (earlier_url,) if earlier_url else ()
        noted = as_text(self._tabled(text.source), notes=known, picture=self._picture)
        why = self._tabled(html_of(story.why))
        why_noted = as_text(why, notes=noted.urls, indent="| ", picture=self._picture)
        notes = why_noted.urls
        also = []
        for source in story.also:
            number = 0
            if source.url:
                number, notes = note(source.url, notes)
            also.append(_source(source, url=source.url or "", number=number))
        first = story.source
        picture = image(story.image_url, story.image_alt) if story.image_url and form <= SHORT else ""
        return MailStory(
            title=story.title or safe(Html("…")),
            title_text=line_of(story.title) or "…",
            url=story.url or "",
            web=f"{self.web}#{quote(story.anchor)}" if self.web else "",
            kicker=story.kicker,
            update=story.update,
            correction=story.correction,
            earlier=story.earlier,
            earlier_url=earlier_url,
            earlier_note=1 if earlier_url else 0,
            source=_source(first, url=first.url or "") if first else None,
            also=tuple(also),
            language_name=story.language_name,
            title_language=story.title_language,
            summary_language=instead.language if instead else story.summary_language,
            side=self._side(story),
            image=safe(Html(picture)),
            image_url=(story.image_url or "") if picture else "",
            image_alt=story.image_alt if picture else "",
            summary=safe(text.html),
            summary_text=noted.text,
            generated=(instead or story).generated and bool(noted.text),
            why=safe(self.dress(html_of(story.why))),
            why_text=why_noted.text,
            notes=notes,
            shortened=text != texts[WHOLE],
            glance=line_of(story.glance),
            glance_language=story.glance_language,
        )

    def _side(self, story: PageStory) -> str:
        """Where a headline begins that runs the other way than the mail."""
        language = story.title_language
        own = direction(language) == "rtl" if language else self._rtl
        return "" if own == self._rtl else "right" if own else "left"


def _source(source: PageSource, *, url: str, number: int = 0) -> MailSource:
    return MailSource(label=source.label, url=url, note=source.note, marks=source.marks, number=number)


def html_of(markup: Markup) -> Html:
    """What a page prints, as it was before."""
    return Html(str(markup))


def line_of(text: str) -> str:
    """One line of plain text; markup becomes what it says."""
    return " ".join(drop_controls(plain(text) if isinstance(text, Markup) else text).split())
