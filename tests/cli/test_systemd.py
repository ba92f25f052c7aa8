"""The units of docs/systemd: systemd knows their keys, and what they start exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli.main import VERBS

UNITS = Path(__file__).parents[2] / "docs" / "systemd"
NAMES = ("digest-run.service", "digest-run.timer", "digest-serve.service")
SERVICES = ("digest-run.service", "digest-serve.service")
HARDENING = {
    "ProtectSystem": "strict",
    "ReadWritePaths": "/srv/brief",
    "NoNewPrivileges": "yes",
    "LoadCredential": "smtp-password:/etc/digest/smtp-password",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
}


def table(name: str) -> dict[str, str]:
    """The keys of a unit; none comes twice in ours."""
    lines = (UNITS / name).read_text("utf-8").splitlines()
    pairs = [(found[1], found[2]) for line in lines if (found := re.fullmatch(r"([A-Za-z]+)=(.*)", line))]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_unit_starts_is_a_verb(name: str) -> None:
    verb = table(name)["ExecStart"].rstrip("'").split()[-1]

    assert verb in {one for verbs in VERBS.values() for one in verbs}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_write_to_its_folder_and_nowhere_else(name: str) -> None:
    assert HARDENING.items() <= table(name).items()


def test_a_stop_waits_for_the_messages_on_their_way_and_is_no_failure() -> None:
    keys = table("digest-run.service")

    assert int(keys["TimeoutStopSec"]) > 60, "longer than [send] timeout_s"
    assert keys["SuccessExitStatus"] == "130 143"
    assert keys["Type"] == "oneshot", "which has no limit of time"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    for name in NAMES:
        text = (UNITS / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/usr/local/bin/digest", sys.executable), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in NAMES)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in done.stderr
