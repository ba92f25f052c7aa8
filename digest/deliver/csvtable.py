"""CSV as spreadsheets and tools save it, read row by row: any usual encoding and separator; what is broken is told."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from digest.deliver.headers import one_line

CELL = 10_000  # characters; a longer cell means a quotation mark that was never closed
LISTED = 10_000  # bad rows are named, up to so many: a file that is no list at all must not fill the memory
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that was not imported."""

    line: int  # 1-based, where the row begins
    reason: str
    text: str = ""  # its beginning


@dataclass(slots=True)
class Table:
    """The rows of a file with the lines they begin on, and the rows that are no good."""

    encoding: str
    delimiter: str
    hint: bool  # the first line says the separator, and is no row
    _text: io.TextIOWrapper
    bad: list[BadRow] = field(default_factory=list)
    bad_rows: int = 0
    unread: int = 0  # of the bad rows, those that could not be taken apart into cells

    def refuse(self, line: int, reason: str, row: list[str]) -> None:
        """Note a row that is no good."""
        self.bad_rows += 1
        if len(self.bad) < LISTED:
            self.bad.append(BadRow(line=line, reason=reason, text=one_line(", ".join(row))[:80]))

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.unread += 1
                self.refuse(line, _unreadable(str(error), line, reader.line_num), [])
                continue
            if reader.line_num > line and any(_swallows(cell) for cell in row):
                self.unread += 1
                self.refuse(line, _not_closed(line, reader.line_num), row)
            elif any(row) and any(cell.strip() for cell in row):
                yield line, row

    def _lines(self) -> Iterator[str]:
        if self.hint:
            next(self._text, "")
            yield "\n"  # the line stays, so that line numbers do
        yield from self._text


@contextlib.contextmanager
def open_table(data: BinaryIO) -> Iterator[Table]:
    """The table in a file that can be sought in; it is read as the rows are asked for, and stays open."""
    encoding = _encoding(data)
    data.seek(0)
    text = io.TextIOWrapper(data, "cp1252" if encoding == "windows-1252" else encoding, "replace", newline="")
    first = ""
    while not first.strip() and (first := text.readline()):
        pass
    first = first.strip("\r\n\ufeff")
    text.seek(0)
    hint = re.fullmatch(r'"?sep=(.)"?', first)  # Excel's own
    try:
        yield Table(encoding, hint[1] if hint else _delimiter(first), hint is not None, text)
    finally:
        text.detach()


def _encoding(data: BinaryIO) -> str:
    """By the byte order mark, by the zeros of UTF-16, else UTF-8 if all of it is, else Windows'."""
    head = data.read(200)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    if head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while head:
            decoder.decode(head)
            head = data.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _delimiter(first: str) -> str:
    """Which of the usual ones the first line that is not empty has most of, outside quotation marks."""
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


def _swallows(cell: str) -> bool:
    """Whether a cell over several lines holds rows of the list; a postal address or a note has a right to its lines."""
    return len(cell) > CELL or "@" in cell.partition("\n")[2]


def _unreadable(error: str, line: int, last: int) -> str:
    # A quotation mark that is missing is noticed at the next one, some rows later.
    if last > line or "unexpected end of data" in error or "field larger" in error:
        return _not_closed(line, last)
    return f"is not CSV: {error}"


def _not_closed(line: int, last: int) -> str:
    return f"a quotation mark is not closed; lines {line} to {last} were not read"
