"""Runs the rules over a rendered issue and says which findings block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.check.rules import RULE_FUNCTIONS
from digest.model import Finding

if TYPE_CHECKING:
    from digest.check.galley import Galley

ALWAYS_BLOCK = frozenset({"embargo", "empty", "unsubscribe"})
"""An embargo is a promise to somebody else, and a mail without content or a way out is nobody's wish."""


def check_issue(galley: Galley) -> tuple[Finding, ...]:
    """Every finding, blocking ones first, then by place in the file."""
    block = ALWAYS_BLOCK | set(galley.settings.check.block)
    findings = [
        Finding(
            rule=remark.rule,
            blocks=remark.rule in block and not remark.advice,
            message=remark.message,
            path=galley.path if remark.line else None,
            line=remark.line,
            hint=remark.hint,
        )
        for rule in RULE_FUNCTIONS
        for remark in rule(galley)
    ]
    return tuple(sorted(findings, key=lambda found: (not found.blocks, found.line or 0, found.rule)))
