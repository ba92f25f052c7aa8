"""``digest correct`` as an editor uses it: in an editor, from a file, and by mail to those who had the wrong words."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from digest.cli.main import VERBS
from digest.deliver import subscribers
from digest.production.outgoing import mark_published
from digest.store import issues
from tests.production.outgone import FIXED, ISSUE, NAME, NOTE, configure, go_out, subscribe, written
from tests.support.cli import Ran, digest
from tests.support.postgres import let_leases_run_out
from tests.support.project import at, opened
from tests.support.smtp import SmtpServer, fault_server, smtp_server

pytestmark = pytest.mark.usefixtures("in_each_database")

OUT = "2026-11-18T12:00Z"
AFTER = "2026-11-19T09:00Z"
LATER = "2026-11-19T10:00Z"
ROOT = Path(__file__).parents[2]
FIRST = "s-00000002"


@pytest.fixture(autouse=True)
def known_verb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS["Out"], "correct", "Put right a story of an issue that is out.")


def sent(tmp_path: Path, server: SmtpServer, *names: str, slices: dict[str, str] | None = None) -> Path:
    """A newsletter whose issue is out, and mailed to these."""
    root = written(tmp_path / "brief", server.send_table(connections=2))
    with opened(root) as project:
        for name in names:
            subscribe(project, name, *([slices[name]] if slices and name in slices else []))
        go_out(project, NAME, now=at(18, 12))
    ran = digest("send", NAME, root=root, now=OUT)
    assert ran.code in {0, 3}, ran.err
    return root


def correct(root: Path, *more: str, block: str = FIXED, note: str = NOTE, now: str = AFTER, story: str = FIRST) -> Ran:
    form = root / "form.md"
    form.write_text(block, "utf-8")
    ran = digest(
        "correct", NAME, story, "--note", note, "--file", form, "--by", "B. Editor", "--yes", *more, root=root, now=now
    )
    with opened(root) as project, project.store.read() as connection:
        record = issues.get_issue(connection, NAME)
    if ran.code == 0 and "--mail" not in more and record:
        with opened(root) as project:
            mark_published(project, record)  # as `digest publish` would
    return ran


def send(root: Path, now: str = LATER) -> Ran:
    return digest("correct", NAME, "--send", "--yes", root=root, now=now)


def corrected(server: SmtpServer) -> Counter[str]:
    """Who got a correction, and how many."""
    return Counter(
        address
        for one in server.messages
        if str(one.parsed["Subject"]).startswith("Correction: ")
        for address in one.rcpt_tos
    )


def people(*names: str) -> Counter[str]:
    return Counter(f"{name}@readers.example" for name in names)


# -- correcting


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An editor that does as the script says to ``text``."""
    program = tmp_path / "editor.py"
    lines = ("import pathlib, sys", "path = pathlib.Path(sys.argv[1])", "text = path.read_text()", script)
    program.write_text("\n".join((*lines, "path.write_text(text)")))
    monkeypatch.setenv("EDITOR", f"{sys.executable} {program}")
    monkeypatch.delenv("VISUAL", raising=False)


def test_the_story_opens_in_the_editor_with_a_line_for_the_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
    editor(
        tmp_path,
        monkeypatch,
        f"assert text.startswith('Note: \\n')\ntext = text.replace('Note: ', 'Note: {NOTE}').replace('six', 'nine')",
    )
    ran = digest("correct", NAME, "wind", "waits", "--yes", "--by", "B", root=root, now=AFTER)
    assert ran.code == 0, ran.err
    assert "-The wind farm waits six years for a cable." in ran.out
    assert "+The wind farm waits nine years for a cable." in ran.out
    assert "correction 1: “Wind waits for a cable” of 2026-W47, by B" in ran.out
    assert "digest publish 2026-W47" in ran.err
    assert "nine years" in (root / "issues" / "2026-W47.md").read_text("utf-8")
    assert list((root / "state").glob("correction-*")) == []


def test_what_was_written_is_kept_when_it_is_refused_and_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
    editor(
        tmp_path, monkeypatch, "text = text.replace('six', 'nine').replace('17 November', 'a long text, 17 November')"
    )
    refused = digest("correct", NAME, FIRST, "--yes", root=root, now=AFTER)
    assert refused.code == 2
    assert "the note is empty" in refused.err
    (kept,) = (root / "state").glob("correction-*")
    assert f"kept in state/{kept.name}" in refused.err
    assert kept.stat().st_mode & 0o777 == 0o600
    editor(tmp_path, monkeypatch, f"assert 'a long text' in text\ntext = text.replace('Note: ', 'Note: {NOTE}')")
    assert digest("correct", NAME, FIRST, "--yes", root=root, now=AFTER).code == 0
    assert "a long text" in (root / "issues" / "2026-W47.md").read_text("utf-8")
    assert not kept.exists()


def test_an_editor_who_changes_nothing_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
    editor(tmp_path, monkeypatch, "")
    ran = digest("correct", NAME, FIRST, "--yes", root=root, now=AFTER)
    assert (ran.code, list((root / "state").glob("correction-*"))) == (1, [])
    monkeypatch.delenv("EDITOR")
    ran = digest("correct", NAME, FIRST, "--yes", root=root, now=AFTER)
    assert (ran.code, "--file FILE" in ran.err) == (2, True)


def test_a_dry_run_shows_the_difference_and_changes_nothing(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        dry = correct(root, "--dry-run", "--json")
        assert dry.json["correction"] is None
        assert "+The wind farm waits nine years" in dry.json["diff"]
        assert (root / "issues" / "2026-W47.md").read_text("utf-8") == ISSUE
        done = correct(root, "--json")
        assert (done.json["correction"], done.json["by"], done.json["file"]) == (1, "B. Editor", "issues/2026-W47.md")
        assert digest("correct", NAME, "--send", "--dry-run", root=root, now=LATER).out == (
            "“Correction: Wind waits for a cable” would be mailed to 1 recipient\n"
        )
        assert corrected(server) == Counter()


def test_nobody_says_yes_where_nobody_is_asked(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
    ran = digest("correct", NAME, FIRST, "--retract", "--note", "It was withdrawn.", root=root, now=AFTER)
    assert (ran.code, "nobody said yes" in ran.err) == (1, True)
    assert digest("correct", NAME, root=root, now=AFTER).code == 2
    assert digest("correct", NAME, FIRST, "--retract", root=root, now=AFTER).code == 2
    assert digest("correct", NAME, FIRST, "--send", root=root, now=AFTER).code == 2
    assert digest("correct", NAME, "--send", root=root, now=AFTER).code == 1


def test_the_corrected_text_can_be_brought_back_like_the_approved_one(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
    correct(root)
    file = root / "issues" / "2026-W47.md"
    corrected_text = file.read_text("utf-8")
    for version, text in (("approved", ISSUE), ("corrected", corrected_text)):
        file.write_text("lost", "utf-8")
        assert digest("restore", NAME, version, root=root, now=AFTER).code == 0
        assert file.read_text("utf-8") == text
    file.write_text(ISSUE.replace("Good", "Bad"), "utf-8")
    refused = correct(root, block=FIXED.replace("nine", "ten"))
    assert refused.code == 1
    assert "nothing of it is overwritten" in refused.err


# -- mailing


def test_mail_tells_of_this_correction_and_not_of_earlier_ones_that_nobody_asked_to_mail(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        correct(root)
        ships = "### Ships wait at the quay {#s-00000001}\n\nEight ships wait at the quay.\n"
        ran = correct(root, "--mail", "--json", block=ships, note="It was eight.", story="ships", now=LATER)
    assert ran.code == 0, ran.err
    assert [one["correction"] for one in ran.json["mailings"]] == [2]
    assert corrected(server) == people("a")
    assert server.messages[-1].parsed["Subject"] == "Correction: Ships wait at the quay"


def test_only_those_who_got_the_wrong_version_are_mailed_and_once(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(
            tmp_path, server, "a", "b", "gone", "world", "energy", slices={"world": "World", "energy": "Energy"}
        )
        assert correct(root).code == 0
        assert digest("subscribers", "remove", "gone@readers.example", root=root, now=AFTER).code == 0
        assert digest("subscribers", "add", "new@readers.example", root=root, now=AFTER).code == 0
        first, again = send(root), send(root)
        status = digest("send", NAME, "--status", root=root, now=LATER)
        data = digest("send", NAME, "--status", "--json", root=root, now=LATER).json

    assert (first.code, again.code) == (0, 0)
    assert corrected(server) == people("a", "b", "energy")
    assert "2026-W47, correction 1: 3 sent = 3 recipients" in first.out
    assert "2026-W47: 5 sent = 5 recipients" in status.out
    assert "2026-W47, correction 1: 3 sent = 3 recipients" in status.out
    assert [(one["kind"], one.get("correction")) for one in data["mailings"]] == [("issue", None), ("correction", 1)]


def test_the_mail_says_what_was_wrong_and_how_it_is_right_and_how_to_leave(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        correct(root)
        send(root)
    mail = server.messages[-1].parsed
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert mail["Subject"] == "Correction: Wind waits for a cable"
    assert "unsubscribe" in str(mail["List-Unsubscribe"])
    for part in (text.get_content(), html.get_content()):
        said = " ".join(part.split())
        assert NOTE in said
        assert "The wind farm waits nine years for a cable." in said
        assert "six years for" not in said
        assert "https://trial.example/brief/2026-W47/wind-waits-for-a-cable/" in said
        assert "issue 1 of 20 November 2026" in said
        assert "A harbour town" not in said


def test_two_corrections_are_two_mailings_and_each_says_its_own(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a", "world", slices={"world": "World"})
        correct(root)
        send(root)
        ships = "### Ships wait at the quay {#s-00000001}\n\nEight ships wait at the quay.\n"
        correct(root, block=ships, note="It was eight.", story="ships")
        assert "correction 1: 1 sent" in send(root).out
    assert corrected(server) == Counter({"a@readers.example": 2, "world@readers.example": 1})


def test_who_gets_the_issue_later_is_told_after_it_and_nobody_else_unless_the_editor_says_so(tmp_path: Path) -> None:
    with fault_server(faults_left={"451": 1}) as server:
        root = sent(tmp_path, server, "a", "451.late", "550.never")
        correct(root, now="2026-11-18T12:05Z")
        waiting = digest("run", "--dry-run", "--json", root=root, now="2026-11-18T12:10Z").json["issues"]
        ran = digest("run", "--json", root=root, now="2026-11-18T13:00Z")
        alone = corrected(server)
        assert send(root, now="2026-11-18T13:10Z").code == 0
        again = digest("run", "--json", root=root, now="2026-11-18T13:20Z")

    assert waiting == []
    assert ran.code == 3, "the issue is refused by one"
    assert [[one["kind"] for one in told["mailings"]] for told in ran.json["sent"]] == [["issue"], ["correction"]]
    assert alone == people("451.late")
    assert again.json["sent"] == []
    assert corrected(server) == people("a", "451.late")
    order = [str(one.parsed["Subject"]) for one in server.messages if one.rcpt_tos == ("451.late@readers.example",)]
    assert order == ["Cables and cranes", "Correction: Wind waits for a cable"]


def test_who_is_left_of_a_sending_that_was_stopped_gets_the_issue_and_then_the_correction(tmp_path: Path) -> None:
    with fault_server(faults_left={"451": 1}) as server:
        root = sent(tmp_path, server, "a", "451.late")
        correct(root, "--mail", now="2026-11-18T12:05Z")
        early = corrected(server)
        ran = digest("send", NAME, "--json", root=root, now="2026-11-18T13:00Z")

    assert early == people("a")
    assert [one["kind"] for one in ran.json["mailings"]] == ["issue", "correction"]
    assert [one["list"] for one in ran.json["mailings"]] == [2, 2]
    assert corrected(server) == people("a", "451.late")


def test_who_may_have_it_is_told_and_who_asked_never_to_be_mailed_is_not(tmp_path: Path) -> None:
    with fault_server(faults_left={"drop-dot": 1}) as server:
        root = sent(tmp_path, server, "a", "drop-dot.x", "left")
        correct(root)
        with opened(root) as project, project.store.write() as connection:
            subscribers.suppress(connection, [("left@readers.example", "complained")], now=at(19))
        ran = send(root)

    assert ran.code == 0, ran.err
    assert corrected(server) == people("a", "drop-dot.x")
    assert "2 sent + 1 suppressed = 3 recipients" in ran.out


def test_a_new_reader_who_is_mailed_the_issue_gets_the_correction_after_it_even_if_nobody_else_did(
    tmp_path: Path,
) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a", "b")
        correct(root)
        digest("subscribers", "add", "new@readers.example", root=root, now=AFTER)
        ran = digest("send", NAME, "--new", "--json", root=root, now=LATER)
        alone = corrected(server)
        assert send(root).code == 0

    assert ran.code == 0, ran.err
    assert [one["kind"] for one in ran.json["mailings"]] == ["issue", "correction"]
    assert alone == people("new")
    assert corrected(server) == people("new", "a", "b")


def test_what_is_put_off_is_tried_again_by_run_and_then_the_issue_is_closed(tmp_path: Path) -> None:
    with fault_server(faults_left={"451": 0}) as server:
        root = sent(tmp_path, server, "a", "451.late")
        assert state(root) == "closed"
        correct(root)
        server.faults_left["451"] = 1
        ran = send(root)
        between = state(root)
        soon = digest("run", "--json", root=root, now="2026-11-19T10:10Z")
        later = digest("run", "--json", root=root, now="2026-11-19T11:00Z")
        assert state(root) == "closed"

    assert (ran.code, between) == (3, "out")
    assert "1 sent + 1 deferred = 2 recipients" in ran.out
    assert soon.json["sent"] == []
    assert [one["sent"] for told in later.json["sent"] for one in told["mailings"]] == [2]
    assert corrected(server) == people("a", "451.late")


def state(root: Path) -> str:
    with opened(root) as project, project.store.read() as connection:
        record = issues.get_issue(connection, NAME)
    assert record is not None
    return record.state


def test_a_message_that_is_tried_again_is_the_same_to_the_byte_whatever_has_changed(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        correct(root)
        send(root)
        digest("subscribers", "add", "new@readers.example", root=root, now=AFTER)
        configure(root, server.send_table(), title="The Other Trial")
        correct(root, block=FIXED.replace("nine", "ten"), note="No, ten.", now=LATER)
        digest("send", NAME, "--new", root=root, now="2026-11-19T11:00Z")
    old, new = [one.data for one in server.messages if b"Correction: " in one.data][:2]
    assert corrected(server)["new@readers.example"] == 2
    assert body(old) == body(new)


def body(raw: bytes) -> list[bytes]:
    """What two recipients' messages have in common."""
    own = (b"To:", b"Message-ID:", b"List-Unsubscribe:", b"DKIM", b" ", b"\t")
    lines = raw.replace(b"=\r\n", b"").split(b"\r\n")
    return [line for line in lines if not line.startswith(own) and b"unsubscribe" not in line]


def test_the_gate_looks_at_the_mail_before_it_leaves(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        config = root / "digest.toml"
        config.write_text(config.read_text("utf-8").replace('["embargo"]', '["embargo", "todo"]'), "utf-8")
        assert correct(root, note="It is nine, TODO ask the grid.").code == 0
        ran = send(root)
        assert ran.code == 4
        assert "todo" in ran.err
        assert corrected(server) == Counter()


def test_it_is_not_mailed_before_its_pages_are_published(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        correct(root, "--mail")
        assert corrected(server) == people("a")
        assert "nine years" in (root / "build" / "site" / NAME / "index.html").read_text("utf-8")


SENDER = """
import sys
from digest.cli.main import VERBS, run
VERBS["Out"]["correct"] = ""
sys.exit(run(sys.argv[1:]))
"""


def test_killed_in_the_middle_nobody_is_lost_and_nobody_doubled(tmp_path: Path) -> None:
    names = [f"r{number:03}" for number in range(120)]
    with fault_server() as server:
        root = sent(tmp_path, server, *names)
        correct(root)
        before = len(server.messages)
        words = [sys.executable, "-c", SENDER, "-C", str(root), "--now", LATER, "correct", NAME, "--send", "--yes"]
        for kill_at in (3, 40, 80):
            process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            deadline = time.monotonic() + 60
            while len(server.messages) < before + kill_at and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            with opened(root) as project:
                let_leases_run_out(project.store)
        last = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
        data = digest("send", NAME, "--status", "--json", root=root, now=LATER).json["mailings"][-1]

    got = corrected(server)
    assert last.returncode in {0, 3}, last.stderr
    assert data["kind"] == "correction"
    assert data["left"] == 0
    assert data["sent"] + data["uncertain"] == 120
    assert max(got.values()) == 1, "doubled"
    assert len(got) >= data["sent"], "lost"
    assert data["uncertain"] <= 3 * 2
