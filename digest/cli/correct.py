"""``digest correct``."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.cli.session import is_terminal
from digest.errors import DigestError, StateError, UsageError

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.edit.correction import Filled
    from digest.production.correcting import Corrected, Erring, Planned
    from digest.project import Project


@make_verb("correct")
@click.argument("issue")
@click.argument("story", nargs=-1)
@click.option("--note", metavar="TEXT", help="What was wrong, for readers; else the form's first line.")
@click.option("--file", "form", metavar="FILE", help="Take the corrected story from there (-: standard input).")
@click.option("--retract", is_flag=True, help="Take the story back: headline and sources stay, and the note.")
@click.option("--by", metavar="NAME", help="Who corrects; else the login name.")
@click.option("--publish", is_flag=True, help="Publish the corrected pages at once.")
@click.option("--mail", is_flag=True, help="Publish, then mail those who got the wrong version.")
@click.option("--send", "send_only", is_flag=True, help="Mail the corrections made before; without STORY.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show what would change; do nothing.")
def verb(session: Session, **given: Any) -> int:
    """Put right a story of an issue that is out.

    STORY is its id (s-7f3a9c21) or words of its headline. The story opens in your editor, below a line for the note:
    what was wrong, for readers. What was sent stays as it was; the pages and feeds get the corrected words with the
    dated note, and the next `digest draft` a section that tells of it. With --mail it is mailed to those who got the
    wrong version, and to nobody else, once; whoever gets the issue later gets the correction after it.

    \b
    Example:
      digest correct 2026-W47 s-7f3a9c21
      digest correct 2026-W47 wind farms --note "It is nine years, not six." --file story.md --yes
      digest correct 2026-W47 wind farms --retract --note "The report was withdrawn." --mail
      digest correct 2026-W47 --send
    """
    _check(given)
    with session.project() as project:
        if given["send_only"]:
            return _mail(session, project, given)
        return _correct(session, project, given)


def _check(given: dict[str, Any]) -> None:
    """Refuse what cannot be meant together."""
    if given["send_only"]:
        if given["story"] or any(given[key] for key in ("note", "form", "retract", "publish", "mail")):
            raise UsageError("--send mails what was corrected before: it takes no story", hint="leave the rest out")
        return
    if not given["story"]:
        raise UsageError("which story?", hint="`digest correct ISSUE STORY`: its id, or words of its headline")
    if given["retract"] and (given["form"] or not given["note"]):
        raise UsageError("--retract needs --note, and no --file", hint='say why: --note "The report was withdrawn."')


def _correct(session: Session, project: Project, given: dict[str, Any]) -> int:
    from digest.production.correcting import keep_correction, plan_correction, read_correction, retraction

    by = given["by"] or _login_name()
    erring = _found(session, project, given)
    draft: Path | None = None
    shown = "the retraction"
    try:
        if given["retract"]:
            filled = retraction(project, erring, given["note"])
        elif given["form"]:
            shown = given["form"]
            filled = read_correction(_text_of(given["form"]), path=shown, note=given["note"])
        else:
            draft = project.root / "state" / f"correction-{erring.record.name}-{erring.place + 1}.md"
            shown = project.shown(draft)
            filled = _edited(session, draft, shown, erring, given["note"])
        with project.store.read() as connection:
            planned = plan_correction(project, connection, erring, filled, path=shown, now=session.now)
        if given["dry_run"]:
            if draft is not None:
                session.say(_kept(shown))
            return _show(session, planned, None, filled, given)
        if not session.options.as_json:
            session.line(planned.diff)
        question = f"Correct “{planned.title}” of {planned.record.name}, with the note “{planned.note}”?"
        if not session.confirm(question, yes=given["yes"]):
            raise StateError(f"{planned.record.name} is as it was: nobody said yes", hint="say --yes")
        done = keep_correction(project, planned, by=by, now=session.clock())
    except DigestError:
        if draft is not None and draft.exists():
            session.warn(_kept(shown))
        raise
    if draft is not None:
        draft.unlink(missing_ok=True)
    return _after(session, project, planned, done, filled, given)


def _found(session: Session, project: Project, given: dict[str, Any]) -> Erring:
    """The story that is meant."""
    from digest.production.correcting import find_story

    with project.store.read() as connection:
        erring = find_story(project, connection, issue=given["issue"], wanted=" ".join(given["story"]), now=session.now)
    if given["mail"] and erring.record.is_imported:
        raise UsageError(f"{erring.record.name} came with `digest import-issues`: nobody was mailed it",
                         hint="--publish instead of --mail")  # fmt: skip
    return erring


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # in a container, often: the account has a number and no name
        raise UsageError("who corrects? this account has no name", hint="--by NAME says it") from error


def _kept(shown: str) -> str:
    return f"what you wrote is kept in {shown}; the same command goes on with it"


def _text_of(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: is not UTF-8", hint="save it as UTF-8 in your editor") from error
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}", hint="--file FILE, or - for a pipe") from error


def _edited(session: Session, draft: Path, shown: str, erring: Erring, note: str | None) -> Filled:
    """The form, filled in by a person; it lies in the file until the correction is kept.

    Raises:
        StateError: it is as it was, or empty, which is how one gives up in an editor.
        UsageError: there is no editor, or it failed.
    """
    from digest.disk import write_whole
    from digest.edit.correction import write_form
    from digest.production.correcting import read_correction

    if not (is_terminal(sys.stdin) or os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        raise UsageError("there is no editor here", hint="--file FILE takes the corrected story, --note what was wrong")
    fresh = write_form(erring.block.text, note or "")
    if draft.exists():
        session.say(f"going on with what was written before, in {shown}; delete that file to begin anew")
    else:
        write_whole(draft, fresh, mode=0o600)
    try:
        click.edit(filename=str(draft))
    except click.ClickException as error:
        if _text_of(str(draft)) == fresh:
            draft.unlink()
        raise UsageError(error.format_message(), hint="VISUAL or EDITOR names it; --file goes without") from error
    text = _text_of(str(draft))
    if not text.strip() or text == fresh:
        draft.unlink()
        raise StateError("nothing was changed", hint="the note and the story are to be changed, and the file saved")
    filled = read_correction(text, path=shown, note=None)
    return filled if filled.note or note is None else read_correction(text, path=shown, note=note)


def _after(
    session: Session, project: Project, planned: Planned, done: Corrected, filled: Filled, given: dict[str, Any]
) -> int:
    """What follows a correction: its pages, its mail."""
    name = planned.record.name
    for line in planned.stays:
        session.warn(f"the {line} of {name} says “{planned.title}” too, and stays as it was mailed")
    if done.path is None and not session.options.quiet:
        session.say(f"{name} has no issue file here; the corrected text is in the store")
    if given["mail"]:
        return _mail(session, project, given, planned=planned, done=done, filled=filled)
    if given["publish"]:
        from digest import pipeline

        written = pipeline.publish(project, now=session.clock(), name=name)
        session.say(f"{count(len(written), 'file')} written below {project.shown(project.site_dir)}")
    _show(session, planned, done, filled, given)
    steps = [] if given["publish"] else [f"`digest publish {name}` puts it on the web"]
    if not planned.record.is_imported:
        steps.append(f"`digest correct {name} --send` mails it to those who got the wrong version")
    if steps:
        session.next_step("; ".join(steps))
    return 0


def _show(
    session: Session,
    planned: Planned,
    done: Corrected | None,
    filled: Filled,
    given: dict[str, Any],
    mailed: dict[str, Any] | None = None,
) -> int:
    made = done.correction if done else None
    data = {
        "issue": planned.record.name,
        "place": planned.place,
        "title": planned.title,
        "note": filled.note,
        "retracted": given["retract"],
        "diff": planned.diff,
        "correction": made.number if made else None,
        "at": made.at if made else None,
        "by": made.by if made else None,
        "file": done.path if done else None,
        "mailings": mailed["mailings"] if mailed else [],
    }

    def show() -> None:
        if made is None:
            session.line(planned.diff)
            session.say("nothing was changed")
        else:
            session.line(f"correction {made.number}: “{planned.title}” of {made.issue}, by {made.by}")

    session.result(data, show)
    return 0


def _mail(
    session: Session,
    project: Project,
    given: dict[str, Any],
    *,
    planned: Planned | None = None,
    done: Corrected | None = None,
    filled: Filled | None = None,
) -> int:
    """Mail what was corrected to those who got it wrong; ``planned`` and the others, if that was just now."""
    from digest.cli.sendcorrections import mail_corrections

    if planned and done and filled and not session.options.as_json:
        _show(session, planned, done, filled, given)
    try:
        ended = mail_corrections(
            session,
            project,
            given["issue"],
            only=done.correction.number if done else None,
            yes=given["yes"],
            dry_run=given["dry_run"],
        )
    except DigestError:
        if done:
            command = f"digest correct {done.correction.issue} --send"
            session.warn(f"correction {done.correction.number} is kept; `{command}` mails it")
        raise
    if planned and done and filled and session.options.as_json:
        _show(session, planned, done, filled, given, ended.data)
    elif session.options.as_json:
        session.result(ended.data)
    return ended.exit_code
