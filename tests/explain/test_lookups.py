from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from digest.explain.lookups import beginning_with, news_days, told_by_source
from digest.explain.standing import source_accounts
from digest.model import Entry
from digest.store.entries import counts_by_source, file_entries
from digest.store.rhythm import days_with_news
from tests.support.project import at, make_project, opened

ENTRY = Entry(id="0" * 12, source_id="grid", title="T", first_seen=at(10), published=at(9), url_key="a.example/b")
NUMBER = 40


def test_one_source_is_told_as_among_all(tmp_path: Path) -> None:
    rows = [
        replace(
            ENTRY,
            id=f"{number:012x}",
            source_id=("grid", "courier")[number % 2],
            published=None if number % 7 == 0 else at(1) + timedelta(hours=number * 5),
            first_seen=at(4) + timedelta(hours=number * 3),
        )
        for number in range(NUMBER)
    ]
    with opened(make_project(tmp_path)) as project:
        with project.store.write() as connection:
            file_entries(connection, rows, now=at(20), news_from=None)
        with project.store.read() as connection:
            days, counts = days_with_news(connection, last=5), counts_by_source(connection)
            for source in ("grid", "courier"):
                assert news_days(connection, source, last=5) == days[source]
                assert told_by_source(connection, source) == counts[source] == NUMBER // 2
            every = {one.id: one for one in source_accounts(project, connection, now=at(20))}
            (only,) = source_accounts(project, connection, now=at(20), only={"grid"})
            assert only == every["grid"]


def test_only_the_same_page_goes_on_with_a_query_or_a_fragment(tmp_path: Path) -> None:
    keys = ("a.example/b?page=1", "a.example/b#top", "a.example/bc", "a.example/b/c", "a.example/b", "b.example/b?x")
    rows = [replace(ENTRY, id=f"{number:012x}", url_key=key) for number, key in enumerate(keys)]
    with opened(make_project(tmp_path)) as project:
        with project.store.write() as connection:
            file_entries(connection, rows, now=at(20), news_from=None)
        with project.store.read() as connection:
            found = beginning_with(connection, {"a.example/b"}, limit=10)

    assert sorted(found) == [f"{0:012x}", f"{1:012x}"]
