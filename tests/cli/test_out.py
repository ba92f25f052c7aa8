"""approve, reopen, publish and send: what leaves, leaves once, and nothing leaves by accident."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from tests.support.cli import digest
from tests.support.postgres import let_leases_run_out
from tests.support.project import CONFIG, NOW, make_project, opened, snapshot
from tests.support.smtp import SmtpServer, fault_server, smtp_server
from tests.support.stores import with_store

pytestmark = pytest.mark.usefixtures("in_each_database")

ISSUE = "2026-W47"
LATER = "2026-11-18T13:00Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "brief")
    assert digest("build", root=root, now=NOW).code == 0
    return root


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


def with_server(root: Path, server: SmtpServer, **more: Any) -> None:
    document = tomlkit.parse(CONFIG)
    document["send"] = server.send_table(**more)
    (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")


def with_people(root: Path, *addresses: str) -> None:
    for address in addresses:
        assert digest("subscribers", "add", address, root=root, now=NOW).code == 0


def totals(root: Path) -> dict[str, int]:
    found: dict[str, int] = digest("status", "--json", root=root, now=NOW).json["totals"]
    return found


def state(root: Path) -> str:
    found: str = digest("status", "--json", root=root, now=NOW).json["issue"]["state"]
    return found


def test_approval_fixes_number_and_name_and_can_be_undone(root: Path) -> None:
    data = digest("approve", "--by", "A. Editor", "--json", root=root, now=NOW).json

    assert (data["state"], data["number"], data["by"]) == ("approved", 1, "A. Editor")
    assert digest("reopen", root=root, now=NOW).code == 0
    assert state(root) == "draft"
    again = digest("reopen", root=root, now=NOW)
    assert again.code == 1
    assert "is not approved" in again.err


def test_an_approval_needs_a_name(root: Path) -> None:
    ran = digest("approve", root=root, now=NOW)

    assert ran.code == 2
    assert "--by" in ran.err


def test_a_change_after_approval_is_shown_and_refused(root: Path) -> None:
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    path = root / "issues" / f"{ISSUE}.md"
    approved = path.read_text("utf-8")
    path.write_text(approved.replace("Wind farms wait", "Wind farms queue"), "utf-8")

    ran = digest("publish", root=root, now=NOW)

    assert ran.code == 1
    assert "is not what A. Editor approved: issues/2026-W47.md changed since" in ran.err
    assert "-### Wind farms wait" in ran.err
    assert "+### Wind farms queue" in ran.err
    assert not (root / "build" / "site").exists()
    assert state(root) == "approved"
    restored = digest("restore", ISSUE, "approved", root=root, now=NOW)
    assert restored.code == 0, restored.err
    assert path.read_text("utf-8") == approved
    assert digest("publish", root=root, now=NOW).code == 0


def test_a_template_changed_after_approval_is_refused(root: Path) -> None:
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    shipped = Path(__file__).parents[2] / "templates" / "brief" / "email.txt"
    own = root / "templates" / "brief" / "email.txt"
    own.parent.mkdir(parents=True)
    own.write_text(shipped.read_text("utf-8") + "\nPS: hello\n", "utf-8")

    ran = digest("publish", root=root, now=NOW)

    assert ran.code == 1
    assert "email.txt changed since" in ran.err
    assert "+PS: hello" in ran.err


def test_what_a_source_says_after_the_approval_does_not_stop_it(root: Path) -> None:
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    feed = root / "feeds" / "grid.xml"
    feed.write_text(feed.read_text("utf-8").replace("nine years", "ten years"), "utf-8")
    assert digest("fetch", "--json", root=root, now=LATER).json["changed"] == 1

    assert digest("publish", root=root, now=LATER).code == 0
    assert "nine years" in (root / "build" / "site" / ISSUE / "index.html").read_text("utf-8")


def test_publishing_needs_an_approval_and_spends_once(root: Path) -> None:
    early = digest("publish", root=root, now=NOW)
    assert early.code == 1
    assert "is not approved" in early.err
    before = totals(root)
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    assert totals(root) == before

    assert digest("publish", root=root, now=NOW).code == 0
    after = totals(root)
    site = snapshot(root / "build" / "site")
    assert digest("publish", ISSUE, root=root, now=LATER).code == 0

    assert (after["used"], after["eligible"]) == (3, 0)
    assert totals(root) == after
    assert snapshot(root / "build" / "site") == site
    assert {f"{ISSUE}/index.html", "index.html", "feed.xml", "feed.json", "sitemap.xml"} & set(site) == {
        f"{ISSUE}/index.html", "index.html", "feed.xml", "feed.json"
    }  # fmt: skip
    for verb in (["reopen", ISSUE], ["approve", ISSUE, "--by", "B"]):
        ran = digest(*verb, root=root, now=NOW)
        assert ran.code == 1
        assert "out" in ran.err


def test_a_deleted_site_is_made_again(root: Path) -> None:
    import shutil

    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    digest("publish", root=root, now=NOW)
    site = snapshot(root / "build" / "site")
    shutil.rmtree(root / "build")

    assert digest("publish", ISSUE, root=root, now=LATER).code == 0
    assert snapshot(root / "build" / "site") == site


def test_a_failing_upload_is_told_and_can_be_tried_again(root: Path, server: SmtpServer) -> None:
    with_server(root, server)
    with_people(root, "ada@example.org")
    config = (root / "digest.toml").read_text()
    upload = '[publish]\ncommand = "test -e ready || { echo no room >&2; exit 7; }"\n'
    (root / "digest.toml").write_text(config.replace("[publish]\n", upload))

    ran = digest("send", "--yes", root=root, now=NOW)

    assert ran.code == 1
    assert "[publish] command failed with 7: no room" in ran.err
    assert server.messages == [], "a link in the mail would lead nowhere"
    (root / "ready").touch()
    assert digest("send", root=root, now=NOW).code == 0
    assert server.recipients == ["ada@example.org"]


def test_sending_without_readers_or_server_names_the_next_step(root: Path, server: SmtpServer) -> None:
    nobody = digest("send", "--yes", root=root, now=NOW)
    with_people(root, "ada@example.org")
    nowhere = digest("send", "--yes", root=root, now=NOW)

    assert (nobody.code, nowhere.code) == (1, 1)
    assert "digest subscribers add" in nobody.err
    assert "names no mail server" in nowhere.err
    assert "[send]" in nowhere.err
    assert state(root) == "draft"
    with_server(root, server)
    refused = digest("send", root=root, now=NOW)
    assert refused.code == 1
    assert "nobody said yes" in refused.err
    assert state(root) == "draft"


def test_a_person_is_asked_before_a_draft_goes_out(root: Path, server: SmtpServer) -> None:
    with_server(root, server)
    with_people(root, "ada@example.org", "bob@example.org")

    no = digest("send", root=root, now=NOW, stdin="n\n", terminal=True)
    assert no.code == 1
    assert "mail it to 2 subscribers?" in no.err + no.out
    assert server.messages == []
    yes = digest("send", "--by", "A. Editor", root=root, now=NOW, stdin="y\n", terminal=True)

    assert yes.code == 0
    assert sorted(server.recipients) == ["ada@example.org", "bob@example.org"]
    assert digest("status", "--json", root=root, now=NOW).json["issue"] is not None


def test_a_dry_run_and_a_test_spend_nothing(root: Path, server: SmtpServer) -> None:
    with_server(root, server)
    with_people(root, "ada@example.org")
    before = totals(root)

    dry = digest("send", "--dry-run", root=root, now=NOW)
    test = digest("send", "--test", "me@example.org", root=root, now=NOW)
    (message,) = [received.parsed for received in server.messages]

    assert (dry.code, test.code) == (0, 0)
    assert "would be approved, published and mailed to 1 recipient" in dry.out
    assert str(message["Subject"]).startswith("[Test] ")
    assert message["To"] == "me@example.org"
    assert totals(root) == before
    assert state(root) == "draft"
    assert not (root / "build" / "site").exists()


def test_options_that_exclude_each_other_are_refused(root: Path) -> None:
    ran = digest("send", "--dry-run", "--status", root=root, now=NOW)

    assert ran.code == 2
    assert "exclude each other" in ran.err


def test_deferred_readers_are_tried_again_later_and_the_sum_holds(root: Path) -> None:
    with fault_server(faults_left={"450": 1}) as server:
        with_server(root, server)
        with_people(root, "ada@example.org", "450.bob@example.org", "550.eve@example.org")

        first = digest("send", "--yes", "--json", root=root, now=NOW)
        soon = digest("send", "--json", root=root, now="2026-11-18T12:05Z")
        late = digest("send", "--json", root=root, now="2026-11-18T13:30Z")
        status = digest("send", "--status", "--json", root=root, now="2026-11-18T13:30Z").json["mailings"][0]

        assert first.code == 3
        mailing = first.json["mailings"][0]
        assert (mailing["sent"], mailing["deferred"], mailing["failed"], mailing["list"]) == (1, 1, 1, 3)
        assert mailing["next_try"] > "2026-11-18T12:30"
        assert soon.json["mailings"][0]["deferred"] == 1
        assert late.code == 3, "one was refused for good"
        assert (status["sent"], status["failed"], status["left"]) == (2, 1, 0)
        assert Counter(server.recipients) == Counter({"ada@example.org": 1, "450.bob@example.org": 1})


def test_who_may_have_it_is_held_until_a_person_decides(root: Path) -> None:
    with fault_server(faults_left={"drop-dot": 1}) as server:
        with_server(root, server)
        with_people(root, "ada@example.org", "drop-dot.bob@example.org")

        first = digest("send", "--yes", root=root, now=NOW)
        again = digest("send", "--json", root=root, now=LATER)
        decided = digest("send", "--resend-uncertain", "--yes", "--json", root=root, now=LATER)

        assert first.code == 3
        assert "1 recipient may or may not have it" in first.err
        assert again.json["mailings"][0]["uncertain"] == 1
        assert decided.code == 0
        assert decided.json["mailings"][0]["sent"] == 2
        messages = [one.parsed["Message-ID"] for one in server.messages if one.rcpt_tos[0].startswith("drop-dot")]
        assert len(set(messages)) == 1, "a second copy can be known as one"


def test_a_server_that_refuses_us_fails_nobody(root: Path) -> None:
    with fault_server(mail_reply="550 we do not know you") as server:
        with_server(root, server)
        with_people(root, "ada@example.org", "bob@example.org")

        ran = digest("send", "--yes", root=root, now=NOW)
        mailing = digest("send", "--status", "--json", root=root, now=NOW).json["mailings"][0]

        assert ran.code == 3
        assert "stopped: the server refuses every message" in ran.err
        assert (mailing["failed"], mailing["left"]) == (0, 2)


def test_those_who_subscribe_later_are_mailed_on_request_only(root: Path, server: SmtpServer) -> None:
    with_server(root, server)
    with_people(root, "ada@example.org")
    digest("send", "--yes", root=root, now=NOW)
    with_people(root, "bob@example.org")

    closed = digest("send", ISSUE, root=root, now=LATER)
    new = digest("send", ISSUE, "--new", root=root, now=LATER)

    assert "everybody has it already" in closed.out
    assert new.code == 0
    assert server.recipients == ["ada@example.org", "bob@example.org"]


def test_a_killed_sending_goes_on_where_it_was(root: Path, server: SmtpServer) -> None:
    with_server(root, server, rate_per_second=60, connections=2)
    people = root / "people.csv"
    people.write_text("email\n" + "".join(f"r{n}@example.org\n" for n in range(90)))
    digest("subscribers", "import", people, root=root, now=NOW)
    command = [sys.executable, "-m", "digest", "-C", str(root), "--now", NOW, "send", "--yes"]
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        had = len(server.messages)
        deadline = time.monotonic() + 20
        while len(server.messages) < had + 12 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with opened(root) as project:
            let_leases_run_out(project.store)
    with_server(root, server)  # without the brake
    ended = digest("send", "--json", root=root, now=NOW).json["mailings"][0]

    assert ended["list"] == 90 == ended["sent"] + ended["uncertain"]
    assert ended["uncertain"] <= 3 * 2, "at most one for each open connection at each kill"
    counts = Counter(server.recipients)
    assert max(counts.values()) == 1
    assert len(counts) >= ended["sent"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # on a server both send
def test_a_second_sender_is_told_that_it_is_busy(root: Path, server: SmtpServer) -> None:
    from digest.deliver.lock import send_lock

    with_server(root, server)
    with_people(root, "ada@example.org")
    digest("approve", "--by", "A", root=root, now=NOW)
    with send_lock(root):
        ran = digest("send", root=root, now=NOW)

    assert ran.code == 1
    assert "another digest is sending" in ran.err
    assert server.messages == []


def test_a_login_comes_from_the_environment_or_a_file_only(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_server(security="starttls", users={"brief": "s3cret"}) as server:
        with_server(root, server, username="brief", password_file="state/password")
        with_people(root, "ada@example.org")

        missing = digest("send", "--yes", root=root, now=NOW)
        monkeypatch.setenv("DIGEST_SMTP_PASSWORD", "wrong")
        wrong = digest("send", "--yes", root=root, now=NOW)
        assert state(root) == "draft"
        monkeypatch.delenv("DIGEST_SMTP_PASSWORD")
        (root / "state" / "password").write_text("s3cret\n")
        right = digest("send", "--yes", root=root, now=NOW)

        assert missing.code == wrong.code == 1
        assert "DIGEST_SMTP_PASSWORD" in missing.err
        assert right.code == 0, right.err
        assert len(server.messages) == 1
        assert "s3cret" not in missing.err + wrong.err + right.err + right.out


def test_the_message_a_reader_gets_says_who_what_and_how_to_leave(root: Path, server: SmtpServer) -> None:
    with_server(root, server)
    with_people(root, "ada@example.org")
    digest("send", "--yes", root=root, now=NOW)
    message = server.messages[0].parsed

    assert message["From"] == "The Trial <trial@example.org>"
    assert re.fullmatch(r"<mailto:trial@example\.org\?subject=unsubscribe%20.*>", message["List-Unsubscribe"])
    assert "trial.example.org" in message["List-Id"]
    assert message["Date"].datetime.isoformat() == "2026-11-18T12:00:00+00:00"
    for part in message.iter_parts():
        assert "mailto:trial@example.org?subject=unsubscribe" in part.get_content()


def test_a_look_changed_for_the_next_issue_does_not_strand_the_rest_of_this_one(root: Path) -> None:
    with fault_server(faults_left={"450": 1}) as server:
        with_server(root, server)
        with_people(root, "ada@example.org", "450.bob@example.org")
        assert digest("send", "--yes", root=root, now=NOW).code == 3
        document = tomlkit.parse((root / "digest.toml").read_text("utf-8"))
        document["newsletter"]["from"] = "Somebody Else <else@other.example>"
        document["newsletter"]["address"] = "2 Other Street"
        (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")
        (root / "issues" / f"{ISSUE}.md").unlink()

        late = digest("send", ISSUE, root=root, now="2026-11-18T13:30Z")

        assert late.code == 0, late.err
        ada, bob = (one.parsed for one in server.messages)
        for header in ("From", "Subject", "List-Id", "Date"):
            assert str(ada[header]) == str(bob[header])
        assert "Other Street" not in bob.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert digest("publish", ISSUE, root=root, now=LATER).code == 0


def test_a_sender_changed_after_the_approval_is_refused(root: Path) -> None:
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    path = root / "digest.toml"
    path.write_text(path.read_text("utf-8").replace("trial@example.org", "other@example.org"), "utf-8")

    ran = digest("publish", root=root, now=NOW)

    assert ran.code == 1
    assert "mail.json changed since" in ran.err or "changed since" in ran.err
    assert "other@example.org" in ran.err


def test_approving_twice_changes_nothing_and_never_takes_in_a_change(root: Path) -> None:
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    again = digest("approve", "--by", "B. Editor", "--json", root=root, now=LATER)
    path = root / "issues" / f"{ISSUE}.md"
    path.write_text(path.read_text("utf-8").replace("Wind farms wait", "Wind farms queue"), "utf-8")
    changed = digest("approve", "--by", "B. Editor", root=root, now=LATER)

    assert again.code == 0
    assert again.json["by"] == "A. Editor"
    assert changed.code == 1
    assert "+### Wind farms queue" in changed.err


def test_options_for_an_issue_that_is_out_never_send_the_next_draft(root: Path) -> None:
    with fault_server(faults_left={"drop-dot": 1}) as server:
        with_server(root, server)
        with_people(root, "drop-dot.bob@example.org")
        digest("send", "--yes", root=root, now=NOW)
        (root / "feeds" / "next.xml").write_text(
            (root / "feeds" / "grid.xml").read_text("utf-8").replace("/wind", "/w2")
        )
        digest("build", root=root, now="2026-11-23T09:00Z")
        with_people(root, "ada@example.org")

        for option in ("--resend-uncertain", "--new"):
            ran = digest("send", option, "--yes", "--json", root=root, now="2026-11-23T09:00Z")
            assert ran.json["issue"] == ISSUE
        refused = digest("send", "2026-W48", "--new", "--yes", root=root, now="2026-11-23T09:00Z")

        assert refused.code == 1
        assert "is not out yet" in refused.err
        assert digest("status", "--json", root=root, now="2026-11-23T09:00Z").json["issue"]["state"] == "draft"
        assert {one.rcpt_tos[0] for one in server.messages} == {"drop-dot.bob@example.org", "ada@example.org"}


def test_an_issue_is_mailed_only_when_it_is_published(root: Path, server: SmtpServer) -> None:
    from datetime import UTC, datetime

    from digest import pipeline
    from digest.errors import StateError
    from digest.production.mailout import open_transport
    from tests.support.project import opened

    class Clock:
        def now(self) -> datetime:
            return datetime(2026, 11, 18, 12, tzinfo=UTC)

    with_server(root, server)
    with_people(root, "ada@example.org")
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    with opened(root) as project, open_transport(project, {}) as transport:
        with pytest.raises(StateError, match="is not published"):
            pipeline.send(project, transport, clock=Clock(), fresh_secret=lambda: "s")
        assert server.messages == []
        pipeline.publish(project, now=Clock().now())
        sent = pipeline.send(project, transport, clock=Clock(), fresh_secret=lambda: "s")

    assert sent.tally.sent == 1
    assert server.recipients == ["ada@example.org"]


def test_two_issues_never_print_the_same_entry(root: Path) -> None:
    digest("approve", "--by", "A. Editor", root=root, now=NOW)

    ahead = digest("draft", "2026-W48", "--json", root=root, now=NOW).json

    assert ahead["sections"] == []


def test_a_killed_closing_is_made_up_for(root: Path, server: SmtpServer) -> None:
    from sqlalchemy import text

    from tests.support.project import opened

    with_server(root, server)
    with_people(root, "ada@example.org")
    digest("send", "--yes", root=root, now=NOW)
    with opened(root) as project, project.store.write() as connection:
        connection.execute(text("UPDATE issue SET state = 'out', closed = NULL"))
    digest("subscribers", "remove", "ada@example.org", root=root, now=NOW)

    ran = digest("send", root=root, now=LATER)

    assert ran.code == 0
    assert "everybody has it already" in ran.out


def test_an_upload_that_prints_anything_at_all_is_survived(root: Path) -> None:
    upload = "[publish]\ncommand = \"printf '\\\\377\\\\376'; exit 3\"\n"
    config = (root / "digest.toml").read_text("utf-8")
    (root / "digest.toml").write_text(config.replace("[publish]\n", upload), "utf-8")
    digest("approve", "--by", "A. Editor", root=root, now=NOW)

    ran = digest("publish", root=root, now=NOW)

    assert ran.code == 1
    assert "[publish] command failed with 3" in ran.err


def test_what_cannot_be_written_is_said_in_words(root: Path) -> None:
    digest("approve", "--by", "A. Editor", root=root, now=NOW)
    (root / "build" / "site").parent.mkdir(exist_ok=True)
    (root / "build" / "site").write_text("a file where a folder should be")

    ran = digest("publish", root=root, now=NOW)

    assert ran.code == 2
    assert "is no folder, and the site goes there" in ran.err
    assert state(root) == "approved"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # copies are files
def test_a_restored_store_never_mails_by_itself_what_may_have_been_mailed(root: Path, server: SmtpServer) -> None:
    with_server(root, server)
    with_people(root, "ada@example.org")
    digest("approve", "--by", "A", root=root, now=NOW)
    digest("publish", root=root, now=NOW)
    copy = root.parent / "copy.db"
    digest("backup", copy, root=root, now=NOW)
    digest("send", root=root, now=NOW)
    digest("restore-backup", copy, "--yes", root=root, now=LATER)

    refused = digest("send", "--yes", root=root, now=LATER)
    later = digest("send", "--yes", root=root, now="2026-11-25T12:00Z")
    dry = digest("send", "--dry-run", root=root, now=LATER)
    wanted = digest("send", ISSUE, "--after-restore", root=root, now=LATER)

    for ran in (refused, later, dry):
        assert ran.code == 1
        assert "restored from a copy" in ran.err
    assert wanted.code == 0
    assert len(server.messages) == 2
    assert digest("send", ISSUE, root=root, now=LATER).code == 0, "asked once, it asks no more"


def test_what_the_editor_put_off_comes_back_in_the_editors_words(root: Path) -> None:
    path = root / "issues" / f"{ISSUE}.md"
    text = path.read_text("utf-8")
    start, end = text.index("### Wind farms wait"), text.index("### ", text.index("### Wind farms wait") + 4)
    own = text[start:end].replace("wait nine years", "queue *for a decade*") + "Why it matters: cables are slow.\n\n"
    by_hand = "### A note of our own\n\nWritten by hand, with `code` and a [link](https://x.example/).\n\n"
    path.write_text(
        text.replace(text[start:end], "").replace("## Candidates", own + by_hand + "## Candidates"), "utf-8"
    )
    digest("approve", "--by", "A", root=root, now=NOW)
    assert digest("publish", root=root, now=NOW).code == 0

    digest("build", root=root, now="2026-11-25T12:00Z")
    second = (root / "issues" / "2026-W48.md").read_text("utf-8")

    assert own.strip() in second
    assert by_hand.strip() in second
    assert second.index("queue *for a decade*") < second.index("## Next week")
    assert second.index("A note of our own") < second.index("## Next week")
    html = (root / "build" / "2026-W48" / "email.html").read_text("utf-8")
    assert "cables are slow" in html
    assert digest("draft", root=root, now="2026-11-25T12:00Z").code == 0
    assert (root / "issues" / "2026-W48.md").read_text("utf-8") == second


def test_a_story_whose_sources_were_deleted_still_spends_its_entry(root: Path) -> None:
    path = root / "issues" / f"{ISSUE}.md"
    text = path.read_text("utf-8")
    line = next(line for line in text.splitlines() if "/wind)" in line)
    path.write_text(text.replace(line + "\n", ""), "utf-8")
    digest("approve", "--by", "A", root=root, now=NOW)
    digest("publish", root=root, now=NOW)

    found = totals(root)

    assert (found["used"], found["dropped"]) == (3, 0)


def test_a_comment_left_open_is_an_error_and_drops_nothing(root: Path) -> None:
    path = root / "issues" / f"{ISSUE}.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace("### Wind farms", "<!-- not sure\n\n### Wind farms"), "utf-8")

    ran = digest("approve", "--by", "A", root=root, now=NOW)

    assert ran.code == 1
    assert "the comment <!-- opened here is never closed" in ran.err


def test_a_service_manager_ends_a_sending_as_gently_as_ctrl_c(root: Path, server: SmtpServer) -> None:
    with_server(root, server, rate_per_second=80, connections=4)
    people = root / "people.csv"
    people.write_text("email\n" + "".join(f"r{n}@example.org\n" for n in range(120)))
    digest("subscribers", "import", people, root=root, now=NOW)
    command = [sys.executable, "-m", "digest", "-C", str(root), "--now", NOW, "send", "--yes"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while len(server.messages) < 15 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    mailing = digest("send", "--status", "--json", root=root, now=NOW).json["mailings"][0]

    assert process.returncode == 143, err
    assert mailing["uncertain"] == 0
    assert mailing["sent"] == len(server.messages) < 120
    assert mailing["left"] == 120 - mailing["sent"]


def test_an_approval_by_nobody_is_refused(root: Path) -> None:
    assert digest("approve", "--by", "  ", root=root, now=NOW).code == 2


def test_what_a_killed_publish_left_half_written_is_swept_away(root: Path) -> None:
    digest("approve", "--by", "A", root=root, now=NOW)
    half = root / "build" / "site" / ISSUE / ".index.html.x1y2z3w4.part"
    half.parent.mkdir(parents=True)
    half.write_text("<!doctype ht")

    assert digest("publish", root=root, now=NOW).code == 0
    assert not half.exists()


def test_a_newcomer_to_a_closed_issue_is_not_forgotten_when_put_off(root: Path) -> None:
    with fault_server(faults_left={"450": 1}) as server:
        with_server(root, server)
        with_people(root, "ada@example.org")
        assert digest("send", "--yes", root=root, now=NOW).code == 0
        with_people(root, "450.bob@example.org")

        new = digest("send", ISSUE, "--new", "--json", root=root, now=LATER)
        late = digest("send", ISSUE, "--json", root=root, now="2026-11-18T15:00Z")

        assert new.code == 3
        assert new.json["mailings"][0]["deferred"] == 1
        assert late.code == 0
        assert late.json["mailings"][0]["sent"] == 2
        assert sorted(server.recipients) == ["450.bob@example.org", "ada@example.org"]
