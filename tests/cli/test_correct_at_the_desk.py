"""``digest correct`` where something goes otherwise than one thought: the editor, the note, the yes, a kill."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from digest.production import correctionmail
from digest.store import issues
from tests.cli.test_correct import AFTER, FIRST, LATER, correct, corrected, editor, people, send, sent, state
from tests.gather.past.letters import campaign, mail, mbox
from tests.production.outgone import FIXED, ISSUE, NAME, NOTE, configure, go_out, written
from tests.support.cli import digest
from tests.support.project import at, make_project, opened
from tests.support.smtp import fault_server, smtp_server

pytestmark = pytest.mark.usefixtures("in_each_database")

NEXT = "2026-11-25T12:00Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsletter whose issue was mailed to one reader."""
    with smtp_server() as server:
        return sent(tmp_path, server, "a")


def forms(root: Path) -> list[str]:
    """What is kept of forms that were filled in."""
    return [path.read_text("utf-8") for path in (root / "state").glob("correction-*")]


def in_file(root: Path) -> str:
    return (root / "issues" / f"{NAME}.md").read_text("utf-8")


# -- the form


def test_a_form_that_comes_back_empty_is_given_up_and_the_next_begins_anew(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, "text = ''")
    ran = digest("correct", NAME, FIRST, "--yes", root=root, now=AFTER)
    assert (ran.code, forms(root)) == (1, [])
    assert "nothing was changed" in ran.err
    editor(tmp_path, monkeypatch, f"text = text.replace('Note: ', 'Note: {NOTE}').replace('six', 'nine')")
    assert digest("correct", NAME, FIRST, "--yes", root=root, now=AFTER).code == 0


def test_a_note_that_was_forgotten_can_be_given_as_the_message_says(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, "text = text.replace('six', 'nine')")
    ran = digest("correct", NAME, FIRST, "--yes", root=root, now=AFTER)
    assert (ran.code, "--note" in ran.err) == (2, True)
    editor(tmp_path, monkeypatch, "")
    ran = digest("correct", NAME, FIRST, "--note", NOTE, "--yes", root=root, now=AFTER)
    assert ran.code == 0, ran.err
    assert "going on with what was written before, in state/correction-" in ran.err
    assert "nine years" in in_file(root)


@pytest.mark.parametrize("label", ["Note:", "note: ", "<!-- mine --> Note:\n\n"])
def test_the_note_may_stand_close_to_its_label(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    change = f"text = text.replace('six', 'nine').replace('Note: ', {label + NOTE!r}, 1)"
    editor(tmp_path, monkeypatch, change)
    ran = digest("correct", NAME, FIRST, "--yes", "--dry-run", "--json", root=root, now=AFTER)
    assert ran.json["note"] == NOTE
    assert "what you wrote is kept in state/" in ran.err


def test_what_is_said_in_a_comment_is_no_part_of_the_note(root: Path) -> None:
    ran = digest(
        "correct", NAME, FIRST, "--retract", "--note", "It was <!-- ask B. --> withdrawn.", "--yes", "--json",
        root=root, now=AFTER,
    )  # fmt: skip
    assert ran.json["note"] == "It was withdrawn."
    assert "ask B." not in in_file(root)


def test_an_editor_that_fails_leaves_no_form_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", f'{sys.executable} -c "raise SystemExit(3)"')
    monkeypatch.delenv("VISUAL", raising=False)
    ran = digest("correct", NAME, FIRST, root=root, now=AFTER)
    assert (ran.code, forms(root)) == (2, [])
    assert "Editing failed" in ran.err
    assert "--file" in ran.err


def test_who_has_no_name_is_asked_for_one_before_anything_is_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)  # as in a container that is run under some number
    ran = digest("correct", NAME, FIRST, "--retract", "--note", "It was withdrawn.", "--yes", root=root, now=AFTER)
    assert (ran.code, "--by NAME" in ran.err) == (2, True)


def test_it_is_said_that_the_subject_keeps_a_headline_that_was_wrong(tmp_path: Path) -> None:
    root = written(tmp_path / "brief")
    with opened(root) as project:
        text = ISSUE.replace("subject: Cables and cranes", "subject: Wind waits for a cable, and more")
        project.issue_path(NAME).write_text(text, "utf-8")
        go_out(project, NAME, now=at(18, 12))
    assert "the subject of" not in correct(root).err
    ran = correct(root, block=FIXED.replace("Wind waits for a cable", "Wind waits for two cables"), note="It is two.")
    assert f"the subject of {NAME} says “Wind waits for a cable” too, and stays as it was mailed" in ran.err


def test_the_next_issue_says_that_a_story_was_retracted(root: Path) -> None:
    words = ("correct", NAME, FIRST, "--retract", "--note", "The report was withdrawn.", "--yes")
    assert digest(*words, root=root, now=AFTER).code == 0
    assert digest("draft", root=root, now=NEXT).code == 0
    told = (root / "issues" / "2026-W48.md").read_text("utf-8").partition("## Corrections")[2]
    assert "**Retracted.** The report was withdrawn." in told


# -- the mail


def test_mail_asks_once_more_and_says_how_many_get_it(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a", "b")
        words = ("correct", NAME, FIRST, "--retract", "--note", "It was withdrawn.", "--mail")
        ran = digest(*words, root=root, now=AFTER, stdin="y\nn\n", terminal=True)
        asked = digest("correct", NAME, "--send", root=root, now=LATER, stdin="n\n", terminal=True)
    assert ran.code == 1
    assert f"Mail the correction of {NAME} to 2 recipients?" in ran.err
    assert f"Mail the correction of {NAME} to 2 recipients?" in asked.err
    assert corrected(server) == people()
    assert "correction 1 is kept" in ran.err
    assert "Retracted" in in_file(root)
    assert "`digest correct 2026-W47 --send`" in digest(*words, "--yes", root=root, now=LATER).err


def test_two_corrections_are_asked_about_by_their_messages(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a", "b")
        correct(root)
        ships = "### Ships wait at the quay {#s-00000001}\n\nEight ships wait at the quay.\n"
        correct(root, block=ships, note="It was eight.", story="ships")
        ran = digest("correct", NAME, "--send", root=root, now=LATER, stdin="n\n", terminal=True)
    assert f"Mail 2 corrections of {NAME}, in 4 messages in all?" in ran.err


def test_that_nobody_is_to_be_told_is_said(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        digest("subscribers", "remove", "a@readers.example", root=root, now=AFTER)
        correct(root)
        ran = send(root)
    assert (ran.code, "there is nobody to tell" in ran.err) == (0, True)


def test_an_imported_issue_is_corrected_and_nobody_is_mailed(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    with smtp_server() as server:
        configure(root, server.send_table())
        box = tmp_path / "sent.mbox"
        box.write_bytes(mbox(mail(campaign(1), subject="Harbour Notes 1")))
        assert digest("import-issues", box, root=root, now=AFTER).code == 0
        name = "2019-03-14"
        words = ("correct", name, "night ferry", "--retract", "--note", "It was withdrawn.", "--yes", "--publish")
        early = digest(*words[:-1], "--mail", root=root, now=AFTER)
        ran = digest(*words, root=root, now=AFTER)
        refused = digest("correct", name, "--send", "--yes", root=root, now=AFTER)
    assert (early.code, "nobody was mailed it" in early.err) == (2, True)
    assert ran.code == 0, ran.err
    assert "--send" not in ran.err
    assert "next:" not in ran.err
    assert (refused.code, "nobody is mailed it" in refused.err) == (1, True)
    site = root / "build" / "site" / name
    assert "It was withdrawn." in (site / "index.html").read_text("utf-8")
    assert "It was withdrawn." not in (site / "as-sent.html").read_text("utf-8")


def test_the_next_issue_is_what_send_means_while_a_correction_is_put_off(tmp_path: Path) -> None:
    with fault_server(faults_left={"451": 0}) as server:
        root = sent(tmp_path, server, "a", "451.late")
        correct(root)
        server.faults_left["451"] = 1
        assert send(root).code == 3
        digest("draft", root=root, now=NEXT)
        dry = digest("send", "--dry-run", root=root, now=NEXT)
        own = digest("send", NAME, "--yes", root=root, now=NEXT)
    assert dry.out.startswith("2026-W48 (draft) would be")
    assert corrected(server) == people("a", "451.late")
    assert f"{NAME}, correction 1: 2 sent = 2 recipients" in own.out


# -- killed


def test_killed_before_the_list_is_made_run_goes_on(tmp_path: Path) -> None:
    with smtp_server() as server:
        root = sent(tmp_path, server, "a")
        assert state(root) == "closed"
        correct(root, now="2026-11-26T09:00Z")
        with opened(root) as project:
            with project.store.read() as connection:
                record = issues.get_issue(connection, NAME)
            assert record is not None
            correctionmail.freeze_corrections(project, record, asked=[1], now=at(26, 9))  # and no further
        ran = digest("run", root=root, now="2026-11-26T09:05Z")
    assert ran.code == 0, ran.err
    assert corrected(server) == people("a")
    assert state(root) == "closed"


def test_killed_before_the_file_is_written_the_story_can_be_corrected_once_more(root: Path) -> None:
    correct(root)
    first = in_file(root)
    correct(root, block=FIXED.replace("nine", "ten"), note="No, ten.")
    (root / "issues" / f"{NAME}.md").write_text(first, "utf-8")
    ran = correct(root, block=FIXED.replace("nine", "eleven"), note="No, eleven.")
    assert ran.code == 0, ran.err
    assert "eleven years" in in_file(root)
    (root / "issues" / f"{NAME}.md").write_text(ISSUE.replace("six", "seven"), "utf-8")
    assert correct(root, note="No, nine.").code == 1, "words that nobody knows are kept"
