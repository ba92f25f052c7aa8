"""Lists of subscribers as CSV files: read from whatever a spreadsheet or tool saved, and written safely for both."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import islice
from typing import BinaryIO, Literal, get_args

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from digest.deliver import subscribers
from digest.deliver.csvtable import CELL, BadRow, Table, open_table
from digest.deliver.headers import one_line
from digest.deliver.subscribers import LANGUAGE
from digest.errors import UsageError
from digest.model import Subscriber, SubscriberState
from digest.text.address import address_key, address_problem, tidy

BATCH = 5000  # rows filed at once
WRITTEN = 1000  # rows exported at once
MAX_NAME = 200  # characters

# A spreadsheet runs a cell that begins so; the wide forms count in Japanese ones (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_HEADINGS = {
    "address": ("email", "e-mail", "email address", "e-mail address", "e-mail-adresse", "mail", "address", "adresse"),
    "name": ("name", "full name", "nom"),
    "first": ("first name", "first_name", "firstname", "vorname", "prénom", "given name"),
    "last": ("last name", "last_name", "lastname", "surname", "nachname", "family name"),
    "language": ("language", "lang", "locale", "sprache", "langue", "idioma"),
    "topics": ("topics", "topic", "tags", "interests"),
    "state": ("state", "status", "subscribed_to_emails"),
}
_Outcome = Literal["added", "updated", "already", "duplicates", "suppressed"]
_STATES: dict[str, SubscriberState] = {  # and what other tools call them
    **dict.fromkeys(("active", "", "subscribed", "enabled", "confirmed", "true", "yes"), "active"),
    **dict.fromkeys(("pending", "unconfirmed", "unactivated"), "pending"),
    **dict.fromkeys(("unsubscribed", "removed", "disabled", "blocklisted", "false", "no"), "unsubscribed"),
    **dict.fromkeys(("bounced", "cleaned"), "bounced"),
    **dict.fromkeys(("complained", "complaint", "spam"), "complained"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of every row; they add up to ``rows``."""

    rows: int = 0  # without the heading and empty lines
    added: int = 0
    updated: int = 0  # known, and something about them is new
    already: int = 0  # known, and nothing is
    duplicates: int = 0  # twice in the file
    suppressed: int = 0  # had left, or the file says that they have
    bad_rows: int = 0
    bad: tuple[BadRow, ...] = ()  # the first csvtable.LISTED of them
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
    state: SubscriberState


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
    cells = {column: _cell(row[index]) for column, index in columns.items() if index < len(row)}
    address, name = cells.get("address", "").removeprefix("mailto:"), cells.get("name", "")
    if not name and ("first" in cells or "last" in cells):
        name = f"{cells.get('first', '')} {cells.get('last', '')}".strip()
    if address.endswith(">") and (match := re.fullmatch(r"(.*)<([^<>]*)>", address)):
        address, name = match[2], name or match[1].strip(' "')
    if not address:
        return "has no address"
    address = tidy(address)
    problem = address_problem(address)
    if problem is not None:
        return f"the address {problem}"
    language = cells.get("language", "").replace("_", "-") or None
    if language is not None and not LANGUAGE.fullmatch(language):
        return f'"{language}" is no language tag such as "en" or "pt-BR"'
    state = _STATES.get(cells.get("state", "").casefold())
    if state is None:  # guessing "active" might mail somebody who has left
        return f'"{cells["state"]}" is no state: {", ".join(get_args(SubscriberState))}'
    topics = _topics(cells.get("topics", ""))
    return _Person(address=address, name=name[:MAX_NAME].rstrip(), language=language, topics=topics, state=state)


def _cell(text: str) -> str:
    if not text:
        return text
    # Nothing printable is what one_line takes away, and most cells are.
    value = text.strip(" ") if text.isprintable() and "  " not in text else one_line(text)
    # What the export put before a formula is taken away again.
    return value[1:] if value[:1] == "'" and value.lstrip("'").startswith(_FORMULA) else value


def _topics(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(str.strip, re.split("[;,|]", cell))))) if cell else ()


# --- importing -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Import:
    """One import: who was met in the file, who is still to be filed, and the counts.

    A million addresses would not fit into the memory we allow ourselves, so who was met is told from the ids: those
    from ``first_id`` on came with this file, and those before it are marked.
    """

    connection: Connection
    now: datetime
    origin: str
    first_id: int
    next_id: int = 0
    met: bytearray = field(default_factory=bytearray)  # 1: the subscriber with this id stood in the file
    strangers: set[str] = field(default_factory=set)  # keys of those in the file who have left and are no subscribers
    batch: dict[str, _Person] = field(default_factory=dict)  # by address key
    all_new: bool = True  # nobody of the last batch was known
    counts: dict[_Outcome, int] = field(default_factory=lambda: dict.fromkeys(get_args(_Outcome), 0))

    def __post_init__(self) -> None:
        self.next_id = self.first_id
        self.met = bytearray(self.first_id)

    def take(self, person: _Person) -> None:
        # It is tidy already, and of ASCII nothing but its capitals is left to do.
        key = person.address.lower() if person.address.isascii() else address_key(person.address)
        if key in self.batch or key in self.strangers:
            self.counts["duplicates"] += 1
            return
        self.batch[key] = person
        if len(self.batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """File the batch, each kind of change at once."""
        batch, self.batch = self.batch, {}
        gone = subscribers.left_among(self.connection, batch)
        if self.all_new and not gone and self._file_new(batch):
            return
        known = subscribers.among(self.connection, batch)
        self.all_new = not known and not gone
        changes = subscribers.Changes(origin=self.origin)
        for key, person in batch.items():
            before = known.get(key)
            if before is not None and self._was_met(before.id):
                self.counts["duplicates"] += 1
                continue
            outcome = "suppressed" if key in gone else self._file(key, person, before, changes)
            if outcome == "suppressed" and before is None:
                self.strangers.add(key)
            self.counts[outcome] += 1
        subscribers.save(self.connection, changes, now=self.now)

    def _file_new(self, batch: dict[str, _Person]) -> bool:
        """File a batch of people nobody of whom is known, without asking first; False: somebody is, nothing was done.

        A batch like the last one: of a new list that saves a question for everybody.
        """
        if any(person.state not in subscribers.MAILABLE for person in batch.values()):
            return False
        first = self.next_id
        new = {key: self._subscriber(person) for key, person in batch.items()}
        try:
            with self.connection.begin_nested():
                subscribers.insert_new(self.connection, new, detail=self.origin)
        except IntegrityError:  # an address that is there
            self.next_id = first
            return False
        self.counts["added"] += len(batch)
        return True

    def _was_met(self, subscriber_id: int) -> bool:
        if subscriber_id >= self.first_id or self.met[subscriber_id]:
            return True
        self.met[subscriber_id] = 1
        return False

    def _file(self, key: str, person: _Person, known: Subscriber | None, changes: subscribers.Changes) -> _Outcome:
        if known is not None and known.state not in subscribers.MAILABLE:
            return "suppressed"
        if person.state not in subscribers.MAILABLE:  # so the file says
            changes.suppressed.append((key, person.state))
            if known is not None:
                changes.changed.append((replace(known, state=person.state), person.state, self.origin))
            return "suppressed"
        if known is None:
            changes.new[key] = self._subscriber(person)
            return "added"
        told = {name: getattr(person, name) for name in ("name", "language", "topics")}
        told = {name: value for name, value in told.items() if value and value != getattr(known, name)}
        state: SubscriberState = "active" if "active" in {known.state, person.state} else "pending"
        if not told and known.state == state:
            return "already"
        event = "updated" if known.state == state else "returned"
        changes.changed.append((replace(known, **told, state=state), event, ", ".join(sorted(told))))
        return "updated"

    def _subscriber(self, person: _Person) -> Subscriber:
        made = Subscriber(
            id=self.next_id,
            address=person.address,
            name=person.name,
            language=person.language,
            topics=person.topics,
            state=person.state,
            added=self.now,
            changed=self.now,
        )
        self.next_id += 1
        return made


def import_csv(connection: Connection, data: bytes | BinaryIO, *, now: datetime, origin: str = "") -> ImportReport:
    """Add everybody in a CSV file, in the caller's transaction. Who has left stays away; bad rows are listed.

    Columns are found by their headings; without a heading they are address, name, language, topics. UTF-8, UTF-16 and
    Windows-1252 are read, with commas, semicolons or tabs.

    Args:
        data: the file, or one that can be sought in; it is read twice and never held whole.
        origin: where the list is from, for the history of who is in it.

    Raises:
        UsageError: the file is empty, or nothing in it looks like an address.
    """
    with open_table(io.BytesIO(data) if isinstance(data, bytes) else data) as table:
        work = _Import(connection, now, origin, subscribers.next_id(connection))
        rows = _take_all(table, work)
    if not rows - (table.bad_rows - table.unread) and not any("@" in bad.text for bad in table.bad):
        raise UsageError(
            "the file has no mail addresses in it",
            hint="save the list as CSV with a heading such as: address,name,language,topics",
        )
    return ImportReport(
        rows=rows + table.unread, bad_rows=table.bad_rows, bad=tuple(table.bad), encoding=table.encoding,
        delimiter=table.delimiter, **work.counts,
    )  # fmt: skip


def _take_all(table: Table, work: _Import) -> int:
    """Take every row or refuse it, and count those that could be taken apart."""
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
            table.refuse(line, person, row)
        else:
            work.take(person)
    work.flush()
    return rows


# --- exporting -------------------------------------------------------------------------------------------------


def export_csv(connection: Connection) -> Iterator[str]:
    """The heading and every subscriber, many rows at a time; a file import_csv reads back.

    A spreadsheet will run nothing in it: a cell that begins like a formula has an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("address", "name", "language", "topics", "state", "added"))
    when = cache(lambda moment: moment.isoformat(timespec="seconds"))  # a list that was imported has few
    people = subscribers.listing(connection)
    while some := list(islice(people, WRITTEN)):
        writer.writerows(
            (_harmless(one.address), _harmless(one.name), one.language or "", _harmless("; ".join(one.topics)),
             one.state, when(one.added))
            for one in some
        )  # fmt: skip
        yield _taken(out)
    yield _taken(out)  # of an empty list, the heading


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
