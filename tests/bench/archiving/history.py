"""A newsletter with years behind it, made in seconds: entries, issues that are out, and what approval froze of each.

The issues are closed as by an older digest: nothing is in the archive yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, insert

from digest.config.period import next_period, period_at
from digest.edit.draft import write_issue
from digest.model import Briefing, Entry, EntryState, Html, Mail, Period, Quote, Section, Source, Story
from digest.production.frozen import VARIANT, Parts, mail_parts
from digest.project import Project, open_project
from digest.store import entries, schema
from digest.text.titles import title_key
from tests.bench.archiving.words import Language

SECTIONS = ("World", "Economy & trade", "Energy & climate", "Technology", "Health", "Cities", "Law", "Science")
FIRST = datetime(2016, 12, 7, 12, tzinfo=UTC)
SOURCES = 100
ORGANISATIONS = 300
PEOPLE = 400
THREADS = 0.2  # of the stories go on with one of the last weeks
CHINESE = 0.02  # of the entries
WORDS = 190  # of a text, in the middle
CONFIG = """\
[newsletter]
title = "The Long Record"
from = "The Long Record <record@longrecord.example>"
url = "https://longrecord.example/"
timezone = "Europe/London"

[publish]
search = false

[check]
block = ["embargo"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is."""

    issues: int = 520
    stories: int = 20  # of an issue
    told_by: int = 3  # entries that tell a story, in the mean
    entries: int = 100_000  # in all, used or not


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was made."""

    root: Path
    names: tuple[str, ...]  # of the issues, the oldest first
    next_name: str  # of the issue that is drafted and not approved yet
    now: datetime
    language: Language
    organisations: tuple[str, ...]
    people: tuple[str, ...]


def make_history(root: Path, size: Size, *, seed: int = 8) -> History:
    """Make a newsletter below ``root``, with one issue more that waits for its approval."""
    tables = "".join(f'\n[[section]]\ntitle = "{title}"\n' for title in SECTIONS)
    (root / "feeds").mkdir(parents=True)
    (root / "issues").mkdir()
    (root / "digest.toml").write_text(CONFIG + tables, "utf-8")
    with open_project(root) as project:
        maker = _Maker(project, size, seed)
        with project.store.write() as connection:
            maker.fill(connection)
    return History(
        root=root,
        names=tuple(period.name for period in maker.periods[:-1]),
        next_name=maker.periods[-1].name,
        now=maker.periods[-1].end + timedelta(hours=1),
        language=maker.language,
        organisations=maker.organisations,
        people=maker.people,
    )


class _Maker:
    def __init__(self, project: Project, size: Size, seed: int) -> None:
        self.project = project
        self.size = size
        self.language = Language(seed=seed)
        self.random = self.language.random
        self.organisations = tuple(f"{self.language.name()} Institute" for _ in range(ORGANISATIONS))
        self.people = tuple(self.language.name() for _ in range(PEOPLE))
        self.sources = {
            f"source-{number}": Source(id=f"source-{number}", kind="feed", name=self.language.name(),
                                       location=f"https://source{number}.example/feed.xml")
            for number in range(SOURCES)
        }  # fmt: skip
        self.periods = self._periods()
        self._made = 0
        self._threads: list[Story] = []

    def fill(self, connection: Connection) -> None:
        """Write it all."""
        connection.execute(insert(schema.source), [
            {"id": one.id, "kind": one.kind, "location": one.location, "name": one.name, "failures": 0}
            for one in self.sources.values()
        ])  # fmt: skip
        *past, last = self.periods
        used = round(self.size.stories * self.size.told_by)
        spare = max(0, self.size.entries - used * len(self.periods)) // len(self.periods)
        for number, period in enumerate(past, 1):
            briefing = self._briefing(period, "used")
            others = [self._entry(period, self.random.choice(("left", "left", "dropped", "backlog")))
                      for _ in range(spare)]  # fmt: skip
            _file(connection, [*_told(briefing), *others])
            self._close(connection, number, period, briefing)
        self._offer(connection, len(self.periods), last)
        left = self.size.entries - self._made
        _file(connection, [self._entry(last, "new") for _ in range(left)])

    def _periods(self) -> tuple[Period, ...]:
        settings, zone = self.project.settings.issue, self.project.zone
        found = [period_at(FIRST, settings, zone)]
        while len(found) <= self.size.issues:
            found.append(next_period(found[-1], settings, zone))
        return tuple(found)

    def _entry(self, period: Period, state: EntryState) -> Entry:
        self._made += 1
        key = sha256(str(self._made).encode()).hexdigest()[:12]
        title, text = self._words()
        published = period.start + (period.end - period.start) * self.random.random()
        organisation = self.organisations[int(ORGANISATIONS * self.random.random() ** 2)]
        speaker = self.people[int(PEOPLE * self.random.random() ** 2)]
        quotes = (Quote(text=text.partition(". ")[0], speaker=speaker),) if self.random.random() < 0.2 else ()
        return Entry(
            id=key, source_id=f"source-{self.random.randrange(SOURCES)}", title=title,
            url=f"https://source.example/{key}", url_key=f"source.example/{key}",
            body=Html("".join(f"<p>{one}</p>" for one in text.split("\n\n"))), text=text,
            summary=text[:160].rpartition(" ")[0], organisation=organisation, quotes=quotes, published=published,
            first_seen=published, fingerprint=key, state=state, language="en",
            issue=None if state in {"new", "backlog", "left"} else period.name,
        )  # fmt: skip

    def _words(self) -> tuple[str, str]:
        """A headline and a text; some in a script without blanks."""
        if self.random.random() < CHINESE:
            return self.language.letters(18), self.language.letters(self.random.randint(150, 900))
        count = min(80, max(2, round(self.random.lognormvariate(0, 0.6) * WORDS / 15)))
        told = self.language.sentences(count)
        return self.language.headline(), "\n\n".join(" ".join(told[at : at + 4]) for at in range(0, count, 4))

    def _briefing(self, period: Period, state: EntryState) -> Briefing:
        stories: dict[str, list[Story]] = {title: [] for title in SECTIONS}
        for place in range(self.size.stories):
            many = self.random.choice((1, 2, self.size.told_by, self.size.told_by + 1, self.size.told_by * 2 - 1))
            told = [self._entry(period, state)]
            told += [self._entry(period, "grouped" if state == "used" else state) for _ in range(many - 1)]
            earlier = self.random.choice(self._threads[-100:]) if self._threads else None
            story = self._story(told, earlier if self.random.random() < THREADS else None, place)
            self._threads.append(story)
            stories[story.section].append(story)
        sections = tuple(Section(title=title, stories=tuple(stories[title])) for title in SECTIONS if stories[title])
        return Briefing(period=period, sections=sections)

    def _story(self, told: Sequence[Entry], earlier: Story | None, place: int) -> Story:
        title = f"{earlier.title}, again" if earlier and len(earlier.title) < 120 else told[0].title
        return Story(
            id=earlier.id if earlier and all(one.id != earlier.id for one in self._threads[-place:]) and place
            else f"s-{told[0].id[:8]}",
            title=title,
            summary="\n\n".join(". ".join(one.text.split(". ")[:3])[:420].rpartition(" ")[0] + "." for one in told[:2]),
            entries=tuple(told),
            section=earlier.section if earlier else self.random.choice(SECTIONS),
            score=1.0,
        )  # fmt: skip

    def _text(self, briefing: Briefing) -> str:
        title = self.project.settings.newsletter.title
        return write_issue(
            briefing, title=title, sources=self.sources, day=lambda one: f"{one:%d %B %Y}", max_candidates=0
        )

    def _close(self, connection: Connection, number: int, period: Period, briefing: Briefing) -> None:
        text, told = self._text(briefing), [replace(one, state="offered") for one in _told(briefing)]
        parts = _parts(self.project, briefing, text, told)
        _issue(connection, number, period, approved=period.end, state="closed")
        rows = [
            {"issue": period.name, "variant": variant, "part": part, "sha256": sha256(data).hexdigest(), "data": data}
            for (variant, part), data in parts.items()
        ]
        connection.execute(insert(schema.frozen), rows)

    def _offer(self, connection: Connection, number: int, period: Period) -> None:
        briefing = self._briefing(period, "offered")
        _file(connection, _told(briefing))
        _issue(connection, number, period, approved=None, state="draft")
        self.project.issue_path(period.name).write_text(self._text(briefing), "utf-8")


def _told(briefing: Briefing) -> list[Entry]:
    return [entry for story in briefing.stories for entry in story.entries]


def _file(connection: Connection, found: Sequence[Entry]) -> None:
    if found:
        connection.execute(insert(schema.entry), list(_rows(found)))


def _rows(found: Sequence[Entry]) -> Iterator[dict[str, object]]:
    for one, row in zip(
        sorted(found, key=lambda entry: entry.id), json.loads(entries.dump_entries(found)), strict=True
    ):
        moments = {"published": one.published, "first_seen": one.first_seen, "last_seen": one.first_seen}
        yield row | moments | {"title_key": title_key(one.title)}


def _issue(connection: Connection, number: int, period: Period, *, approved: datetime | None, state: str) -> None:
    connection.execute(insert(schema.issue).values(
        name=period.name, number=number, state=state, start=period.start, end=period.end, drafted=period.start,
        approved=approved, approved_by="The generator" if approved else None, out=approved, closed=approved,
    ))  # fmt: skip


def _parts(project: Project, briefing: Briefing, text: str, told: Sequence[Entry]) -> Parts:
    """What approval freezes; the page and the mail are short, because the archive is made of the rest."""
    name = briefing.period.name
    lines = "".join(f"<h3>{story.title}</h3><p>{story.summary}</p>" for story in briefing.stories)
    page = f'<!doctype html><html lang="en"><head><title>{name}</title></head><body>{lines}</body></html>'
    mail = Mail(subject=name, preheader="", html=page, text=name, language="en")
    texts = {
        "issue.md": text,
        "index.html": page,
        "content.html": lines,
        "entries.json": entries.dump_entries(told),
    }
    return {(VARIANT, part): data.encode("utf-8") for part, data in texts.items()} | mail_parts(mail, project.settings)
