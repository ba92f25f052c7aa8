"""One run of one verb: its project, its clock, and where its words go.

Results go to standard output (one JSON object with --json), talk to standard error. Colour and progress bars are
decided for each stream: a pipe gets neither.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from digest.cli.output import coloured
from digest.project import Project, open_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.cli.options import Options


class Session:
    """What a verb needs of the world."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.now = options.now or datetime.now(UTC)
        level = (
            logging.ERROR
            if options.quiet
            else {0: logging.WARNING, 1: logging.INFO}.get(options.verbose, logging.DEBUG)
        )
        logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s", force=True)

    def clock(self) -> datetime:
        """The time now: the one given with --now, or the machine's."""
        return self.options.now or datetime.now(UTC)

    def project(self, *, create_store: bool = True) -> Project:
        """The newsletter in the folder named by -C, or in this one."""
        return open_project(self.options.root, create_store=create_store)

    def result(self, data: dict[str, Any], show: Callable[[], None] | None = None) -> None:
        """Print the result: as JSON, or as ``show`` prints it."""
        if self.options.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, default=_plain))
        elif show:
            show()

    def line(self, text: str = "") -> None:
        """A line of the result."""
        click.echo(text)

    def say(self, text: str) -> None:
        """A line of talk."""
        if not self.options.quiet:
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """A line of talk that is said even with -q."""
        click.echo(coloured("! ", "yellow") + text, err=True)

    def next_step(self, text: str) -> None:
        """What one would do now."""
        if not self.options.quiet and not self.options.as_json:
            click.echo(coloured("next: ", "cyan") + text, err=True)

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        right: Sequence[int] = (),
        machines: Sequence[int] = (),
    ) -> None:
        """A table of results: aligned for people, tab-separated where standard output is no terminal.

        Args:
            columns: their names.
            rows: a cell for each column.
            right: places of columns of numbers.
            machines: places of columns that a screen of 80 letters has no room for.
        """
        cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
        if not is_terminal(sys.stdout):
            click.echo("\t".join(columns))
            for row in cells:
                click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
            return
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for position, column in enumerate(columns):
            if position not in machines:
                table.add_column(column, justify="right" if position in right else "left", overflow="fold")
        for row in cells:
            table.add_row(*(Text(cell) for position, cell in enumerate(row) if position not in machines))
        Console(file=sys.stdout).print(table)

    @contextlib.contextmanager
    def progress(self, what: str, total: int | None) -> Iterator[Callable[[str], None]]:
        """A progress bar on a terminal; ``advance(note)`` moves it by one."""
        if self.options.quiet or self.options.as_json or not is_terminal(sys.stderr):
            yield lambda _note: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )
        with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
            task = bar.add_task(what, total=total, note="")
            yield lambda note: bar.update(task, advance=1, note=note[:40])

    def confirm(self, question: str, *, yes: bool) -> bool:
        """Ask a person; without a terminal, only --yes is a yes."""
        if yes:
            return True
        if not is_terminal(sys.stdin):
            return False
        return click.confirm(question, err=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits there; a stream that was closed before we began is None."""
    return stream is not None and stream.isatty()


def _plain(value: object) -> object:
    """What json has no form for."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    raise TypeError(type(value).__name__)
