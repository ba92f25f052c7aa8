"""``digest migrate-store``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.project import Project
    from digest.store.transfer import TableAccount
    from digest.store.transferends import End


@make_verb("migrate-store")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def verb(session: Session, *, source: str, target: str) -> int:
    """Move the whole store to another database, and verify it.

    FROM and TO are addresses as under [store] in digest.toml, or paths of files of SQLite; TO must be empty. Every row
    is copied, read back, and held against the first by count and by checksum. Only then is FROM marked as moved away:
    from now on nobody can open it or write to it, so nothing is sent from both. Broken off at any moment, even by a
    crash, the same command goes on. Moving back is the same with FROM and TO exchanged; what lies in an old file of
    SQLite is kept beside it. Refuses while somebody sends or a worker is alive. Nothing is written to digest.toml: the
    last line says what to write there.

    \b
    Example:
      digest migrate-store sqlite:///state/digest.db postgresql://digest@db.example/digest
      digest migrate-store state/digest.db "postgresql:///digest?host=/run/postgresql"
      digest migrate-store postgresql://digest@db.example/digest sqlite:///state/digest.db
    """
    from digest.config.load import load_config
    from digest.project import Project
    from digest.store.transferends import end_of, open_source, what_is_there

    root = session.options.root.resolve()
    config = load_config(root)
    ends = (end_of(source, root, Path.cwd()), end_of(target, root, Path.cwd()))
    store, left = open_source(*ends, root)
    with Project(root=root, config=config, store=store) as project:
        there = what_is_there(*ends, root) if left else "nothing"
        if there == "all":
            _tell(session, ends, {})
        else:
            _move(session, project, ends, left=left, lost=left and there == "nothing")
    session.next_step(f'write url = "{ends[1].url}" under [store] in digest.toml, and start `digest serve` anew')
    return 0


def _move(session: Session, project: Project, ends: tuple[End, End], *, left: bool, lost: bool) -> None:
    """Move it, while nobody else is at work."""
    from digest.deliver.lock import send_lock
    from digest.store.transfer import count_batches, transfer
    from digest.store.transferends import open_target

    with ExitStack() as alone:
        if project.store.path is not None:  # on a server `transfer` sees to it, for all machines
            alone.enter_context(project.working())
            alone.enter_context(send_lock(project.root))
        jobs = 0 if left else _settle(session, project, ends[0])
        steps = count_batches(project.store)
        store, kept = open_target(*ends, project.root, now=session.now, again=lost)
        try:
            with session.progress("moving", steps) as advance:
                accounts = transfer(project.store, store, ends[1].place, advance=advance)
        finally:
            store.close()
    _tell(session, ends, accounts, kept=kept, jobs=jobs)
    session.say("search makes its index anew when it is asked the next time")
    for name, account in accounts.items():
        if account.repaired:
            session.warn(f"{name}: {count(account.repaired, 'text')} had a NUL, which is U+FFFD now")
    if lost:
        session.warn(f"{ends[0].place} was left before: what was sent or changed since then is not in it")
    if jobs:
        session.warn(f"{count(jobs, 'job')} in the old queue: not carried; workers make anew what is still to be done")
    if kept:
        session.warn(f"{kept}: what {ends[1].place} held before")


def _settle(session: Session, project: Project, source: End) -> int:
    """See that nobody works and that nothing is on its way; say how many jobs wait."""
    from digest.deliver.ledger import Ledger
    from digest.deliver.lock import boot_id, owner
    from digest.errors import BusyError, StateError
    from digest.store.transfer import mailings_in_work, waiting_jobs
    from digest.store.workers import live_workers

    settings = project.settings
    with project.store.read() as connection:
        workers = len(live_workers(connection, settings.scale.takeover_seconds))
        in_work, jobs = mailings_in_work(connection), waiting_jobs(connection)
    if workers:
        raise BusyError(
            f"{project.store.name}: {count(workers, 'worker is', 'workers are')} alive",
            hint="stop every `digest worker` (systemctl stop, or Ctrl-C) and run this again; nothing was changed",
        )
    path = project.store.path
    if in_work and path and not path.is_relative_to(project.root) and source.url != settings.store.url:
        # The lock that says whether its sender is alive is in the folder of that newsletter.
        raise StateError(
            f"{path}: is no store of {project.root}, and readers of {', '.join(in_work)} are on their way to be mailed",
            hint="run this in the folder of the newsletter whose store it is (`-C DIR`); nothing was changed",
        )
    # Who claimed a reader is known where it was claimed only: by the boot of the machine, or by a lease.
    with Ledger(project.store) as ledger:
        for mailing_id in in_work:
            name = owner(boot_id(), os.getpid())
            ledger.recover(mailing_id, owner=name, policy=settings.send.on_uncertain, now=session.now)
    return jobs


def _tell(
    session: Session,
    ends: tuple[End, End],
    accounts: dict[str, TableAccount],
    *,
    kept: Path | None = None,
    jobs: int = 0,
) -> None:
    """What was moved, and what it adds up to."""
    rows = sum(account.sum.rows for account in accounts.values())
    tables = {
        name: {
            "rows": account.sum.rows,
            "sha256": account.sum.sha256,
            "copied": account.copied,
            "repaired": account.repaired,
        }
        for name, account in accounts.items()
    }
    data = {"from": ends[0].url, "to": ends[1].url, "moved": bool(accounts), "rows": rows, "tables": tables,
            "kept": kept, "waiting_jobs": jobs}  # fmt: skip

    def show() -> None:
        if not accounts:
            session.line(f"{ends[1].place}: the store is there already")
            return
        for name, account in accounts.items():
            if account.sum.rows:
                again = "" if account.copied else "  (was there already)"
                session.line(f"{name:18}{account.sum.rows:>12,}  {account.sum.sha256[:12]}{again}")
        session.line(f"{'in all':18}{rows:>12,}  the same at both ends; the store is {ends[1].place} now")

    session.result(data, show)
