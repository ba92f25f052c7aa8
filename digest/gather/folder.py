"""The folder of local files: what lies in it, and what each of its files says."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from digest.gather.files.document import FILES_ID, Document, UnreadableError
from digest.gather.identity import Marks, entry_ids
from digest.model import Entry, SourceProblem

FOLDER: Final = "feeds"
_FEED_TYPES: Final = frozenset([".xml", ".rss", ".atom", ".rdf", ".json"])
_READERS: Final = {
    ".txt": "plaintext", ".text": "plaintext", "": "plaintext", ".md": "note", ".markdown": "note", ".mdown": "note",
    ".html": "page", ".htm": "page", ".xhtml": "page", ".eml": "mail",
}  # fmt: skip
_PICTURES: Final = frozenset([".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".ico"])
"""They belong to notes and pages; alone they are no entries and no trouble."""
_KNOWN = "text (.txt), Markdown (.md), saved pages (.html), mails (.eml) and feeds (.xml, .rss, .atom, .json)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file that may hold entries."""

    path: str  # below the project folder
    data: bytes
    modified: datetime


def scan(root: Path, *, skip: frozenset[str], limit_bytes: int) -> Iterator[LocalFile | SourceProblem]:
    """Every file below ``feeds/`` in the order of their paths; a problem where one cannot be read.

    Dotfiles, README*, feeds.toml, pictures, backups of editors, and what a browser put beside a saved page
    (``Page_files/``) are no entries.

    Args:
        root: the project folder.
        skip: paths that are listed as feeds and read as such.
        limit_bytes: of one file.
    """
    folder = root / FOLDER
    if not folder.is_dir():
        return
    for path in sorted(_files(folder), key=lambda found: found.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix()
        if name in skip:
            continue
        try:
            yield _load(root, path, name, limit_bytes)
        except UnreadableError as error:
            yield problem(name, error.message, error.hint)
        except OSError as error:
            yield problem(name, f"cannot be read: {error.strerror or error}")


def is_feed_file(file: LocalFile) -> bool:
    """Whether a file is a feed document: by its name, or by how it begins."""
    if Path(file.path).suffix.lower() in _FEED_TYPES:
        return True
    start = file.data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and re.match(rb"(?:<[?!][^>]*>\s*)*<(?:rss|feed|rdf:RDF)[\s>]", start) is not None


def read_documents(files: list[LocalFile], *, zone: ZoneInfo, now: datetime) -> Iterator[Entry | SourceProblem]:
    """The entry, or the problem, of every file that is a document of its own; entries come last.

    A document's id is its original address, so that it stays the same when the file is renamed; else its path.
    """
    entries: list[Entry] = []
    for file in files:
        document = Document(path=file.path, data=file.data, modified=file.modified, zone=zone, now=now)
        try:
            entries.append(_read(document))
        except UnreadableError as error:
            yield problem(file.path, error.message, error.hint)
    marks = [
        Marks(guid=None if entry.url_key else entry.path, url_key=entry.url_key, content=entry.title)
        for entry in entries
    ]
    for entry, identity in zip(entries, entry_ids(FILES_ID, marks), strict=True):
        yield replace(entry, id=identity)


def problem(path: str, message: str, hint: str | None = None) -> SourceProblem:
    """What is wrong with one file."""
    return SourceProblem(source_id=FILES_ID, message=f"{path}: {message}", path=path, hint=hint)


def _read(document: Document) -> Entry:
    kind = _READERS.get(Path(document.path).suffix.lower())
    if kind is None:
        raise UnreadableError("is of a kind that is not read here", hint=f"what is read: {_KNOWN}")
    if kind == "plaintext":
        press = importlib.import_module("digest.gather.files.press")
        kind = "press" if press.is_press_release(document.text()) else kind
    entry: Entry = importlib.import_module(f"digest.gather.files.{kind}").read(document)
    return entry


def _files(folder: Path) -> Iterator[Path]:
    """Files that are not passed over. A folder behind a symlink is not entered: it could lead round in a circle."""
    for path in folder.iterdir():
        name = path.name
        if name.startswith((".", "~", "#")) or name.endswith("~"):
            continue
        if path.is_dir():
            if not path.is_symlink() and not _belongs_to_page(path):
                yield from _files(path)
        elif not name.upper().startswith("README") and name != "feeds.toml" and path.suffix.lower() not in _PICTURES:
            yield path


def _belongs_to_page(folder: Path) -> bool:
    stem = folder.name.removesuffix("_files").removesuffix("-Dateien").removesuffix("_fichiers")
    return stem != folder.name and any(folder.with_name(stem + suffix).exists() for suffix in (".html", ".htm"))


def _load(root: Path, path: Path, name: str, limit_bytes: int) -> LocalFile:
    if not path.resolve().is_relative_to(root.resolve()):
        raise UnreadableError("leads outside the project folder", hint="copy the file instead of linking to it")
    state = path.stat()
    if not path.is_file():
        raise UnreadableError("is no file")
    if state.st_size > limit_bytes:
        raise UnreadableError(f"is larger than {limit_bytes / 1_000_000:g} MB",
                              hint="raise max_mb under [gather] in digest.toml")  # fmt: skip
    return LocalFile(path=name, data=path.read_bytes(), modified=datetime.fromtimestamp(int(state.st_mtime), UTC))


def load_listed(root: Path, location: str, *, limit_bytes: int) -> LocalFile:
    """A feed file that feeds.toml names.

    Raises:
        UnreadableError: it is not there, too large, or outside the project folder.
    """
    path = root / location
    try:
        return _load(root, path, location, limit_bytes)
    except FileNotFoundError as error:
        raise UnreadableError("there is no such file", hint="correct its path in feeds/feeds.toml") from error
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from error
