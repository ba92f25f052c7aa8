from __future__ import annotations

import os
from pathlib import Path

import pytest

from digest.gather.folder import still_there
from tests.gather.files.office import docx, paragraph
from tests.gather.files.printed import Words, pdf
from tests.gather.making import NOW, read_all, rss

PRESS = """ date 2026-11-18 The Example
Printable version
A headline
The standfirst.
Original article link: https://example.org/a
"""
PAGE = (
    "<html><head><title>A page</title></head><body><article><p>" + "Text of the page. " * 10 + "</p></article></body>"
)


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    folder.mkdir()
    return folder


def test_all_documents_together_are_one_source(feeds: Path) -> None:
    (feeds / "deep" / "er").mkdir(parents=True)
    (feeds / "deep" / "er" / "press.txt").write_text(PRESS, "utf-8")
    (feeds / "note.md").write_text("# A note\n\nText.", "utf-8")
    (feeds / "page.html").write_text(PAGE, "utf-8")
    (feeds / "mail.eml").write_text("Subject: A mail\nFrom: The Example <a@example.org>\n\nText.", "utf-8")
    (feeds / "plain").write_text("A plain text\n\nText.", "utf-8")
    reading = read_all(feeds.parent)["files"]
    assert (reading.source.id, reading.source.kind, reading.source.location) == ("files", "folder", "feeds")
    assert (reading.source.name, reading.source.backlog, reading.fetched) == ("Local files", False, None)
    assert {entry.path: entry.title for entry in reading.entries} == {
        "feeds/deep/er/press.txt": "A headline",
        "feeds/mail.eml": "A mail",
        "feeds/note.md": "A note",
        "feeds/page.html": "A page",
        "feeds/plain": "A plain text",
    }
    assert reading.problems == ()
    assert all(len(entry.id) == 12 and entry.source_id == "files" and entry.fingerprint for entry in reading.entries)


def test_what_is_no_entry_is_passed_over(feeds: Path) -> None:
    for name in (".hidden.txt", "README.md", "readme.txt", "feeds.toml", "note.md~", "#note.md#", "picture.JPG"):
        (feeds / name).write_text("x", "utf-8")
    (feeds / "page.html").write_text(PAGE, "utf-8")
    (feeds / "page_files").mkdir()
    (feeds / "page_files" / "style.css").write_text("x", "utf-8")
    (feeds / ".git").mkdir()
    (feeds / ".git" / "config").write_text("x", "utf-8")
    reading = read_all(feeds.parent)["files"]
    assert [entry.path for entry in reading.entries] == ["feeds/page.html"]
    assert reading.problems == ()


def test_a_file_that_is_no_article_is_named_and_the_rest_goes_on(feeds: Path) -> None:
    (feeds / "a-empty.txt").write_bytes(b"")
    (feeds / "b-blank.md").write_bytes(b" \n\n")
    (feeds / "c-binary.txt").write_bytes(bytes(range(256)) * 4)
    (feeds / "d-unknown.odt").write_bytes(b"PK\x03\x04")
    (feeds / "e-marks.txt").write_text("Printable version\nOriginal article link: https://example.org/x", "utf-8")
    (feeds / "f-form.html").write_text("<html><body><form>Log in</form></body></html>", "utf-8")
    (feeds / "g-large.txt").write_bytes(b"x" * 1_100_000)
    (feeds / "h-good.txt").write_text("Good\n\nText.", "utf-8")
    (feeds / "i-mail.eml").write_bytes(b"\xff\xfe\x00junk")
    reading = read_all(feeds.parent, max_mb=1.0)["files"]
    assert [entry.title for entry in reading.entries] == ["Good"]
    messages = [problem.message for problem in reading.problems]
    assert messages == [
        "feeds/a-empty.txt: is empty",
        "feeds/b-blank.md: is empty",
        "feeds/c-binary.txt: is not text",
        "feeds/d-unknown.odt: is of a kind that is not read here",
        "feeds/e-marks.txt: holds no article, only the marks of a press release",
        "feeds/f-form.html: has no article on it that could be found",
        "feeds/g-large.txt: is larger than 1 MB",
        "feeds/i-mail.eml: is no mail: it has neither a subject nor a sender",
    ]
    assert reading.problems[0].path == "feeds/a-empty.txt"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(feeds: Path) -> None:
    (feeds / "secret.txt").write_text("x", "utf-8")
    (feeds / "secret.txt").chmod(0)
    assert "cannot be read" in read_all(feeds.parent)["files"].problems[0].message


def test_a_link_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    feeds = tmp_path / "project" / "feeds"
    feeds.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("Secret\n\nText.", "utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "more.txt").write_text("More\n\nText.", "utf-8")
    (feeds / "secret.txt").symlink_to(tmp_path / "secret.txt")
    (feeds / "folder").symlink_to(tmp_path / "folder", target_is_directory=True)
    (feeds / "round").symlink_to(feeds, target_is_directory=True)
    (feeds / "dangling.txt").symlink_to(tmp_path / "project" / "none.txt")
    reading = read_all(tmp_path / "project")["files"]
    assert reading.entries == ()
    assert [problem.path for problem in reading.problems] == ["feeds/dangling.txt", "feeds/secret.txt"]


def test_the_same_release_saved_twice_is_two_entries_with_one_key(feeds: Path) -> None:
    (feeds / "one.txt").write_text(PRESS, "utf-8")
    (feeds / "two.txt").write_text(PRESS, "utf-8")
    one, two = read_all(feeds.parent)["files"].entries
    assert one.url_key == two.url_key
    assert one.id != two.id


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        (
            "list.opml",
            b"<opml version='2.0'><body/></opml>",
            "is a list of feeds",
            "digest feeds import feeds/list.opml",
        ),
        ("list.xml", b"<?xml version='1.0'?>\n<!-- x -->\n<opml><body/></opml>", "is a list of feeds", "list.xml"),
        ("list.OPML", b"anything", "is a list of feeds", "digest feeds import"),
        ("old.doc", b"\xd0\xcf\x11\xe0", "not read here", ".docx"),
        ("table.xlsx", b"PK\x05\x06", "not read here", ".csv"),
        ("mail.msg", b"\xd0\xcf\x11\xe0", "not read here", ".eml"),
        ("refs.bib", b"@book{x}", "not read here", "CSL-JSON"),
        ("settings.json", b'{"name": "x"}', "neither a feed nor a list of references", "JSON Feed"),
        ("broken.json", b'{"name": ', "neither a feed nor a list of references", "JSON Feed"),
        ("what.xyz", b"x", "not read here", "what is read: text (.txt)"),
    ],
)
def test_what_is_no_article_says_what_to_do_with_it(
    feeds: Path, name: str, data: bytes, message: str, hint: str
) -> None:
    (feeds / name).write_bytes(data)
    readings = read_all(feeds.parent)
    (problem,) = readings["files"].problems
    assert list(readings) == ["files"]  # and no source that fails each week
    assert message in problem.message
    assert hint in (problem.hint or "")


@pytest.mark.parametrize(
    ("name", "data", "title"),
    [
        ("release.txt", pdf([Words("A printed note", 72, 700, 20), Words("Text.", 72, 650)]), "A printed note"),
        ("release", docx(paragraph("A Word note"), paragraph("Text.")), "A Word note"),
        ("release.doc", docx(paragraph("A new Word note"), paragraph("Text.")), "A new Word note"),
        ("page.txt", rss("A feed"), "A feed"),
    ],
)  # fmt: skip
def test_a_file_whose_name_does_not_say_its_kind_is_known_by_how_it_begins(
    feeds: Path, name: str, data: bytes, title: str
) -> None:
    (feeds / name).write_bytes(data)
    (reading,) = read_all(feeds.parent).values()
    assert [entry.title for entry in reading.entries] == [title]


def test_what_is_still_there_is_known_without_reading_it(feeds: Path) -> None:
    (feeds / "a.txt").write_text("x", "utf-8")
    (feeds / "link.txt").symlink_to("nowhere")
    paths = ["feeds/a.txt", "feeds/link.txt", "feeds/b.txt", "feeds/a.txt/c.txt", "feeds/none/d.txt"]
    assert still_there(feeds.parent, paths) == {"feeds/a.txt", "feeds/link.txt"}
    assert still_there(feeds.parent, ["feeds/" + "x" * 5_000]) == {"feeds/" + "x" * 5_000}  # a name no disk takes


def test_a_project_without_a_folder_or_with_an_empty_one_gives_nothing(tmp_path: Path) -> None:
    assert read_all(tmp_path) == {}
    (tmp_path / "feeds").mkdir()
    assert read_all(tmp_path) == {}


def test_two_readings_of_the_same_files_are_equal(feeds: Path) -> None:
    (feeds / "one.txt").write_text(PRESS, "utf-8")
    (feeds / "feed.xml").write_bytes(rss("One", "Two"))
    first, second = read_all(feeds.parent, now=NOW), read_all(feeds.parent, now=NOW)
    assert {name: reading.entries for name, reading in first.items()} == {
        name: reading.entries for name, reading in second.items()
    }
