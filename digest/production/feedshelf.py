"""The feeds of the site: one of whole issues, and one a section with an entry a story."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from digest.archive.atomfeed import atom_feed
from digest.archive.feeditems import (
    ATOM,
    ISSUES,
    JSON,
    STORIES,
    FeedHead,
    FeedItem,
    FeedSource,
    issue_item,
    issues_head,
    section_head,
    story_item,
)
from digest.archive.jsonfeed import json_feed
from digest.archive.sitepage import TOP, SitePage
from digest.disk import write_whole
from digest.production.frozen import current_issue
from digest.render.feedcontent import IssueContent, dump_contents, feed_contents, load_contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from digest.archive.catalogue import Place, Shelved
    from digest.model import Correction
    from digest.production.shelf import Shelf


class Feeds:
    """The feeds of one publishing; what an issue says is made once for all of them."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._corrected: dict[str, list[tuple[int, datetime]]] = {}
        for one in shelf.catalogue.corrections:
            self._corrected.setdefault(one.issue, []).append((one.place, one.at))
        self._kept = _load(shelf.project.feeds_cache)
        self._used: dict[str, IssueContent] = {}

    def pages(self) -> Iterator[SitePage]:
        """Every feed, as Atom and as JSON Feed."""
        shelf, newsletter = self._shelf, self._shelf.project.settings.newsletter
        logo = self._logo()
        newest = shelf.catalogue.issues[::-1][:ISSUES]
        head = issues_head(newsletter, logo=logo)
        yield from _both(
            "", head, cache(lambda: [self._issue(one) for one in newest]), shelf.key(*map(self._key, newest))
        )
        for listed in shelf.catalogue.lists["section"]:
            places = [place for place, _ in listed.stories[:STORIES]]
            yield from _both(
                f"sections/{listed.slug}/",
                section_head(newsletter, listed.name, listed.slug, logo=logo),
                cache(self._stories_of(places)),
                shelf.key(listed.name, [(place, self._key(shelf.catalogue.issue(place[0]))) for place in places]),
            )

    def _logo(self) -> str:
        logo = self._shelf.frame.theme.logo
        base = self._shelf.project.settings.newsletter.url
        return logo.address(base) if logo and base else ""

    def _key(self, one: Shelved) -> tuple[object, ...]:
        name = one.record.name
        return name, one.issued, self._shelf.content_key(name), self._corrected.get(name), [s.slug for s in one.stories]

    def _stories_of(self, places: list[Place]) -> Callable[[], list[FeedItem]]:
        return lambda: [self._story(place) for place in places]

    def _issue(self, one: Shelved) -> FeedItem:
        name, shelf = one.record.name, self._shelf
        corrected = [at for _, at in self._corrected.get(name, ())]
        return issue_item(
            shelf.project.settings.newsletter,
            current_issue(shelf.connection, name),
            name=name,
            issued=one.issued,
            content=self._content(name).content,
            corrected=corrected,
        )

    def _story(self, place: Place) -> FeedItem:
        told = self._content(place[0]).stories[place[1]]
        return story_item(
            self._shelf.project.settings.newsletter,
            self._shelf.catalogue.stories[place],
            issued=self._shelf.catalogue.issue(place[0]).issued,
            content=told.content,
            summary=told.summary,
            language=told.language,
            sources=[FeedSource(label=one.label, url=one.url) for one in told.sources if one.url],
            corrected=[at for where, at in self._corrected.get(place[0], ()) if where == place[1]],
        )

    def keep(self) -> None:
        """Keep what the feeds say of each issue until the next publishing, where most of it is asked for again."""
        known = self._kept | self._used
        valid = {self._content_key(one.record.name) for one in self._shelf.catalogue.issues}
        keep = {key: content for key, content in known.items() if key in valid}
        if keep.keys() != self._kept.keys():
            write_whole(self._shelf.project.feeds_cache, dump_contents(keep), durable=False)

    def _content(self, name: str) -> IssueContent:
        """What the feeds say of an issue, made once."""
        key = self._content_key(name)
        if key not in self._used:
            self._used[key] = self._kept.get(key) or self._made(name)
        return self._used[key]

    def _content_key(self, name: str) -> str:
        return self._shelf.key(name, self._shelf.content_key(name), self._corrections(name))

    def _corrections(self, name: str) -> list[Correction]:
        return [one for one in self._shelf.catalogue.corrections if one.issue == name]

    def _made(self, name: str) -> IssueContent:
        shelf = self._shelf
        pages = shelf.pages(name)
        return feed_contents(
            pages.issue,
            settings=shelf.project.settings,
            templates=shelf.frame.templates,
            entries=pages.entries,
            updates=pages.updates,
            corrections=self._corrections(name),
            said=shelf.frame.words,
        )


def _load(path: Path) -> dict[str, IssueContent]:
    try:
        return load_contents(path.read_bytes())
    except OSError:  # the first publishing, or build/ was deleted
        return {}


def _both(folder: str, head: FeedHead, items: Callable[[], list[FeedItem]], key: str) -> Iterator[SitePage]:
    yield SitePage(path=folder + ATOM, key=key, make=lambda: atom_feed(head, items()), stage=TOP)
    yield SitePage(path=folder + JSON, key=key, make=lambda: json_feed(head, items()), stage=TOP)
