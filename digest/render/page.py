"""An issue as a web page by itself, and as the text of its entry in the feed: the stories of the mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from digest.config.settings import Settings
from digest.model import Entry, Html, Issue
from digest.render.archived import FEED, make_frame
from digest.render.charts.chart import Table
from digest.render.furniture import words
from digest.render.issuepages import IssuePages
from digest.render.pagepicture import PagePicture, picture_of
from digest.render.past import PastIssue, headline, issue_line, page_url
from digest.render.signs import introduction
from digest.render.stories import page_sections
from digest.render.templates import Templates, safe
from digest.render.updates import UNKNOWN, Updates
from digest.text.plain import drop_controls
from digest.text.readermarks import without_marks

__all__ = ["FEED", "PagePicture", "headline", "page_url", "picture_of", "render_content", "render_page"]


def render_page(
    issue: Issue,
    *,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    number: int,
    on: date,
    updates: Updates = UNKNOWN,
    previous: PastIssue | None = None,
    charts: Mapping[str, Table] | None = None,
) -> str:
    """The page of an issue by itself, as it is looked at and approved: it knows of no next issue and of no other page.

    Args:
        issue: what the issue file says.
        settings: of the newsletter.
        templates: the look; ``page.html`` is used.
        entries: by id, those the issue's sources name; one that is missing costs its kicker and language mark.
        number: 1 for the first issue.
        on: the day the issue is dated, in the newsletter's time zone.
        updates: what its updates are about.
        previous: the newest issue that was out when this one was approved; None: there was none, or it is not known.
        charts: the numbers of pictures, by the path that the issue has for each.

    Raises:
        TemplateError: a template is wrong.
    """
    frame = make_frame(settings, templates, on_site=False)
    pages = IssuePages(
        issue=issue,
        frame=frame,
        entries=entries,
        number=number,
        on=on,
        updates=updates,
        charts=charts or {},
        previous=issue_line(previous, settings.newsletter) if previous else None,
    )
    return pages.page(logo=frame.theme.logo.address(None) if frame.theme.logo else "")


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
            preheader=without_marks(drop_controls(issue.preheader)),
            intro=safe(introduction(issue, base=base)),
            sections=page_sections(issue, settings=settings, entries=entries, base=base, updates=updates),
            nothing=getattr(said, f"nothing_{settings.issue.every}"),
        )
    )
