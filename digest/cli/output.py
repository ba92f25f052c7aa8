"""How single values are shown: a finding, an error, an entry's source, a list of paths."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from digest.errors import BlockedError, ChangedError, ConfigError, DigestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.model import Entry, Finding


MOST = 5
"""Findings of one rule in one file that are listed."""


def coloured(text: str, colour: str, *, bold: bool = False) -> str:
    """Text for a terminal in a colour, unless its owner wants none (https://no-color.org/)."""
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=colour, bold=bold or None)


def finding_line(finding: Finding) -> str:
    """A finding on one line: ``issues/2026-W47.md:12: todo: … (hint)``."""
    place = f"{finding.path}{f':{finding.line}' if finding.line else ''}: " if finding.path else ""
    mark = click.style("blocks", fg="red") if finding.blocks else click.style("advice", fg="yellow")
    hint = f" ({finding.hint})" if finding.hint else ""
    return f"{mark}  {place}{finding.rule}: {finding.message}{hint}"


def finding_lines(findings: Sequence[Finding], *, most: int = MOST, rest: str = "") -> Iterator[str]:
    """The findings as they are listed; behind the last of a rule in a file that is, how many more there are."""
    for finding, more in folded(findings, most=most):
        yield finding_line(finding)
        if more:
            yield f"        and {more} more of {finding.rule} there{rest}"


def folded(findings: Sequence[Finding], *, most: int) -> list[tuple[Finding, int]]:
    """The findings that are listed, grouped by file, blocking ones first; with how many alike follow unlisted."""
    files: dict[str, list[Finding]] = {}
    for finding in findings:
        files.setdefault(finding.path or "", []).append(finding)
    listed: list[tuple[Finding, int]] = []
    for here in sorted(files.values(), key=lambda one: not any(finding.blocks for finding in one)):
        alike = Counter((finding.rule, finding.blocks) for finding in here)
        shown: Counter[tuple[str, bool]] = Counter()
        for finding in here:
            kind = (finding.rule, finding.blocks)
            shown[kind] += 1
            if shown[kind] <= most:
                listed.append((finding, alike[kind] - most if shown[kind] == most else 0))
    return listed


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding for --json."""
    return {
        "rule": finding.rule,
        "blocks": finding.blocks,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "hint": finding.hint,
    }


def error_json(error: DigestError) -> str:
    """An error for --json: the same words as on standard error, and the exit code."""
    data: dict[str, Any] = {"error": error.message, "hint": error.hint, "exit_code": error.exit_code}
    if isinstance(error, BlockedError):
        data["findings"] = [finding_data(finding) for finding in error.findings]
    if isinstance(error, ChangedError):
        data["diff"] = error.diff
    if isinstance(error, ConfigError):
        data["problems"] = [
            {"path": p.path, "where": p.where, "line": p.line, "message": p.message, "hint": p.hint}
            for p in error.problems
        ]
    return json.dumps(data, ensure_ascii=False)


def entry_data(entry: Entry) -> dict[str, Any]:
    """An entry for --json, without its texts."""
    return {
        "id": entry.id,
        "title": entry.title,
        "url": entry.url,
        "source": entry.source_id,
        "organisation": entry.organisation,
        "kind": entry.kind,
        "published": entry.published,
        "first_seen": entry.first_seen,
        "path": entry.path,
        "state": entry.state,
        "issue": entry.issue,
        "embargo": entry.embargo,
        "hold_until": entry.hold_until,
        "carried": entry.carried,
        "notes": list(entry.notes),
    }


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 entry``, ``2 entries``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
