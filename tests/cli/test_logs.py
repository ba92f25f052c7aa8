"""What services write down: a line each, in order, and nothing of whom it is about."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cli.logs import FORMATS, Discreet, JsonLines, LogFormat, _ForJournal, discreet, set_up
from tests.serve.running import serving
from tests.support.project import make_project
from tests.support.smtp import smtp_server

ADA = "ada.müller+news@readers.example"


@pytest.fixture
def logger() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger that writes JSON, as a service has it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    one = logging.getLogger("digest.scale.mailjobs")
    one.addHandler(handler)
    one.setLevel(logging.INFO)
    one.propagate = False
    yield one, stream
    one.removeHandler(handler)
    one.setLevel(logging.NOTSET)
    one.propagate = True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_object_with_time_level_and_what_is_known(logger: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = logger
    log.warning("%s: a batch\nis done", "2026-W47", extra={"issue": "2026-W47", "sent": 498, "waits": False})

    (told,) = lines(stream)
    moment = told.pop("time")
    assert told == {
        "level": "warning", "logger": "digest.scale.mailjobs", "message": "2026-W47: a batch\nis done",
        "issue": "2026-W47", "sent": 498, "waits": False,
    }  # fmt: skip
    assert moment.endswith("Z")
    assert len(moment) == len("2026-11-20T07:00:00.000Z")


def test_a_bug_says_its_kind_and_place_and_not_its_words(logger: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = logger
    try:
        int(ADA)
    except ValueError:
        log.exception("a bug")

    (told,) = lines(stream)
    assert told["exception"] == "ValueError"
    assert "test_logs.py" in told["at"][-1]
    assert "@" not in stream.getvalue()


def test_a_job_of_procrastinate_is_its_number_and_task_without_its_arguments() -> None:
    job = {"id": 12, "queue": "mail", "task_name": "deliver", "task_kwargs": {"to": ADA}, "attempts": 1, "lock": ADA,
           "call_string": f"deliver[12](to='{ADA}')"}  # fmt: skip
    worker = {"name": "quay:17", "worker_id": 3, "job_id": 12, "queues": ["mail"]}
    record = logging.makeLogRecord({
        "name": "procrastinate.worker", "levelno": logging.INFO, "levelname": "INFO", "action": "job_success",
        "msg": f"Job {job['call_string']} ended with status: Success, lasted 1.200 s", "job": job, "worker": worker,
        "start_timestamp": 1.0, "duration": 1.2, "result": ADA, "task_kwargs": {"to": ADA},
    })  # fmt: skip

    told = json.loads(JsonLines().format(record))

    assert told["message"].startswith("Job deliver[12]")
    assert told["job"] == {"id": 12, "queue": "mail", "task_name": "deliver", "attempts": 1}
    assert told["worker"] == {"name": "quay:17", "worker_id": 3}
    assert (told["action"], told["duration"]) == ("job_success", 1.2)
    assert set(told) == {"time", "level", "logger", "message", "job", "worker", "action", "duration"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("from bounces+ada=readers.example@brief.example", "from (address)"),
        ("to='o'hara@readers.example'", "to='(address)'"),
        (f"550 5.1.1 <{ADA}>: no such user", "550 5.1.1 <(address)>: no such user"),
        ('"ada m"@readers.example is unknown', "(address) is unknown"),
        ("https://news.quay.example/unsubscribe/1-1-aaaa is asked", "https://news.quay.example/… is asked"),
        ("no route to postgresql://digest:secret@db.quay.example:5432/brief?x=y",
         "no route to postgresql://db.quay.example:5432/brief"),
        ("https://user:pass@feeds.quay.example", "https://feeds.quay.example"),
        ("no ada@[192.0.2.1], nor \"see ada@readers.example\"", "no (address), nor \"see (address)\""),
        ("the 3 messages of 2026-W47 are out", "the 3 messages of 2026-W47 are out"),
    ],
)  # fmt: skip
def test_addresses_links_and_passwords_are_taken_out(text: str, told: str) -> None:
    assert discreet(text) == told
    assert Discreet("%(message)s").format(logging.makeLogRecord({"msg": text})) == told


@given(st.text(), st.emails(), st.text(), st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.emails()))
def test_whatever_is_logged_is_one_line_and_holds_no_address(
    before: str, address: str, after: str, extra: dict[str, Any]
) -> None:
    known = vars(logging.makeLogRecord({}))
    extra = {f"x_{key}" if key in known else key: value for key, value in extra.items()}
    fixed = {"name": "digest.quay", "msg": f"{before} {address} {after}", "issue": address}
    record = logging.makeLogRecord(extra | fixed)

    line = JsonLines().format(record)

    assert len(line.splitlines()) == 1
    told = json.loads(line)
    assert address not in told["message"]
    assert address not in told.get("issue", "")
    assert set(told) >= {"time", "level", "logger", "message"}


@pytest.mark.parametrize("piece", ["a.", "a", "a-", "a'", '"', "a://", "@", '"a"'])
def test_a_long_line_is_gone_through_once(piece: str) -> None:
    """Of 200,000 letters each was tried as the beginning of an address: that was half an hour."""
    text = f"{piece * 200_000} to ada@readers.example"

    assert "readers.example" not in discreet(text)


def test_what_is_given_takes_no_field_s_place_and_is_json_everywhere() -> None:
    given = {"time": 5, "level": 7, "logger": 1, "wait_s": float("inf")}
    record = logging.makeLogRecord(given | {"name": "digest.quay", "levelname": "INFO", "msg": "x"})

    told = json.loads(JsonLines().format(record), parse_constant=pytest.fail)

    assert (told["level"], told["logger"], told["wait_s"]) == ("info", "digest.quay", None)
    assert isinstance(told["time"], str)


@pytest.mark.parametrize("log_format", FORMATS)
def test_arguments_that_do_not_fit_and_warnings_are_a_line_each(log_format: LogFormat) -> None:
    script = (
        "import logging, sys, warnings; from digest.cli.logs import set_up; set_up(sys.argv[1], logging.INFO);"
        f"logging.getLogger('other').info('%d are out', '{ADA}'); warnings.warn('no {ADA}')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", script, log_format], capture_output=True, text=True, check=True
    )

    first, *rest = done.stderr.splitlines()
    assert "%d are out" in first
    assert "UserWarning" in rest[0]
    assert "@" not in done.stderr
    if log_format == "json":
        assert [json.loads(one)["logger"] for one in (first, *rest)] == ["other", "py.warnings"]


def test_the_journal_is_told_how_urgent_each_line_is() -> None:
    formatter = _ForJournal(Discreet("%(message)s"))

    told = [
        formatter.format(logging.makeLogRecord({"msg": "one\ntwo", "levelno": level}))
        for level in (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)
    ]

    assert told == ["<3>one\n<3>two", "<4>one\n<4>two", "<6>one\n<6>two", "<7>one\n<7>two"]


def test_setting_up_replaces_what_was_there(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up("json", logging.INFO)
        logging.getLogger("digest.quay").info("one")
        logging.getLogger("digest.quay").debug("none")
        set_up("text", logging.WARNING)
        logging.getLogger("digest.quay").info("none")
        logging.getLogger("digest.quay").warning("to %s", ADA)
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    first, second = capsys.readouterr().err.splitlines()
    assert json.loads(first)["message"] == "one"
    assert second == "to (address)"
    assert sys.stderr


def test_why_the_pages_do_not_begin_is_a_line_of_json_as_well(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    command = [sys.executable, "-m", "digest", "-C", str(root), "serve", "--log-format"]

    in_json = subprocess.run([*command, "json"], capture_output=True, text=True, check=False)
    in_text = subprocess.run([*command, "text"], capture_output=True, text=True, check=False)

    (told,) = [json.loads(line) for line in in_json.stderr.splitlines()]
    assert (in_json.returncode, in_text.returncode) == (1, 1)
    assert told["level"] == "error"
    assert told["message"].startswith("digest.toml does not say under which address the pages are (write [serve]")
    assert in_text.stderr.startswith("error: digest.toml does not say")


def test_the_pages_log_in_json_from_the_first_line_to_the_last(tmp_path: Path) -> None:
    with smtp_server() as mail, serving(tmp_path / "n", mail, arguments=("--log-format", "json")) as served:
        assert served.get("unsubscribe/1-1-aaaaaaaaaaaaaaaaaaaaaaaaaa").status == 404
        assert served.stop() == 0

    told = [json.loads(line) for line in (tmp_path / "n.log").read_text("utf-8").splitlines()]
    messages = [one["message"] for one in told if one["logger"].startswith("digest.")]
    assert messages == ["listens", "GET unsubscribe 404", "stopped"]
