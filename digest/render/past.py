"""Issues that are out, as pages name them and lead to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from email.utils import parseaddr
from urllib.parse import quote

from digest.config.settings import Newsletter, Settings
from digest.model import Entry, Issue
from digest.render.furniture import long_date
from digest.text.plain import drop_controls
from digest.text.readermarks import without_marks


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIssue:
    """An issue that is out."""

    issue: Issue
    number: int
    on: date  # the day it is dated, in the newsletter's time zone
    entries: Mapping[str, Entry] = field(default_factory=dict)  # by id, as approved; for its pictures and kickers


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """An issue as templates list it."""

    href: str
    headline: str
    number: int
    on: date
    date: str  # as people write it


def issue_line(one: PastIssue, newsletter: Newsletter, *, root: str = "") -> IssueLine:
    """The issue in a line.

    Args:
        one: the issue.
        newsletter: the newsletter's settings.
        root: the way from where the line stands to the folder of the home page.
    """
    return IssueLine(
        href=f"{root}{quote(one.issue.name)}/index.html",  # by its whole name: a folder opened from disk has no server
        headline=headline(one.issue, newsletter),
        number=one.number,
        on=one.on,
        date=long_date(one.on, newsletter.language),
    )


def headline(issue: Issue, newsletter: Newsletter) -> str:
    """What the issue is called where many stand in a row: its subject, for its title is the same every week."""
    named = issue.subject or issue.title or f"{newsletter.title} {issue.name}"
    return " ".join(without_marks(drop_controls(named)).split())


def page_url(name: str, newsletter: Newsletter) -> str:
    """Where the issue's page is on the web; empty if the newsletter has no address."""
    return f"{newsletter.url}{quote(name)}/" if newsletter.url else ""


def subscribe_url(settings: Settings) -> str:
    """The page to subscribe on; without `digest serve`, where to write to be put on the list (RFC 6068)."""
    if settings.serve is not None:
        return f"{settings.serve.url}subscribe"
    newsletter = settings.newsletter
    address = parseaddr(newsletter.reply_to or newsletter.sender)[1]
    return f"mailto:{quote(address, safe='@+')}?subject={quote(newsletter.title)}"
