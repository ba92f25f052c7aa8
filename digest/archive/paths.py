"""Where pages may lie: below the site's folder, under names that every file system and every host takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from digest.archive.slugs import RESERVED
from digest.errors import ProjectError

MAX_BYTES = 255
"""Of one name: what ext4, APFS, NTFS and ZFS take."""


def check_paths(paths: Iterable[str]) -> None:
    """Refuse a set of files that could not lie below one folder, on whatever machine.

    Args:
        paths: from that folder on, with ``/``.

    Raises:
        ProjectError: one leads outside, or has a name that some file system cannot have or that a web server hides;
            two are the same, or differ in case or Unicode form only; one is the folder of another.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        _check_parts(path)
        folded = fold(path)
        if folded in files:
            raise ProjectError(
                f"{path}: is the same file as {files[folded]}",
                hint="names that differ in capitals or accents only are one on many machines; rename one",
            )
        files[folded] = path
        while (folded := folded.rpartition("/")[0]) and folded not in folders:
            folders[folded] = path
    for folded in files.keys() & folders.keys():
        raise ProjectError(
            f"{files[folded]}: is the folder of {folders[folded]}", hint="one file cannot lie in another; rename one"
        )


def is_safe(path: str) -> bool:
    """Whether it is a path that ``check_paths`` lets pass."""
    return not any(map(_wrong, path.split("/")))


def fold(path: str) -> str:
    """The same for paths that are one file somewhere: https://www.unicode.org/reports/tr15/ (canonical caseless)."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def folders_of(path: str) -> list[str]:
    """The folders on the way to it, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _check_parts(path: str) -> None:
    for part in path.split("/"):
        wrong = _wrong(part)
        if wrong:
            raise ProjectError(f"{path!r}: no file of the site can be called that: {wrong}", hint="rename it")


@lru_cache(maxsize=50_000)
def _wrong(part: str) -> str:
    """What is wrong with a name; empty if nothing is."""
    if part in {"", ".", ".."}:
        return "it leads outside the site's folder"
    if part.startswith("."):
        return "it begins with a dot, which hides it"
    if part.endswith((".", " ")):
        return "it ends in a dot or a blank, which Windows drops"
    if "\\" in part or (not part.isprintable() and any(unicodedata.category(one) in {"Cc", "Cs"} for one in part)):
        return "it has a backslash or a character that is none"
    if unicodedata.normalize("NFKC", part.partition(".")[0]).strip().casefold() in RESERVED:
        return "Windows keeps that name for itself"
    if len(part.encode()) > MAX_BYTES:
        return f"it is longer than {MAX_BYTES} bytes"
    return ""
