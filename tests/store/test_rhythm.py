from __future__ import annotations

from datetime import UTC, datetime, timedelta

from digest.model import Entry
from digest.store.database import Store
from digest.store.entries import file_entries
from digest.store.rhythm import days_with_news

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def entry(number: int, source_id: str, published: datetime | None, *, first_seen: datetime = NOW) -> Entry:
    return Entry(
        id=f"{number:012x}", source_id=source_id, title=f"Title {number}", published=published, first_seen=first_seen
    )


def test_each_source_has_the_newest_item_of_each_of_its_last_days(store: Store) -> None:
    day = timedelta(days=1)
    told = [
        *(entry(number, "daily", NOW - number * day) for number in range(30)),
        entry(100, "twice", NOW - 3 * timedelta(hours=1)),
        entry(101, "twice", NOW - 4 * timedelta(hours=1)),
        entry(102, "twice", NOW - 20 * day),
        entry(103, "undated", None),
        entry(104, "ahead", NOW + 9 * day),
    ]
    with store.write() as connection:
        file_entries(connection, told, now=NOW, news_from=None)
    with store.read() as connection:
        found = days_with_news(connection, last=20)

    assert found == {
        "daily": tuple(NOW - number * day for number in range(20)),
        "twice": (NOW - 3 * timedelta(hours=1), NOW - 20 * day),
        "undated": (NOW,),
        "ahead": (NOW,),
    }
