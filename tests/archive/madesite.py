"""Every kind of page of a site, rendered from the issues of tests.archive.newsletter and lines made up around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from digest.archive.site import SitePage, publish_pages
from digest.config.settings import Settings
from digest.model import Html
from digest.render.archived import Frame, Link, NameLine, Note, StoryLine, make_frame
from digest.render.home import home_page
from digest.render.issuepages import AS_SENT, IssuePages, StoryContext
from digest.render.listpages import corrections_page, list_page, lost_page, names_page, year_page
from digest.render.past import IssueLine, PastIssue, issue_line
from tests.archive.newsletter import (
    ARABIC,
    CHINESE,
    EMPTY,
    ENTRIES,
    GERMAN,
    SETTINGS,
    WEEK_46,
    WEEK_47,
    page,
    picture,
    templates,
)

ON = date(2026, 11, 20)
LONG_NAME = (
    "European Centre for the Comparative Study of Administrative Modernisation and Local Self-Government in Border "
    "Regions, formerly Donaudampfschifffahrtsgesellschaftsverwaltungsrechtsinstitut"
)
ORGANISATIONS = (
    "Northern Compact", "Netzagentur", "Court of Audit", "Marlow House", "Harbour Gazette", LONG_NAME,
    "Ålborg Institut", "وكالة الحوض", "沿海日报", "3 Rivers Trust", "Éditions du Nord", "Agency for Ports",
)  # fmt: skip
SECTIONS = ("World", "Energy & climate", "Economy", "Our desk", "Reading")
TITLES = (
    "Ministers agree a common reserve for grain", ARABIC, CHINESE, GERMAN,
    "Why the strait matters more than the pipeline", "Employment steady, hours down: the third quarter in figures",
    "Parliament’s *other* chamber <votes> & “waits”",
)  # fmt: skip
KINDS = {
    "home": "index.html",
    "issue": "2026-W47/index.html",
    "imported issue": "2026-W45/index.html",
    "story": "2026-W47/grain/index.html",
    "story without a source": "2026-W47/blank/index.html",
    "Arabic story": "2026-W47/water/index.html",
    "story with a table": "2026-W47/labour/index.html",
    "section": "sections/world/index.html",
    "organisation": "organisations/name-0/index.html",
    "person": "people/ilse-varga/index.html",
    "long name": "organisations/name-5/index.html",
    "older year": "organisations/name-0/2025/index.html",
    "names": "organisations/index.html",
    "year": "years/2026/index.html",
    "corrections": "corrections/index.html",
    "lost": "404.html",
}
"""A page of each kind."""

_SLUGS = ("grain", "strait", "water", "ports", "cables", "labour", "court", "reading-group", "blank")


def frame(look: str = "brief", settings: Settings = SETTINGS, *, everything: bool = True) -> Frame:
    places = [Link(href=f"sections/{_slug(one)}/index.html", text=one) for one in SECTIONS]
    return make_frame(
        settings, templates(look), sections=places if everything else (), search=everything, organisations=everything,
        people=everything, corrections=everything, coverage=everything,
    )  # fmt: skip


def note(made: Frame, place: int = 0) -> Note:
    on = date(2026, 11, 24)
    return Note(
        place=place,
        on=on,
        date=made.date(on),
        html=Html(
            "<p>An earlier version gave the reserve as 24 million tonnes. It is <strong>2.4 million</strong>.</p>"
        ),
        href=f"2026-W47/{_SLUGS[place]}/index.html",
        title=WEEK_47.stories[place].title,
    )


def line(made: Frame, weeks: int, title: str, **told: object) -> StoryLine:
    """A story so many weeks before the latest issue."""
    on = ON - timedelta(weeks=weeks)
    basis = StoryLine(
        href=f"2026-W46/story-{weeks}/index.html", title=title, section=SECTIONS[weeks % 5], number=max(0, 12 - weeks),
        on=on, date=made.date(on),
    )  # fmt: skip
    return replace(basis, **told)  # type: ignore[arg-type]


def issue_pages(made: Frame, **told: object) -> IssuePages:
    """The pages of week 47, of which a story was corrected and is one of four on the same."""
    names = (
        NameLine(href="organisations/name-0/index.html", name="Northern Compact", kind="organisation", count=41,
                 why=made.words.why_published),
        NameLine(href="people/ilse-varga/index.html", name="Ilse Varga", kind="person", count=7,
                 why=made.words.why_quoted),
    )  # fmt: skip
    stories = {place: StoryContext(slug=slug) for place, slug in enumerate(_SLUGS)}
    stories[0] = StoryContext(
        slug="grain",
        earlier=(line(made, 9, "Compact studies a grain store"), line(made, 3, TITLES[6], corrected=True)),
        later=(line(made, -1, "Grain reserve: the first ships"),),
        names=names,
    )
    basis = IssuePages(
        issue=WEEK_47,
        frame=made,
        entries=ENTRIES,
        number=12,
        on=ON,
        previous=earlier_issues(made)[0],
        notes=(note(made),),
        stories=stories,
    )
    return replace(basis, **told)  # type: ignore[arg-type]


def earlier_issues(made: Frame, count: int = 30) -> list[IssueLine]:
    days = [ON - timedelta(weeks=weeks) for weeks in range(1, count + 1)]
    heads = (WEEK_46.subject, "A quiet week", ARABIC, CHINESE)
    return [
        IssueLine(
            href=f"2026-W{max(46 - place, 1):02}/index.html", headline=heads[place % 4], number=max(0, 11 - place),
            on=on, date=made.date(on),
        )
        for place, on in enumerate(days)
    ]  # fmt: skip


def site(look: str = "brief", settings: Settings = SETTINGS) -> dict[str, str]:
    """Every page by its path."""
    made = frame(look, settings)
    latest = PastIssue(issue=WEEK_47, number=12, on=ON, entries=ENTRIES)
    newest = issue_pages(made)
    before = IssuePages(
        issue=WEEK_46,
        frame=made,
        entries=ENTRIES,
        number=11,
        on=ON - timedelta(weeks=1),
        following=issue_line(latest, settings.newsletter),
        stories={place: StoryContext(slug=f"story-{place}") for place in range(8)},
    )
    imported = IssuePages(issue=EMPTY, frame=made, entries={}, number=0, on=ON - timedelta(weeks=2))
    found = {}
    for pages in (newest, before, imported):
        found[pages.path] = pages.page()
        found |= {pages.story_path(place): pages.story(place) for place in pages.stories}
    found[f"2026-W47/{AS_SENT}"] = page(WEEK_47, settings=settings, look=look)
    ways = {place: newest.story_path(place) for place in newest.stories}
    years = [Link(href=f"years/{year}/index.html", text=str(year)) for year in (2026, 2025)]
    earlier = earlier_issues(made)
    found["index.html"] = home_page(frame=made, latest=latest, earlier=earlier, years=years, stories=ways)
    for year in (2026, 2025):
        path = f"years/{year}/index.html"
        found[path] = year_page(year, earlier if year == 2026 else earlier[:2], path=path, frame=made, years=years)
    found["corrections/index.html"] = corrections_page(
        [note(made, 1), note(made)], path="corrections/index.html", frame=made
    )
    found["404.html"] = lost_page(frame=made)
    return found | _lists(made)


def _lists(made: Frame) -> dict[str, str]:
    lines = [line(made, weeks, TITLES[weeks % 7], corrected=weeks == 2) for weeks in range(40)]
    found = {}
    for section in made.sections:
        found[section.href] = list_page(
            "section", section.text, lines, path=section.href, frame=made, count=40, has_feeds=True
        )
    names = [
        NameLine(href=f"organisations/name-{place}/index.html", name=name, kind="organisation", count=place + 1)
        for place, name in enumerate(ORGANISATIONS)
    ]
    for one in names:
        older = one.href.replace("index.html", "2025/index.html")
        years = [Link(href=one.href, text="2026"), Link(href=older, text="2025")]
        told = {"published it": 31, "is quoted in it": 3, "is named in it": 0}
        found[one.href] = list_page(
            "organisation", one.name, lines, path=one.href, frame=made, count=34, tally=told, years=years,
            url="https://compact.example/",
        )  # fmt: skip
        found[older] = list_page(
            "organisation", one.name, lines[:5], path=older, frame=made, count=34, years=years, year=2025
        )
    person = NameLine(href="people/ilse-varga/index.html", name="Ilse Varga", kind="person", count=7)
    found[person.href] = list_page("person", person.name, lines[:7], path=person.href, frame=made, count=7)
    found["organisations/index.html"] = names_page("organisation", names, path="organisations/index.html", frame=made)
    found["people/index.html"] = names_page("person", [person], path="people/index.html", frame=made)
    return found


def publish(folder: Path, found: Mapping[str, str], *, pictures: Sequence[str] = ("",)) -> None:
    """Write pages as a publishing does, and the picture that week 47 shows below each of some folders."""
    files = {path: html.encode() for path, html in found.items()}
    files |= {f"{below}2026-W47/images/delta.png": picture()[0][1] for below in pictures}
    pages = [
        SitePage(path=path, key=path, make=lambda data=data: data, stage=0 if path.endswith(".png") else 1)  # type: ignore[misc]
        for path, data in files.items()
    ]
    publish_pages(folder, pages, manifest=folder.with_suffix(".json"))


def _slug(title: str) -> str:
    return title.lower().replace(" & ", "-").replace(" ", "-")
