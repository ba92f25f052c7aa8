"""``digest chart``."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.production.charting import Subject
    from digest.render.charts.chart import Kind

_SUBJECTS = ("sections", "organisations", "lives")
_KINDS = {"bars": "bars", "columns": "grouped", "stacked": "stacked", "lines": "lines"}


def _day(_context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """A day, a month or a year; of the last two the first day, for --until the last."""
    if value is None:
        return None
    parts = value.split("-")
    try:
        day = date.fromisoformat("-".join((*parts, "01", "01")[:3]))
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write one such as 2026-11-20, or 2026-11, or 2026") from None
    if parameter.name == "until" and len(parts) < len(("year", "month", "day")):
        months = day.year * 12 + day.month - 1 + (1 if len(parts) > 1 else 12)
        return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    return day


@make_verb("chart")
@click.argument("what", metavar="sections|organisations|lives|FILE.csv")
@click.option("--since", metavar="DAY", callback=_day, help="Count issues from this day on.")
@click.option("--until", metavar="DAY", callback=_day, help="Count issues up to this day.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.png", help="Where it goes, below issues/.")
@click.option("--title", metavar="TEXT", help="Stands above it; for FILE.csv, else its name does.")
@click.option("--kind", type=click.Choice(tuple(_KINDS)), help="How FILE.csv is drawn; else by what its rows are.")
@click.option("--dry-run", is_flag=True, help="Draw it, but write nothing.")
def verb(session: Session, *, what: str, since: date | None, until: date | None, dry_run: bool, **how: Any) -> int:
    """Draw a picture for an issue: what was covered, or your own numbers.

    Writes a PNG and, beside it, its numbers as CSV, and prints the line that shows it in the issue file. The text
    part of the mail tells the numbers in a small table.

    sections: stories by section over time. organisations: those with most stories in a year, beside the year before.
    lives: how long stories go on. FILE.csv: the first row names the columns, the first column the rows.

    \b
    Example:
      digest chart sections --since 2026
      digest chart prices.csv --title "Price of a megawatt hour" --out issues/images/prices.png
    """
    from dataclasses import replace

    from digest.production.charting import coverage_chart, draw_chart, file_chart, write_chart

    with session.project(create_store=what not in _SUBJECTS and not dry_run) as project:
        if what in _SUBJECTS:
            if how["kind"]:
                raise click.UsageError("--kind is for a file of your own numbers")
            with project.store.read() as connection:
                chart = coverage_chart(project, connection, cast("Subject", what), since=since, until=until)
            chart = replace(chart, title=how["title"] or chart.title)
            own = None
        else:
            if since or until:
                raise click.UsageError("--since and --until are for what was covered; a file is drawn whole")
            own = _file(what)
            kind = cast("Kind | None", _KINDS.get(how["kind"] or ""))
            chart = file_chart(project, own, title=how["title"], kind=kind)
        out = how["out"] or Path("issues/images") / f"{own.stem if own else what}.png"
        files = draw_chart(project, chart, out, of=own)
        paths = (files.png_path, files.png_path.with_suffix(".csv")) if dry_run else write_chart(files)
        shown = [project.shown(path) for path in paths]
        told = {"files": shown, "markdown": files.markdown, "written": not dry_run}
        session.result(told, lambda: session.line(files.markdown))
        session.say(f"{'would write' if dry_run else 'wrote'} {' and '.join(shown)}")
        session.next_step("paste the line into the issue file, and mend its words: they stand for the picture")
    return 0


def _file(what: str) -> Path:
    """The file that was named.

    Raises:
        click.UsageError: there is none, and it is no subject.
    """
    path = Path(what)
    if not path.is_file():
        from difflib import get_close_matches

        close = get_close_matches(what, _SUBJECTS, n=1)
        guess = f" Did you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"{what}: is no file, and none of {', '.join(_SUBJECTS)}.{guess}")
    return path.resolve()
