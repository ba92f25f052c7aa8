"""A local document as its readers get it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from digest.text.dates import parse_date

FILES_ID: Final = "files"
"""The id of the source that local documents belong to."""


class UnreadableError(Exception):
    """A document that is no article, and why; becomes a SourceProblem."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's bytes, and what is known besides them."""

    path: str  # below the project folder, with "/"
    data: bytes
    modified: datetime  # of the file
    zone: ZoneInfo  # of the newsletter: what dates without a zone mean
    now: datetime

    def text(self, declared: str | None = None) -> str:
        """The document decoded, every line's end a line feed.

        A byte order mark wins, then UTF-8, then what the document ``declared``, then Windows-1252, which is what
        programs write that do not say.

        Raises:
            UnreadableError: it is empty, or no text.
        """
        if not self.data.strip():
            raise UnreadableError("is empty")
        text = decoded(self.data, declared)
        controls = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f]", text[:20_000]))
        if "\0" in text[:20_000] or controls * 20 > len(text[:20_000]):
            raise UnreadableError("is not text", hint="save it as .txt, .md, .html or .eml")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @property
    def saved(self) -> datetime:
        """When the file was written, for documents that say no date; a clock that is ahead means no later one."""
        return min(self.modified, self.now)

    def moment(self, value: object) -> datetime | None:
        """A date as the document writes it."""
        return parse_date(str(value), zone=self.zone) if value is not None else None


def decoded(data: bytes, declared: str | None = None) -> str:
    """Bytes as text: a byte order mark, UTF-16, UTF-8, what was declared, Windows-1252, whichever fits first."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace")
    if wide := _without_mark(data[:400]):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared:
        try:
            return data.decode(declared)
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:  # 81, 8D, 8F, 90 and 9D are no characters there
        return data.decode("latin-1")


def _without_mark(start: bytes) -> str | None:
    """The UTF-16 of a text that has no byte order mark: every other byte of what is written in Latin letters is 0."""
    even, odd = start[0::2], start[1::2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros and zeros.count(0) * 10 >= len(zeros) * 7 and others.count(0) == 0:
            return name
    return None
