"""The pages that lead to others: lists of stories, names, years and corrections, the home page, the sitemap."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from digest.archive.catalogue import FOLDERS
from digest.archive.sitemap import sitemap
from digest.archive.sitepage import LISTS, PICTURES, TOP, SitePage
from digest.production.browsersearch import can_index
from digest.render.archived import Link, NameLine, make_frame
from digest.render.charts.sparkline import sparkline
from digest.render.charts.times import monthly
from digest.render.coveragepage import PATH as COVERAGE
from digest.render.coveragepage import render_coverage
from digest.render.home import home_page
from digest.render.listpages import corrections_page, list_page, lost_page, names_page, year_page
from digest.render.past import PastIssue
from digest.render.searchpage import PATH as SEARCH
from digest.render.searchpage import SCRIPT, render_search, search_script
from digest.text.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from markupsafe import Markup

    from digest.archive.catalogue import Catalogue, Listed, Shelved
    from digest.production.shelf import Shelf
    from digest.project import Project
    from digest.render.archived import Frame, StoryLine
    from digest.render.past import IssueLine
    from digest.render.templates import Templates

AT_HOME = 53
"""Issues on the home page: a year of weeks. The years have pages of their own."""

ON_ONE_PAGE = 200
"""Stories on one page of a list: about 60 KB. A longer list has a page a year, and the newest stories first."""


def frame_of(project: Project, catalogue: Catalogue, templates: Templates) -> Frame:
    """What all pages share; sections stand in the order of digest.toml, and after those the others by name."""
    order = {folded(section.title): at for at, section in enumerate(project.settings.section)}
    sections = sorted(catalogue.lists["section"], key=lambda one: (order.get(folded(one.name), len(order)), one.name))
    return make_frame(
        project.settings,
        templates,
        sections=[Link(href=one.path, text=one.name) for one in sections],
        search=is_searched(project) and bool(catalogue.issues),
        organisations=bool(catalogue.lists["organisation"]),
        people=bool(catalogue.lists["person"]),
        corrections=bool(catalogue.corrections),
        coverage=bool(catalogue.stories),
    )


def is_searched(project: Project) -> bool:
    """Whether the site gets a page to search it with."""
    return project.settings.publish.search and can_index()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What stands on one page of a list."""

    lines: list[StoryLine]
    of: list[tuple[StoryLine, str]]  # what its numbers tell of: lines, and why each stands there
    year: int | None

    @property
    def tally(self) -> dict[str, int]:
        return dict(Counter(why for _, why in self.of if why))


class Lists:
    """The lists of one publishing."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._frame = shelf.frame
        self._catalogue = shelf.catalogue
        settings = shelf.project.settings
        listed = (("organisation", settings.organisation), ("person", settings.person))
        self._urls = {(kind, folded(one.name)): one.url for kind, some in listed for one in some}
        self._years = self._by_year(reversed(self._catalogue.issues))

    def pages(self) -> Iterator[SitePage]:
        """Every page that leads to others, what is led to first."""
        for some in self._catalogue.lists.values():
            for listed in some:
                yield from self._list(listed)
        yield from self._names()
        yield from self._year_pages()
        if self._shelf.all_notes:
            notes = self._shelf.all_notes[::-1]
            path = "corrections/index.html"
            yield self._page(path, partial(corrections_page, notes, path=path, frame=self._frame), notes)
        yield from self._others()
        yield self._home()

    def _page(self, path: str, make: Callable[[], str], *made_of: object, stage: int = LISTS) -> SitePage:
        return SitePage(
            path=path, key=self._shelf.key(path, *made_of), make=lambda: make().encode("utf-8"), stage=stage
        )

    def _list(self, listed: Listed) -> Iterator[SitePage]:
        """The pages of a list; a long one has a page a year, of which only the newest changes with a new issue."""
        told = [(self._shelf.story_line(place), why) for place, why in listed.stories]
        parts = {0: told}
        if len(told) > ON_ONE_PAGE:
            parts = {year: list(some) for year, some in groupby(told, key=lambda one: one[0].on.year)}
        first, *older = parts
        paths = {first: listed.path} | {
            year: f"{listed.path.removesuffix('index.html')}{year}/index.html" for year in older
        }
        years = [Link(href=path, text=str(year)) for year, path in paths.items()] if older else []
        for year, some in parts.items():
            part = Part(
                lines=[line for line, _ in some],
                # The first page tells of the whole list, an older one of its year.
                of=told if year == first else some,
                year=None if year == first else year,
            )
            make = partial(self._list_page, listed, part, paths[year], years)
            days = [line.on for line, _ in told] if year == first else ()
            yield self._page(
                paths[year], make, listed.name, some, len(part.of), part.tally, years, days, self._url(listed)
            )

    def _url(self, listed: Listed) -> str:
        return self._urls.get((listed.kind, folded(listed.name)), "")

    def _list_page(self, listed: Listed, part: Part, path: str, years: Sequence[Link]) -> str:
        days = [line.on for line, _ in part.of]
        return list_page(
            listed.kind,
            listed.name,
            part.lines,
            path=path,
            frame=self._frame,
            count=len(days),
            tally=part.tally,
            years=years,
            year=part.year,
            url=self._url(listed),
            spark=_spark(days) if part.year is None else None,
            has_feeds=listed.kind == "section" and part.year is None,
        )

    def _names(self) -> Iterator[SitePage]:
        for kind in ("organisation", "person"):
            some = self._catalogue.lists[kind]
            lines = [NameLine(href=one.path, name=one.name, kind=kind, count=len(one.stories)) for one in some]
            if lines:
                path = f"{FOLDERS[kind]}/index.html"
                yield self._page(path, partial(names_page, kind, lines, path=path, frame=self._frame), lines)

    def _by_year(self, newest_first: Iterable[Shelved]) -> dict[int, list[Shelved]]:
        return {year: list(some) for year, some in groupby(newest_first, key=lambda one: one.on.year)}

    def _year_links(self) -> list[Link]:
        return [Link(href=_year_path(year), text=str(year)) for year in self._years]

    def _year_pages(self) -> Iterator[SitePage]:
        years = self._year_links()
        for year, some in self._years.items():
            lines = [self._shelf.issue_line(one) for one in some]
            path = _year_path(year)
            yield self._page(
                path, partial(year_page, year, lines, path=path, frame=self._frame, years=years), lines, years
            )

    def _others(self) -> Iterator[SitePage]:
        catalogue, frame = self._catalogue, self._frame
        yield self._page("404.html", partial(lost_page, frame=frame))
        if catalogue.stories:
            dates = {one.record.name: one.on for one in catalogue.issues}
            printed = tuple(catalogue.stories.values())
            told = [(one.issue, one.place, one.section, one.earlier, one.names) for one in printed]
            yield self._page(COVERAGE, partial(render_coverage, printed, dates, frame=frame), told, dates)
        if is_searched(self._shelf.project) and catalogue.issues:
            years = self._year_links()
            names = [one.name for one in catalogue.lists["organisation"]]
            make = partial(render_search, frame, years=years, organisations=names)
            yield self._page(SEARCH, make, years, names)
            script = search_script(frame)
            yield SitePage(path=SCRIPT, key=self._shelf.key(script), make=lambda: script, stage=PICTURES)

    def _home(self) -> SitePage:
        catalogue, shelf = self._catalogue, self._shelf
        newest = catalogue.issues[-1] if catalogue.issues else None
        earlier = [shelf.issue_line(one) for one in catalogue.issues[-2 : -AT_HOME - 1 : -1]]
        made_of: list[object] = [earlier, self._year_links()]
        if newest:
            name = newest.record.name
            made_of += [shelf.issue_line(newest), shelf.content_key(name), newest.stories]
        return self._page("index.html", partial(self._home_page, newest, earlier), *made_of, stage=TOP)

    def _home_page(self, newest: Shelved | None, earlier: Sequence[IssueLine]) -> str:
        shelf = self._shelf
        latest, stories = None, {}
        if newest:
            pages = shelf.pages(newest.record.name)
            number, on = newest.record.number, newest.on
            latest = PastIssue(issue=pages.issue, number=number, on=on, entries=pages.entries)
            stories = {one.place: shelf.story_line((one.issue, one.place)).href for one in newest.stories}
        return home_page(frame=self._frame, latest=latest, earlier=earlier, years=self._year_links(), stories=stories)


def _spark(days: Sequence[date]) -> Markup | None:
    """How often something came up in the last two years; of less than three months there is nothing to see."""
    counts = monthly(days, until=days[0])
    return sparkline(counts) if sum(map(bool, counts)) > 2 else None


def _year_path(year: int) -> str:
    return f"years/{year}/index.html"


def sitemap_pages(shelf: Shelf, pages: Sequence[SitePage]) -> Iterator[SitePage]:
    """``sitemap.xml`` and ``robots.txt``: when each page that people look for last changed."""
    corrected: dict[str, datetime] = {}
    for one in shelf.catalogue.corrections:
        corrected[one.issue] = max(one.at, corrected.get(one.issue, one.at))
    changed = {
        one.record.name: max(one.issued, corrected.get(one.record.name, one.issued)) for one in shelf.catalogue.issues
    }
    newest = max(changed.values(), default=datetime.min.replace(tzinfo=UTC))
    listed = [
        (page.path, changed.get(page.path.partition("/")[0], newest))
        for page in pages
        if page.path.endswith("index.html")
    ]
    for path, data in sitemap(listed, shelf.project.settings.newsletter.url).items():
        yield SitePage(path=path, key=shelf.key(data), make=partial(bytes, data), stage=TOP)
