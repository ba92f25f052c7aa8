"""The local files that are documents of their own: each read by the reader of its kind, unless it is known already."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final
from zoneinfo import ZoneInfo

from digest.gather.files.document import Document, UnreadableError
from digest.gather.folder import LocalFile, is_feed_list, problem
from digest.gather.known import NOTHING, Known, assign_ids, gone, reused_names
from digest.model import Entry, SourceProblem

_READERS: Final = {
    ".txt": "plaintext", ".text": "plaintext", "": "plaintext", ".md": "note", ".markdown": "note", ".mdown": "note",
    ".html": "page", ".htm": "page", ".xhtml": "page", ".mhtml": "webarchive", ".mht": "webarchive",
    ".webarchive": "webarchive", ".eml": "mail", ".docx": "word", ".docm": "word", ".dotx": "word", ".pdf": "pdf",
    ".url": "bookmark", ".webloc": "bookmark", ".desktop": "bookmark",
}  # fmt: skip
_KNOWN: Final = (
    "text (.txt), Markdown (.md), saved pages (.html, .mhtml), mails (.eml), Word (.docx), PDF, bookmarks (.url, "
    ".webloc, .desktop), tables (.csv), references (CSL-JSON) and feeds (.xml, .rss, .atom, .json)"
)
_SAVE_AS: Final = {
    ".doc": "open it in a word processor and save it as .docx", ".rtf": "open it in a word processor and save it as "
    ".docx", ".odt": "open it in a word processor and save it as .docx", ".pages": "export it as Word (.docx)",
    ".msg": "save the mail as .eml", ".xls": "save the table as .csv", ".xlsx": "save the table as .csv",
    ".ods": "save the table as .csv", ".numbers": "export the table as .csv", ".epub": "save the text as .txt or .md",
    ".bib": "export the references as CSL-JSON", ".ris": "export the references as CSL-JSON", ".zip": "unpack it here",
    ".pptx": "save its text as .txt or .md", ".ppt": "save its text as .txt or .md",
    ".json": "what is read of JSON: JSON Feed, and lists of references (CSL-JSON)",
}  # fmt: skip
_NOT_READ: Final = "is of a kind that is not read here"
_BY_START: Final = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "word"), (b"bplist00", "bookmark"))
"""What files without a name for their kind begin with."""


@dataclass(slots=True)
class Documents:
    """Documents while they are read, one after the other; only what they say is kept."""

    zone: ZoneInfo  # of the newsletter
    now: datetime
    known: Known = NOTHING
    problems: list[SourceProblem] = field(default_factory=list)
    unchanged: int = 0  # files that are known and the same
    size: int = 0  # bytes
    seconds: float = 0.0
    _read: list[Entry] = field(default_factory=list)
    _present: set[str] = field(default_factory=set)

    def take(self, file: LocalFile) -> None:
        """Read a file, or remember that it has not changed."""
        started = time.monotonic()
        self.size += len(file.data)
        self._present.add(file.path)
        before = self.known.files.get(file.path)
        if before is not None and before.fingerprint == sha256(file.data).hexdigest():
            self.unchanged += 1
        else:
            found = self._entry(file)
            if isinstance(found, Entry):
                self._read.append(found)
            else:
                self.problems.append(found)
        self.seconds += time.monotonic() - started

    def miss(self, trouble: SourceProblem) -> None:
        """Remember a file or a folder that could not be opened: what it held is not gone."""
        self.problems.append(trouble)
        if trouble.path:
            self._present.add(trouble.path)

    @property
    def is_unchanged(self) -> bool:
        """Whether there is nothing but files that are known."""
        return bool(self.unchanged) and not self._read and not self.problems

    @property
    def is_empty(self) -> bool:
        return not self.unchanged and not self._read and not self.problems and not self.notices()

    def entries(self) -> tuple[Entry, ...]:
        """The entries of what was read, in the order of their paths."""
        return assign_ids(self._read, self.known, self._present)

    def notices(self) -> tuple[SourceProblem, ...]:
        """What is worth telling and no failure: files that are gone, and changes that nobody would see."""
        entries = self.entries()
        moved = {entry.id for entry in entries}
        return (
            *reused_names(entries, self.known),
            *gone(self.known, self._present, moved=moved, unseen=self._present),
        )

    def _entry(self, file: LocalFile) -> Entry | SourceProblem:
        document = Document(path=file.path, data=file.data, modified=file.modified, zone=self.zone, now=self.now)
        try:
            return _read(document)
        except UnreadableError as error:
            return problem(file.path, error.message, error.hint)
        except Exception as error:  # noqa: BLE001  foreign documents meet foreign parsers, and one bad file must
            # not cost all the others; what is known to be raised is caught by name where it is.
            return problem(file.path, f"cannot be read: {type(error).__name__} in its reader",
                           "report it with the file, or take the file out")  # fmt: skip


def _read(document: Document) -> Entry:
    suffix = PurePosixPath(document.path).suffix.lower()
    if is_feed_list(document.data) or suffix == ".opml":
        raise UnreadableError("is a list of feeds (OPML), not an article", hint=f"digest feeds import {document.path}")
    kind = _READERS.get(suffix)
    if kind == "plaintext" or (kind is None and suffix not in _SAVE_AS) or suffix == ".doc":
        kind = next((reader for start, reader in _BY_START if document.data.startswith(start)), kind)
    if kind is None:
        what = "is JSON, but neither a feed nor a list of references" if suffix == ".json" else _NOT_READ
        raise UnreadableError(what, hint=_SAVE_AS.get(suffix, f"what is read: {_KNOWN}"))
    if kind == "plaintext":
        press = importlib.import_module("digest.gather.files.press")
        kind = "press" if press.is_press_release(document.text()) else kind
    entry: Entry = importlib.import_module(f"digest.gather.files.{kind}").read(document)
    return entry
