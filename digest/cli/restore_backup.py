"""``digest restore-backup``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("restore-backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Change nothing; check the copy and say what is in it.")
def verb(session: Session, *, file: Path, yes: bool, dry_run: bool) -> int:
    """Bring back a copy of the store.

    Checks the copy, then puts it in the place of the store, which is kept beside it as
    digest.before-restore-TIME.db. Refuses while another digest has the store open. Whatever was read, approved, sent
    or subscribed since the copy was made is forgotten: an issue that has gone out since could go out again.

    \b
    Example:
      digest restore-backup state/backups/digest-20261120T070000Z.db --dry-run
      digest restore-backup state/backups/digest-20261120T070000Z.db --yes
    """
    from digest.config.load import load_config
    from digest.deliver.lock import send_lock
    from digest.errors import StateError
    from digest.store.backup import look_into, put_in_place, store_path

    root = session.options.root.resolve()
    # The store is not opened here: it may be damaged, which is what a backup is for.
    present = store_path(load_config(root).settings.store.url, root)
    copy = look_into(file)
    issue = f"newest issue {copy.newest_issue} ({copy.newest_state})" if copy.newest_issue else "no issue"
    held = f"{count(copy.entries, 'entry', 'entries')}, {count(copy.subscribers, 'subscriber')}, {issue}"
    data = {
        "file": file,
        "entries": copy.entries,
        "subscribers": copy.subscribers,
        "newest_issue": copy.newest_issue,
        "newest_state": copy.newest_state,
    }
    if dry_run:
        session.result({**data, "kept": None, "restored": False}, lambda: session.line(f"{file}: {held}"))
        session.say("nothing was changed")
        return 0
    session.say(f"{file}: {held}")
    if not session.confirm("Put it in the place of the store? What happened since is forgotten", yes=yes):
        raise StateError("the store is as it was: nobody said yes", hint="say --yes to replace it")
    with send_lock(root):
        kept = put_in_place(file, present, now=session.now)
    session.result({**data, "kept": kept, "restored": True}, lambda: session.line(f"{present}: {held}"))
    if kept:
        session.say(f"the store as it was: {kept}")
    session.next_step("digest status")
    return 0
