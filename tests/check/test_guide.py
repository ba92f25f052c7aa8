"""The guide's table of rules is the code's."""

from __future__ import annotations

from pathlib import Path

from digest.check.gate import ALWAYS_BLOCK
from digest.check.rules import rule_notes
from digest.config.settings import BLOCKING

GUIDE = Path(__file__).parents[2] / "docs" / "guide.md"


def severity(rule: str) -> str:
    if rule in ALWAYS_BLOCK:
        return "always blocks"
    return "blocks" if rule in BLOCKING else "advises"


def test_the_guide_names_every_rule_as_the_code_has_it() -> None:
    lines = GUIDE.read_text("utf-8").splitlines()
    start = lines.index("| rule | what it is about | without `block` |") + 2
    rows = [f"| `{one.id}` | {one.about.replace('<', '&lt;')} | {severity(one.id)} |" for one in rule_notes()]

    assert lines[start : start + len(rows) + 1] == [*rows, ""]
