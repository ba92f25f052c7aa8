"""``digest inbox``."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("inbox")
@click.option("--dry-run", is_flag=True, help="Change nothing; show what would be done.")
def verb(session: Session, *, dry_run: bool) -> int:
    """Read what came back: bounces, complaints, and who wants to leave.

    The mailbox is named under [inbox] in digest.toml. Each mail is looked at once. What proves that it is about a
    message of ours is acted upon; what does not is named, for you to decide. Automatic replies are ignored, letters are
    left unread for people.

    \b
    Example:
      digest inbox --dry-run
      digest inbox
    """
    from digest.production.inbox import look_into_inbox

    with session.project() as project:
        readings = look_into_inbox(project, os.environ, now=session.now, dry_run=dry_run)
    kinds = Counter(one.kind for one in readings)
    outcomes = Counter(one.outcome for one in readings if one.outcome)
    rows = [(one.address, one.outcome, one.why) for one in readings if one.outcome not in {None, "already"}]

    def show() -> None:
        if rows:
            session.table(("address", "outcome", "why"), rows)
        said = ", ".join(f"{number:,} {kind}" for kind, number in sorted(kinds.items()))
        session.line(f"{count(len(readings), 'mail')}{f': {said}' if said else ''}")

    data = {
        "mails": len(readings), "kinds": dict(sorted(kinds.items())), "outcomes": dict(sorted(outcomes.items())),
        "readings": [
            {"kind": one.kind, "outcome": one.outcome, "address": one.address, "why": one.why,
             "doubtful": one.is_doubtful}
            for one in readings
        ],
        "written": not dry_run,
    }  # fmt: skip
    session.result(data, show)
    for one in readings:
        if one.is_doubtful:
            session.warn(f"{one.kind} of {one.address or 'nobody named'}: {one.why}")
    if any(one.waits_for_a_person for one in readings):
        session.next_step("`digest subscribers remove ADDRESS` for those who asked to leave")
    if dry_run:
        session.say("nothing was changed")
    return 0
