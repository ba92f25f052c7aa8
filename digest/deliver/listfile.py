"""Lists of subscribers as CSV files: read from whatever a spreadsheet or tool saved, and written safely for both."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection

from digest.deliver import subscribers
from digest.deliver.message import one_line
from digest.deliver.subscribers import LANGUAGE
from digest.errors import UsageError
from digest.model import Subscriber
from digest.text.address import address_key, address_problem, tidy

BATCH = 500  # rows asked for and written at once: SQLite's older builds take 999 parameters
CELL = 10_000  # characters; a longer cell means a quotation mark that was never closed
MAX_NAME = 200  # characters

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs what begins so (OWASP, CSV injection)
_HEADINGS = {
    "address": ("email", "e-mail", "email address", "e-mail address", "e-mail-adresse", "mail", "address", "adresse"),
    "name": ("name", "full name", "nom"),
    "first": ("first name", "first_name", "firstname", "vorname", "prénom", "given name"),
    "last": ("last name", "last_name", "lastname", "surname", "nachname", "family name"),
    "language": ("language", "lang", "locale", "sprache", "langue", "idioma"),
    "topics": ("topics", "topic", "tags", "interests"),
    "state": ("state", "status"),
}
_Outcome = Literal["added", "updated", "already", "duplicates", "suppressed"]
_Left = Literal["unsubscribed", "bounced", "complained"]
_LEFT: dict[str, _Left] = {
    "unsubscribed": "unsubscribed",
    "bounced": "bounced",
    "cleaned": "bounced",
    "complained": "complained",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that was not imported."""

    line: int  # 1-based, where the row begins
    reason: str
    text: str = ""  # its beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of every row; they add up to ``rows``."""

    rows: int = 0  # without the heading and empty lines
    added: int = 0
    updated: int = 0  # known, and something about them is new
    already: int = 0  # known, and nothing is
    duplicates: int = 0  # twice in the file
    suppressed: int = 0  # had left, or the file says that they have
    bad: tuple[BadRow, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","


# --- reading ---------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Person:
    """One row, understood."""

    address: str
    name: str
    language: str | None
    topics: tuple[str, ...]
    left: _Left | None  # why, if the file says so


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it had: by its byte order mark, by the zeros of UTF-16, else UTF-8, else Windows'."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    head = data[:200]
    if head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "windows-1252"


def _delimiter(text: str) -> str:
    """Which of the usual ones the first line that is not empty has most of, outside quotation marks."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if match := re.fullmatch(r'"?sep=(.)"?', first.strip("\r\n\ufeff")):  # Excel's own hint
        return match[1]
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


@dataclass(slots=True)
class _Table:
    """The rows of a file with the lines they begin on, and what could not be read."""

    text: str
    delimiter: str
    bad: list[BadRow] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.bad.append(BadRow(line=line, reason=_unreadable(str(error), line, reader.line_num)))
                continue
            if any("\n" in cell or len(cell) > CELL for cell in row) and reader.line_num > line:
                reason = f"a quotation mark is not closed; lines {line} to {reader.line_num} were not read"
                self.bad.append(BadRow(line=line, reason=reason, text=_beginning(row)))
            elif any(cell.strip() for cell in row):
                yield line, row


def _unreadable(error: str, line: int, last: int) -> str:
    if "unexpected end of data" in error or "field larger" in error:
        return f"a quotation mark is not closed; lines {line} to {last} were not read"
    return f"is not CSV: {error}"


def _beginning(row: list[str]) -> str:
    return one_line(", ".join(row))[:80]


def _columns(first: list[str]) -> tuple[dict[str, int], bool]:
    """Which column is where, and whether the first row is a heading."""
    headings = [one_line(cell).casefold() for cell in first]
    named = {
        column: next(headings.index(word) for word in words if word in headings)  # the likeliest of the words
        for column, words in _HEADINGS.items()
        if set(words) & set(headings)
    }
    if "address" in named and not any("@" in cell for cell in first):
        return named, True
    order = sorted(range(len(first)), key=lambda index: "@" not in first[index])
    return dict(zip(("address", "name", "language", "topics"), order, strict=False)), False


def _person(row: list[str], columns: dict[str, int]) -> _Person | str:
    """The person in a row, or why there is none."""

    def cell(column: str) -> str:
        index = columns.get(column)
        value = one_line(row[index]) if index is not None and index < len(row) else ""
        # What the export put before a formula is taken away again.
        return value[1:] if value[:1] == "'" and value[1:].startswith(_FORMULA) else value

    address, name = cell("address").removeprefix("mailto:"), cell("name") or f"{cell('first')} {cell('last')}".strip()
    if match := re.fullmatch(r"(.*)<([^<>]*)>", address):
        address, name = match[2], name or match[1].strip(' "')
    if not address:
        return "has no address"
    address = tidy(address)
    problem = address_problem(address)
    if problem is not None:
        return f"the address {problem}"
    language = cell("language").replace("_", "-") or None
    if language is not None and not LANGUAGE.fullmatch(language):
        return f'"{language}" is no language tag such as "en" or "pt-BR"'
    topics = tuple(dict.fromkeys(filter(None, map(str.strip, re.split("[;,|]", cell("topics"))))))
    left = _LEFT.get(cell("state").casefold())
    return _Person(address=address, name=name[:MAX_NAME].rstrip(), language=language, topics=topics, left=left)


# --- importing -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Import:
    """One import: who was seen in the file, who is still to be filed, and the counts."""

    connection: Connection
    now: datetime
    next_id: int
    seen: set[str] = field(default_factory=set)
    batch: dict[str, _Person] = field(default_factory=dict)  # by address key
    counts: dict[_Outcome, int] = field(default_factory=lambda: dict.fromkeys(get_args(_Outcome), 0))

    def take(self, person: _Person) -> None:
        key = address_key(person.address)
        if key in self.seen:
            self.counts["duplicates"] += 1
            return
        self.seen.add(key)
        self.batch[key] = person
        if len(self.batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """File the batch: two questions to the store, and each kind of change at once."""
        known = subscribers.among(self.connection, self.batch)
        gone = subscribers.left_among(self.connection, self.batch)
        changes = subscribers.Changes()
        for key, person in self.batch.items():
            self.counts["suppressed" if key in gone else self._file(person, known.get(key), changes)] += 1
        subscribers.save(self.connection, changes, now=self.now)
        self.batch = {}

    def _file(self, person: _Person, known: Subscriber | None, changes: subscribers.Changes) -> _Outcome:
        if known is not None and known.state not in subscribers.MAILABLE:
            return "suppressed"
        if person.left is not None:
            changes.suppressed.append((person.address, person.left))
            if known is not None:
                changes.changed.append((replace(known, state=person.left), person.left, ""))
            return "suppressed"
        if known is None:
            changes.new.append(self._subscriber(person))
            return "added"
        told = {name: getattr(person, name) for name in ("name", "language", "topics")}
        told = {name: value for name, value in told.items() if value and value != getattr(known, name)}
        if not told and known.state == "active":
            return "already"
        event = "updated" if known.state == "active" else "returned"
        changes.changed.append((replace(known, **told, state="active"), event, ", ".join(sorted(told))))
        return "updated"

    def _subscriber(self, person: _Person) -> Subscriber:
        made = Subscriber(
            id=self.next_id,
            address=person.address,
            name=person.name,
            language=person.language,
            topics=person.topics,
            added=self.now,
            changed=self.now,
        )
        self.next_id += 1
        return made


def import_csv(connection: Connection, data: bytes, *, now: datetime) -> ImportReport:
    """Add everybody in a CSV file, in the caller's transaction. Who has left stays away; bad rows are listed.

    Columns are found by their headings; without a heading they are address, name, language, topics. UTF-8, UTF-16 and
    Windows-1252 are read, with commas, semicolons or tabs.

    Raises:
        UsageError: the file is empty, or nothing in it looks like an address.
    """
    text, encoding = decode(data)
    delimiter = _delimiter(text)
    if "sep=" in text[:8]:
        text = "\n" + text.partition("\n")[2]  # the line stays, so that line numbers do
    table = _Table(text, delimiter)
    work = _Import(connection, now, next_id=subscribers.next_id(connection))
    columns: dict[str, int] | None = None
    rows, width = 0, CELL
    for line, row in table:
        if columns is None:
            columns, heading = _columns(row)
            if heading:
                width = len(row)
                continue
        rows += 1
        person = _person(row, columns) if not any(row[width:]) else f"has more than the heading's {width} cells"
        if isinstance(person, str):
            table.bad.append(BadRow(line=line, reason=person, text=_beginning(row)))
        else:
            work.take(person)
    if not work.seen and not any("@" in bad.text for bad in table.bad):
        raise UsageError(
            "the file has no mail addresses in it",
            hint="save the list as CSV with a heading such as: address,name,language,topics",
        )
    work.flush()
    bad = tuple(sorted(table.bad, key=lambda row: row.line))
    unread = sum("quotation mark" in row.reason or "is not CSV" in row.reason for row in bad)
    return ImportReport(rows=rows + unread, bad=bad, encoding=encoding, delimiter=delimiter, **work.counts)


# --- exporting -------------------------------------------------------------------------------------------------


def export_csv(connection: Connection) -> str:
    """Every subscriber, with a heading; a file import_csv reads back. A spreadsheet will run nothing in it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("address", "name", "language", "topics", "state", "added"))
    for person in subscribers.listing(connection):
        row = (
            person.address,
            person.name,
            person.language or "",
            "; ".join(person.topics),
            person.state,
            person.added.isoformat(timespec="seconds"),
        )
        writer.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row)
    return out.getvalue()
