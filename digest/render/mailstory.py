"""What the templates of a mail are given: its sections, stories and sources."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from digest.model import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSource:
    """Who told a story."""

    label: str
    url: str  # empty: no link
    note: str
    marks: tuple[Mark, ...]  # what to know before going there
    number: int  # of the note in the text part; 0 for none


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStory:
    """A story as the templates print it. Fields that end in ``_text`` are wrapped lines for the text part."""

    title: Markup
    title_text: str
    url: str
    web: str  # its place on the web page; empty if there is none
    kicker: str
    update: bool
    correction: bool
    earlier: int | None  # the number of the issue it is an update to, or corrects; None: not known
    earlier_url: str  # of the story there; empty if the newsletter has no place on the web
    earlier_note: int  # of that address in the text part; 0 for none
    source: MailSource | None
    also: tuple[MailSource, ...]
    language_name: str
    title_language: str | None
    summary_language: str | None
    side: str  # "left" or "right", if the headline runs the other way than the mail; else empty
    image: Markup  # the source's picture, as wide as the text; empty if there is none
    image_url: str  # of the same, for a look that shows it larger
    image_alt: str
    summary: Markup
    summary_text: str
    generated: bool  # a model has a part in the summary
    why: Markup
    why_text: str
    notes: tuple[str, ...]  # the addresses of [1], [2] …
    shortened: bool
    glance: str  # what it says in a line, for the list at the top
    glance_language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """The editor's introduction, to the issue or to a section."""

    html: Markup
    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSection:
    """A section as the templates print it."""

    title: Markup
    title_text: str
    intro: MailText
    stories: tuple[MailStory, ...]
