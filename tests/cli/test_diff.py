from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import digest, digest_process
from tests.support.project import ITEMS, NOW, item, make_project, rss, snapshot

FILE = "issues/2026-W47.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = make_project(tmp_path)
    for verb in ("fetch", "draft"):
        assert digest(verb, root=made, now=NOW).code == 0
    return made


def edit(root: Path, old: str, new: str) -> None:
    path = root / FILE
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_was_edited_is_shown_against_what_digest_wrote(root: Path) -> None:
    assert digest("diff", root=root, now=NOW).out == ""
    edit(root, "nine years", "9 years")

    ran = digest("diff", root=root, now=NOW)

    assert ran.code == 0
    assert ran.lines[:2] == [f"--- {FILE} (version 1 (generated))", f"+++ {FILE}"]
    assert any(line.startswith("-") and "nine years" in line for line in ran.lines[2:])
    assert any(line.startswith("+") and "9 years" in line for line in ran.lines[2:])


def test_what_digest_has_read_already_is_not_shown_again(root: Path) -> None:
    edit(root, "nine years", "9 years")
    digest("check", root=root, now=NOW)
    assert digest("diff", root=root, now=NOW).out == ""
    edit(root, "9 years", "ten years")

    found = digest("diff", "--json", root=root, now=NOW).json
    whole = digest("diff", "2026-W47", "generated", "--json", root=root, now=NOW).json
    first = digest("diff", "2026-W47", "1", "--json", root=root, now=NOW).json

    assert found["against"] == {"version": 2, "origin": "read"}
    assert "-subject: Wind farms wait 9 years" in found["diff"]
    assert whole["against"] == {"version": 1, "origin": "generated"}
    assert "-subject: Wind farms wait nine years" in whole["diff"]
    assert first["diff"] == whole["diff"]


def test_what_a_refresh_brought_is_digests_own_and_no_change(root: Path) -> None:
    edit(root, "nine years", "9 years")
    (root / "feeds" / "grid.xml").write_text(rss(item("One more", "https://gridwatch.example/more"), *ITEMS), "utf-8")
    for verb in ("fetch", "draft"):
        digest(verb, root=root, now=NOW)
    assert digest("diff", root=root, now=NOW).out == ""
    edit(root, "9 years", "ten years")

    for words in ((), ("2026-W47", "generated")):
        found = digest("diff", *words, "--json", root=root, now=NOW).json
        assert found["against"]["origin"] == "refreshed"
        assert "One more" not in "".join(line for line in found["diff"].splitlines() if line[0] in "+-")


def test_the_generated_text_it_is_compared_with_is_the_one_the_file_started_from(root: Path) -> None:
    started = (root / FILE).read_text("utf-8")
    (root / "feeds" / "grid.xml").write_text(rss(item("One more", "https://gridwatch.example/more"), *ITEMS), "utf-8")
    for verb in ("fetch", "draft"):
        digest(verb, root=root, now=NOW)  # a second generated version
    (root / FILE).write_text(started.replace("nine years", "9 years", 1), "utf-8")  # from an old checkout

    found = digest("diff", "2026-W47", "generated", "--json", root=root, now=NOW).json

    assert found["against"] == {"version": 1, "origin": "generated"}
    assert "One more" not in found["diff"]


def test_after_reopening_it_is_still_compared_with_what_was_approved(root: Path) -> None:
    digest("approve", "--by", "me", root=root, now=NOW)
    digest("reopen", root=root, now=NOW)
    edit(root, "nine years", "9 years")
    digest("check", root=root, now=NOW)

    assert digest("diff", "--json", root=root, now=NOW).json["against"]["origin"] == "approved"


def test_after_approval_it_is_compared_with_the_approved_text(root: Path) -> None:
    edit(root, "nine years", "9 years")
    digest("approve", "--by", "me", root=root, now=NOW)
    assert digest("diff", "--json", root=root, now=NOW).json["changed"] is False
    edit(root, "9 years", "ten years")

    found = digest("diff", "2026-W47", "--json", root=root, now=NOW).json

    assert found["against"]["origin"] == "approved"
    assert "-subject: Wind farms wait 9 years" in found["diff"]


def test_a_difference_in_line_ends_alone_is_a_difference(root: Path) -> None:
    path = root / FILE
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    found = digest("diff", "--json", root=root, now=NOW).json

    assert found["changed"] is True
    assert "only line endings" in found["diff"]


def test_a_file_that_does_not_parse_is_still_compared(root: Path) -> None:
    edit(root, "---\nissue:", "---\nisue:")

    ran = digest("diff", root=root, now=NOW)

    assert ran.code == 0
    assert "+isue: 2026-W47" in ran.lines


def test_versions_are_numbered_and_say_where_they_come_from(root: Path) -> None:
    edit(root, "nine years", "9 years")
    digest("check", root=root, now="2026-11-18T13:00Z")
    digest("approve", "--by", "me", root=root, now="2026-11-18T14:00Z")

    ran = digest("diff", "--versions", root=root, now=NOW)
    told = digest("diff", "--versions", "--json", root=root, now=NOW).json["versions"]

    assert [(one["version"], one["origin"], one["at"], one["present"]) for one in told] == [
        (1, "generated", "2026-11-18T12:00:00Z", False),
        (2, "read", "2026-11-18T13:00:00Z", True),
        (3, "approved", "2026-11-18T14:00:00Z", True),
    ]
    assert ran.lines[3].split("\t")[:3] == ["3", "2026-11-18 14:00", "approved"]


def test_looking_changes_nothing(root: Path) -> None:
    edit(root, "nine years", "9 years")
    before = snapshot(root)

    digest("diff", root=root, now=NOW)
    digest("diff", "--versions", root=root, now=NOW)

    assert snapshot(root) == before


def test_exit_codes(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    fresh = make_project(tmp_path_factory.mktemp("fresh"))
    assert digest("diff", root=fresh, now=NOW).code == 1  # no store
    digest("fetch", root=fresh, now=NOW)
    assert digest("diff", root=fresh, now=NOW).code == 1  # no issue
    assert digest("diff", "2026-W01", root=root, now=NOW).code == 2
    assert digest("diff", "2026-W47", "9", root=root, now=NOW).code == 2
    assert digest("diff", "2026-W47", "latest", root=root, now=NOW).code == 2
    assert digest("diff", "2026-W47", "approved", root=root, now=NOW).code == 1
    (root / FILE).unlink()
    gone = digest("diff", root=root, now=NOW)
    assert gone.code == 1
    assert "digest restore 2026-W47" in gone.err


def test_as_a_process_of_its_own(root: Path) -> None:
    edit(root, "nine years", "9 years")

    assert digest_process("diff", "--now", NOW, cwd=root).out.startswith(f"--- {FILE} (version 1")
