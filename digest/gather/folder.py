"""The folder of local files: what lies in it, and what of it may hold entries. Nothing in it ends the reading."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from digest.gather.files.document import FILES_ID, UnreadableError
from digest.model import SourceProblem
from digest.text.plain import drop_controls

FOLDER: Final = "feeds"
_FEED_TYPES: Final = frozenset([".xml", ".rss", ".atom", ".rdf"])
_START: Final = rb"(?:<[?!][^>]*>\s*)*<(?:%s)[\s>]"
_FEED: Final = re.compile(_START % b"rss|feed|rdf:RDF")
_FEED_LIST: Final = re.compile(_START % b"opml", re.IGNORECASE)
_JSON_MARKS: Final = (b'"items"', b'"issued"', b'"container-title"', b'"DOI"', b'"URL"', b'"abstract"')
"""What JSON holds that is a JSON Feed (jsonfeed.org) or a list of references (citeproc's CSL-JSON schema); others are
no feeds, and are not put among the sources as ones that fail."""
_PICTURES: Final = frozenset([".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".ico"])
"""They belong to notes and pages; alone they are no entries and no trouble."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file that may hold entries."""

    path: str  # below the project folder
    data: bytes
    modified: datetime


def scan(root: Path, *, skip: frozenset[str], limit_bytes: int) -> Iterator[LocalFile | SourceProblem]:
    """Every file below ``feeds/`` in the order of their paths, after a problem for each folder that cannot be read.

    Dotfiles, README*, feeds.toml, pictures, backups of editors, and what a browser put beside a saved page
    (``Page_files/``) are no entries.

    Args:
        root: the project folder.
        skip: paths that are listed as feeds and read as such.
        limit_bytes: of one file.
    """
    paths: list[str] = []
    for found in _files(root):
        if isinstance(found, SourceProblem):
            yield found
        else:
            paths.append(found.relative_to(root).as_posix())
    for path in sorted(paths):
        if path in skip:
            continue
        try:
            yield load(root, path, limit_bytes=limit_bytes)
        except UnreadableError as error:
            yield problem(path, error.message, error.hint)


def load(root: Path, path: str, *, limit_bytes: int) -> LocalFile:
    """A file of the project.

    Raises:
        UnreadableError: it is not there, no regular file, too large, not to be read, or outside the project folder.
    """
    place = root / path
    try:
        if not place.resolve().is_relative_to(root.resolve()):
            raise UnreadableError("leads outside the project folder", hint="copy the file instead of linking to it")
        state = place.stat()
        if not stat.S_ISREG(state.st_mode):  # opening a pipe would wait for ever
            raise UnreadableError("is no file")
        data = b""
        if state.st_size <= limit_bytes:
            with place.open("rb") as file:
                data = file.read(limit_bytes + 1)
    except RuntimeError as error:  # Path.resolve, before Python 3.13
        raise UnreadableError("is a link that leads round in a circle") from error
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from error
    if max(state.st_size, len(data)) > limit_bytes:
        raise UnreadableError(f"is larger than {limit_bytes / 1_000_000:g} MB",
                              hint="raise max_mb under [gather] in digest.toml")  # fmt: skip
    return LocalFile(path=path, data=data, modified=_moment(state.st_mtime))


def still_there(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Those of these paths at which something lies; so it is with what may not be looked at. Quick: nothing is read."""
    found = []
    for path in paths:
        try:
            (root / path).lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:  # nobody knows
            pass
        found.append(path)
    return frozenset(found)


def load_listed(root: Path, location: str, *, limit_bytes: int) -> LocalFile:
    """A feed file that feeds.toml names.

    Raises:
        UnreadableError: as ``load``.
    """
    try:
        return load(root, location, limit_bytes=limit_bytes)
    except UnreadableError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise UnreadableError("there is no such file", hint="correct its path in feeds/feeds.toml") from error
        raise


def is_feed_file(file: LocalFile) -> bool:
    """Whether a file is a document of many entries: a feed, a table, a list of references. By its name or its start."""
    suffix = Path(file.path).suffix.lower()
    if suffix == ".json":
        plain = file.data.replace(b"\0", b"")  # UTF-16
        return any(mark in plain for mark in _JSON_MARKS)
    if is_table(file.path):
        return True
    return not is_feed_list(file.data) and (suffix in _FEED_TYPES or _FEED.match(_start(file.data)) is not None)


def is_table(path: str) -> bool:
    """Whether a file is a table, by its name."""
    return Path(path).suffix.lower() in {".csv", ".tsv"}


def is_feed_list(data: bytes) -> bool:
    """Whether a document is OPML: a list of feeds, which is imported and holds no entries."""
    return _FEED_LIST.match(_start(data)) is not None


def _start(data: bytes) -> bytes:
    return data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")


def problem(path: str, message: str, hint: str | None = None) -> SourceProblem:
    """What is wrong with one file."""
    return SourceProblem(source_id=FILES_ID, message=drop_controls(f"{path}: {message}"), path=path, hint=hint)


def _files(root: Path) -> Iterator[Path | SourceProblem]:
    """Files that are not passed over. A folder behind a symlink is not entered: it could lead round in a circle."""
    waiting = [root / FOLDER] if _is_folder(root / FOLDER) else []
    while waiting:
        folder = waiting.pop()
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            yield problem(folder.relative_to(root).as_posix(), f"cannot be opened: {error.strerror or error}")
            continue
        for path in inside:
            if _is_passed_over(path.name):
                continue
            if not _is_text(path.name):
                yield problem(_shown(path.relative_to(root)), "has a name that is not UTF-8", "give it another name")
            elif _is_folder(path):
                if not path.is_symlink() and not _belongs_to_page(path, inside):
                    waiting.append(path)
            elif path.suffix.lower() not in _PICTURES:
                yield path


def _is_passed_over(name: str) -> bool:
    return (
        name.startswith((".", "~", "#"))
        or name.endswith("~")
        or name.upper().startswith("README")
        or name == "feeds.toml"
    )


def _belongs_to_page(folder: Path, beside: list[Path]) -> bool:
    stem = folder.name.removesuffix("_files").removesuffix("-Dateien").removesuffix("_fichiers")
    return stem != folder.name and any(path.name in {f"{stem}.html", f"{stem}.htm"} for path in beside)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # it may not be looked at; reading it will say so
        return False


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8. The bytes of others become lone surrogates, which neither store nor screen takes."""
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _shown(path: Path) -> str:
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _moment(seconds: float) -> datetime:
    """A file's time; 1970 for one that no calendar has."""
    try:
        return _EPOCH + timedelta(seconds=int(seconds))
    except OverflowError:
        return _EPOCH
