"""The local files that are documents of their own: each read by the reader of its kind, unless it is known already."""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from digest.gather.files.document import FILES_ID, Document, UnreadableError
from digest.gather.folder import LocalFile, problem
from digest.gather.identity import Marks, entry_ids
from digest.model import Entry, SourceProblem

_READERS: Final = {
    ".txt": "plaintext", ".text": "plaintext", "": "plaintext", ".md": "note", ".markdown": "note", ".mdown": "note",
    ".html": "page", ".htm": "page", ".xhtml": "page", ".eml": "mail",
}  # fmt: skip
_KNOWN = "text (.txt), Markdown (.md), saved pages (.html), mails (.eml) and feeds (.xml, .rss, .atom, .json)"


@dataclass(slots=True)
class Documents:
    """Documents while they are read, one after the other; only what they say is kept."""

    zone: ZoneInfo  # of the newsletter
    now: datetime
    known: Mapping[str, str]  # path → sha256 of the bytes as last read without a problem
    problems: list[SourceProblem] = field(default_factory=list)
    size: int = 0  # bytes
    seconds: float = 0.0
    _read: list[Entry] = field(default_factory=list)
    _unchanged: list[str] = field(default_factory=list)

    def take(self, file: LocalFile) -> None:
        """Read a file, or remember that it has not changed."""
        started = time.monotonic()
        self.size += len(file.data)
        found = None if self.known.get(file.path) == sha256(file.data).hexdigest() else self._entry(file)
        if found is None:
            self._unchanged.append(file.path)
        elif isinstance(found, Entry):
            self._read.append(found)
        else:
            self.problems.append(found)
        self.seconds += time.monotonic() - started

    @property
    def is_unchanged(self) -> bool:
        """Whether there is nothing but files that are known."""
        return bool(self._unchanged) and not self._read and not self.problems

    @property
    def is_empty(self) -> bool:
        return not self._unchanged and not self._read and not self.problems

    def entries(self, again: Callable[[str], LocalFile]) -> tuple[Entry, ...]:
        """The entries of what was read, in the order of their paths.

        A document's id is its original address, so that it stays the same when the file is renamed; else its path.
        Of several with one address the first has the bare id, so unchanged ones with the address of a changed one
        are read, too: else it would take the place of one of them.

        Args:
            again: loads an unchanged file once more; raises UnreadableError.
        """
        keys = {entry.url_key for entry in self._read if entry.url_key}
        twins = [twin for path in (self._unchanged if keys else ()) if (twin := self._twin(path, keys, again))]
        ordered = sorted([*self._read, *twins], key=lambda entry: entry.path or "")
        marks = [
            Marks(guid=None if entry.url_key else entry.path, url_key=entry.url_key, content=entry.title)
            for entry in ordered
        ]
        return tuple(
            replace(entry, id=name) for entry, name in zip(ordered, entry_ids(FILES_ID, marks), strict=True)
        )  # fmt: skip

    def _twin(self, path: str, keys: set[str], again: Callable[[str], LocalFile]) -> Entry | None:
        """The entry of an unchanged file, if it has one of these addresses."""
        try:
            file = again(path)
        except UnreadableError:  # it has gone since
            return None
        found = self._entry(file) if _may_name(file.data, keys) else None
        return found if isinstance(found, Entry) and found.url_key in keys else None

    def _entry(self, file: LocalFile) -> Entry | SourceProblem:
        document = Document(path=file.path, data=file.data, modified=file.modified, zone=self.zone, now=self.now)
        try:
            return _read(document)
        except UnreadableError as error:
            return problem(file.path, error.message, error.hint)
        except Exception as error:  # noqa: BLE001  foreign documents meet three foreign parsers, and one bad file must
            # not cost all the others; what is known to be raised is caught by name where it is.
            return problem(file.path, f"cannot be read: {type(error).__name__} in its reader",
                           "report it with the file, or take the file out")  # fmt: skip


def _read(document: Document) -> Entry:
    kind = _READERS.get(Path(document.path).suffix.lower())
    if kind is None:
        raise UnreadableError("is of a kind that is not read here", hint=f"what is read: {_KNOWN}")
    if kind == "plaintext":
        press = importlib.import_module("digest.gather.files.press")
        kind = "press" if press.is_press_release(document.text()) else kind
    entry: Entry = importlib.import_module(f"digest.gather.files.{kind}").read(document)
    return entry


def _may_name(data: bytes, keys: Iterable[str]) -> bool:
    """Whether a file may hold one of these addresses, in whatever encoding; quick, and rather yes than no."""
    squeezed = re.sub(rb"\0|=\r?\n", b"", data).lower()  # UTF-16; the soft line breaks of mails
    return b"base64" in squeezed or any(_needle(key) in squeezed for key in keys)


def _needle(key: str) -> bytes:
    """The part of an address that stands alike in every spelling of it: its last plain words, else its host."""
    path = re.sub(r"%[0-9A-Fa-f]{2}", "/", re.split(r"[?#]", key, maxsplit=1)[0])
    words = re.findall(r"[a-z0-9]{4,}", path.partition("/")[2].lower())
    return (words[-1] if words else re.split(r"[/:]", path, maxsplit=1)[0].rpartition(".")[2]).encode()
