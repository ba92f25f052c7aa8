"""``digest forget``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("forget")
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Change nothing; show what would be done.")
def verb(session: Session, *, address: str, dry_run: bool) -> int:
    """Remove everything personal about somebody.

    Address, name, language, topics, history and bounces go, and address and name of every message they had. What stays
    is that there was a message, and a hash of the address, so that no import brings it back. The store is written anew,
    so that its files hold nothing of it either; a database server is told to do so in its own way. Copies of the store
    made before still do: delete them, or forget again after bringing one back. Waits for nobody: refuses while a send
    is running.

    \b
    Example:
      digest forget ada@example.org
    """
    from digest.deliver.forget import forget
    from digest.deliver.leases import nobody_sends

    with session.project() as project, nobody_sends(project.store, project.root):
        with project.store.write() as connection:
            gone = forget(connection, address, now=session.now)
            if dry_run:
                connection.rollback()
        scrubbed = dry_run or project.store.scrub()
        path = project.store.path
        copies = sorted((*path.parent.glob(f"{path.stem}.before-*"), *path.parent.glob("backups/*"))) if path else []
    data = {"subscriber": gone.subscriber, "deliveries": gone.deliveries, "suppressed": gone.reason,
            "scrubbed": scrubbed, "copies": copies, "written": not dry_run}  # fmt: skip
    who = "was a subscriber" if gone.subscriber else "was no subscriber"
    session.result(data, lambda: session.line(f"{address} {who} and had {count(gone.deliveries, 'message')}; "
                                              f"{'would be' if dry_run else 'is'} forgotten"))  # fmt: skip
    if project.store.path is None:
        session.warn("the database server's own log and backups still know them until they are overwritten or deleted")
    if not scrubbed:
        session.warn("the store is in use, so its log still holds what was removed; run this again later")
    for copy in copies:
        session.warn(f"{copy}: an older copy of the store, which may still know them")
    if dry_run:
        session.say("nothing was changed")
    return 0
