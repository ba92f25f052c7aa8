from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from digest.archive.sitemap import sitemap

URL = "https://policyweek.example/brief/"
WHEN = datetime(2026, 11, 20, 7, 5, tzinfo=UTC)
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(data: bytes) -> list[str]:
    return [loc.text or "" for loc in ET.fromstring(data).iter(f"{SPACE}loc")]


def test_a_page_is_listed_by_the_address_it_calls_itself() -> None:
    files = sitemap(
        [("index.html", WHEN), ("2026-W47/index.html", WHEN), ("2026-W47/grain/index.html", WHEN), ("a.html", WHEN)],
        URL,
    )

    assert addresses(files["sitemap.xml"]) == [URL, f"{URL}2026-W47/", f"{URL}2026-W47/grain/", f"{URL}a.html"]


def test_the_time_of_the_last_change_is_told_in_utc() -> None:
    late = datetime(2026, 11, 20, 23, 5, tzinfo=timezone(timedelta(hours=-2)))
    files = sitemap([("index.html", late)], URL)

    assert b"<lastmod>2026-11-21T01:05:00Z</lastmod>" in files["sitemap.xml"]


def test_what_nobody_should_find_is_not_listed() -> None:
    names = ("404.html", "2026-W47/as-sent.html", "feed.xml", "2026-W47/images/delta.png", "search/search.js")

    assert addresses(sitemap([(name, WHEN) for name in names], URL)["sitemap.xml"]) == []


def test_without_an_address_on_the_web_there_is_no_map() -> None:
    files = sitemap([("index.html", WHEN)], "")

    assert files.keys() == {"robots.txt"}
    assert b"Sitemap" not in files["robots.txt"]


def test_robots_may_read_everything_and_find_the_map() -> None:
    robots = RobotFileParser()
    robots.parse(sitemap([], URL)["robots.txt"].decode().splitlines())

    assert robots.can_fetch("AnyBot", f"{URL}2026-W47/")
    assert robots.site_maps() == [f"{URL}sitemap.xml"]


def test_more_than_fifty_thousand_pages_are_split_and_the_parts_listed() -> None:
    pages = [(f"2026-W47/{number:06}/index.html", WHEN + timedelta(seconds=number)) for number in range(50_001)]
    files = sitemap(pages, URL)

    assert files.keys() == {"sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "robots.txt"}
    assert addresses(files["sitemap.xml"]) == [f"{URL}sitemap-1.xml", f"{URL}sitemap-2.xml"]
    assert ET.fromstring(files["sitemap.xml"]).tag == f"{SPACE}sitemapindex"
    assert [len(addresses(files[f"sitemap-{part}.xml"])) for part in (1, 2)] == [50_000, 1]
    newest = [loc.text for loc in ET.fromstring(files["sitemap.xml"]).iter(f"{SPACE}lastmod")]
    assert newest == ["2026-11-20T20:58:19Z", "2026-11-20T20:58:20Z"]


def test_the_order_of_the_pages_changes_nothing() -> None:
    pages = [(f"{name}/index.html", WHEN) for name in "abc"]

    assert sitemap(pages, URL) == sitemap(pages[::-1], URL)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1)))
def test_whatever_pages_are_called_the_map_is_well_formed_and_has_them_all(names: list[str]) -> None:
    files = sitemap([(f"{name}.html", WHEN) for name in names], f"{URL}?a&b/")
    listed = addresses(files["sitemap.xml"])

    assert len(listed) == len({name for name in names if f"{name}.html".rpartition("/")[2] not in UNLISTED})
    assert all(address.isascii() for address in listed)


UNLISTED = {"404.html", "as-sent.html"}
