"""Files are renamed, moved, saved in other formats, replaced and taken away; the entry stays what the editor means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.identity import entry_id
from digest.gather.known import Known, assign_ids, gone
from digest.model import Entry, EntryState, Reading
from tests.gather.making import NOW, read_all

BRIDGE = "The bridge over the marsh\n\nIt opens in spring, the council says.\n"
LAMPS = "Forty years of lighting lamps\n\nThe lamplighter hands over his ladder.\n"
ADDRESS = "https://example.org/bridge"


class Desk:
    """A folder of files, and what a store would remember of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.entries: dict[str, Entry] = {}
        (root / "feeds").mkdir()

    def write(self, name: str, text: str) -> None:
        place = self.root / "feeds" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, "utf-8")

    def move(self, old: str, new: str) -> None:
        (self.root / "feeds" / new).parent.mkdir(exist_ok=True)
        (self.root / "feeds" / old).rename(self.root / "feeds" / new)

    def remove(self, name: str) -> None:
        (self.root / "feeds" / name).unlink()

    def fetch(self) -> Reading:
        """Read the folder and remember what it gave."""
        rows = [
            (one.path or "", one.id, one.fingerprint, one.title, one.state, one.issue) for one in self.entries.values()
        ]
        reading = read_all(self.root, known=Known.of(rows)).get("files")
        assert reading is not None
        for entry in reading.entries:
            before = self.entries.pop(entry.id, entry)  # written again, it is the last
            self.entries[entry.id] = replace(entry, state=before.state, issue=before.issue)
        return reading

    def become(self, state: EntryState, issue: str | None = None) -> None:
        self.entries = {key: replace(entry, state=state, issue=issue) for key, entry in self.entries.items()}

    def ids(self) -> dict[str, str]:
        """The id of each file that is there."""
        last = {(entry.path or "").removeprefix("feeds/"): entry.id for entry in self.entries.values()}
        return {name: key for name, key in last.items() if (self.root / "feeds" / name).exists()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_changed_file_keeps_its_entry_even_with_another_title_and_address(desk: Desk) -> None:
    desk.write("a.txt", BRIDGE)
    desk.fetch()
    before = desk.ids()
    desk.write("a.txt", f"A new title altogether\n{ADDRESS}\n\nAnother text.\n")
    desk.fetch()
    assert desk.ids() == before
    desk.write("a.txt", "Yet another one\nhttps://example.org/other\n\nText.\n")
    desk.fetch()
    assert desk.ids() == before


@pytest.mark.parametrize("text", [BRIDGE, BRIDGE.replace("\n", f"\n{ADDRESS}\n", 1)])
@pytest.mark.parametrize("new", ["b.txt", "deep/a.txt", "A.txt", "notiz.text"])
def test_a_file_that_was_moved_keeps_its_entry(desk: Desk, text: str, new: str) -> None:
    desk.write("a.txt", text)
    desk.write("other.txt", LAMPS)
    desk.fetch()
    before = desk.ids()
    desk.move("a.txt", new)
    reading = desk.fetch()
    assert [(entry.path, entry.id) for entry in reading.entries] == [(f"feeds/{new}", before["a.txt"])]
    assert reading.notices == ()
    assert desk.fetch().outcome == "unchanged"


def test_a_spent_file_that_was_moved_away_is_no_news(desk: Desk) -> None:
    desk.write("a.txt", BRIDGE)
    desk.fetch()
    desk.become("used", "2026-W46")
    before = desk.ids()
    desk.move("a.txt", "done/a.txt")
    assert [entry.id for entry in desk.fetch().entries] == list(before.values())


@pytest.mark.parametrize(
    ("new", "text"),
    [
        ("a.md", "# The bridge over the marsh, at last\n\nIt opens in spring."),  # another format
        ("A.txt", "The bridge\n\nOtherwise told."),  # another case, and edited
        ("release.txt", "The bridge over the marsh\n\nEdited and renamed at once."),
        ("b.txt", f"Another title of it\n{ADDRESS}\n\nRenamed and edited, but for its address."),
    ],
)
def test_a_file_that_was_moved_and_edited_keeps_its_entry(desk: Desk, new: str, text: str) -> None:
    desk.write("a.txt", BRIDGE.replace("\n", f"\n{ADDRESS}\n", 1) if ADDRESS in text else BRIDGE)
    desk.fetch()
    before = desk.ids()
    desk.remove("a.txt")
    desk.write(new, text)
    reading = desk.fetch()
    assert desk.ids() == {new: before["a.txt"]}
    assert reading.notices == ()


def test_a_new_file_is_a_new_entry_beside_one_of_the_same_name_in_another_format(desk: Desk) -> None:
    desk.write("a.txt", BRIDGE)
    desk.fetch()
    desk.write("a.md", LAMPS)
    desk.fetch()
    assert len(set(desk.ids().values())) == 2


def test_a_text_that_moved_out_of_a_name_takes_its_entry_along(desk: Desk) -> None:
    desk.write("latest.txt", BRIDGE)
    desk.fetch()
    before = desk.ids()["latest.txt"]
    desk.move("latest.txt", "older.txt")
    desk.write("latest.txt", LAMPS)
    desk.fetch()
    assert desk.ids()["older.txt"] == before
    assert desk.ids()["latest.txt"] != before


def test_a_copy_that_was_kept_of_an_edited_file_takes_nothing(desk: Desk) -> None:
    desk.write("a.txt", BRIDGE)
    desk.fetch()
    before = desk.ids()["a.txt"]
    desk.write("a-old.txt", BRIDGE)
    desk.write("a.txt", BRIDGE.replace("spring", "summer"))
    desk.fetch()
    assert desk.ids()["a.txt"] == before
    assert desk.ids()["a-old.txt"] != before


def test_two_files_that_change_places_change_their_entries(desk: Desk) -> None:
    desk.write("a.txt", BRIDGE)
    desk.write("b.txt", LAMPS)
    desk.fetch()
    before = desk.ids()
    desk.move("a.txt", "c.txt")
    desk.move("b.txt", "a.txt")
    desk.move("c.txt", "b.txt")
    desk.fetch()
    assert desk.ids() == {"a.txt": before["b.txt"], "b.txt": before["a.txt"]}


def test_a_name_that_is_used_again_after_its_entry_was_spent_is_a_new_entry(desk: Desk) -> None:
    seen = set()
    for week, text in enumerate((BRIDGE, LAMPS, BRIDGE.upper(), "Orchards to be replanted\n\nEleven of them.\n")):
        desk.write("release.txt", text)
        reading = desk.fetch()
        assert reading.entries[0].id not in seen
        assert reading.notices == ()
        seen.add(reading.entries[0].id)
        desk.become("used", f"2026-W{40 + week}")


@pytest.mark.parametrize("state", ["used", "grouped", "dropped", "left"])
def test_a_corrected_file_whose_entry_was_spent_is_told_and_no_new_entry(desk: Desk, state: EntryState) -> None:
    desk.write("a.txt", BRIDGE)
    desk.fetch()
    desk.become(state, "2026-W46")
    before = desk.ids()
    desk.write("a.txt", BRIDGE.replace("spring", "summer"))
    reading = desk.fetch()
    assert desk.ids() == before
    (notice,) = reading.notices
    assert notice.message == (
        f"feeds/a.txt: has changed, but its entry “The bridge over the marsh” is {state} already (2026-W46)"
    )
    assert "another name" in (notice.hint or "")
    assert (reading.problems, desk.fetch().notices) == ((), ())


# Two with one address ---------------------------------------------------------------------------------------------


def test_of_two_files_with_one_address_each_keeps_its_own_entry(desk: Desk) -> None:
    text = BRIDGE.replace("\n", f"\n{ADDRESS}\n", 1)
    desk.write("a.txt", text)
    desk.write("b.txt", text.replace("spring", "summer"))
    desk.fetch()
    before = desk.ids()
    assert len(set(before.values())) == 2
    desk.write("b.txt", text.replace("spring", "autumn"))
    desk.write("c.txt", text.replace("spring", "winter"))
    desk.fetch()
    assert {name: desk.ids()[name] for name in before} == before
    assert len(set(desk.ids().values())) == 3
    desk.remove("a.txt")
    desk.write("b.txt", text)  # the bytes of the one that is gone
    desk.fetch()
    assert desk.ids()["b.txt"] == before["b.txt"]


# Files that are gone ----------------------------------------------------------------------------------------------


def test_a_file_that_is_gone_is_told_each_time_until_its_entry_is_settled(desk: Desk) -> None:
    desk.write("a.txt", BRIDGE)
    desk.write("b.txt", LAMPS)
    desk.fetch()
    desk.remove("a.txt")
    for _ in range(2):
        reading = desk.fetch()
        (notice,) = reading.notices
        assert notice.message == "feeds/a.txt: is gone; its entry “The bridge over the marsh” stays"
        assert notice.hint == "bring it back, or drop its story from the issue"
        assert (notice.path, reading.problems, reading.outcome) == ("feeds/a.txt", (), "unchanged")
    desk.become("used", "2026-W47")
    assert desk.fetch().notices == ()
    desk.become("new")
    desk.write("a.txt", BRIDGE)
    assert desk.fetch().notices == ()


def test_a_file_that_cannot_be_read_any_more_is_a_problem_and_not_gone(desk: Desk) -> None:
    desk.write("a.txt", BRIDGE)
    desk.fetch()
    before = dict(desk.entries)
    desk.write("a.txt", "")
    for _ in range(2):
        reading = desk.fetch()
        assert [problem.message for problem in reading.problems] == ["feeds/a.txt: is empty"]
        assert (reading.notices, reading.entries, desk.entries) == ((), (), before)
    (desk.root / "feeds" / "a.txt").unlink()
    (desk.root / "feeds" / "a.txt").symlink_to("/nowhere")
    assert desk.fetch().notices == ()


def test_the_folder_itself_may_be_gone(desk: Desk) -> None:
    for number in range(30):
        desk.write(f"{number:02}.txt", f"Note number {number}\n\nText.\n")
    desk.fetch()
    for number in range(30):
        desk.remove(f"{number:02}.txt")
    (desk.root / "feeds").rmdir()
    messages = [notice.message for notice in desk.fetch().notices]
    assert len(messages) == 10
    assert messages[-1] == "feeds/29.txt: is gone, as 20 more are; their entries stay"


def test_what_lies_in_a_folder_that_cannot_be_opened_is_not_gone() -> None:
    known = Known.of(
        [("feeds/shut/a.txt", "1", "x", "A", "new", None), ("feeds/shutter.txt", "2", "y", "B", "new", None)]
    )
    assert [notice.path for notice in gone(known, {"feeds/shut"}, unseen={"feeds/shut"})] == ["feeds/shutter.txt"]


# Whatever happens -------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["feeds/a.txt", "feeds/b.txt", "feeds/A.txt", "feeds/a.md", "feeds/deep/a.txt"])
TITLES = st.sampled_from(["The bridge over the marsh", "The bridge over the wide marsh", "Lamps", "Lamps of old"])
URLS = st.sampled_from([None, "example.org/1", "example.org/2"])
FILES = st.dictionaries(NAMES, st.tuples(TITLES, URLS, st.sampled_from("xyz")), max_size=5)
STATES: st.SearchStrategy[EntryState] = st.sampled_from(["new", "offered", "held", "used", "dropped", "left"])


def told(files: dict[str, tuple[str, str | None, str]]) -> list[Entry]:
    return [
        Entry(
            id="",
            source_id="files",
            title=title,
            url_key=url,
            path=path,
            fingerprint=f"{title}{url}{mark}",
            first_seen=NOW,
        )
        for path, (title, url, mark) in files.items()
    ]


@given(st.lists(st.tuples(FILES, STATES), min_size=1, max_size=5))
def test_no_two_files_share_an_entry_and_an_unchanged_one_keeps_its_own(
    weeks: Sequence[tuple[dict[str, tuple[str, str | None, str]], EntryState]],
) -> None:
    rows: dict[str, tuple[str, str, str, str, str, str | None]] = {}
    for files, state in weeks:
        known = Known.of(rows.values())
        changed = [
            entry for entry in told(files)
            if (before := known.files.get(entry.path or "")) is None or before.fingerprint != entry.fingerprint
        ]  # fmt: skip
        found = assign_ids(changed, known, set(files))
        unchanged = {known.files[path].id for path in files if path not in {entry.path for entry in changed}}
        ids = [entry.id for entry in found]
        assert len({*ids, *unchanged}) == len(ids) + len(unchanged)
        assert all(len(name) == len(entry_id("files", "x")) for name in ids)
        for entry in found:
            rows.pop(entry.id, None)
            rows[entry.id] = (entry.path or "", entry.id, entry.fingerprint, entry.title, state, None)


def test_ids_are_the_same_in_whatever_order_the_files_come() -> None:
    files = {
        "feeds/b.txt": ("B", "example.org/1", "x"),
        "feeds/a.txt": ("A", "example.org/1", "y"),
        "feeds/c": ("C", None, "z"),
    }
    found = assign_ids(told(files), Known.of([]), set(files))
    again = assign_ids(told(files)[::-1], Known.of([]), set(files))
    assert found == again
    assert found[0].id == entry_id("files", "example.org/1")
    assert found[2].id == entry_id("files", "feeds/c")
