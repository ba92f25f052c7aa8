"""``digest approve``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import finding_data
from digest.cli.render import editions_data, readers_line, readers_of, say_findings, warn_of_lost_topics
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("approve")
@click.argument("issue", required=False)
@click.option("--by", metavar="NAME", required=True, help="Who approves; kept with the issue.")
@click.option("--offline", is_flag=True, envvar="DIGEST_OFFLINE", help="Do not ask whether the links work.")
def verb(session: Session, *, issue: str | None, by: str, offline: bool) -> int:
    """Freeze the issue as it stands.

    Runs the gate, which also asks for every link and for the domain of the sender, then keeps the text of the issue
    file and every byte it will leave in: the whole mail, and an edition for each choice of topics that subscribers have
    made. From then on a change of the file, a template or digest.toml is refused at
    publish and send, with the difference, until `digest reopen`.

    \b
    Example:
      digest approve --by "A. Editor"
    """
    from digest import pipeline

    if not by.strip():
        raise UsageError("--by is empty", hint='say who approves: --by "A. Editor"')
    with session.project() as project:
        checked = pipeline.approve(
            project,
            by=by.strip(),
            now=session.now,
            name=issue,
            online=not offline,
            environ=os.environ,
            say=session.say,
        )
        record, found = checked.proof.record, readers_of(project, checked)
        say_findings(session, checked)
        warn_of_lost_topics(session, project, checked)
        data = {
            "issue": record.name,
            "number": record.number,
            "state": record.state,
            "approved": record.approved,
            "by": record.approved_by,
            "findings": [finding_data(finding) for finding in checked.findings],
            "editions": editions_data(checked, found),
        }
        said = readers_line(found)

        def show() -> None:
            session.line(f"{record.name} (issue {record.number}) is approved by {record.approved_by}")
            if said:
                session.line(said)

        session.result(data, show)
        session.next_step("digest publish")
    return 0
