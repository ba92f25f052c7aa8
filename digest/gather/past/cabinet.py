"""Where an export lies: a folder, or a zip file; read by names, and never more than it may cost.

A zip file is somebody's: its names may lead anywhere, its sizes may lie, and a megabyte may unpack to a terabyte.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from digest.errors import UsageError
from digest.gather.past.letter import NotTaken

MOST_FILE_BYTES: Final = 64_000_000
MOST_FILES: Final = 200_000
MOST_BYTES: Final = 8_000_000_000
"""Unpacked: ten years of a weekly letter with its pictures are two or three gigabytes."""
_MOST_RATIO = 1_000  # deflate cannot do more than 1,032
_BOMB_BYTES = 200_000_000  # less is no harm, however well it was packed
_OUTSIDE: Final = re.compile(r"^(?:[A-Za-z]:|[/\\])|(?:^|[/\\])\.\.(?:[/\\]|$)")
_OF_SYSTEMS: Final = re.compile(
    r"(?:^|/)(?:__MACOSX|\.git|node_modules|_site|_layouts|_includes)/|(?:^|/)(?:\._|\.DS_Store|Thumbs\.db)"
)


class UnreadError(Exception):
    """A file of an export that cannot be read, and why; costs that file."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Cabinet(Protocol):
    """Files by their names, with ``/`` between folders."""

    @property
    def title(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def refused(self) -> Sequence[NotTaken]: ...
    def read(self, name: str) -> bytes: ...


class Folder:
    """A folder and what is below it. Links to elsewhere are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self.title = root.name or self._root.name
        self.refused: tuple[NotTaken, ...] = ()

    @cached_property
    def names(self) -> Sequence[str]:
        found = (path for path in self._root.rglob("*") if path.is_file() and not path.is_symlink())
        inside = (path for path in found if path.resolve().is_relative_to(self._root))
        names = (path.relative_to(self._root).as_posix() for path in inside)
        return sorted(name for name in names if not _OF_SYSTEMS.search(name))

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadError: it cannot be read, is too large, or lies elsewhere.
        """
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root):
            raise UnreadError("leads out of the folder")
        try:
            if path.stat().st_size > MOST_FILE_BYTES:
                raise UnreadError(f"is larger than {MOST_FILE_BYTES // 1_000_000} MB")
            return path.read_bytes()
        except OSError as error:
            raise UnreadError(f"cannot be read: {error.strerror}") from error


class Zipped:
    """A zip file."""

    def __init__(self, path: Path) -> None:
        """Look at what is in it; nothing is unpacked to the disk.

        Raises:
            UsageError: it is none, is encrypted, or unpacks to more than it may.
        """
        self.title = path.name
        try:
            self._file = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise UsageError(f"{path.name}: cannot be read as a zip file: {error}",
                             hint="was it fetched to its end? export it once more") from error  # fmt: skip
        self._infos: dict[str, zipfile.ZipInfo] = {}
        refused: list[NotTaken] = []
        for info in self._file.infolist():
            if info.is_dir() or _OF_SYSTEMS.search(info.filename):
                continue
            if why := _refused(info):
                refused.append(NotTaken(origin=f"{path.name}: {info.filename[:120]!r}", why=why))
                continue
            self._infos.setdefault(PurePosixPath(info.filename).as_posix(), info)
        self.refused = tuple(refused)
        self.names: Sequence[str] = sorted(self._infos)
        self._require_fair(path)

    def _require_fair(self, path: Path) -> None:
        infos = self._infos.values()
        if any(info.flag_bits & 0x1 for info in infos):
            raise UsageError(f"{path.name}: is encrypted", hint="unpack it with its password, and name the folder")
        unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
        bomb = unpacked > _BOMB_BYTES and unpacked > _MOST_RATIO // 5 * max(packed, 1)
        if bomb or unpacked > MOST_BYTES or len(self._infos) > MOST_FILES:
            raise UsageError(
                f"{path.name}: would unpack to {unpacked // 1_000_000:,} MB in {len(self._infos):,} files",
                hint="that is no export of a newsletter; unpack it yourself if it is, and name the folder",
            )

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadError: it cannot be read, or is larger than it says or may be.
        """
        try:
            with self._file.open(self._infos[name]) as file:
                data = file.read(MOST_FILE_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            OSError,
            EOFError,
            ValueError,
        ) as error:
            raise UnreadError(f"cannot be unpacked: {error}") from error
        if len(data) > MOST_FILE_BYTES:
            raise UnreadError(f"unpacks to more than {MOST_FILE_BYTES // 1_000_000} MB")
        return data


def _refused(info: zipfile.ZipInfo) -> str:
    """Why a file of a zip is not looked at; "" if it is."""
    if _OUTSIDE.search(info.filename) or "\0" in info.filename:
        return "its name leads out of the folder"
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return "is a link to another file"
    return f"is larger than {MOST_FILE_BYTES // 1_000_000} MB" if info.file_size > MOST_FILE_BYTES else ""


def beside(name: str, written: str) -> str:
    """The name of a file that another one names relative to itself; "" if that leads out."""
    parts: list[str] = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(written.lstrip("/") if written.startswith("/") else written).parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
