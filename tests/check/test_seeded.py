"""A mail with faults seeded by somebody who wrote none of the rules: the gate finds them, and nothing on sound ones."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from digest import pipeline
from digest.check.gate import check_letter
from digest.check.message.mailfile import read_mail
from digest.model import Finding
from tests.support.cli import digest
from tests.support.project import opened

SEEDED = Path(__file__).parent / "seeded"
NOW = "2026-11-20T08:00Z"
ISSUE = "issues/2026-W47.md"
BAR = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What was seeded: any of the words in a finding's rule or message, at this place."""

    id: str
    what: str
    file: str  # issue, email.html, email.txt, message.eml
    words: tuple[str, ...]
    line: int | None = None
    to: int | None = None

    def is_found_in(self, findings: Iterable[tuple[str, Finding]]) -> bool:
        return any(self._is(file, finding) for file, finding in findings)

    def _is(self, file: str, finding: Finding) -> bool:
        said = f"{finding.rule} {finding.message}".casefold()
        there = not self.line or not finding.line or self.line <= finding.line <= (self.to or self.line)
        return file == self.file and there and any(word in said for word in self.words)


def faults() -> list[Fault]:
    told = tomllib.loads((SEEDED / "bad/faults.toml").read_text("utf-8"))["fault"]
    return [
        Fault(id=one["id"], what=one["what"], file=one["file"], words=tuple(one["words"]), line=one.get("line"),
              to=one.get("to"))
        for one in told
    ]  # fmt: skip


def findings(name: str, folder: Path) -> list[tuple[str, Finding]]:
    """What the gate finds in a newsletter's issue, and in the message of another program beside it."""
    root = folder / name
    shutil.copytree(SEEDED / name, root)
    written = (root / ISSUE).read_bytes()
    (root / ISSUE).unlink()
    for verb in ("fetch", "draft"):
        ran = digest(verb, root=root, now=NOW)
        assert ran.code == 0, ran.err
    (root / ISSUE).write_bytes(written)
    with opened(root) as project:
        found = pipeline.check(project, now=datetime.fromisoformat(NOW), name="2026-W47").findings
        settings = project.settings.check
    parts = {"email.html": "email.html", "email.txt": "email.txt", "email.eml": "message", "2026-W47.md": "issue"}
    told = [(parts.get(Path(one.path or "").name, "digest.toml"), one) for one in found]
    letter = read_mail((root / "message.eml").read_bytes(), name="message.eml", clients=settings.clients)
    alone = check_letter(letter, settings, {})
    return told + [("message.eml", one) for one in alone]


def test_the_gate_finds_the_seeded_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = findings("bad", tmp_path)
    missed = [fault for fault in faults() if not fault.is_found_in(found)]
    total = len(faults())
    with capsys.disabled():
        print(f"\n{total - len(missed)} of {total} seeded faults found", end="")
    assert total >= 40
    assert len(missed) <= total * (1 - BAR), "\n".join(f"{one.file}:{one.line} {one.id}: {one.what}" for one in missed)


@pytest.mark.parametrize("name", ["clean-1", "clean-2", "clean-3"])
def test_sound_mails_raise_nothing(name: str, tmp_path: Path) -> None:
    assert [f"{file}:{one.line} {one.rule}: {one.message}" for file, one in findings(name, tmp_path)] == []
