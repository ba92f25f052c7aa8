"""A table of articles (.csv, .tsv), a row an entry, in the shape feedparser gives feeds.

Spreadsheets write such files with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252, and with the days of
their country; editors name the columns in their language. One bad row costs itself only.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from digest.gather.files.document import UnreadableError, decoded
from digest.text.dates import parse_date
from digest.text.plain import drop_controls
from digest.text.urls import clean_url

_COLUMNS: Final = {
    "title": "title headline titel uberschrift schlagzeile titre titulo titular",
    "link": "url link address webaddress webpage adresse webadresse weblink lien adresseweb enlace direccion vinculo",
    "published": "date published publicationdate pubdate datum veroffentlicht veroffentlichungsdatum erschienen "
    "datedepublication publie publiele fecha fechadepublicacion publicado",
    "source": "source publisher organisation organization publication publicationtitle outlet quelle herausgeber "
    "medium zeitung editeur journal fuente organizacion medio",
    "summary": "summary abstract abstractnote description text zusammenfassung kurzfassung beschreibung inhalt resume "
    "extrait texte resumen descripcion extracto texto",
    "author": "author authors autor autoren verfasser auteur auteurs autora autores",
    "tags": "tags keywords manualtags stichworter schlagworter schlagworte motscles etiquettes etiquetas palabrasclave",
}  # fmt: skip
"""What columns are called in English, German, French and Spanish, without accents; and in Zotero's own export."""
_NAMES: Final = {name: column for column, names in _COLUMNS.items() for name in names.split()}
_ENGLISH: Final = frozenset(
    "title headline url link address webaddress date published publicationdate pubdate source publisher summary".split()  # noqa: SIM905
)
_DELIMITERS: Final = (",", ";", "\t", "|")
_SAID: Final = re.compile(r"sep=(.)\s*\Z")
_SLASHED: Final = re.compile(r"\s*(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)(.*)\Z", re.DOTALL)

_AFTER: Final = "\0"
"""A cell that no text has; it shows whether the row before it has ended."""
_HEAD_LINES = 5
_MOST_ROWS = 5_000
_MOST_LINES = 200
"""Of one row, whose texts may hold line breaks. A quotation mark that is never closed would take all that follows."""
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int  # where it begins; the first is 1
    cells: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    columns: tuple[str | None, ...]
    english: bool  # all names are; else the table is from a country where the day stands before the month
    end: int  # the line after it, from 0


def parse_csv(data: bytes, *, zone: ZoneInfo) -> dict[str, Any]:
    """The table as a mapping like feedparser's, and ``problems``: what is wrong with which line.

    Its first line names the columns, in any order: title, url, date, source, summary, author, tags; others are
    passed over.

    Args:
        data: the file.
        zone: what dates without a zone mean.

    Raises:
        UnreadableError: it is empty, no text, or has no line that names a title or an address.
    """
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise UnreadableError("is empty")
    text = decoded(data)
    if "\0" in text[:20_000]:
        raise UnreadableError("is not text", hint="save the table as .csv")
    lines = re.split(r"\r\n|\r|\n", drop_controls(re.sub("[\x85\u2028\ufeff]", " ", text)))
    delimiter, head = _head(lines)
    rows: list[_Row] = []
    problems: list[str] = []
    for row in _rows(lines, head.end, delimiter):
        if not row.problem and len(rows) == _MOST_ROWS:
            problems.append(f"line {row.line}: has more than {_MOST_ROWS:,} rows; those from here on were not read")
            break
        trouble = row.problem or _fault(row.cells, head.columns)
        if trouble:
            problems.append(f"line {row.line}: {trouble}")
        else:
            rows.append(row)
    entries, doubts = _entries(rows, head, zone)
    return {"version": "csv", "feed": {}, "entries": entries, "problems": _short([*problems, *doubts])}


def _head(lines: Sequence[str]) -> tuple[str, _Head]:
    """The delimiter and the columns: of the first lines and the usual delimiters those that name most columns."""
    best: tuple[int, str, _Head] | None = None
    for number, line in enumerate(lines[:_HEAD_LINES]):
        said = _SAID.match(line)  # Excel's own
        for delimiter in (said[1],) if said else _DELIMITERS:
            words = [] if said else [_folded(cell) for cell in _cells(line, delimiter) or ()]
            columns = _once(_NAMES.get(word) for word in words)
            count = sum(1 for column in columns if column)
            if {"title", "link"} & set(columns) and (best is None or count > best[0]):
                known = [word for word in words if word in _NAMES]
                head = _Head(columns=columns, english=set(known) <= _ENGLISH, end=number + 1)
                best = (count, delimiter, head)
    if best is None:
        raise UnreadableError("is a table whose columns are not named",
                              hint="let its first line be: title,url,date,source,summary")  # fmt: skip
    return best[1], best[2]


def _once(columns: Iterable[str | None]) -> tuple[str | None, ...]:
    """The columns, each only where it is first."""
    seen: set[str | None] = set()
    found = []
    for column in columns:
        found.append(None if column in seen else column)
        seen.add(column)
    return tuple(found)


def _folded(name: str) -> str:
    """A column's name in small letters without accents, blanks and marks: "Publié le :" is "publiele"."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", name.casefold()))


def _rows(lines: Sequence[str], start: int, delimiter: str) -> Iterator[_Row]:
    """The rows that hold anything; a row goes on over line breaks in quotation marks."""
    place = start
    while place < len(lines):
        line = place + 1
        cells, used = _row(lines, place, delimiter)
        place += used
        if cells is None:
            yield _Row(line=line, problem="has a quotation mark that is never closed")
        elif any(cell.strip() for cell in cells):
            yield _Row(line=line, cells=tuple(cells))


def _row(lines: Sequence[str], place: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the row that begins there, and how many lines it takes; None if it does not end.

    In a row that goes on, a line can end outside of quotation marks only if an even number of them came before.
    """
    cells, used = _cells(lines[place], delimiter), 1
    marks = lines[place].count('"')
    if cells is not None or marks % 2 == 0:
        return cells, 1
    while marks % 2 and used < _MOST_LINES and place + used < len(lines):
        marks += lines[place + used].count('"')
        used += 1
    cells = _cells("\n".join(lines[place : place + used]), delimiter, strict=True) if marks % 2 == 0 else None
    return cells, 1 if cells is None else used


def _cells(text: str, delimiter: str, *, strict: bool = False) -> list[str] | None:
    """One row's cells; None if it ends within quotation marks.

    Marks within a text that are not doubled are kept, or, if ``strict``, are no row's: two rows that each lack one
    would be taken for one.
    """
    try:
        cells = next(csv.reader([f"{text}{delimiter}{_AFTER}"], delimiter=delimiter, strict=strict), [])
    except csv.Error:  # or a text of more than 128 KB
        return None
    return cells[:-1] if cells and cells[-1] == _AFTER else None


def _fault(cells: Sequence[str], columns: Sequence[str | None]) -> str:
    """What makes a row unusable; empty if nothing does."""
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return f"has {len(cells)} cells, not {len(columns)}; put a text with separators into quotation marks"
    told = dict(zip(columns, cells, strict=False))
    if not any(told.get(column, "").strip() for column in ("title", "link", "summary")):
        return "has neither a title nor an address"
    return ""


def _entries(rows: Sequence[_Row], head: _Head, zone: ZoneInfo) -> tuple[list[dict[str, Any]], list[str]]:
    """The entries, and what is doubtful of which line."""
    told = [{name: cell.strip() for name, cell in zip(head.columns, row.cells, strict=False) if name} for row in rows]
    day_first = _day_first([cells.get("published", "") for cells in told], english=head.english)
    entries, doubts = [], []
    for row, cells in zip(rows, told, strict=True):
        date, link = cells.get("published", ""), cells.get("link", "")
        moment = parse_date(_as_iso(date, day_first=day_first), zone=zone)
        if date and moment is None:
            doubts.append(f"line {row.line}: its date cannot be read: {date[:60]} (write it as 2026-09-22)")
        if link and clean_url(link) is None:
            doubts.append(f"line {row.line}: its address is none on the web: {link[:120]}")
        entries.append(_entry(cells, moment.utctimetuple() if moment else None))
    return entries, doubts


def _entry(cells: dict[str, str], published: Any) -> dict[str, Any]:
    link, title, summary = cells.get("link", ""), cells.get("title", ""), cells.get("summary", "")
    entry: dict[str, Any] = {
        "id": "" if clean_url(link) else title,  # so that a corrected text is no new entry
        "guidislink": False,
        "title": title,
        "link": link,
        "authors": [{"name": name} for name in re.split(r"\s*;\s*", cells.get("author", "")) if name],
        "tags": [{"term": term} for term in re.split(r"\s*[;,]\s*", cells.get("tags", "")) if term],
        "content": [],
        "source": {"title": cells.get("source", "")},
        "published_parsed": published,
    }
    if summary:
        entry["summary"] = summary
        entry["summary_detail"] = {"value": summary, "type": "text/plain"}
    return entry


def _day_first(dates: Iterable[str], *, english: bool) -> bool | None:
    """Whether 03/04/2026 is in April, as the table's other dates show, or its language; None if nothing does."""
    pairs = [(int(found[1]), int(found[3])) for date in dates if (found := _SLASHED.match(date))]
    first, second = any(one > 12 for one, _ in pairs), any(two > 12 for _, two in pairs)
    if first != second:
        return first
    return None if english or first else True


def _as_iso(date: str, *, day_first: bool | None) -> str:
    """A date of numbers with the year first, if it is known which number is the day."""
    found = _SLASHED.match(date)
    if found is None:
        return date
    first, second, year = int(found[1]), int(found[3]), found[4] if len(found[4]) == 4 else f"20{found[4]}"
    if first > 12 or second > 12 or first == second:
        day_first = first > 12
    if day_first is None:
        return ""
    day, month = (first, second) if day_first else (second, first)
    return f"{year}-{month:02}-{day:02}{found[5]}"


def _short(problems: Sequence[str]) -> list[str]:
    if len(problems) <= _MOST_PROBLEMS:
        return list(problems)
    return [*problems[: _MOST_PROBLEMS - 1], f"and {len(problems) - _MOST_PROBLEMS + 1} more lines like these"]
