"""``digest import-issues``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.errors import UsageError

if TYPE_CHECKING:
    from datetime import date, datetime

    from digest.cli.session import Session
    from digest.gather.past.letter import Form, NotTaken
    from digest.production.pastimport import ImportReport

MOST = 20
"""Letters that were left out, named one by one."""
_DAY = click.DateTime(formats=["%Y-%m-%d"])
FORMS = ("folder", "mbox", "maildir", "eml", "mailchimp", "buttondown", "substack", "ghost", "feed")


@make_verb("import-issues")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--format", "form", type=click.Choice(FORMS), help="What lies there; without it digest looks.")
@click.option("--from", "senders", multiple=True, metavar="ADDRESS", help="Of mails, only those of this sender.")
@click.option("--list-id", default="", metavar="ID", help="Of mails, only those of this list.")
@click.option("--since", type=_DAY, metavar="DAY", help="Only letters of this day and later.")
@click.option("--until", type=_DAY, metavar="DAY", help="Only letters of this day and earlier.")
@click.option("--dry-run", is_flag=True, help="Change nothing; show what would come.")
@click.option("--undo", metavar="BATCH", help="Remove what one import brought, if nothing leads to it.")
def verb(
    session: Session,
    *,
    path: Path | None,
    form: Form | None,
    senders: tuple[str, ...],
    list_id: str,
    since: datetime | None,
    until: datetime | None,
    dry_run: bool,
    undo: str | None,
) -> int:
    """Bring past issues from elsewhere into the archive.

    PATH is a folder of HTML or Markdown files, a mailbox (mbox, maildir, .eml) of sent newsletters, an export of
    Mailchimp, Buttondown, Substack or Ghost (zip or unpacked), or a feed file with whole entries. Each letter becomes
    an issue that is out, named for its day; nobody is mailed. Importing again brings only what is new. Drafts, letters
    dated in the future, addresses of readers and links that know them stay out. A file that cannot be read is named,
    the rest is imported, and the exit code is 3.

    \b
    Example:
      digest import-issues export.zip --dry-run
      digest import-issues sent.mbox --from news@example.org --since 2019-01-01
      digest import-issues --undo 20261123-101500
    """
    from digest.gather.past.sifting import Wanted
    from digest.production.pastimport import import_issues

    if undo is not None:
        return _undo(session, undo, dry_run=dry_run, path=path)
    if path is None:
        raise UsageError("what is to be imported?", hint="`digest import-issues PATH`, a folder or a file")
    wanted = Wanted(senders=senders, list_id=list_id, since=_day(since), until=_day(until))
    with session.project() as project, session.progress("importing", None) as advance:
        report = import_issues(
            project,
            path,
            now=session.now,
            form=form,
            wanted=wanted,
            dry_run=dry_run,
            advance=advance,
        )
    session.result(_data(report, dry_run=dry_run), lambda: _show(session, report))
    _tell(session, report, dry_run=dry_run)
    return 3 if report.failed else 0


def _undo(session: Session, batch: str, *, dry_run: bool, path: Path | None) -> int:
    from digest.production.pastimport import undo_import

    if path is not None:
        raise UsageError("--undo takes no PATH", hint=f"`digest import-issues --undo {batch}`")
    with session.project(create_store=False) as project:
        names = undo_import(project, batch, dry_run=dry_run)
    removed = f"{'would remove' if dry_run else 'removed'} {count(len(names), 'issue')}"
    session.result({"batch": batch, "removed": list(names), "written": not dry_run}, lambda: session.line(removed))
    session.next_step("`digest publish` takes their pages off the site")
    return 0


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _show(session: Session, report: ImportReport) -> None:
    rows = [
        (
            one.name,
            one.number or "",
            one.sifted.letter.subject,
            one.stories,
            one.sifted.copies or "",
            one.sifted.letter.origin,
        )
        for one in report.taken
    ]
    if rows:
        columns = ("issue", "number", "subject", "stories", "copies", "from")
        session.table(columns, rows, right=(1, 3, 4), machines=(4, 5))


def _tell(session: Session, report: ImportReport, *, dry_run: bool) -> None:
    doubted: dict[str, list[str]] = {}
    for one in report.taken:
        for doubt in one.doubts:
            doubted.setdefault(doubt, []).append(one.name)
    for doubt, names in doubted.items():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        session.say(f"{names[0]}{more}: {doubt}")
    for left in report.failed[:MOST]:
        session.warn(_line(left))
    if len(report.failed) > MOST:
        session.warn(f"and {len(report.failed) - MOST:,} more that could not be read; --json lists them")
    meant = [one for one in report.left_out if not one.is_failure]
    for left in meant[:MOST]:
        session.say(f"left out: {_line(left)}")
    if len(meant) > MOST:
        session.say(f"and {len(meant) - MOST:,} more left out; --json lists them")
    there = f"; {count(report.there, 'letter')} came with an earlier import" if report.there else ""
    told = f"{'would import' if dry_run else 'imported'} {count(len(report.taken), 'issue')} from {report.form}{there}"
    session.say(told)
    if dry_run:
        session.say("nothing was changed")
    elif report.taken:
        undo = f"`digest import-issues --undo {report.batch}` takes them back"
        session.next_step(f"`digest publish` writes their pages; {undo}")


def _line(one: NotTaken) -> str:
    return f"{one.origin}: {one.why}" + (f" ({one.hint})" if one.hint else "")


def _data(report: ImportReport, *, dry_run: bool) -> dict[str, Any]:
    return {
        "form": report.form,
        "batch": None if dry_run else report.batch,
        "written": not dry_run,
        "there": report.there,
        "issues": [
            {
                "name": one.name,
                "number": one.number or None,
                "date": one.sifted.letter.date,
                "subject": one.sifted.letter.subject,
                "stories": one.stories,
                "copies": one.sifted.copies,
                "from": one.sifted.letter.origin,
                "doubts": list(one.doubts),
            }
            for one in report.taken
        ],
        "left_out": [
            {"from": one.origin, "why": one.why, "hint": one.hint, "failed": one.is_failure} for one in report.left_out
        ],
    }
