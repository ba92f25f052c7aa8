"""What a spam filter has to say about the example issue: SpamAssassin, with its own rules and no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from digest.disk import shipped
from digest.render.templates import looks
from tests.deliver.test_message import build
from tests.render.mailed import mail
from tests.support.cli import digest

NOW = "2026-11-19T12:00:00Z"  # of `make brief`
LESS_THAN = 1.0
"""Points; SpamAssassin calls a mail spam from 5.0."""
ROOT = shipped("templates").parent

_HIT = re.compile(r"^ ?(-?\d+\.\d) ([A-Z][A-Z0-9_]+) ", re.MULTILINE)

pytestmark = pytest.mark.skipif(
    shutil.which("spamassassin") is None,
    reason="no spamassassin here (Debian: apt-get install --no-install-recommends spamassassin)",
)


def hits(message: bytes, home: Path) -> dict[str, float]:
    """The rules a message meets, and their points."""
    surroundings = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["spamassassin", "--local", "--test-mode", "--nocreate-prefs"],
        input=message, capture_output=True, check=True, timeout=120, env=surroundings,
    )  # fmt: skip
    return {name: float(points) for points, name in _HIT.findall(done.stdout.decode("utf-8", "replace"))}


@pytest.mark.parametrize("look", looks(ROOT))
def test_the_example_issue_is_no_spam_in_any_look(look: str, tmp_path: Path) -> None:
    example = tmp_path / "example"
    shutil.copytree(ROOT / "feeds", example / "feeds")
    table = (ROOT / "digest.toml").read_text("utf-8")
    table = re.sub(r"(?m)^look\b.*\n", "", table)
    (example / "digest.toml").write_text(
        table.replace("[newsletter]\n", f'[newsletter]\nlook = "{look}"\n', 1), "utf-8"
    )
    ran = digest("build", root=example, now=NOW)
    assert ran.code == 0, ran.err

    met = hits((example / "build" / "2026-W47" / "email.eml").read_bytes(), tmp_path)

    print(f"{look}: {sum(met.values()):.1f} points: {met}")
    assert "HTML_MESSAGE" in met  # it was read
    assert sum(met.values()) < LESS_THAN, met


def test_an_issue_in_other_scripts_is_no_spam_either(tmp_path: Path) -> None:
    met = hits(build(mail()), tmp_path)

    assert sum(met.values()) < LESS_THAN, met


def test_what_a_careless_program_sends_is_told_from_it(tmp_path: Path) -> None:
    """The filter is at work: without what a message must have, the same issue is worth several points."""
    message = build(mail())
    careless = re.sub(rb"(?m)^(Date|Message-ID|To): .*\r\n(?:[ \t].*\r\n)*", b"", message)

    met = hits(careless, tmp_path)

    assert {"MISSING_DATE", "MISSING_MID"} <= set(met)
    assert sum(met.values()) > LESS_THAN + 1.0, met
