"""The units of docs/systemd: systemd knows their keys, and what they start exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli.main import VERBS
from digest.errors import ConfigError
from digest.scale.queue import QUEUES
from tests.support.cli import digest

UNITS = Path(__file__).parents[2] / "docs" / "systemd"
SERVICES = ("digest-run.service", "digest-serve.service", "digest-worker@.service")
NAMES = (*SERVICES, "digest-run.timer")
HARDENING = {
    "ProtectSystem": "strict",
    "ReadWritePaths": "/srv/brief",
    "NoNewPrivileges": "yes",
    "LoadCredential": "smtp-password:/etc/digest/smtp-password",
    "PrivateTmp": "yes",
    "EnvironmentFile": "-/etc/digest/environment",  # the store's password
    "CapabilityBoundingSet": "",
}


def table(name: str) -> dict[str, str]:
    """The keys of a unit; only files of variables come twice in ours."""
    lines = (UNITS / name).read_text("utf-8").splitlines()
    pairs = [(found[1], found[2]) for line in lines if (found := re.fullmatch(r"([A-Za-z]+)=(.*)", line))]
    assert len(dict(pairs)) == len(pairs) - max(0, [key for key, _ in pairs].count("EnvironmentFile") - 1)
    return dict(pairs)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_unit_starts_is_a_verb(name: str) -> None:
    verb, *options = [word for word in table(name)["ExecStart"].split()[1:] if word != "-q"]
    told = digest(verb, "--help").out

    assert verb in {one for verbs in VERBS.values() for one in verbs}
    assert all(re.search(rf"{word}\b", told) for word in options if word.startswith("--"))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_write_to_its_folder_and_nowhere_else(name: str) -> None:
    assert HARDENING.items() <= table(name).items()


@pytest.mark.parametrize("name", ["digest-run.service", "digest-worker@.service"])
def test_a_stop_waits_for_the_messages_on_their_way_and_is_no_failure(name: str) -> None:
    keys = table(name)

    assert int(keys["TimeoutStopSec"]) > 60, "longer than [send] timeout_s"
    assert keys["SuccessExitStatus"] == "130 143"
    assert keys["KillMode"] == "mixed"


def test_a_run_has_no_limit_of_time_and_a_worker_comes_back_unless_it_is_wrongly_set_up() -> None:
    run, worker = table("digest-run.service"), table("digest-worker@.service")

    assert run["Type"] == "oneshot"
    assert (worker["Restart"], worker["RestartPreventExitStatus"]) == ("on-failure", str(ConfigError.exit_code))
    assert worker["StartLimitIntervalSec"] == "0", "a server that is away for an hour must not end it for good"


def test_a_worker_looks_at_all_queues_unless_it_is_told_otherwise() -> None:
    assert set(table("digest-worker@.service")["Environment"].removeprefix("QUEUES=").split(",")) == set(QUEUES)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    for name in NAMES:
        text = (UNITS / name).read_text("utf-8")
        (tmp_path / name.replace("@", "@1")).write_text(text.replace("/usr/local/bin/digest", sys.executable), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name.replace("@", "@1")) for name in NAMES)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in done.stderr
