"""Files that did not change are not parsed again, and one bad file costs nothing but itself."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.gather.documents import Documents
from digest.gather.folder import LocalFile
from digest.gather.known import Known
from digest.model import Entry
from tests.gather.files.test_mail import mail
from tests.gather.files.test_note import WHOLE
from tests.gather.files.test_page import PAGE
from tests.gather.files.test_press import WIRE
from tests.gather.making import LONDON, NOW, read_all, rss


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    folder.mkdir()
    return folder


def known(entries: tuple[Entry, ...]) -> Known:
    return Known.of((one.path or "", one.id, one.fingerprint, one.title, one.state, one.issue) for one in entries)


# Unchanged files --------------------------------------------------------------------------------------------------


def test_a_file_that_is_known_and_the_same_is_not_among_the_entries(feeds: Path) -> None:
    for name in ("a", "b"):
        (feeds / f"{name}.md").write_text(f"# Note {name}\n\nText.", "utf-8")
    entries = read_all(feeds.parent)["files"].entries
    reading = read_all(feeds.parent, known=known(entries))["files"]
    assert (reading.outcome, reading.entries, reading.problems) == ("unchanged", (), ())
    assert reading.body_bytes == sum(path.stat().st_size for path in feeds.iterdir())
    (feeds / "b.md").write_text("# Note b\n\nAnother text.", "utf-8")
    (feeds / "a.md").rename(feeds / "c.md")
    reading = read_all(feeds.parent, known=known(entries))["files"]
    assert (reading.outcome, [entry.path for entry in reading.entries]) == ("read", ["feeds/b.md", "feeds/c.md"])
    assert [entry.id for entry in reading.entries] == [entries[1].id, entries[0].id]


def test_a_file_with_a_problem_is_told_each_time(feeds: Path) -> None:
    (feeds / "a.md").write_text("# A note\n\nText.", "utf-8")
    (feeds / "b.docx").write_bytes(b"PK")
    entries = read_all(feeds.parent)["files"].entries
    reading = read_all(feeds.parent, known=known(entries))["files"]
    assert (reading.outcome, reading.entries, len(reading.problems)) == ("read", (), 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_changed_file_does_not_take_the_place_of_an_unchanged_one_with_its_address(
    feeds: Path, encoding: str
) -> None:
    (feeds / "a.txt").write_text(WIRE, encoding)
    (feeds / "b.txt").write_text(WIRE, encoding)
    (feeds / "c.txt").write_text("Another text\n\nText.", "utf-8")
    whole = read_all(feeds.parent)["files"].entries
    (feeds / "b.txt").write_text(WIRE.replace("It covers", "It nearly covers"), encoding)
    some = read_all(feeds.parent, known=known(whole))["files"].entries
    assert [(entry.path, entry.id) for entry in some] == [("feeds/b.txt", whole[1].id)]


# Bad files --------------------------------------------------------------------------------------------------------


def test_what_is_no_plain_file_is_named_and_the_rest_goes_on(feeds: Path) -> None:
    (feeds / "a-loop.txt").symlink_to("a-loop.txt")
    os.mkfifo(feeds / "b-pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(feeds / "c-socket.txt")) if len(str(feeds)) < 80 else os.mkfifo(feeds / "c-socket.txt")
        (feeds / "d-device.txt").symlink_to("/dev/zero")
        (feeds / "e-folder.txt").mkdir()
        (feeds / "e-folder.txt" / "note.txt").write_text("In a folder\n\nText.", "utf-8")
        with (feeds / "f-large.txt").open("wb") as file:
            file.truncate(200_000_000)
        (feeds / "g-xml").symlink_to("b-pipe.txt")
        (feeds / "h-good.txt").write_text("Good\n\nText.", "utf-8")
        reading = read_all(feeds.parent)["files"]
    assert [entry.title for entry in reading.entries] == ["In a folder", "Good"]
    assert [problem.path for problem in reading.problems] == [
        f"feeds/{name}" for name in ("a-loop.txt", "b-pipe.txt", "c-socket.txt", "d-device.txt", "f-large.txt", "g-xml")
    ]


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system takes UTF-8 names only")
def test_a_name_that_is_not_utf_8_is_named_as_far_as_it_can_be(feeds: Path) -> None:
    folder = os.fsencode(feeds)
    (feeds / "good.txt").write_text("Good\n\nText.", "utf-8")
    Path(os.fsdecode(folder + b"/caf\xe9.txt")).write_text("Bad\n\nText.", "utf-8")
    Path(os.fsdecode(folder + b"/d\xe9")).mkdir()
    Path(os.fsdecode(folder + b"/d\xe9/note.txt")).write_text("Bad\n\nText.", "utf-8")
    reading = read_all(feeds.parent)["files"]
    assert [entry.title for entry in reading.entries] == ["Good"]
    assert [problem.path for problem in reading.problems] == ["feeds/caf\ufffd.txt", "feeds/d\ufffd"]
    for problem in reading.problems:
        assert "not UTF-8" in problem.message
        problem.message.encode()


def test_a_folder_that_cannot_be_opened_and_a_file_that_goes_are_named(
    feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may open everything, so the refusal is made here; so is the moment between seeing and reading."""
    (feeds / "shut").mkdir()
    for name in ("gone.txt", "good.txt", "shut/in.txt"):
        (feeds / name).write_text("Good\n\nText.", "utf-8")
    listing, opening = Path.iterdir, Path.open

    def refuse(self: Path) -> Iterator[Path]:
        if self.name == "shut":
            raise PermissionError(13, "Permission denied")
        return listing(self)

    def vanish(self: Path, *args: str) -> object:
        if self.name == "gone.txt":
            self.unlink()
        return opening(self, *args)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "iterdir", refuse)
    monkeypatch.setattr(Path, "open", vanish)
    reading = read_all(feeds.parent)["files"]
    assert [entry.path for entry in reading.entries] == ["feeds/good.txt"]
    assert [problem.message for problem in reading.problems] == [
        "feeds/gone.txt: cannot be read: No such file or directory",
        "feeds/shut: cannot be opened: Permission denied",
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("title.md", "---\ntitle: " + "[" * 10_000 + "\n---\nText."),
        ("map.md", "---\na: " + "{a: " * 5000 + "\n---\nText."),
        ("quotes.md", "> " * 5000 + "Text"),
        ("items.md", "\n".join("    " * depth + "- x" for depth in range(400))),
        ("brackets.md", "[" * 10_000),
        ("section.html", f"<![foo bar]>{PAGE}<![if !mso]><![endif]><![CDATA[x]]>"),
        ("data.html", PAGE.replace("<script>", "<script type=application/ld+json>" + '{"@graph":[' * 20_000)),
        ("parts.eml", "Subject: x\nContent-Type: message/rfc822\n\n" * 3000),
        ("more.eml", "Subject: x\n" + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3000),
        ("hidden.eml", "Subject: x\nContent-Type: text/html\n\n" + "<div style='display:none'>" * 20_000 + "Text"),
    ],
)
def test_documents_made_to_break_a_parser_break_nothing(feeds: Path, name: str, data: str) -> None:
    (feeds / name).write_text(data, "utf-8")
    (feeds / "z-good.txt").write_text("Good\n\nText.", "utf-8")
    reading = read_all(feeds.parent)["files"]
    assert reading.entries[-1].title == "Good"
    assert len(reading.entries) + len(reading.problems) == 2
    assert not any("in its reader" in problem.message for problem in reading.problems)


def test_what_a_reader_did_not_foresee_is_the_problem_of_one_file(feeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("digest.gather.files.note.read", fall)
    (feeds / "a.md").write_text("# A", "utf-8")
    (feeds / "b.txt").write_text("B\n\nText.", "utf-8")
    reading = read_all(feeds.parent)["files"]
    assert [entry.title for entry in reading.entries] == ["B"]
    assert reading.problems[0].message == "feeds/a.md: cannot be read: ZeroDivisionError in its reader"


# Any file ---------------------------------------------------------------------------------------------------------

DATA = Path(__file__).parent / "files" / "data"
SHAPES = {
    "a.md": WHOLE.encode(),
    "a.html": PAGE.encode(),
    "a.txt": f"EMBARGOED until 00:01 25 November 2026\n{WIRE}".encode(),
    "a.eml": mail(),
    "a.docx": (DATA / "docx/plain.docx").read_bytes(),
    "a.pdf": (DATA / "pdf/plain.pdf").read_bytes(),
    "a.mhtml": (DATA / "mhtml/plain.mhtml").read_bytes(),
    "a.webarchive": (DATA / "webarchive/plain.webarchive").read_bytes(),
    "a.url": (DATA / "url/plain.url").read_bytes(),
    "a.webloc": (DATA / "webloc/plain.webloc").read_bytes(),
    "b.webloc": (DATA / "webloc/foreign.webloc").read_bytes(),
    "a.desktop": (DATA / "desktop/plain.desktop").read_bytes(),
    "b.eml": mail(html=None, text="EMBARGOED until Tuesday\n\nText.\nUnsubscribe: https://example.org/u"),
    "a.xml": rss("<title>One</title><description>Embargo: 25 November 2026</description>", "Two"),
}
BITS = st.sampled_from(
    [b"<", b">", b"[", b"]", b"{", b":", b"\n", b"\n\n", b"---\n", b"<![x", b"&#0;", b"&nbsp;", b"\xff", b"\0",
     b"=", b'"', b"<p>", b"</article>", b"EMBARGOED until ", b"2026", b"charset=x", b"--", b"\xed\xa0\x80", b"<!--",
     b"<div hidden>"]
)  # fmt: skip
EDITS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 60), BITS), max_size=6)


@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("name", SHAPES)
@given(edits=EDITS)
def test_a_damaged_file_is_an_entry_or_a_problem_that_its_reader_foresaw(
    name: str, edits: list[tuple[int, int, bytes]]
) -> None:
    data = SHAPES[name]
    for place, length, bit in edits:
        start = place % (len(data) + 1)
        data = data[:start] + bit + data[start + length :]
    if name.endswith(".xml"):
        from digest.gather.feeds.feed import read_feed
        from tests.gather.making import source

        read_feed(data, source=source(), url=None, content_type=None, now=NOW)
        return
    documents = Documents(zone=LONDON, now=NOW)
    documents.take(LocalFile(path=f"feeds/{name}", data=data, modified=datetime(2026, 11, 18, tzinfo=UTC)))
    entries = documents.entries()
    assert len(entries) + len(documents.problems) == 1
    assert not any("in its reader" in problem.message for problem in documents.problems)
    for entry in entries:
        assert entry.title
        f"{entry.title}{entry.text}{entry.body}".encode()
