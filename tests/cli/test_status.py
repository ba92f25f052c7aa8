from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.ledger import Ledger
from digest.explain.standing import FATES
from digest.model import FetchState, Source
from digest.store import sources
from tests.support.cli import digest, digest_process
from tests.support.postgres import lend
from tests.support.project import CONFIG, NEXT_WEEK, NOW, at, make_project, opened, snapshot

pytestmark = pytest.mark.usefixtures("in_each_database")

EMBARGOED = """\
---
title: Not before December
embargo: 2026-12-01 00:01
---

A text that is not to be public yet.
"""


def status(root: Path, now: str = NOW) -> dict[str, Any]:
    ran = digest("status", "--json", root=root, now=now)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.json
    assert found["adds_up"]
    assert sum(found["totals"][name] for name in FATES) == found["totals"]["seen"]
    return found


def do(root: Path, *verbs: str, now: str = NOW) -> None:
    for verb in verbs:
        assert digest(*verb.split(), root=root, now=now).code == 0, verb


def test_a_new_newsletter_is_told_where_to_begin(tmp_path: Path) -> None:
    found = status(make_project(tmp_path, feeds=None))

    assert found["totals"] == dict.fromkeys(("seen", *FATES), 0)
    assert found["issue"]["name"] == "2026-W47"
    assert found["issue"]["state"] is None
    assert "digest add URL" in found["next"]
    assert "none yet" in digest("status", root=tmp_path, now=NOW).out


def test_the_totals_add_up_at_every_step_of_two_weeks(tmp_path: Path) -> None:
    root = make_project(tmp_path, files={"feeds/later.md": EMBARGOED})
    steps: list[dict[str, int]] = []
    for verb in ("fetch", "draft", "approve --by me", "publish"):
        do(root, verb)
        steps.append(status(root)["totals"])
    do(root, "fetch", "draft", now=NEXT_WEEK)
    steps.append(status(root, NEXT_WEEK)["totals"])

    zero = dict.fromkeys(FATES, 0) | {"seen": 4, "held": 1}
    assert steps == [
        zero | {"eligible": 3}, zero | {"eligible": 3}, zero | {"eligible": 3}, zero | {"used": 3}, zero | {"used": 3},
    ]  # fmt: skip


def test_the_issue_says_its_state_its_file_and_who_approved_it(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    do(root, "fetch", "draft")
    drafted = status(root)["issue"]
    path = root / "issues" / "2026-W47.md"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    edited = status(root)["issue"]
    do(root, "approve --by Ines")
    approved = status(root)

    assert (drafted["state"], drafted["edited"], drafted["file"]) == ("draft", False, "issues/2026-W47.md")
    assert edited["edited"] is True
    assert (approved["issue"]["state"], approved["issue"]["approved_by"]) == ("approved", "Ines")
    assert approved["next"] == "digest publish"
    assert "2026-W47, number 1, approved by Ines" in digest("status", root=root, now=NOW).out


@pytest.mark.parametrize("harm", [b"---\nissue: x", b"\xff\xfe"])
def test_a_half_edited_file_is_named_and_the_rest_is_still_told(tmp_path: Path, harm: bytes) -> None:
    root = make_project(tmp_path)
    do(root, "fetch", "draft")
    (root / "issues" / "2026-W47.md").write_bytes(harm)

    found = status(root)

    assert found["issue"]["problem"].startswith("issues/2026-W47.md:")
    assert "digest restore 2026-W47" in found["next"]
    assert "cannot be read: issues/2026-W47.md:" in digest("status", root=root, now=NOW).out


def test_a_file_that_was_deleted_is_missed(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    do(root, "fetch", "draft")
    (root / "issues" / "2026-W47.md").unlink()

    assert status(root)["issue"]["file"] is None
    assert "is not there" in digest("status", root=root, now=NOW).out


def test_what_is_held_says_until_when_and_why(tmp_path: Path) -> None:
    root = make_project(tmp_path, files={"feeds/later.md": EMBARGOED})
    do(root, "fetch")

    before, after = status(root), status(root, "2026-12-02T00:00Z")

    assert before["held"] == [
        {
            "id": before["held"][0]["id"],
            "title": "Not before December",
            "until": "2026-12-01T00:01:00Z",
            "why": "embargo",
        }
    ]
    assert (before["totals"]["eligible"], before["eligible_now"]) == (3, 3)
    assert (after["totals"]["eligible"], after["eligible_now"]) == (3, 4)
    assert "4 of them may go into the next draft now" in digest("status", root=root, now="2026-12-02T00:00Z").out


def test_sources_with_trouble_are_named(tmp_path: Path) -> None:
    feeds = '[[feed]]\nurl = "https://ill.example/feed"\nid = "ill"\n'
    root = make_project(tmp_path, feeds=feeds)
    state = FetchState(last_fetched=at(18), failing_since=at(16), failures=3, last_problem="504 Gateway Timeout")
    source = Source(id="ill", kind="feed", location="https://ill.example/feed", name="Ill")
    with opened(root) as project, project.store.write() as connection:
        sources.save_source(connection, source, state)

    found = status(root)

    (told,) = found["sources"]
    assert (told["last_problem"], told["failing_since"], told["entries"]) == (
        "504 Gateway Timeout", "2026-11-16T09:00:00Z", 0,
    )  # fmt: skip
    assert found["problems"] == [
        {"source": "ill", "location": "https://ill.example/feed",
         "message": "failing for 2 days (3 times): 504 Gateway Timeout"}
    ]  # fmt: skip
    assert "1 with trouble:" in digest("status", root=root, now=NOW).out


def test_the_last_mailing_is_counted_and_what_is_left_is_the_next_step(tmp_path: Path) -> None:
    config = CONFIG + '\n[send]\nhost = "smtp.example.org"\n'
    root = make_project(tmp_path, config=config)
    do(root, "fetch", "draft", "approve --by me", "publish")
    for name in ("ada", "bob", "cem"):
        do(root, f"subscribers add {name}@example.org")
    unsent = status(root)
    moment = datetime(2026, 11, 18, 12, tzinfo=UTC)
    with opened(root) as project, Ledger(project.store) as ledger:
        mailing = ledger.open_mailing("2026-W47", "issue", "0" * 64, ("all",), now=moment)
        lend(project.store, "boot:1")
        rows = ledger.claim(mailing.id, 1, 2, owner="boot:1", now=moment)
        ledger.sending(rows[0], owner="boot:1", now=moment)
        ledger.sent(rows[0], owner="boot:1", now=moment, code=250, detail="ok")
        ledger.deferred(rows[1], owner="boot:1", now=moment, code=451, detail="later")

    found = status(root)

    assert unsent["subscribers"]["active"] == 3
    assert unsent["mailing"] is None
    assert unsent["next"] == "`digest send 2026-W47` mails it to 3"
    mailed = {key: found["mailing"][key] for key in ("recipients", "sent", "deferred", "left", "failed")}
    assert mailed == {"recipients": 3, "sent": 1, "deferred": 1, "left": 1, "failed": 0}
    assert found["next"] == "`digest send 2026-W47` mails it to the 2 that are left"
    shown = digest("status", root=root, now=NOW).out
    assert "mailed to 3: 1 sent, 1 deferred, 1 left; next try 2026-11-18 12:3" in shown


def test_after_the_issue_the_next_one_is_in_work(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    do(root, "fetch", "draft", "approve --by me", "publish")

    found = status(root)

    assert found["issue"]["name"] == "2026-W48"
    assert found["last_issue"]["name"] == "2026-W47"
    assert found["next"] == "digest build makes 2026-W48"


def test_totals_that_do_not_add_up_would_be_said(tmp_path: Path) -> None:
    from digest.explain.standing import standing

    with opened(make_project(tmp_path)) as project, project.store.read() as connection:
        stands = standing(project, connection, now=at(18))

    assert stands.adds_up
    assert not replace(stands, totals=stands.totals | {"seen": 1}).adds_up


def test_looking_changes_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    do(root, "fetch", "draft")
    before = snapshot(root)

    status(root)

    assert snapshot(root) == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # it damages the file
def test_exit_codes(tmp_path: Path) -> None:
    damaged = make_project(tmp_path / "a", files={"state/digest.db": "this is no database, " * 100})

    assert digest("status", root=tmp_path / "nowhere").code == 2
    assert digest("status", "--unknown", root=damaged).code == 2
    ran = digest("status", root=damaged)
    assert ran.code == 1
    assert "restore-backup" in ran.err


def test_as_a_process_of_its_own_standard_output_is_one_object(tmp_path: Path) -> None:
    root = make_project(tmp_path)

    ran = digest_process("--json", "status", "--now", NOW, cwd=root)

    assert ran.code == 0
    assert json.loads(ran.out)["issue"]["name"] == "2026-W47"
    assert ran.err == ""


def test_a_file_that_is_gone_is_told_until_its_entry_is_settled(tmp_path: Path) -> None:
    root = make_project(tmp_path, files={"feeds/note.md": "# A cable for the harbour\n\nIt comes in May.\n"})
    digest("fetch", root=root, now=NOW)
    (root / "feeds" / "note.md").unlink()

    told = digest("fetch", root=root, now=NOW)
    shown, data = digest("status", root=root, now=NOW), digest("status", "--json", root=root, now=NOW).json

    assert told.code == 0
    assert "feeds/note.md: is gone; its entry “A cable for the harbour” stays" in told.err
    assert "feeds/note.md: is gone" in shown.out
    assert [one["path"] for one in data["missing"]] == ["feeds/note.md"]
    assert data["problems"] == []
