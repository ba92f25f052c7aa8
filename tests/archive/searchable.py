"""A small archive of three years that can be searched: all of it is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from digest.archive.slugs import make_slug
from digest.config.settings import Settings
from digest.model import Issue, IssueSection, IssueStory
from digest.production.browsersearch import Indexed, SearchedYear, index_site
from digest.render.archived import Frame, Link, NameLine, make_frame
from digest.render.issuepages import IssuePages, StoryContext
from digest.render.searchpage import PATH, SCRIPT, render_search, search_script
from tests.archive.newsletter import SETTINGS, templates

LOOKS = ("brief", "magazine", "plain")
DAYS = {"2024-W07": date(2024, 2, 16), "2025-W30": date(2025, 7, 25), "2026-W46": date(2026, 11, 13)}

Told = tuple[str, str, str, str]  # section, organisation, title, text

STORIES: Mapping[str, Sequence[Told]] = {
    "2024-W07": (
        ("World", "Harbour Board", "Lighthouse keepers win their case",
         "The narwhal colony near the light was counted. "
         "Grain reserves were raised as well, and the court set out why."),
        ("Energy", "Netzagentur", "Kosten der Seekabel", "Die Bundesregierung prüft Häuser am Wattenmeer."),
    ),
    "2025-W30": (
        ("World", "Harbour Board", "Grain leaves the eastern ports", "Ships with grain left after the river treaty was "
         "signed. Each carried a certificate."),
        ("Energy", "港灣局", "電力市場の改革", "日本の電力市場は改革を進める。EU電力も見る。每個月都看價格。"),
        ("Energy", "Ofwind", "Turbines below 20 MW & their price",
         "The feed said `<img src=x onerror=alert(1)>` & more."),
    ),
    "2026-W46": (
        ("World", "Harbour Board", "Ministers agree a common reserve for grain", "A treaty on the river was put off. "
         "The reserve of grain is to last for ninety days."),
        ("Energy", "Ofwind", "Tariff of the wind parks", "The tariff falls by three per cent."),
        *(("Business", "Ofwind", f"Quarterly figures, part {number}",
           f"Ledger {number}: the ledgers were closed in time.")
          for number in range(1, 24)),
    ),
}  # fmt: skip


def frame_of(settings: Settings = SETTINGS, look: str = "brief") -> Frame:
    sections = tuple(
        Link(href=f"sections/{name.lower()}/index.html", text=name) for name in ("World", "Energy", "Business")
    )
    return make_frame(
        settings, templates(look), sections=sections, search=True, organisations=True, people=True, corrections=True
    )


def written_site(folder: Path, *, settings: Settings = SETTINGS, look: str = "brief") -> dict[str, SearchedYear]:
    """Write the pages of the archive and of its search, without an index; say which pages there are to find."""
    frame = frame_of(settings, look)
    years: dict[str, SearchedYear] = {}
    for number, (name, told) in enumerate(STORIES.items(), start=1):
        pages = _pages(name, told, frame, number)
        paths = {pages.path: pages.page()} | {pages.story_path(place): pages.story(place) for place in pages.stories}
        for path, html in paths.items():
            _write(folder / path, html.encode())
        years[name[:4]] = SearchedYear(pages=tuple(paths), key="1")
    links = tuple(Link(href=f"years/{year}/index.html", text=year) for year in sorted(years, reverse=True))
    organisations = sorted({organisation for told in STORIES.values() for _, organisation, _, _ in told})
    _write(folder / PATH, render_search(frame, years=links, organisations=organisations).encode())
    _write(folder / SCRIPT, search_script(frame))
    return years


def searchable_site(folder: Path, *, settings: Settings = SETTINGS, look: str = "brief") -> Indexed:
    """The same with its indexes."""
    years = written_site(folder, settings=settings, look=look)
    return index_site(folder, years, language=settings.newsletter.language, manifest=folder.parent / "searched.json")


def _pages(name: str, told: Sequence[Told], frame: Frame, number: int) -> IssuePages:
    stories = [(section, IssueStory(id=None, title=title, summary=text))
               for section, _, title, text in told]  # fmt: skip
    titles = tuple(dict.fromkeys(section for section, _ in stories))
    sections = tuple(
        IssueSection(title=title, stories=tuple(story for section, story in stories if section == title))
        for title in titles
    )
    issue = Issue(
        name=name,
        title="The Policy Week",
        subject=f"The week of {name}",
        preheader="What was decided",
        base=None,
        intro="An introduction with the word almanac.",
        sections=sections,
    )
    organisations = {title: organisation for _, organisation, title, _ in told}
    slugs: list[str] = []
    contexts = {}
    for place, story in enumerate(issue.stories):
        slugs.append(make_slug(story.title, slugs, otherwise=f"story-{place}"))
        name_of = organisations[story.title]
        line = NameLine(
            href="organisations/one/index.html", name=name_of, kind="organisation", count=3, why="published it"
        )
        contexts[place] = StoryContext(slug=slugs[-1], names=(line,))
    return IssuePages(issue=issue, frame=frame, entries={}, number=number, on=DAYS[name], stories=contexts)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
