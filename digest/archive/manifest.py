"""What the last publishing made, file by file: so that the next one makes only what differs, and deletes only that."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import msgspec

from digest.archive.paths import is_safe
from digest.disk import write_whole

VERSION = 1
"""Of the file, and of what becomes of a page on its way to the disk: with another, every page is made anew."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file of ours as it was written."""

    key: str  # what it was made of
    size: int  # bytes
    mtime_ns: int
    links: tuple[str, ...] = ()  # files of the site that it leads to or shows, once each
    withheld: tuple[str, ...] = ()  # those it would lead to if they were there


BEGUN = Made("", -1, -1)
"""A file that may be there or not: a run set out to write it and has not told yet how it went."""


class _Stored(msgspec.Struct, frozen=True):
    """The file: targets once, in the rows only their numbers. 12,000 pages with 25 links each are 2 MB so, not 12."""

    version: int
    targets: list[str]
    files: dict[str, tuple[str, int, int, list[int], list[int]]]


def load_manifest(path: Path) -> dict[str, Made]:
    """What was made, by path from the site's folder on; nothing where there is no manifest, or none to rely on."""
    with contextlib.suppress(FileNotFoundError, msgspec.MsgspecError, IndexError):
        stored = msgspec.json.decode(path.read_bytes(), type=_Stored)
        if stored.version == VERSION:
            name = stored.targets.__getitem__
            return {
                file: Made(key, size, mtime_ns, tuple(map(name, links)), tuple(map(name, withheld)))
                for file, (key, size, mtime_ns, links, withheld) in stored.files.items()
                if is_safe(file)  # what is named here may be deleted
            }
    return {}


def save_manifest(path: Path, files: Mapping[str, Made]) -> None:
    """Write it whole.

    Raises:
        DigestError: it cannot be written.
    """
    named = dict.fromkeys(chain.from_iterable((*made.links, *made.withheld) for made in files.values()))
    number = {target: count for count, target in enumerate(named)}.__getitem__
    rows = {
        file: (made.key, made.size, made.mtime_ns, list(map(number, made.links)), list(map(number, made.withheld)))
        for file, made in files.items()
    }
    write_whole(path, msgspec.json.encode(_Stored(version=VERSION, targets=list(named), files=rows)))
