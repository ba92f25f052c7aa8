"""The home page of the archive: the latest issue with its headlines, and a way to every other one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup

from digest.config.settings import Settings
from digest.render.furniture import has_letters_apart, words
from digest.render.page import FEED, picture_of
from digest.render.past import PastIssue, issue_line, page_url, subscribe_url
from digest.render.policy import POLICY, sealed
from digest.render.signs import introduction
from digest.render.stories import page_sections
from digest.render.templates import Templates, safe
from digest.render.theme import make_theme
from digest.text.direction import direction
from digest.text.readermarks import without_marks

__all__ = ["PastIssue", "render_home"]


def render_home(past: Sequence[PastIssue], *, settings: Settings, templates: Templates) -> str:
    """The home page; with no issue yet it says so.

    Args:
        past: in any order; the newest comes first on the page.
        settings: of the newsletter.
        templates: the look; ``home.html`` is used.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    newest_first = sorted(past, key=lambda one: (one.on, one.number, one.issue.name), reverse=True)
    lines = [issue_line(one, newsletter) for one in newest_first]
    latest = newest_first[0] if newest_first else None
    theme = make_theme(templates, settings)
    base = page_url(latest.issue.name, newsletter) if latest else ""
    sections = page_sections(latest.issue, settings=settings, entries=latest.entries) if latest else ()
    intro = safe(introduction(latest.issue)) if latest else Markup()
    shown = picture_of(intro, sections, theme, base=f"{quote(latest.issue.name)}/") if latest else None
    page = templates.render(
        "home.html",
        theme=theme,
        logo=theme.logo.address(None) if theme.logo else "",
        footer=safe(theme.footer),
        policy=POLICY,
        newsletter=newsletter,
        language=newsletter.language,
        direction=direction(newsletter.language),
        spaced=has_letters_apart(newsletter.language),
        words=words(newsletter.language, templates.project),
        root="",
        feed=FEED,
        picture=picture_of(intro, sections, theme, base=base),
        latest=lines[0] if lines else None,
        shown=shown if shown and shown.large else None,
        preheader=without_marks(latest.issue.preheader) if latest else "",
        sections=sections,
        years=[(year, list(group)) for year, group in itertools.groupby(lines[1:], lambda line: line.on.year)],
        subscribe=subscribe_url(settings),
    )
    return sealed(page)
