"""``digest check``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import MOST, count, finding_data, finding_lines
from digest.errors import ProjectError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.check.galley import Part
    from digest.cli.session import Session
    from digest.config.settings import CheckSettings
    from digest.model import Finding

_ENDINGS = (".eml", ".html", ".htm", ".txt", ".mbox")


@make_verb("check")
@click.argument("issue", required=False, metavar="[ISSUE|FILE]")
@click.option("--online", is_flag=True, help="Ask also for the links, and for the domain of the sender.")
@click.option("--rules", "list_rules", is_flag=True, help="List every rule, and say whether it blocks.")
@click.option("--all", "show_all", is_flag=True, help="List every finding, however many are alike.")
def verb(session: Session, *, issue: str | None, online: bool, list_rules: bool, show_all: bool) -> int:
    """Look for what must not go out.

    Runs the rules that approve and send run, over the issue and over both parts of its mail. Which of them block is
    said in digest.toml; the others advise. Exits with 4 if one blocks. A FILE (.eml, .html, .txt) is looked at alone,
    whoever wrote it, and needs no newsletter around it.

    \b
    Example:
      digest check
      digest check 2026-W47 --online
      digest check mail.eml --json
      digest check --rules
    """
    if list_rules:
        return _list_rules(session)
    if issue and (issue.lower().endswith(_ENDINGS) or (Path(issue).is_file() and not issue.endswith(".md"))):
        if online:
            raise UsageError("--online is for issues", hint="leave it away")
        return _check_file(session, issue, show_all=show_all)
    from digest import pipeline

    with session.project() as project:
        checked = pipeline.check(
            project, now=session.now, name=issue, online=online, environ=os.environ, say=session.say
        )
    name = checked.proof.record.name
    code = _show(session, name, checked.findings, {"issue": name}, show_all=show_all)
    if code:
        session.next_step("correct what blocks and check again")
    elif checked.proof.record.state == "draft":
        session.next_step("digest approve --by NAME")
    return code


def _check_file(session: Session, given: str, *, show_all: bool) -> int:
    from digest.check.gate import check_letter
    from digest.check.message.mailfile import read_mail

    path = Path(given)
    if not path.is_file() and not path.is_absolute() and (session.options.root / path).is_file():
        path = session.options.root / path
    try:
        raw = path.read_bytes()
    except OSError as error:
        hint = "give the path of a mail (.eml, .html, .txt), or the name of an issue"
        raise UsageError(f"{given}: cannot be read: {error.strerror}", hint=hint) from error
    settings = _settings(session)
    letter = read_mail(raw, name=path.name, clients=settings.clients)
    parts: dict[Part, str] = dict.fromkeys(("issue", "message", "settings", "html", "text"), given)
    findings = check_letter(letter, settings, parts)
    return _show(session, path.name, findings, {"file": given}, show_all=show_all)


def _settings(session: Session) -> CheckSettings:
    """Those of the newsletter here, or the defaults where there is none."""
    from digest.config.load import load_config
    from digest.config.settings import CheckSettings

    try:
        return load_config(session.options.root.resolve()).settings.check
    except ProjectError:
        return CheckSettings()


def _list_rules(session: Session) -> int:
    from digest.check.rules import rule_notes

    settings = _settings(session)
    rows = [(note.id, _severity(note.id, settings), note.about) for note in rule_notes()]
    data = {"rules": [{"id": name, "severity": severity, "about": about} for name, severity, about in rows]}
    session.result(data, lambda: session.table(("Rule", "Severity", "What it is about"), rows))
    return 0


def _severity(rule: str, settings: CheckSettings) -> str:
    from digest.check.gate import ALWAYS_BLOCK

    if rule in ALWAYS_BLOCK:
        return "always blocks"
    if rule in settings.ignore:
        return "ignored"
    return "blocks" if rule in settings.block else "advises"


def _show(session: Session, name: str, findings: Sequence[Finding], about: dict[str, object], *, show_all: bool) -> int:
    from digest.check.gate import count_by_rule

    blocking = sum(finding.blocks for finding in findings)
    data = {
        **about,
        "blocked": bool(blocking),
        "counts": {"blocking": blocking, "advice": len(findings) - blocking, "by_rule": count_by_rule(findings)},
        "findings": [finding_data(finding) for finding in findings],
    }

    def show() -> None:
        for line in finding_lines(findings, most=len(findings) if show_all else MOST, rest="; --all lists them"):
            session.line(line)
        session.line(f"{name}: {blocking} blocking, {count(len(findings) - blocking, 'advice', 'pieces of advice')}")

    session.result(data, show)
    return 4 if blocking else 0
