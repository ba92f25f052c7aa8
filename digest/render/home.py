"""The home page of the archive: the latest issue with its headlines, and a way to every other one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from urllib.parse import quote

from digest.config.settings import Newsletter, Settings
from digest.model import Issue
from digest.render.furniture import direction, long_date, words
from digest.render.page import headline, page_sections
from digest.render.templates import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIssue:
    """An issue that is out."""

    issue: Issue
    number: int
    on: date  # the day it is dated, in the newsletter's time zone


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLine:
    """An issue as the template lists it."""

    href: str  # from the home page
    headline: str
    number: int
    on: date
    date: str  # as people write it


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
    lines = [_line(one, newsletter) for one in newest_first]
    latest = newest_first[0].issue if newest_first else None
    return templates.render(
        "home.html",
        newsletter=newsletter,
        language=newsletter.language,
        direction=direction(newsletter.language),
        words=words(newsletter.language, templates.project),
        latest=lines[0] if lines else None,
        preheader=latest.preheader if latest else "",
        sections=page_sections(latest, settings=settings, entries={}) if latest else (),
        years=[(year, list(group)) for year, group in itertools.groupby(lines[1:], lambda line: line.on.year)],
        subscribe=_mail_to(newsletter),
    )


def _line(one: PastIssue, newsletter: Newsletter) -> HomeLine:
    return HomeLine(
        href=f"{quote(one.issue.name)}/index.html",  # by its whole name: a folder opened from disk has no server
        headline=headline(one.issue, newsletter),
        number=one.number,
        on=one.on,
        date=long_date(one.on, newsletter.language),
    )


def _mail_to(newsletter: Newsletter) -> str:
    """Where to write to be put on the list."""
    address = parseaddr(newsletter.reply_to or newsletter.sender)[1]
    return f"mailto:{quote(address, safe='@+')}?subject={quote(newsletter.title)}"
