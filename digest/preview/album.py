"""The folder of pictures: written whole, one sheet in it, nothing left over from before."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from digest.disk import write_changed
from digest.preview.sheet import Heading, contact_sheet
from digest.preview.shots import Picture

SHEET = "index.html"


def write_album(folder: Path, pictures: Sequence[Picture], *, heading: Heading, by_look: bool) -> tuple[Path, ...]:
    """Write the pictures and then the sheet; whatever else lies in the folder is removed.

    Args:
        folder: for this alone, such as ``build/2026-W47/preview``.
        pictures: all of them.
        heading: what the sheet says above them.
        by_look: whether each look gets a folder of its own.

    Returns:
        The path of each picture, in their order; the sheet is ``folder / SHEET``.

    Raises:
        DigestError: something cannot be written.
    """
    names = [f"{one.look}/{one.name}.png" if by_look else f"{one.name}.png" for one in pictures]
    paths = tuple(folder / name for name in names)
    for path, picture in zip(paths, pictures, strict=True):
        write_changed(path, picture.png)
    sheet = contact_sheet(pictures, heading=heading, paths=[quote(name) for name in names])
    write_changed(folder / SHEET, sheet)
    _remove_others(folder, {folder / SHEET, *paths})
    return paths


def _remove_others(folder: Path, kept: set[Path]) -> None:
    """Remove what an earlier preview left: pictures of a look that is gone, or half of one."""
    for path in folder.iterdir():
        if path in kept or any(path in one.parents for one in kept):
            continue
        with contextlib.suppress(OSError):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for below in {path.parent for path in kept} - {folder}:
        for path in set(below.iterdir()) - kept:
            with contextlib.suppress(OSError):
                path.unlink()
