"""The feeds of the newsletter that does not exist, made as its site makes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser

from digest.archive.atomfeed import atom_feed
from digest.archive.feeditems import FeedItem, FeedSource, issue_item, issues_head, section_head, story_item
from digest.archive.jsonfeed import json_feed
from digest.config.settings import Settings
from digest.model import Correction, Issue, Printed
from digest.render.feedcontent import IssueContent, feed_contents
from digest.render.markup import anchors, inline
from digest.text.plain import plain
from tests.archive.newsletter import EMPTY, ENTRIES, RECORDS, SETTINGS, TEMPLATES, WEEK_46, WEEK_47

ISSUES = (WEEK_47, WEEK_46, EMPTY)  # the newest first


def contents(issue: Issue, *, settings: Settings = SETTINGS, corrections: Sequence[Correction] = ()) -> IssueContent:
    return feed_contents(
        issue, settings=settings, templates=TEMPLATES, entries=ENTRIES, corrections=of(issue, corrections)
    )


def of(issue: Issue, corrections: Sequence[Correction]) -> list[Correction]:
    return [one for one in corrections if one.issue == issue.name]


def issued(issue: Issue) -> datetime:
    return RECORDS[issue.name].out or RECORDS[issue.name].end


def issue_items(
    issues: Sequence[Issue] = ISSUES, *, settings: Settings = SETTINGS, corrections: Sequence[Correction] = ()
) -> list[FeedItem]:
    return [
        issue_item(
            settings.newsletter,
            issue,
            name=issue.name,
            issued=issued(issue),
            content=contents(issue, settings=settings, corrections=corrections).content,
            corrected=[one.at for one in of(issue, corrections)],
        )
        for issue in issues
    ]


def story_items(
    section: str,
    issues: Sequence[Issue] = ISSUES,
    *,
    settings: Settings = SETTINGS,
    corrections: Sequence[Correction] = (),
) -> list[FeedItem]:
    items = []
    for issue in issues:
        made = contents(issue, settings=settings, corrections=corrections)
        for story, told in zip(printed(issue), made.stories, strict=True):
            if story.section == section:
                items.append(
                    story_item(
                        settings.newsletter,
                        story,
                        issued=issued(issue),
                        content=told.content,
                        summary=told.summary,
                        language=told.language,
                        sources=[FeedSource(label=one.label, url=one.url) for one in told.sources],
                        corrected=[one.at for one in of(issue, corrections) if one.place == story.place],
                    )
                )
    return items


def printed(issue: Issue) -> list[Printed]:
    stories = [(story, section) for section in issue.sections for story in section.stories]
    return [
        Printed(
            issue=issue.name,
            place=place,
            anchor=anchor,
            slug=f"story-{place}",
            story_id=story.id,
            title=plain(inline(story.title)),
            section=section.title,
        )
        for place, ((story, section), anchor) in enumerate(zip(stories, anchors(issue), strict=True))
    ]


def feeds(settings: Settings = SETTINGS, corrections: Sequence[Correction] = ()) -> dict[str, bytes]:
    """The feeds of the site, by their paths."""
    newsletter = settings.newsletter
    made: dict[str, bytes] = {}
    items = issue_items(settings=settings, corrections=corrections)
    made["feed.xml"], made["feed.json"] = (write(issues_head(newsletter), items) for write in (atom_feed, json_feed))
    for section, slug in (("World", "world"), ("Economy", "economy"), ("Our desk", "our-desk")):
        head = section_head(newsletter, section, slug)
        items = story_items(section, settings=settings, corrections=corrections)
        made[f"sections/{slug}/feed.xml"] = atom_feed(head, items)
        made[f"sections/{slug}/feed.json"] = json_feed(head, items)
    return made


FEEDS = feeds()
"""As they are without a correction."""


def read(data: bytes) -> Any:
    """The feed as feedparser reads it, its content untouched."""
    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


CORRECTED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def summary_of(entry: Any) -> str:
    """What an entry has as its summary; feedparser gives one that has none its content there."""
    summary = entry.get("summary", "")
    return "" if summary == entry.content[0].value else str(summary)


def correction(issue: str = "2026-W47", place: int = 0, *, note: str = "", at: datetime = CORRECTED) -> Correction:
    note = note or "We had said *2.4* million tonnes. It is [2.1 million](tables/reserve.html)."
    return Correction(number=1, issue=issue, place=place, at=at, by="Ada Lind", note=note)
