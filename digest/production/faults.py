"""What the gate says of an issue: gathers what the rules look at, and refuses what must not leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.check.galley import Galley
from digest.check.gate import check_issue
from digest.edit.fates import entry_ids
from digest.errors import BlockedError
from digest.production.past import ran_before
from digest.store import entries

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.model import Finding, Issue, Mail
    from digest.project import Project


def find_faults(
    project: Project, connection: Connection, issue: Issue, mail: Mail, *, now: datetime
) -> tuple[Finding, ...]:
    """What the gate says of an issue and its mail."""
    known = {entry.id: entry for entry in entries.by_ids(connection, entry_ids(issue))}
    known |= {entry.id: entry for entry in entries.embargoed(connection, now=now)}
    galley = Galley(
        issue=issue,
        mail=mail,
        settings=project.settings,
        entries=known,
        ran=ran_before(connection, issue),
        path=project.shown(project.issue_path(issue.name)),
        now=now,
    )
    return check_issue(galley)


def refuse_embargoed(findings: tuple[Finding, ...]) -> None:
    """Nothing under embargo is written, published or sent.

    Raises:
        BlockedError: something is.
    """
    held = tuple(finding for finding in findings if finding.rule == "embargo")
    if held:
        raise BlockedError("the issue holds a story under embargo", findings=held, hint=held[0].hint)


def refuse_blocked(name: str, findings: tuple[Finding, ...]) -> None:
    """Nothing is approved that a rule blocks.

    Raises:
        BlockedError: a rule does; holds every finding.
    """
    blocking = [finding for finding in findings if finding.blocks]
    if blocking:
        raise BlockedError(
            f"{name} cannot be approved: {len(blocking)} finding{'s' if len(blocking) > 1 else ''} in the way",
            findings=findings,
            hint="correct them and approve again; nothing was changed",
        )
