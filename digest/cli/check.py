"""``digest check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count, finding_data, finding_line

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("check")
@click.argument("issue", required=False)
def verb(session: Session, *, issue: str | None) -> int:
    """Look for what must not go out.

    Runs the rules that approve and send run: leftover TODOs, the size of the mail, embargoes, quotations that are in
    no source, repeats, pictures without a description. Which of them block is said in digest.toml. Exits with 4 if one
    does.

    \b
    Example:
      digest check
      digest check 2026-W47 --json
    """
    from digest import pipeline

    with session.project() as project:
        checked = pipeline.check(project, now=session.now, name=issue)
    blocking, others = len(checked.blocking), len(checked.findings) - len(checked.blocking)
    data = {
        "issue": checked.proof.record.name,
        "blocked": bool(blocking),
        "findings": [finding_data(finding) for finding in checked.findings],
    }

    def show() -> None:
        for finding in checked.findings:
            session.line(finding_line(finding))
        session.line(f"{checked.proof.record.name}: {blocking} blocking, {count(others, 'advice', 'pieces of advice')}")

    session.result(data, show)
    session.next_step("correct what blocks and check again" if blocking else "digest approve --by NAME")
    return 4 if blocking else 0
