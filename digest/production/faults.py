"""What the gate says of an issue: gathers what the rules look at, and refuses what must not leave."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.check.galley import Galley, Part
from digest.check.gate import alike_in_mails, check_edition, check_issue, check_rule
from digest.check.issue.contents import embargo
from digest.check.issue.picturefile import PictureFile, read_picture
from digest.check.letter import letter_of
from digest.check.remarks import shortened
from digest.disk import inside
from digest.edit.fates import entry_ids
from digest.errors import BlockedError
from digest.production.asking import NOTHING, Heard
from digest.production.frozen import VARIANT
from digest.production.outgoing import sample_message
from digest.production.owed import untold
from digest.production.past import ran_before
from digest.production.proof import variant_dir
from digest.render.furniture import words
from digest.render.markup import local_images
from digest.store import entries, issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.model import Finding, Issue, IssueRecord, Mail
    from digest.project import Project


def find_faults(
    project: Project,
    connection: Connection,
    issue: Issue,
    mail: Mail,
    *,
    now: datetime,
    record: IssueRecord | None = None,
    heard: Heard = NOTHING,
    variants: Sequence[Mail] = (),
) -> tuple[Finding, ...]:
    """What the gate says of an issue and its mails.

    Args:
        project: the newsletter.
        connection: to its store.
        issue: what the issue file says.
        mail: the issue as a mail, whole.
        now: decides what is under embargo.
        record: of the issue; with it the whole message is looked at too.
        heard: what the network said; nothing, if nobody asked it.
        variants: the mails of its slices: what is wrong with the whole is not said of them again.
    """
    galley = _galley(project, connection, issue, mail, now=now, record=record, heard=heard)
    found = check_issue(galley, _paths(project, issue))
    checks = project.settings.check
    named: list[tuple[str, Finding]] = []
    for one in variants:
        raw = sample_message(project, one, record, now=now) if record else b""
        letter = letter_of(one, clients=checks.clients, raw=raw)
        of_edition = check_edition(letter, checks, _paths(project, issue, one.variant), whole=found)
        named += [(one.variant, finding) for finding in of_edition]
    return tuple(sorted((*found, *_once(named)), key=lambda finding: not finding.blocks))


def _once(named: Sequence[tuple[str, Finding]]) -> Iterator[Finding]:
    """What is wrong with editions, said of the first that has it: a template has it in two hundred."""
    alike: dict[tuple[str, str], dict[str, list[Finding]]] = {}
    for variant, finding in named:
        alike.setdefault(alike_in_mails(finding), {}).setdefault(variant, []).append(finding)
    for by_variant in alike.values():
        first, *others = by_variant
        more = f" and {len(others)} more" if others else ""
        for finding in by_variant[first]:
            yield replace(finding, message=f"edition {first}{more}: {finding.message}")


def find_embargoed(
    project: Project, connection: Connection, issue: Issue, mail: Mail, *, now: datetime
) -> tuple[Finding, ...]:
    """What of an approved issue is under embargo: the rest has been looked at."""
    return check_rule(embargo, _galley(project, connection, issue, mail, now=now), _paths(project, issue))


def _galley(
    project: Project,
    connection: Connection,
    issue: Issue,
    mail: Mail,
    *,
    now: datetime,
    record: IssueRecord | None = None,
    heard: Heard = NOTHING,
) -> Galley:
    known = {entry.id: entry for entry in entries.by_ids(connection, entry_ids(issue))}
    known |= {entry.id: entry for entry in entries.embargoed(connection, now=now)}
    placed = issues.placements(connection, issue=issue.name)
    named = words(project.settings.newsletter.language, project.root)
    raw = sample_message(project, mail, record, now=now) if record else b""
    return Galley(
        letter=letter_of(mail, clients=project.settings.check.clients, raw=raw),
        issue=issue,
        mail=mail,
        settings=project.settings,
        entries=known,
        ran=ran_before(connection, issue),
        path=project.shown(project.issue_path(issue.name)),
        now=now,
        scores={one.story_id: one.score for one in placed if one.story_id},
        last_subject=_last_subject(connection, issue),
        other_sections=(named.other, named.news, named.corrections),
        pictures=_pictures(project, issue),
        answers=heard.answers,
        domain=heard.domain,
        owed=_owed(connection, issue) if record and not record.has_left else (),
    )


def _owed(connection: Connection, issue: Issue) -> tuple[str, ...]:
    return tuple(
        f"correction {one.number} of {one.issue} (“{shortened(one.note)}”)" for one in untold(connection, issue)
    )


def _paths(project: Project, issue: Issue, variant: str = VARIANT) -> dict[Part, str]:
    folder = project.build_dir(issue.name)
    built = project.shown(folder if variant == VARIANT else variant_dir(folder, variant))
    return {
        "issue": project.shown(project.issue_path(issue.name)),
        "html": f"{built}/email.html",
        "text": f"{built}/email.txt",
        "message": f"{built}/email.eml",
        "settings": "digest.toml",
    }


def _last_subject(connection: Connection, issue: Issue) -> str:
    past = [one for one in issues.all_issues(connection) if one.has_left and one.name != issue.name]
    newest = max(past, key=lambda one: (one.out or one.end, one.name), default=None)
    part = issues.frozen_part(connection, newest.name, VARIANT, "mail.json") if newest else None
    return str(json.loads(part).get("subject", "")) if part else ""


def _pictures(project: Project, issue: Issue) -> dict[str, PictureFile]:
    """Those that are there; a missing one stops the rendering before."""
    paths = {name: inside(project.issues_dir, name) for name in local_images(issue)}
    return {name: read_picture(path.read_bytes()) for name, path in paths.items() if path.is_file()}


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
