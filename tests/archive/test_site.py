from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from digest.archive.published import PublishedIssue
from digest.archive.site import publish_page, publish_site
from digest.errors import ProjectError
from tests.archive.newsletter import EMPTY, SETTINGS, WEEK_46, WEEK_47, home, picture, published
from tests.render.outline import outline


@pytest.fixture
def issues() -> tuple[PublishedIssue, ...]:
    return (published(EMPTY), published(WEEK_47, images=picture()), published(WEEK_46))


def publish(folder: Path, issues: tuple[PublishedIssue, ...]) -> list[str]:
    """The files written, from the site's folder on."""
    written = publish_site(folder, issues, settings=SETTINGS, home=home(*issues))
    return [path.relative_to(folder).as_posix() for path in written]


def every_file(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_linked_to_is_written_before_what_links_to_it(
    tmp_path: Path, issues: tuple[PublishedIssue, ...]
) -> None:
    assert publish(tmp_path / "site", issues) == [
        "2026-W45/index.html",
        "2026-W47/images/delta.png",
        "2026-W47/index.html",
        "2026-W46/index.html",
        "index.html",
        "feed.xml",
    ]


def test_the_logo_is_there_before_the_home_page_that_shows_it(
    tmp_path: Path, issues: tuple[PublishedIssue, ...]
) -> None:
    folder = tmp_path / "site"
    logo = ("logo.png", b"\x89PNG")
    with_logo = replace(issues[0], images=(logo,))
    written = publish_site(folder, (with_logo,), settings=SETTINGS, home=home(issues[0]), logo=logo)
    assert [path.relative_to(folder).as_posix() for path in written] == [
        "2026-W45/logo.png",
        "2026-W45/index.html",
        "logo.png",
        "index.html",
        "feed.xml",
    ]


def test_the_approved_bytes_are_what_is_published(tmp_path: Path, issues: tuple[PublishedIssue, ...]) -> None:
    frozen = replace(issues[0], page=b"<!doctype html><title>frozen</title>\r\n")
    publish(tmp_path / "site", (frozen,))
    assert (tmp_path / "site" / "2026-W45" / "index.html").read_bytes() == frozen.page


def test_every_link_within_the_site_leads_to_a_file_and_a_place_in_it(
    tmp_path: Path, issues: tuple[PublishedIssue, ...]
) -> None:
    site = tmp_path / "site"
    publish(site, issues)
    dead = []
    followed = 0
    for page in site.rglob("*.html"):
        for address in outline(page.read_text(encoding="utf-8")).addresses:
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            whole = target.is_file() and target.is_relative_to(site)
            if whole and parts.fragment:
                whole = unquote(parts.fragment) in outline(target.read_text(encoding="utf-8")).ids
            followed += 1
            if not whole:
                dead.append(f"{page}: {address}")
    assert dead == []
    assert followed > 30


def test_publishing_twice_writes_nothing_the_second_time(tmp_path: Path, issues: tuple[PublishedIssue, ...]) -> None:
    publish(tmp_path / "site", issues)
    before = every_file(tmp_path)
    assert publish(tmp_path / "site", issues) == []
    assert publish(tmp_path / "site", issues[::-1]) == []
    assert every_file(tmp_path) == before


def test_the_next_issue_writes_its_page_the_home_page_and_the_feed_only(
    tmp_path: Path, issues: tuple[PublishedIssue, ...]
) -> None:
    publish(tmp_path / "site", (issues[0], issues[2]))
    assert publish(tmp_path / "site", issues) == [
        "2026-W47/images/delta.png",
        "2026-W47/index.html",
        "index.html",
        "feed.xml",
    ]


def test_nothing_is_deleted_that_somebody_else_put_there(tmp_path: Path, issues: tuple[PublishedIssue, ...]) -> None:
    site = tmp_path / "site"
    publish(site, issues)
    (site / "CNAME").write_text("policyweek.example")
    (site / "2026-W47" / "annex.pdf").write_bytes(b"%PDF")
    publish(site, issues[:1])
    assert {"CNAME", "2026-W47/annex.pdf", "2026-W47/index.html"} <= set(every_file(site))


def test_one_page_alone_is_written_with_its_pictures(tmp_path: Path, issues: tuple[PublishedIssue, ...]) -> None:
    site = tmp_path / "site"
    assert publish_page(site, issues[1]) == site / "2026-W47" / "index.html"
    assert set(every_file(site)) == {"2026-W47/images/delta.png", "2026-W47/index.html"}


def test_a_site_without_issues_has_a_home_page_and_a_feed(tmp_path: Path) -> None:
    assert publish(tmp_path / "site", ()) == ["index.html", "feed.xml"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../2026-W47", "a/b", "/etc/brief", "..\\up/..", ".git", "index.html", "feed.xml", "a\0b"]
)
def test_a_hostile_issue_name_is_refused_before_anything_is_written(
    tmp_path: Path, issues: tuple[PublishedIssue, ...], name: str
) -> None:
    hostile = replace(issues[0], record=replace(issues[0].record, name=name))
    with pytest.raises(ProjectError):
        publish(tmp_path / "site", (issues[2], hostile))
    with pytest.raises(ProjectError):
        publish_page(tmp_path / "site", hostile)
    assert not (tmp_path / "site").exists()


def test_an_issue_folder_that_is_a_link_to_elsewhere_is_refused(
    tmp_path: Path, issues: tuple[PublishedIssue, ...]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "2026-W45").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProjectError, match="outside"):
        publish_page(tmp_path / "site", issues[0])
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("path", ["../delta.png", "/tmp/delta.png", "index.html", ".", "images/../../feed.xml"])
def test_a_picture_that_would_leave_its_issue_or_replace_its_page_is_refused(
    tmp_path: Path, issues: tuple[PublishedIssue, ...], path: str
) -> None:
    hostile = replace(issues[1], images=((path, issues[1].images[0][1]),))
    with pytest.raises(ProjectError):
        publish_page(tmp_path / "site", hostile)
    assert not (tmp_path / "site").exists()


def test_no_address_of_a_person_is_on_the_site(tmp_path: Path, issues: tuple[PublishedIssue, ...]) -> None:
    site = tmp_path / "site"
    publish(site, issues)
    for name, data in every_file(site).items():
        if not name.endswith(".png"):
            assert b"@policyweek.example" not in data.replace(b"editor@policyweek.example", b""), name
            assert b"unsubscribe" not in data.lower(), name
