"""Years of a newsletter by a fixed clock: across changes of the clocks and ends of years, with weeks left out, two
issues in one week and news at every moment. Nothing is lost and nothing is printed twice.

The days on which something happens are drawn, the same ones each time; about every third is the moment of an edge: an
issue closes, the clocks change, a year ends. `YEARS_OF_MORE` in the environment plays further histories.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from digest import pipeline
from digest.config.period import period_at
from digest.edit.fates import entry_ids
from digest.edit.issuefile import read_issue
from digest.errors import BlockedError, StateError
from digest.model import IssueRecord
from digest.project import Project, current_period, open_project
from digest.store import entries, issues
from digest.store.schema import entry as table
from tests.support.cli import digest
from tests.support.project import CONFIG as STANDARD
from tests.support.project import NOW, make_project

pytestmark = pytest.mark.usefixtures("in_each_database")

CONFIG = """\
[newsletter]
title = "The Almanac"
from = "The Almanac <almanac@tide.example>"
timezone = "{zone}"
look = "bare"

[issue]
every = "{every}"
closes = "{closes}"
max_stories = 4
max_per_source = 9
max_candidates = 3

[check]
block = ["repeat"]
"""
LOOK = {"email.html": "{{ unsubscribe }}", "email.txt": "{{ unsubscribe }}", "page.html": "", "content.html": "",
        "home.html": ""}  # fmt: skip
"""How an issue looks is not the matter here; a look of its own, of one line each, makes the years pass quickly."""
HISTORIES = [
    ("Europe/London", "week", "sunday 01:30"),  # the hour that October has twice and March has not
    ("America/New_York", "day", "02:30"),
    ("Asia/Kolkata", "month", "last 23:59"),
    ("Pacific/Apia", "week", "friday 07:00"),
    ("Australia/Lord_Howe", "month", "1 00:00"),  # its clocks change by half an hour
]
BEGAN, YEARS = datetime(2026, 11, 18, 12, tzinfo=UTC), 10
SETTLED = {"used", "grouped", "dropped", "left"}


# Some weeks by hand, by the command line

STRICT = STANDARD.replace('block = ["embargo"]', 'block = ["embargo", "repeat"]')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A weekly that closes on Fridays at 07:00 in London, with three stories for its first issue."""
    root = make_project(tmp_path)
    ran(root, NOW, "fetch")
    return root


def ran(root: Path, now: str, *words: str, expect: int = 0) -> Any:
    done = digest(*words, "--json", root=root, now=now)
    assert done.code == expect, done.err
    return done.json


def a_note(root: Path, name: str, now: str) -> None:
    (root / "feeds" / f"{name}.md").write_text(f"---\ntitle: The {name} of Selby\n---\n\nIt is {name}.\n", "utf-8")
    ran(root, now, "fetch")


def goes_out(root: Path, now: str) -> list[str]:
    """An issue is made and published; its stories."""
    ran(root, now, "draft")
    name = ran(root, now, "approve", "--by", "R. Vane")["issue"]
    ran(root, now, "publish")
    return [name, *titles_of(root, name)]


def titles_of(root: Path, name: str) -> list[str]:
    text = (root / "issues" / f"{name}.md").read_text("utf-8")
    return sorted(story.title for story in read_issue(text, path=name).issue.stories)


def test_two_issues_in_one_week_have_two_names_and_no_story_in_common(root: Path) -> None:
    first = goes_out(root, "2026-11-17T09:00Z")
    a_note(root, "fair", "2026-11-18T09:00Z")
    second = goes_out(root, "2026-11-19T09:00Z")  # still in week 47
    a_note(root, "flood", "2026-11-25T09:00Z")
    third = goes_out(root, "2026-11-26T09:00Z")  # week 48, whose name is taken

    assert (first[0], len(first)) == ("2026-W47", 4)
    assert second == ["2026-W48", "The fair of Selby"]
    assert third == ["2026-W49", "The flood of Selby"]


def test_after_weeks_left_out_everything_is_still_there(root: Path) -> None:
    ran(root, NOW, "draft")  # and then nobody came
    a_note(root, "fair", "2026-12-02T09:00Z")
    ran(root, "2026-12-03T09:00Z", "draft")
    a_note(root, "flood", "2027-01-06T09:00Z")

    out = goes_out(root, "2027-01-06T10:00Z")

    assert (out[0], len(out)) == ("2027-W01", 6)
    assert {"The fair of Selby", "The flood of Selby"} < set(out)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        ("2026-12-24T12:00Z", "2026-W52"),
        ("2026-12-25T12:00Z", "2026-W53"),
        ("2027-01-01T06:59Z", "2026-W53"),
        ("2027-01-01T07:00Z", "2027-W01"),
    ],
)
def test_the_year_of_53_weeks_ends_and_the_next_begins(root: Path, now: str, name: str) -> None:
    assert goes_out(root, now)[0] == name


def test_a_draft_of_the_last_week_of_a_year_stays_in_work_over_new_year(root: Path) -> None:
    ran(root, "2026-12-30T12:00Z", "draft")

    assert ran(root, "2027-01-05T12:00Z", "draft")["issue"] == "2026-W53"
    assert ran(root, "2027-01-08T12:00Z", "draft")["issue"] == "2027-W02"


def test_news_between_approval_and_publishing_waits_for_the_next_issue(root: Path) -> None:
    ran(root, NOW, "draft")
    ran(root, NOW, "approve", "--by", "R. Vane")
    a_note(root, "fair", "2026-11-19T09:00Z")
    assert ran(root, "2026-11-19T10:00Z", "draft")["outcome"] == "settled"
    ran(root, "2026-11-20T06:00Z", "publish")

    assert goes_out(root, "2026-11-24T09:00Z") == ["2026-W48", "The fair of Selby"]


def test_an_approved_issue_that_was_forgotten_is_the_one_in_work_and_keeps_its_stories(root: Path) -> None:
    ran(root, NOW, "draft")
    ran(root, NOW, "approve", "--by", "R. Vane")
    a_note(root, "fair", "2027-02-01T09:00Z")

    assert ran(root, "2027-02-01T10:00Z", "status")["issue"]["name"] == "2026-W47"
    assert ran(root, "2027-02-01T10:00Z", "draft")["outcome"] == "settled"
    ran(root, "2027-02-01T11:00Z", "publish")
    assert len(titles_of(root, "2026-W47")) == 3
    assert goes_out(root, "2027-02-01T12:00Z") == ["2027-W05", "The fair of Selby"]


def test_reopened_it_gives_its_stories_to_the_issue_of_now(root: Path) -> None:
    ran(root, NOW, "draft")
    ran(root, NOW, "approve", "--by", "R. Vane")
    ran(root, "2027-02-01T10:00Z", "reopen")

    out = goes_out(root, "2027-02-01T12:00Z")

    assert (out[0], len(out)) == ("2027-W05", 4)


def test_of_two_approved_issues_with_the_same_stories_the_second_does_not_leave(root: Path) -> None:
    ran(root, NOW, "draft", "2026-W47")
    ran(root, NOW, "draft", "2026-W48")  # nothing is approved, so both have all
    ran(root, NOW, "approve", "2026-W48", "--by", "R. Vane")
    ran(root, NOW, "approve", "2026-W47", "--by", "B. Lint")
    ran(root, NOW, "publish", "2026-W48")

    for words in (("publish",), ("approve", "--by", "B. Lint")):
        refused = ran(root, NOW, words[0], "2026-W47", *words[1:], expect=1)
        assert "ran in 2026-W48 after B. Lint approved this issue" in refused["error"]
        assert "digest reopen" in refused["hint"]

    totals = ran(root, NOW, "status")["totals"]
    assert (totals["seen"], totals["used"]) == (3, 3)
    assert not (root / "build" / "site" / "2026-W47").exists()


def test_an_old_draft_is_not_approved_with_what_a_newer_issue_printed(root: Path) -> None:
    make_project(root, config=STRICT, feeds=None)
    a_note(root, "fair", NOW)  # it has no address to be known by
    ran(root, NOW, "draft", "2026-W47")
    ran(root, NOW, "draft", "2026-W48")
    (root / "issues" / "2026-W47.md").write_text(only(root, "2026-W47", "The fair of Selby"), "utf-8")
    ran(root, NOW, "approve", "2026-W48", "--by", "R. Vane")
    ran(root, NOW, "publish", "2026-W48")

    blocked = ran(root, NOW, "approve", "2026-W47", "--by", "R. Vane", expect=4)

    assert [one["rule"] for one in blocked["findings"] if one["blocks"]] == ["repeat"]


def only(root: Path, name: str, title: str) -> str:
    """The file of an issue with no story but one."""
    text = (root / "issues" / f"{name}.md").read_text("utf-8")
    return re.sub(rf"^### (?!{title}).*?(?=^##|\Z)", "", text, flags=re.DOTALL | re.MULTILINE)


# Ten years, drawn


class Almanac:
    """A newsletter, its editor and its clock."""

    def __init__(self, project: Project, rng: Random) -> None:
        self.project = project
        self.rng = rng
        self.now = BEGAN
        self.notes = 0
        self.filed = 0
        self.printed: dict[str, str] = {}  # entry → the issue that printed it
        self.deleted: dict[str, set[str]] = {}  # issue → entries that the editor deleted from its file
        self.out: list[str] = []

    # What happens

    def arrive(self) -> None:
        """Some notes: of today, of last week, undated, dated ahead, under embargo; or one that came before, again."""
        for _ in range(self.rng.randint(1, 4)):
            number = self.notes
            self.notes += 1
            ahead = timedelta(hours=self.rng.randint(1, 500))
            if number and self.rng.random() < 0.1:
                number = self.rng.randrange(number)
            days = ("", f"date: {self.now - ahead:%F}\n", f"date: {self.now:%F}\n", f"date: {self.now + ahead:%F}\n")
            day = self.rng.choice((*days, f"embargo: {self.now + ahead:%F %H:%M}\n"))
            words = Random(number).sample(range(10_000, 99_999), 12)
            text = " ".join(f"w{word}" for word in words)
            note = f"---\ntitle: W{words[0]} w{words[1]} w{words[2]}\nurl: https://x{number}.example/\n{day}---\n\n{text}.\n"
            (self.project.root / "feeds" / f"{self.notes}.md").write_text(note, "utf-8")

    def fetch(self) -> None:
        for fetched in pipeline.fetch(self.project, now=self.now):
            assert not fetched.reading.problems
            self.filed += fetched.filed.new + fetched.filed.backlog + fetched.filed.held

    def draft(self) -> None:
        pipeline.draft(self.project, now=self.now)

    def edit(self) -> None:
        """Delete, put off, move up or merge stories of the issue in work."""
        record = self.in_work()
        if record is None or record.state != "draft":
            return
        path = self.project.issue_path(record.name)
        if not path.exists():
            return
        text = path.read_text("utf-8")
        stories = re.findall(r"^### .*?(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
        for story in self.rng.sample(stories, min(len(stories), self.rng.randint(0, 3))):
            todo = self.rng.choice(("delete", "put off", "move up", "rewrite"))
            without = text.replace(story, "")
            if todo == "delete":
                text = without
                self.deleted.setdefault(record.name, set()).update(re.findall(r"\{#e-(\w+)\}", story))
            elif todo == "put off":
                text = without.replace("## Candidates", f"{story}\n## Candidates")
            elif todo == "move up" and "## News\n" in without:
                text = without.replace("## News\n", f"## News\n\n{story}\n", 1)
            else:
                text = text.replace(story, story.replace("Sources:", "In my words.\n\nSources:"))
        path.write_text(text, "utf-8")

    def approve(self) -> None:
        record = self.in_work()
        if record is None or not self.project.issue_path(record.name).exists():
            return
        self.try_to_approve(record.name)

    def try_to_approve(self, name: str) -> None:
        try:
            pipeline.approve(self.project, by="R. Vane", now=self.now, name=name)
        except BlockedError as error:
            assert {one.rule for one in error.findings if one.blocks} <= {"empty", "embargo", "repeat"}, error.findings
        except StateError as error:  # it is approved already, and another issue was too and left first
            assert "ran in" in error.message
            self.reopen()

    def old_draft(self) -> None:
        """A draft that was left lying is approved after all, and published after the others."""
        with self.project.store.read() as connection:
            old = [one.name for one in issues.all_issues(connection) if one.state == "draft"]
        if old:
            self.try_to_approve(self.rng.choice(old))

    def reopen(self) -> None:
        if (record := self.in_work()) and record.state == "approved":
            pipeline.reopen(self.project, now=self.now, name=record.name)

    def publish(self) -> None:
        if not (record := self.in_work()) or record.state != "approved":
            return
        try:
            pipeline.publish(self.project, now=self.now, name=record.name)
        except (BlockedError, StateError) as error:
            # A note came again, with an embargo; or another issue was approved with the same entries, and left first.
            assert "ran in" in error.message or "under embargo" in error.message
            self.reopen()
            return
        assert record.name not in self.out
        self.out.append(record.name)
        text = self.project.issue_path(record.name).read_text("utf-8")
        issue = read_issue(text, path=record.name).issue
        for one in {ref.entry_id for story in issue.stories for ref in story.sources if ref.entry_id}:
            assert one not in self.printed, f"{one} stood in {self.printed[one]}, and stands in {record.name}"
            self.printed[one] = record.name
        self.deleted[record.name] = self.deleted.get(record.name, set()) - set(entry_ids(issue))

    def late(self) -> None:
        """Approved; then news, and a draft that must leave it alone; then published."""
        self.approve()
        self.arrive()
        self.fetch()
        self.draft()
        self.publish()

    def whole_issue(self) -> None:
        for step in (self.fetch, self.draft, self.edit, self.approve, self.publish):
            step()

    def wait(self) -> None:
        """To an edge, or for hours, or for months."""
        zone, settings = self.project.zone, self.project.settings.issue
        close = period_at(self.now, settings, zone).end
        turn = change_of_clocks(self.now, zone)
        new_year = datetime(self.now.astimezone(zone).year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
        far = turn if self.rng.random() < 0.7 else new_year
        edges = [edge + timedelta(seconds=self.rng.choice((-1, 0, 1800))) for edge in (close, close, far)]
        hours = (self.rng.randint(1, 60), self.rng.randint(100, 800))
        aims = [*edges, *(self.now + timedelta(hours=some) for some in hours)]
        self.now = max(self.now, self.rng.choice(aims))

    # What is so

    def in_work(self) -> IssueRecord | None:
        with self.project.store.read() as connection:
            return issues.get_issue(connection, current_period(self.project, connection, now=self.now).name)

    def check(self) -> None:
        with self.project.store.read() as connection:
            totals = entries.totals(connection)
            rows = connection.execute(select(table.c.id, table.c.state, table.c.issue, table.c.url_key)).all()
            records = issues.all_issues(connection)
        assert totals["seen"] == sum(number for fate, number in totals.items() if fate != "seen") == self.filed
        state = {row.id: (row.state, row.issue) for row in rows}
        for one, name in self.printed.items():
            assert state[one][0] in {"used", "grouped"}
            assert state[one][1] == name
        dropped = set().union(*(self.deleted.get(name, set()) for name in self.out))
        again = {row.url_key for row in rows if row.id in dropped}  # what is dropped is so under every id
        for row in rows:
            assert row.id in self.printed or row.state != "used", f"{row.id} is used, and no issue printed it"
            assert row.state != "dropped" or row.url_key in again, f"nobody deleted {row.id}"
        numbers = [record.number for record in records if record.has_left]
        assert len(set(numbers)) == len(numbers) == len(self.out)
        for before, after in pairwise(records):
            assert before.end <= after.start
            assert before.name < after.name

    def check_left(self) -> None:
        """What was never printed was offered in two issues at the least: `carry` is 1."""
        with self.project.store.read() as connection:
            left = connection.execute(select(table.c.id).where(table.c.state == "left")).scalars().all()
            for one in left:
                offered = {placed.issue for placed in issues.placements(connection, entry_id=one)} & set(self.out)
                assert len(offered) >= 2, f"{one} was left after {offered}"

    def drain(self) -> None:
        """Issue after issue, until nothing waits."""
        for _ in range(200):
            self.now = period_at(self.now, self.project.settings.issue, self.project.zone).end
            self.whole_issue()
            self.check()
            with self.project.store.read() as connection:
                rows = connection.execute(select(table.c.state, table.c.url_key)).all()
            spent = {row.url_key for row in rows if row.state in SETTLED}
            # What only repeats waits for the next issue that leaves, to be grouped with what ran.
            if all(row.state in SETTLED or row.url_key in spent for row in rows):
                return
        raise AssertionError("something waits for ever")


def change_of_clocks(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first change of the clocks after a moment, to the hour; a year later if there is none."""
    was = moment.astimezone(zone).utcoffset()
    for hours in range(0, 366 * 24, 24):
        if (moment + timedelta(hours=hours)).astimezone(zone).utcoffset() != was:
            start = moment + timedelta(hours=hours - 24)
            return next(at for h in range(25) if (at := start + timedelta(hours=h)).astimezone(zone).utcoffset() != was)
    return moment + timedelta(days=366)


def histories() -> list[tuple[str, str, str, str, int]]:
    """Kind of database, zone, rhythm, edge and seed; each takes ten seconds and more, so one is enough on a server."""
    more = int(os.environ.get("YEARS_OF_MORE", "0"))
    others = [(zone, every, closes) for zone, _, _ in HISTORIES for _, every, closes in HISTORIES]
    return [
        *(("sqlite", *one, 0) for one in HISTORIES),
        ("postgresql", *HISTORIES[-1], 0),
        *(("sqlite", *one, seed) for seed in range(1, more + 1) for one in others),
    ]


@pytest.mark.parametrize(("database", "zone", "every", "closes", "seed"), histories(), indirect=["database"])
def test_ten_years_lose_nothing_and_print_nothing_twice(
    tmp_path: Path, zone: str, every: str, closes: str, seed: int
) -> None:
    look = {f"templates/bare/{name}": text for name, text in LOOK.items()}
    root = make_project(tmp_path, config=CONFIG.format(zone=zone, every=every, closes=closes), feeds=None, files=look)
    (root / "feeds").mkdir()
    with open_project(root) as project:
        almanac = Almanac(project, Random(f"{zone} {every} {seed}"))
        steps: tuple[Callable[[], None], ...] = (
            almanac.arrive, almanac.fetch, almanac.draft, almanac.edit, almanac.approve, almanac.reopen,
            almanac.publish, almanac.old_draft, almanac.late, almanac.whole_issue, *[almanac.wait] * 5,
        )  # fmt: skip
        while almanac.now < BEGAN + timedelta(days=365 * YEARS):
            almanac.rng.choice(steps)()
            almanac.check()
        almanac.fetch()
        almanac.drain()
        almanac.check_left()
        assert len(almanac.out) >= 3
        assert almanac.filed >= 10
