"""`digest send --at`, and `digest run` at that time: what was said is done, once, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from tests.support.cli import Ran, digest
from tests.support.project import CONFIG, NOW, make_project
from tests.support.smtp import FaultServer, fault_server
from tests.support.stores import copied, with_store

pytestmark = pytest.mark.usefixtures("in_each_database")

ISSUE = "2026-W47"
BEFORE = "2026-11-20T06:55Z"
DUE = "2026-11-20T07:05Z"
PEOPLE = ("ada@example.org", "bo@example.org")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server() as running:
        yield running


@pytest.fixture(scope="module")
def built(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """A newsletter with a draft and two readers; made once, for making it takes most of a test's time."""
    root = make_project(tmp_path_factory.mktemp("built") / "brief")
    assert digest("build", root=root, now=NOW).code == 0
    for address in PEOPLE:
        assert digest("subscribers", "add", address, root=root, now=NOW).code == 0
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path, server: FaultServer) -> Path:
    root = copied(built, tmp_path / "brief")
    with_server(root, server)
    return root


def with_server(root: Path, server: FaultServer, **more: Any) -> None:
    document = tomlkit.parse(CONFIG)
    document["send"] = server.send_table(**more)
    (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")


def at(root: Path, when: str, *more: str, now: str = NOW) -> Ran:
    return digest("send", "--at", when, "--yes", "--by", "A. Editor", "--offline", *more, root=root, now=now)


def run(root: Path, now: str, *more: str) -> Ran:
    return digest("run", *more, root=root, now=now)


def test_a_draft_is_approved_now_and_sent_at_its_time_and_once(root: Path, server: FaultServer) -> None:
    said = at(root, "friday 07:00")
    early = run(root, BEFORE)
    nothing_left_before = list(server.messages)
    due = run(root, DUE)
    again = run(root, "2026-11-20T07:15Z")

    assert said.code == 0, said.err
    assert f"{ISSUE} is to be sent on Friday 2026-11-20 07:00 (UTC), as A. Editor said" in said.out
    assert "is approved by A. Editor" in said.err
    assert (early.code, early.out, early.err) == (0, "", "")
    assert nothing_left_before == []
    assert due.code == 0, due.err
    assert f"{ISSUE}: 2 sent = 2 recipients" in due.out
    assert (root / "build" / "site" / ISSUE / "index.html").is_file(), "published before it was sent"
    assert (again.code, again.out, again.err) == (0, "", "")
    assert sorted(server.recipients) == sorted(PEOPLE)


def test_a_draft_is_asked_about_and_without_a_yes_nothing_is_kept(root: Path, server: FaultServer) -> None:
    silent = digest("send", "--at", "friday 07:00", root=root, now=NOW)
    no = digest("send", "--at", "friday 07:00", root=root, now=NOW, terminal=True, stdin="n\n")
    late = run(root, DUE)

    assert silent.code == no.code == 1
    assert "nobody said yes" in silent.err
    assert "mail it to 2 subscribers on Friday 2026-11-20 07:00 (UTC)?" in no.err
    assert (late.code, late.out) == (0, "")
    assert server.messages == []


def test_the_last_time_counts_and_never_takes_it_off(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    moved = at(root, "friday 09:00", ISSUE)
    at_the_first = run(root, DUE)
    off = digest("send", "--at", "never", "--json", root=root, now=DUE)
    twice = digest("send", "--at", "never", ISSUE, root=root, now=DUE)
    at_the_second = run(root, "2026-11-20T09:05Z")

    assert moved.code == 0
    assert (at_the_first.out, at_the_second.out) == ("", "")
    assert off.json == {"issue": ISSUE, "scheduled": None, "had": True}
    assert twice.code == 0
    assert "was not to be sent by itself" in twice.out
    assert server.messages == []


def test_status_and_send_status_show_the_time_in_the_newsletters_zone(root: Path) -> None:
    toml = (root / "digest.toml").read_text("utf-8")
    (root / "digest.toml").write_text(toml.replace("[newsletter]", '[newsletter]\ntimezone = "Europe/Paris"'), "utf-8")
    data = at(root, "friday 07:00", "--json").json
    status = digest("status", root=root, now=NOW)
    of_sending = digest("send", "--status", root=root, now=NOW)

    expected = {
        "issue": ISSUE, "at": "2026-11-20T06:00:00Z", "by": "A. Editor", "made": "2026-11-18T12:00:00Z",
    }  # fmt: skip
    assert data["scheduled"] == expected
    assert data["recipients"] == 2
    assert "to be sent on Friday 2026-11-20 07:00 (Europe/Paris), as A. Editor said" in status.out
    assert "to be sent on Friday 2026-11-20 07:00 (Europe/Paris)" in of_sending.out
    assert "`digest run` sends 2026-W47 at its time" in status.err
    assert digest("status", "--json", root=root, now=NOW).json["scheduled"] == [expected]
    assert digest("send", "--status", "--json", root=root, now=NOW).json["scheduled"] == expected
    assert "and nothing has sent it" in digest("status", root=root, now=DUE).out


def test_who_schedules_is_told_that_something_must_call_run(root: Path) -> None:
    without = at(root, "friday 07:00")
    run(root, NOW)
    with_it = at(root, "friday 08:00")

    assert "nothing calls `digest run`" in without.err
    assert "nothing calls" not in with_it.err


@pytest.mark.parametrize(
    ("when", "why"),
    [("2026-11-18 11:00", "is past"), ("friday", "is no day and time"), ("2062-01-01 07:00", "more than a year ahead")],
)
def test_a_time_that_cannot_be_meant_is_wrong_usage_and_approves_nothing(root: Path, when: str, why: str) -> None:
    ran = at(root, when)

    assert ran.code == 2
    assert why in ran.err
    assert digest("status", "--json", root=root, now=NOW).json["issue"]["state"] == "draft"


@pytest.mark.parametrize("option", ["--new", "--resend-uncertain", "--status", "--dry-run", "--after-restore"])
def test_options_for_sending_now_do_not_go_with_a_time(root: Path, option: str) -> None:
    assert at(root, "friday 07:00", option).code == 2


def test_sent_by_hand_before_its_time_it_is_not_sent_again(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    by_hand = digest("send", ISSUE, root=root, now=BEFORE)
    due = run(root, DUE)

    assert by_hand.code == 0
    assert (due.code, due.out, due.err) == (0, "", "")
    assert digest("status", "--json", root=root, now=DUE).json["scheduled"] == []
    assert sorted(server.recipients) == sorted(PEOPLE)
    assert at(root, "2026-11-27 07:00", ISSUE, now=DUE).code == 1, "everybody has it"


def test_reopened_and_not_approved_in_time_it_is_refused_and_says_so(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    digest("reopen", root=root, now=BEFORE)
    due = run(root, DUE)
    digest("approve", "--by", "A", root=root, now="2026-11-20T07:06Z")
    too_late = run(root, "2026-11-20T07:15Z")

    assert due.code == too_late.code == 1
    assert "was to be sent at 2026-11-20 07:00, but is not approved" in due.err
    assert "but was approved only at 2026-11-20 07:06" in too_late.err
    assert f"`digest send {ISSUE}` sends it now" in too_late.err
    assert server.messages == []
    assert digest("send", ISSUE, root=root, now="2026-11-20T07:20Z").code == 0
    assert run(root, "2026-11-20T07:25Z").code == 0


def test_reopened_and_approved_again_in_time_it_is_sent(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    digest("reopen", root=root, now=NOW)
    digest("approve", "--by", "B. Editor", root=root, now=BEFORE)

    assert run(root, DUE).code == 0
    assert len(server.messages) == 2


def test_what_was_changed_after_its_approval_is_not_sent(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    path = root / "issues" / f"{ISSUE}.md"
    path.write_text(path.read_text("utf-8").replace("Wind farms wait", "Wind farms queue"), "utf-8")
    changed_before = at(root, "friday 08:00")
    due = run(root, DUE)

    assert changed_before.code == 1, "what cannot be sent as it stands is not scheduled either"
    assert due.code == 1
    assert "is not what A. Editor approved" in due.err
    assert server.messages == []


def test_a_time_long_past_asks_and_on_a_terminal_may_be_told_to_go_on(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    monday = "2026-11-23T08:00Z"
    alone = run(root, monday)
    as_json = run(root, monday, "--json")
    no = digest("run", root=root, now=monday, terminal=True, stdin="n\n")
    nobody_yet = list(server.messages)
    yes = digest("run", root=root, now=monday, terminal=True, stdin="y\n")

    assert alone.code == as_json.code == no.code == 3
    assert "was to be sent at 2026-11-20 07:00, 3 days ago; it is not sent unasked" in alone.err
    assert f"`digest send {ISSUE}` sends it" in alone.err
    assert f"`digest send {ISSUE} --at never` takes it off" in alone.err
    assert as_json.json["waiting"][0]["issue"] == ISSUE
    assert nobody_yet == []
    assert yes.code == 0
    assert len(server.messages) == 2


def test_how_long_is_too_long_is_a_setting(root: Path, server: FaultServer) -> None:
    with_server(root, server, stale_hours=0.5)
    at(root, "friday 07:00")

    assert run(root, "2026-11-20T07:45Z").code == 3
    with_server(root, server, stale_hours=100)
    assert run(root, "2026-11-20T07:45Z").code == 0


def test_a_clock_a_year_ahead_sends_nothing_and_a_clock_put_right_sends_once(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    ahead = run(root, "2027-11-20T07:05Z")
    behind = run(root, "2025-11-20T07:05Z")
    nobody_yet = list(server.messages)
    right = run(root, DUE)
    ahead_again = run(root, "2027-11-20T07:05Z")

    assert (ahead.code, behind.code) == (3, 0)
    assert nobody_yet == []
    assert right.code == 0
    assert ahead_again.code == 0
    assert sorted(server.recipients) == sorted(PEOPLE)


def test_half_past_two_comes_twice_and_the_issue_goes_out_once(root: Path, server: FaultServer) -> None:
    toml = (root / "digest.toml").read_text("utf-8")
    (root / "digest.toml").write_text(toml.replace("[newsletter]", '[newsletter]\ntimezone = "Europe/Paris"'), "utf-8")
    autumn = "2027-10-30T12:00Z"
    assert digest("build", root=root, now=autumn).code == 0
    said = at(root, "2027-10-31 02:30", "2027-W44", now=autumn)
    ran = [run(root, moment) for moment in ("2027-10-31T00:29Z", "2027-10-31T00:30Z", "2027-10-31T01:30Z")]

    assert said.code == 0, said.err
    assert "02:30 comes twice on 2027-10-31: the first is taken (00:30 UTC)" in said.err
    assert [one.code for one in ran] == [0, 0, 0], [one.err for one in ran]
    assert [bool(one.out) for one in ran] == [False, True, False]
    assert sorted(server.recipients) == sorted(PEOPLE)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # copies are files
def test_after_a_restore_nothing_is_sent_at_its_time_and_nothing_can_be_given_one(
    root: Path, server: FaultServer
) -> None:
    at(root, "friday 07:00")
    copy = root.parent / "copy.db"
    digest("backup", copy, root=root, now=NOW)
    digest("restore-backup", copy, "--yes", root=root, now=BEFORE)
    due = run(root, DUE)
    moved = at(root, "friday 09:00", now=DUE)

    assert due.code == moved.code == 1
    assert "was restored from a copy" in due.err
    assert server.messages == []


def test_published_by_hand_before_its_time_it_is_still_mailed_then(root: Path, server: FaultServer) -> None:
    at(root, "friday 07:00")
    assert digest("publish", root=root, now=BEFORE).code == 0

    assert run(root, DUE).code == 0
    assert len(server.messages) == 2
