"""A feed over some weeks, over real HTTP: what is new is news once, what is old is never read, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest import pipeline
from digest.production.intake import Fetched
from digest.project import open_project
from digest.store import entries
from tests.support.http import Page, Site, serving
from tests.support.project import at, item, make_project, rss

pytestmark = pytest.mark.usefixtures("in_each_database")

CONFIG = """\
[newsletter]
title = "The Trial"
from = "The Trial <trial@example.org>"

[gather]
allow_private = true
"""
ADDRESS = "https://gridwatch.example"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


class Week:
    """A newsletter with one feed, polled again and again."""

    def __init__(self, root: Path, site: Site, *, keys: str = "", config: str = CONFIG) -> None:
        url = site.add("/feed", Page(b""))
        self.root = make_project(root, config=config, feeds=f'[[feed]]\nid = "grid"\nurl = "{url}"\n{keys}')
        self.site = site
        self.now = at(18, 12)

    def poll(self, *items: str) -> Fetched:
        """Put these items into the feed, and fetch it two hours later."""
        self.site.pages["/feed"] = Page(rss(*items).encode())
        return self.again()

    def again(self) -> Fetched:
        self.now += timedelta(hours=2)
        with open_project(self.root) as project:
            return next(one for one in pipeline.fetch(project, now=self.now) if one.reading.source.id == "grid")

    def news(self) -> list[str]:
        """The titles of what may go into the issue."""
        with open_project(self.root) as project, project.store.read() as connection:
            return sorted(one.title for one in entries.eligible(connection, now=self.now, issue="2026-W47"))


def told(title: str, *, day: int = 17, text: str = "") -> str:
    return item(title, f"{ADDRESS}/{title.lower().replace(' ', '-')}", day=day, text=text)


def test_only_what_is_new_or_changed_is_read_again(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site)
    first = week.poll(told("Wind"), told("Heat"))
    assert (first.filed.new, first.reading.unchanged) == (2, 0)
    second = week.poll(told("Charges", day=18), told("Wind"), told("Heat", text="Heat pumps, corrected. And more."))
    assert [entry.title for entry in second.reading.entries] == ["Charges", "Heat"]
    assert (second.filed.new, second.filed.changed, second.reading.unchanged) == (1, 1, 1)
    assert week.news() == ["Charges", "Heat", "Wind"]


def test_old_items_of_a_first_fetch_are_listed_and_not_read_and_never_become_news(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site)
    old = told("Old news", day=2, text="Long words that nobody needs. Twice.")
    first = week.poll(told("Wind"), old)
    listed = next(entry for entry in first.reading.entries if entry.title == "Old news")
    assert (listed.text, listed.summary, listed.url) == ("", "", f"{ADDRESS}/old-news")
    assert (first.filed.new, first.filed.backlog) == (1, 1)
    second = week.poll(told("Charges", day=18), told("Wind"), old)
    assert (second.filed.new, second.filed.backlog, second.reading.unchanged) == (1, 0, 2)
    third = week.poll(told("Old news", day=2, text="Long words, corrected."))
    assert (third.filed.new, third.filed.changed) == (0, 1)
    assert week.news() == ["Charges", "Wind"]


def test_old_items_are_read_if_the_newsletter_wants_to_search_them(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site, config=CONFIG + "read_backlog = true\n")
    first = week.poll(told("Wind"), told("Old news", day=2, text="Long words that somebody needs. Twice."))
    assert {entry.title: bool(entry.text) for entry in first.reading.entries} == {"Wind": True, "Old news": True}
    assert (first.filed.new, first.filed.backlog) == (1, 1)


def test_the_limit_of_a_feed_counts_what_is_known_and_lets_nothing_older_in(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site, keys="max_entries = 2\n")
    week.poll(told("A", day=17), told("B", day=16), told("C", day=15))
    assert week.news() == ["A", "B"]
    second = week.poll(told("D", day=18), told("A", day=17), told("B", day=16), told("C", day=15))
    assert second.filed.new == 1
    assert week.news() == ["A", "B", "D"]


def test_words_choose_among_new_items_and_do_not_bring_old_ones_back(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site, keys='include = ["wind"]\n')
    old = told("Heat last month", day=2, text="Wind is in the text only.")
    first = week.poll(told("Wind"), told("Heat"), old)
    assert (first.filed.new, first.filed.backlog) == (1, 1)
    second = week.poll(told("Wind again", day=18), told("Wind"), told("Heat"), old)
    assert (second.filed.new, second.filed.backlog) == (1, 0)


def test_a_feed_with_one_guid_for_all_its_items_still_tells_the_news(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site)

    def same_guid(title: str, day: int) -> str:
        return told(title, day=day).replace(
            f"<guid>{ADDRESS}/{title.lower()}</guid>", "<guid>https://one.example/</guid>"
        )

    week.poll(same_guid("Wind", 17))
    week.poll(same_guid("Heat", 18))
    week.poll(same_guid("Charges", 18), same_guid("Heat", 18))
    assert week.news() == ["Charges", "Heat", "Wind"]


def test_many_first_fetches_are_read_by_processes_with_the_same_result(tmp_path: Path, site: Site) -> None:
    feeds, now = "", at(18, 12)
    for number in range(45):
        url = site.add(f"/{number}", Page(rss(told(f"Story {number}"), told(f"Old {number}", day=2)).encode()))
        feeds += f'[[feed]]\nid = "f{number}"\nurl = "{url}"\n'
    site.pages["/7"] = Page(b"<html><title>No feed</title></html>")
    with open_project(make_project(tmp_path, config=CONFIG, feeds=feeds)) as project:
        done = list(pipeline.fetch(project, now=now))
        assert sum(one.filed.new for one in done) == 44
        assert sum(one.filed.backlog for one in done) == 44
        assert [one.reading.source.id for one in done if one.reading.outcome == "failed"] == ["f7"]
        assert len(done) == 45


def test_nobody_is_asked_early_after_a_restart(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site)
    week.poll(told("Wind"))
    asked = len(site.requests)
    week.now -= timedelta(hours=1, minutes=30)
    assert week.again().reading.outcome == "not due"
    assert len(site.requests) == asked


def test_items_are_read_again_where_the_same_bytes_say_something_else(tmp_path: Path, site: Site) -> None:
    """A server that has named the wrong encoding and now names the right one corrects every item."""
    week = Week(tmp_path, site)
    body = rss(told("Cable")).replace("Cable", "Câble").replace(' encoding="utf-8"', "").encode()
    site.pages["/feed"] = Page(body, content_type="application/xml; charset=windows-1251")
    assert "Câble" not in [entry.title for entry in week.again().reading.entries]
    site.pages["/feed"] = Page(body + b" ", content_type="application/xml; charset=utf-8")
    assert [entry.title for entry in week.again().reading.entries] == ["Câble"]


def test_the_time_of_a_fetch_is_what_it_is_given(tmp_path: Path, site: Site) -> None:
    week = Week(tmp_path, site)
    week.poll(told("Wind"))
    with open_project(tmp_path) as project, project.store.read() as connection:
        seen: datetime = entries.eligible(connection, now=week.now, issue="2026-W47")[0].first_seen
    assert seen == week.now
