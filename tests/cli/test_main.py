from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import digest.explain.standing
from digest.cli.output import coloured
from digest.errors import BlockedError, ChangedError, DigestError
from digest.model import Finding
from tests.support.cli import digest as run
from tests.support.cli import digest_process
from tests.support.project import NOW, make_project

HOME = Path(__file__).resolve().parents[2]


def test_no_verb_at_all_shows_the_help_as_wrong_usage() -> None:
    ran = run()

    assert ran.code == 2
    assert ran.out == ""
    assert "Usage: digest" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["statsu"], "Did you mean 'status'?"),
        (["xyzzy"], "No such command 'xyzzy'"),
        (["status", "--jsno"], "--json"),
        (["status", "--now", "yesterday"], "'yesterday' is no time"),
        (["feeds", "lits"], "No such command 'lits'"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_names_the_help(arguments: list[str], said: str) -> None:
    ran = run(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err
    assert "--help`" in ran.err


def test_options_stand_before_the_verb_or_after_it(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    forms = (
        ["-C", root, "--json", "--now", NOW, "status"],
        ["status", "-C", root, "--json", "--now", NOW],
        ["-C", root, "status", "--json", "--now", NOW],
    )

    said = {run(*form).out for form in forms}

    assert len(said) == 1
    assert next(iter(said)).startswith("{")


def test_options_of_a_verb_below_a_verb_stand_anywhere(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    forms = (["-C", root, "--json", "feeds", "list"], ["feeds", "-C", root, "--json", "list"],
             ["feeds", "list", "-C", root, "--json"])  # fmt: skip

    assert len({run(*form).out for form in forms}) == 1


@pytest.mark.parametrize(
    "moment", ["2026-11-18T12:00Z", "2026-11-18T12:00", "2026-11-18 12:00:00+00:00", "2026-11-18T21:00+09:00"]
)
def test_a_time_without_a_zone_is_utc(tmp_path: Path, moment: str) -> None:
    root = make_project(tmp_path)

    assert run("backup", root=root, now=moment).code == 1  # there is no store yet
    run("status", root=root)
    assert "digest-20261118T120000Z.db" in run("backup", root=root, now=moment).out


def test_a_terminal_gets_an_aligned_table_and_a_pipe_gets_tabs(tmp_path: Path) -> None:
    root = make_project(tmp_path)

    piped, shown = run("feeds", root=root), run("feeds", root=root, terminal=True)

    assert piped.lines[0].startswith("id\tname\t")
    assert "\t" not in shown.out
    assert "never read" in shown.out
    assert len(shown.lines) > len(piped.lines)


def test_quiet_leaves_the_results_only(tmp_path: Path) -> None:
    root = make_project(tmp_path)

    loud, quiet = run("status", root=root, now=NOW), run("status", "-q", root=root, now=NOW)

    assert loud.out == quiet.out
    assert "next:" in loud.err
    assert quiet.err == ""


def test_no_newsletter_here_says_how_to_make_one(tmp_path: Path) -> None:
    ran = run("status", root=tmp_path)

    assert ran.code == 2
    assert "digest init" in ran.err


def test_every_mistake_of_the_configuration_is_told_at_once(tmp_path: Path) -> None:
    root = make_project(tmp_path, config='[newsletter]\ntitel = "x"\n[issue]\nevery = "weak"\n', feeds="[[fed]]\n")

    ran = run("status", "--json", root=root)

    assert ran.code == 2
    places = [(problem["path"], problem["line"]) for problem in ran.json["problems"]]
    assert ("digest.toml", 2) in places
    assert ("digest.toml", 4) in places
    assert ("feeds/feeds.toml", 1) in places


def failing(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what `status` asks first fail, so that the way of an error to the person can be followed."""

    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(digest.explain.standing, "standing", fail)


FINDING = Finding(rule="todo", blocks=True, message="a TODO is left", path="issues/x.md", line=3, hint="write it")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DigestError("it: failed", hint="do this"), 1, "error: it: failed\nhint: do this"),
        (BlockedError("blocked", findings=[FINDING]), 4, "issues/x.md:3: todo: a TODO is left (write it)"),
        (ChangedError("changed", diff="-a\n+b"), 1, "-a\n+b\nerror: changed"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("oh"), 70, "ZeroDivisionError: oh"),
    ],
)
def test_every_kind_of_error_has_its_exit_code_and_words(
    tmp_path: Path, error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(error, monkeypatch)

    ran = run("status", root=make_project(tmp_path))

    assert ran.code == code
    assert ran.out == ""
    assert said in ran.err


def test_with_json_an_error_is_one_object_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(BlockedError("blocked", findings=[FINDING], hint="go"), monkeypatch)

    ran = run("status", "--json", root=make_project(tmp_path))

    assert ran.code == 4
    assert ran.json["error"] == "blocked"
    assert ran.json["hint"] == "go"
    assert ran.json["exit_code"] == 4
    assert ran.json["findings"][0]["line"] == 3


def test_a_pipe_that_is_closed_early_is_no_error(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    command = f"'{sys.executable}' -m digest -C '{root}' status -v; echo code $? >&2"
    done = subprocess.run(["sh", "-c", f"({command}) | true"], cwd=HOME, capture_output=True, text=True, check=False)

    assert "Traceback" not in done.stderr


def test_an_interrupted_process_ends_with_130(tmp_path: Path) -> None:
    """It waits for a list from standard input, which nobody sends, when Ctrl-C comes."""
    root = make_project(tmp_path)
    code = "import sys; from digest.cli.main import run; print('ready', flush=True); sys.exit(run(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "-C", str(root), "subscribers", "import", "-"],
        cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said


def test_as_a_module_it_is_the_same_command(tmp_path: Path) -> None:
    assert digest_process("status", cwd=tmp_path).code == 2


@pytest.mark.parametrize(
    "line",
    ["--json", "sttus --json", "send --json --bogus", "status --now yesterday --json", "approve --json", "why --json",
     "status extra --json"],
)  # fmt: skip
def test_wrong_usage_is_one_json_object_too(line: str, tmp_path: Path) -> None:
    ran = run(*line.split(), root=make_project(tmp_path))

    assert ran.code == 2
    assert ran.json["exit_code"] == 2
    assert ran.json["error"]


@pytest.mark.parametrize("where", ["/dev/full", "closed"])
def test_an_output_that_takes_nothing_is_no_bug(where: str, tmp_path: Path) -> None:
    root = make_project(tmp_path)
    redirect = ">&-" if where == "closed" else f">{where}"
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m digest -C "$1" status {redirect}', sys.executable, str(root)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stderr


def test_who_wants_no_colours_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert coloured("error: ", "red", bold=True) == "\x1b[31m\x1b[1merror: \x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert coloured("error: ", "red", bold=True) == "error: "
