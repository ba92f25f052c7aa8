"""The home page of the archive: the latest issue with its headlines, and a way to every other one."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from markupsafe import Markup

from digest.render.archived import Frame, Link
from digest.render.pagepicture import picture_of
from digest.render.past import IssueLine, PastIssue, issue_line, page_url
from digest.render.signs import introduction
from digest.render.stories import page_sections
from digest.render.structured import periodical, written
from digest.render.templates import safe
from digest.text.readermarks import without_marks

HOME = "index.html"


def home_page(
    *,
    frame: Frame,
    latest: PastIssue | None,
    earlier: Sequence[IssueLine] = (),
    years: Sequence[Link] = (),
    stories: Mapping[int, str] | None = None,
) -> str:
    """The home page; with no issue yet it says so.

    Args:
        frame: of the site.
        latest: the newest issue, with its entries.
        earlier: those before it that are listed here, newest first: of a year, for the page to stay small.
        years: the pages of all years, newest first.
        stories: by place in the latest issue, the page of a story; one that is missing is led to in the issue.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = frame.settings.newsletter
    line = issue_line(latest, newsletter) if latest else None
    base = page_url(latest.issue.name, newsletter) if latest else ""
    sections = page_sections(latest.issue, settings=frame.settings, entries=latest.entries) if latest else ()
    intro = safe(introduction(latest.issue)) if latest else Markup()
    shown = picture_of(intro, sections, frame.theme, base=f"{quote(latest.issue.name)}/") if latest else None
    own = stories or {}
    places = itertools.chain.from_iterable(section.stories for section in sections)
    ways = {
        story.anchor: own.get(place) or f"{line.href if line else ''}#{quote(story.anchor)}"
        for place, story in enumerate(places)
    }
    return frame.render(
        "home.html",
        path=HOME,
        description=newsletter.description,
        picture=picture_of(intro, sections, frame.theme, base=base),
        structured=(written({**periodical(newsletter), "inLanguage": newsletter.language}),),
        latest=line,
        shown=shown if shown and shown.large else None,
        preheader=without_marks(latest.issue.preheader) if latest else "",
        sections=sections,
        story_ways=ways,
        earlier=[(year, list(group)) for year, group in itertools.groupby(earlier, lambda one: one.on.year)],
        years=years,
    )
