"""The mail that tells those who got a story with an error of it: the note, and the story as it is right.

It is an issue of one story, in the newsletter's own look, so a look needs no template for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from digest.model import Entry, Issue, IssueSection, IssueStory, Mail
from digest.render.furniture import long_date, words
from digest.render.mail import render_mail
from digest.render.markup import anchors, block, inline
from digest.render.past import page_url
from digest.render.updates import EarlierStory
from digest.text.limits import PREHEADER_MOST_CHARS
from digest.text.markdown import escape_paragraph
from digest.text.plain import plain
from digest.text.wrap import wrap

if TYPE_CHECKING:
    from digest.config.settings import Settings
    from digest.render.templates import Templates


def render_correction(
    issue: Issue,
    place: int,
    *,
    note: str,
    slug: str,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    number: int,
    on: date,
) -> Mail:
    """Both parts of a correction's mail.

    Args:
        issue: as corrected.
        place: of the story among ``Issue.stories``.
        note: what was wrong, one paragraph of Markdown.
        slug: of the story's own page; empty: it has none.
        settings: of the newsletter.
        templates: the look; ``email.html`` and ``email.txt`` are used.
        entries: by id, those that were known when the issue was approved.
        number: of the issue.
        on: the day the issue is dated, in the newsletter's time zone.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    said = words(newsletter.language, templates.project)
    story, section = issue.stories[place], _section_of(issue, place)
    called = anchors(issue)[place]
    is_retracted = story.summary == f"**{said.retracted}.** {note}"
    word, text = (said.retracted, said.error_retracted) if is_retracted else (said.correction, said.error_text)
    page = page_url(issue.name, newsletter)
    where = f"{page}{slug}/" if slug else f"{page}#{called}"
    paragraphs = [
        f"**{word}.** " + escape_paragraph(text.format(number=number, date=long_date(on, newsletter.language))),
        *([] if is_retracted else [note]),  # the story says it
        *([f"[{said.error_page}]({where})"] if page else []),
    ]
    shown = replace(story, id=called, options=story.options | {"correction"})
    told = Issue(
        name=issue.name,
        title=issue.title,
        subject=said.correction_of.format(title=_line(story.title)),
        preheader=wrap(" ".join(plain(block(note)).split()), PREHEADER_MOST_CHARS).partition("\n")[0],
        base=None,
        intro="\n\n".join(paragraphs),
        sections=(IssueSection(title=section.title, stories=(shown,)),),
    )
    return render_mail(
        told,
        settings=settings,
        templates=templates,
        entries=entries,
        number=number,
        on=on,
        updates={0: EarlierStory(issue=issue.name, number=number, anchor=called)},
    )


def _section_of(issue: Issue, place: int) -> IssueSection:
    """The section that a story stands in."""
    stories: list[tuple[IssueSection, IssueStory]] = [(one, story) for one in issue.sections for story in one.stories]
    return stories[place][0]


def _line(markdown: str) -> str:
    return " ".join(plain(inline(markdown)).split())
