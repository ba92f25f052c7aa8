"""The archive as it is served: files of one folder, and nothing else of the machine.

It is about files, so its store is of one kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.running import Served, serving
from tests.support.smtp import smtp_server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("site") / "n"
    with smtp_server() as mail, serving(root, mail, path="/letters/") as served:
        yield served


@pytest.fixture(scope="module")
def site(served: Served) -> Path:
    site = served.root / "build" / "site"
    (site / "2026-W47").mkdir(parents=True)
    (site / "empty").mkdir()
    (site / "index.html").write_text("<h1>All issues</h1>", "utf-8")
    (site / "2026-W47" / "index.html").write_text("<h1>An issue</h1>", "utf-8")
    (site / "feed.xml").write_text("<feed/>", "utf-8")
    (site / ".index.html.x7.part").write_text("half", "utf-8")
    (site / "way.toml").symlink_to(served.root / "digest.toml")
    (site / "inner").symlink_to(site / "feed.xml")
    (site / "up").symlink_to(served.root)
    return site


def test_before_the_first_issue_the_front_page_is_the_form(tmp_path: Path) -> None:
    with smtp_server() as mail, serving(tmp_path / "n", mail, path="/letters/") as served:
        answer = served.get("")
        assert (answer.status, answer.headers["location"]) == (307, "subscribe")
        assert served.get("feed.xml").status == 404


@pytest.mark.usefixtures("site")
def test_pages_feeds_and_folders_are_served(served: Served) -> None:
    assert served.get("").heading == "All issues"
    assert served.get("2026-W47/").heading == "An issue"
    assert served.get("2026-W47/index.html").heading == "An issue"
    feed = served.get("feed.xml")
    assert "xml" in feed.headers["content-type"]
    assert feed.headers["cache-control"] == "public, max-age=300"
    assert "x-robots-tag" not in feed.headers
    assert served.get("feed.xml", **{"If-None-Match": feed.headers["etag"]}).status == 304
    assert served.get("feed.xml", Range="bytes=0-4").status == 206
    assert served.ask("HEAD", "feed.xml").body == b""
    assert served.ask("POST", "feed.xml").status == 405


@pytest.mark.usefixtures("site")
def test_a_folder_leads_to_its_slash_without_naming_a_host(served: Served) -> None:
    answer = served.get("2026-W47", Host="evil.example")
    assert (answer.status, answer.headers["location"]) == (308, "./2026-W47/")


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "path",
    ["empty/", "empty", ".index.html.x7.part", "way.toml", "inner", "up/digest.toml", "../digest.toml", "nothing",
     "%2e%2e/%2e%2e/digest.toml", "..%2f..%2fdigest.toml", "%00", "a" * 300, "/etc/passwd", "%2fetc%2fpasswd",
     "2026-W47/../../../digest.toml", "..\\..\\digest.toml", "feed.xml/", "feed.xml/x"],
)  # fmt: skip
def test_nothing_else_is_served(served: Served, path: str) -> None:
    answer = served.get(path)
    assert answer.status == 404
    assert answer.heading == "There is no such page"
    assert "quay.example" not in answer.text.replace("desk@quay.example", "")


def test_beside_the_public_path_there_is_nothing(served: Served) -> None:
    for path in ("/", "/subscribe", "/lettersx/subscribe", "/letters"):
        assert served.ask("GET", f"http://x{path}").status == 404
