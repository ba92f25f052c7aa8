"""An editor's own numbers: a file of commas, semicolons or tabs, as a chart.

The first row has the headings, the first column says what each row is. Numbers are read as people write them in
spreadsheets: ``1,234.5``, ``1.234,5``, ``1 234,5``, ``12,5 %``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digest.errors import UsageError
from digest.render.charts.chart import MOST_SERIES, Chart, Kind, Series, Table
from digest.render.charts.numbers import MOST, spoken

_MOST_ROWS = {"bars": 40, "grouped": 60, "stacked": 60, "lines": 400}
_MOST_SAID = 3
_TIME = re.compile(
    r"\d{4}|\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[- ]?[WQTKSH]\d{1,2}|[QT]\d[ /-]?\d{4}"
    r"|\w+\.? \d{4}|\d{1,2}\.? \w+\.? \d{4}"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,' ]\d{3})*|\d*)(?:[.,]\d+)?")
_UNKNOWN = frozenset({"", "-", "–", "—", "…", "n/a", "na", "k.a.", "x", "."})
_TOLD = re.compile(r"sep=([\t;,])\s*?(?:\n|$)", re.IGNORECASE)
"""The first line of files for Excel: what stands between cells."""
_BLANKS = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "−": "-", "\u200e": None, "\ufeff": None}
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number as it stands in the file."""

    line: int
    text: str  # without its sign for percent
    percent: bool


def read_table(raw: bytes, *, shown: str) -> Table:
    """The cells of a file, numbers as ``1234.5`` however the file writes them; rows without a word are left out.

    Args:
        raw: its bytes: UTF-8, or what spreadsheets on Windows write.
        shown: what it is called in messages.

    Raises:
        UsageError: it holds no table: no heading and row, or a row of another length; or numbers that can be read in
            two ways. Says the line.
    """
    table, lines, separator = _read(raw, shown)
    known = [
        cell for row, line in zip(table.rows, lines, strict=True) for text in row[1:] if (cell := _cell(text, line))
    ]
    comma = _decimals_have_commas(known, separator, shown)
    rows = tuple((row[0], *(_unambiguous(text, comma=comma) for text in row[1:])) for row in table.rows)
    return replace(table, rows=rows)


def read_chart(raw: bytes, *, title: str, kind: Kind | None, shown: str) -> Chart:
    """The numbers of a file as a chart.

    Args:
        raw: its bytes, see ``read_table``.
        title: of the chart.
        kind: how it is drawn; None: as lines if the rows are times, else as bars.
        shown: what it is called in messages.

    Raises:
        UsageError: it cannot be drawn: no table, a cell that is no number, numbers that can be read in two ways, too
            many rows or columns. Says the line.
    """
    table, lines, separator = _read(raw, shown)
    names = [row[0].strip() for row in table.rows]
    kind = kind or ("lines" if len(names) > 2 and all(_TIME.fullmatch(name) for name in names) else "bars")
    if not 1 < len(table.head) <= MOST_SERIES + 1:
        raise UsageError(
            f"{shown}:1: {len(table.head) - 1} columns of numbers cannot be told apart" if len(table.head) > 1
            else f"{shown}:1: there is no column of numbers",
            hint=f"the first column says what each row is, then come one to {MOST_SERIES} columns of numbers",
        )  # fmt: skip
    if len(names) > _MOST_ROWS[kind]:
        raise UsageError(
            f"{shown}: {len(names)} rows are too many to be read in a picture",
            hint=f"up to {_MOST_ROWS[kind]} rows can be drawn as {kind}; keep those that matter",
        )
    _require_headings(table.head[1:], shown)
    cells = [[_cell(text, line) for text in row[1:]] for row, line in zip(table.rows, lines, strict=True)]
    known = [cell for row in cells for cell in row if cell]
    _require_one_unit(known, shown)
    comma = _decimals_have_commas(known, separator, shown)
    values = [[_value(cell, shown, comma=comma) for cell in row] for row in cells]
    if kind == "stacked" and any(value is not None and value < 0 for row in values for value in row):
        raise UsageError(
            f"{shown}: numbers below nothing cannot stand on each other", hint="take --kind columns or bars"
        )
    return Chart(
        kind=kind,
        title=title,
        unit="%" if any(cell.percent for cell in known) else "",
        heading=table.head[0],
        categories=tuple(names),
        series=tuple(
            Series(name=name, values=tuple(row[place] for row in values)) for place, name in enumerate(table.head[1:])
        ),
    )


def _read(raw: bytes, shown: str) -> tuple[Table, list[int], str]:
    """The cells, the line of each row, and what stands between cells."""
    text = _decoded(raw, shown)
    if told := _TOLD.match(text):
        separator, text = told[1], "\n" + text[told.end() :]
    else:
        first = re.sub(r'"[^"]*"', "", next((line for line in text.split("\n") if line.strip()), ""))
        separator = next((sign for sign in ("\t", ";", ",") if sign in first), ",")
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows += (
            (reader.line_num, [" ".join(cell.split()) for cell in row]) for row in reader if any(map(str.strip, row))
        )
    except csv.Error as error:
        raise UsageError(
            f"{shown}:{reader.line_num}: {error}", hint="a quotation mark in a cell is written twice"
        ) from error
    if len(rows) < 2:
        raise UsageError(
            f"{shown}: there is no table in it", hint="the first row has the headings, then come the numbers"
        )
    width = max(place for _, row in rows for place, cell in enumerate(row, start=1) if cell)
    rows = [(line, row[:width]) for line, row in rows]  # spreadsheets write columns that were emptied
    head = rows[0][1]
    for line, row in rows[1:]:
        if len(row) != len(head):
            raise UsageError(
                f"{shown}:{line}: has {len(row)} cells, but the first row has {len(head)}",
                hint="a number with a comma in it stands in quotation marks, or semicolons part the cells",
            )
    kept = [row for _, row in rows[1:]]
    table = Table(head=tuple(head), rows=tuple(tuple(row) for row in kept))
    return table, [line for line, _ in rows[1:]], separator


def _decoded(raw: bytes, shown: str) -> str:
    encoding = "utf-8-sig" if _is_utf8(raw) else "cp1252"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"  # what spreadsheets call Unicode text
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown}: is no text", hint="save it as CSV in UTF-8") from error
    if "\0" in text:
        raise UsageError(f"{shown}: is no text", hint="save it as CSV in UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cell(text: str, line: int) -> _Cell | None:
    """A number as it stands there; None: it says that it is not known."""
    text = text.translate(_BLANKS).strip()
    if text.casefold() in _UNKNOWN:
        return None
    return _Cell(line, text.removeprefix("%").removesuffix("%").strip(), "%" in text)


def _require_headings(names: Sequence[str], shown: str) -> None:
    """That the first row is not numbers already, which would be lost as names; years may be names."""
    numbers = [
        name for name in names if _NUMBER.fullmatch(name.translate(_BLANKS)) and not re.fullmatch(r"\d{4}|", name)
    ]
    if len(numbers) == len(names):
        raise UsageError(
            f"{shown}:1: the first row has numbers where headings should be: “{numbers[0]}”",
            hint="write a row above it that names the columns",
        )


def _require_one_unit(known: Sequence[_Cell], shown: str) -> None:
    shares = [cell for cell in known if cell.percent]
    others = [cell for cell in known if not cell.percent]
    if shares and others:
        fewer = min(shares, others, key=len)[0]
        what = "is a share of a hundred, most others are not" if fewer.percent else "has no %, most others have"
        raise UsageError(f"{shown}:{fewer.line}: “{fewer.text}” {what}", hint="one picture shows numbers of one kind")


def _decimals_have_commas(known: Sequence[_Cell], separator: str, shown: str) -> bool:
    """Whether the file writes 1,5 or 1.5; what could be either is decided by those that could not."""
    found = {sign: cell for cell in known for sign in _decimal_signs(cell.text)}
    if len(found) > 1:
        comma, point = found[","], found["."]
        raise UsageError(
            f"{shown}:{point.line}: “{point.text}” has a point before its decimals, “{comma.text}” in line "
            f"{comma.line} has a comma",
            hint="write all numbers of the file in one way",
        )
    return "," in found if found else separator == ";"


def _decimal_signs(text: str) -> Iterator[str]:
    """The sign before its decimals, if it can only be that."""
    found = re.search(r"([.,])(\d*)$", text)
    if not found or not _NUMBER.fullmatch(text):
        return
    sign, other = found[1], "." if found[1] == "," else ","
    if (
        other in text
        or re.search(r"[ ']", text)
        or (text.count(sign) == 1 and (len(found[2]) != 3 or re.match(r"[+-]?(0|\d{4,})?[.,]", text)))
    ):
        yield sign


def _value(cell: _Cell | None, shown: str, *, comma: bool) -> float | None:
    if cell is None:
        return None
    plain = _plain(cell.text, comma=comma)
    if plain is None:
        raise UsageError(
            f"{shown}:{cell.line}: “{cell.text}” is no number",
            hint="numbers only, with % if they are shares; an empty cell is a number that is not known",
        )
    value = float(plain)
    if abs(value) > MOST:
        raise UsageError(f"{shown}:{cell.line}: {cell.text} is too large to be drawn", hint="count in millions, say")
    return value


def _plain(text: str, *, comma: bool) -> str | None:
    """A number as programs write it: ``1234.5``; None: it is none."""
    plain = text.replace(" ", "").replace("'", "")
    plain = plain.replace(".", "").replace(",", ".") if comma else plain.replace(",", "")
    return plain if _NUMBER.fullmatch(text) and re.fullmatch(r"[+-]?(\d+(\.\d+)?|\.\d+)", plain) else None


def _unambiguous(text: str, *, comma: bool) -> str:
    """A cell whose number can be read in one way only; what is no number stays as it is."""
    cell = _cell(text, 0)
    plain = _plain(cell.text, comma=comma) if cell else None
    return f"{plain}{'%' if cell and cell.percent else ''}" if plain else text


def in_short(chart: Chart, language: str) -> str:
    """What an editor's own numbers say, without a word of ours: where each line begins and ends, or the longest bars.

    Args:
        chart: see ``read_chart``.
        language: BCP 47.
    """
    percent = chart.unit == "%"
    if chart.kind == "lines":
        pieces = []
        for one in chart.series[:_MOST_SAID]:
            known = [place for place, value in enumerate(one.values) if value is not None]
            ends = dict.fromkeys(known[:1] + known[-1:])
            said = " – ".join(
                f"{spoken(one.values[place], language, percent=percent)} ({chart.categories[place]})" for place in ends
            )
            pieces += [f"{one.name}: {said}"] if said else []
        return "; ".join(pieces)
    first = chart.series[0].values
    order = sorted(
        (place for place, value in enumerate(first) if value is not None), key=lambda place: -(first[place] or 0)
    )
    said = ", ".join(
        f"{chart.categories[place]} {spoken(first[place], language, percent=percent)}" for place in order[:_MOST_SAID]
    )
    return f"{chart.series[0].name}: {said}" if said else ""
