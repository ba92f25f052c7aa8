"""``digest subscribers import`` and ``export``."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.cli.session import Session
    from digest.deliver.listfile import ImportReport
    from digest.model import Subscriber

MOST_BAD = 20  # rows that could not be read, named one by one

dry_run_option = click.option("--dry-run", is_flag=True, help="Change nothing; show what would be done.")


@make_verb("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@dry_run_option
def import_verb(session: Session, *, file: Path, dry_run: bool) -> int:
    """Add everybody in a CSV file.

    Columns are found by their headings (address or email, name, language, topics, state); without headings they are
    address, name, language, topics. Files of Excel and of other mailing tools are read as they are. A row that cannot
    be used is named with its line, the rest is imported, and the exit code is 3. Nobody who has left comes back.
    FILE may be - for standard input.

    \b
    Example:
      digest subscribers import list.csv --dry-run
      digest subscribers import list.csv
    """
    from digest.deliver.listfile import import_csv

    origin = "from standard input" if str(file) == "-" else f"from {file.name}"
    with session.project() as project, _opened(file) as data, project.store.write() as connection:
        report = import_csv(connection, data, now=session.now, origin=origin)
        if dry_run:
            connection.rollback()
    session.result({"file": str(file), **_report_data(report), "written": not dry_run},
                   lambda: session.line(_report_line(report)))  # fmt: skip
    for bad in report.bad[:MOST_BAD]:
        session.warn(f"{file}:{bad.line}: {bad.reason}" + (f" ({bad.text})" if bad.text else ""))
    if report.bad_rows > MOST_BAD:
        more = "them all" if report.bad_rows == len(report.bad) else f"the first {len(report.bad):,}"
        session.warn(f"and {count(report.bad_rows - MOST_BAD, 'more row')}; --json lists {more}")
    if dry_run:
        session.say("nothing was changed")
    return 3 if report.bad else 0


@make_verb("export")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write a file instead of printing.")
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
def export_verb(session: Session, *, output: Path | None, force: bool) -> int:
    """Print every subscriber as CSV.

    Import reads it back. A file that is there is not overwritten without --force. The list is personal data: the
    written file is readable by you alone.

    \b
    Example:
      digest subscribers export > list.csv
      digest subscribers export --output list.csv
    """
    from digest.deliver.listfile import export_csv
    from digest.deliver.subscribers import count as by_state
    from digest.deliver.subscribers import listing

    with session.project() as project, project.store.read() as connection:
        if output is not None:
            rows = sum(by_state(connection).values())
            _write_private(output, export_csv(connection), force=force)
            session.result({"file": output, "subscribers": rows},
                           lambda: session.line(f"{output}: {count(rows, 'subscriber')}"))  # fmt: skip
        elif session.options.as_json:
            session.result({"subscribers": [subscriber_data(one) for one in listing(connection)]})
        else:
            for rows_of_it in export_csv(connection):
                click.echo(rows_of_it, nl=False)
    return 0


def subscriber_data(subscriber: Subscriber) -> dict[str, Any]:
    """A subscriber for --json."""
    return {
        "address": subscriber.address,
        "name": subscriber.name,
        "language": subscriber.language,
        "topics": list(subscriber.topics),
        "state": subscriber.state,
        "added": subscriber.added,
    }


def _report_data(report: ImportReport) -> dict[str, Any]:
    counts = ("rows", "added", "updated", "already", "duplicates", "suppressed", "bad_rows")
    return {
        **{name: getattr(report, name) for name in counts},
        "bad": [{"line": bad.line, "reason": bad.reason, "text": bad.text} for bad in report.bad],
        "encoding": report.encoding,
        "delimiter": report.delimiter,
    }


def _report_line(report: ImportReport) -> str:
    words = {
        "updated": "updated", "already": "there already", "duplicates": "twice in the file",
        "suppressed": "left out because they have left",
    }  # fmt: skip
    parts = [f"{report.added:,} added"]
    parts += [f"{getattr(report, name):,} {said}" for name, said in words.items() if getattr(report, name)]
    if report.bad:
        parts.append(f"{report.bad_rows:,} could not be used")
    return f"{count(report.rows, 'row')}: {', '.join(parts)}"


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file; standard input and other pipes are laid down first, because the list is read twice."""
    from digest.errors import UsageError

    try:
        with contextlib.nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as given:
            if str(path) != "-" and given.seekable():
                yield given
                return
            with tempfile.TemporaryFile() as kept:  # it has no name: nobody else reads it, and no crash leaves it
                shutil.copyfileobj(given, kept)
                yield kept
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", hint="name a CSV file, or - ") from error


def _write_private(path: Path, parts: Iterator[str], *, force: bool) -> None:
    """Write a file for its owner only; one that is there stays unless ``force`` is given."""
    from digest.disk import write_whole
    from digest.errors import UsageError

    if path.exists() and not force:
        raise UsageError(f"{path}: is there already", hint="name another file, or say --force")
    write_whole(path, b"".join(part.encode("utf-8") for part in parts), mode=0o600)
