"""The archive's site on disk: only what changed is written, every file whole, and no page leads to what is not there.

So however a run ends, every internal link of every page on disk resolves, and an upload in between carries no dead
ends. ``digest.archive.siteupdate`` has the order that makes it so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from digest.archive.manifest import Made, save_manifest
from digest.archive.paths import check_paths
from digest.archive.sitepage import SitePage, finished, row_of
from digest.archive.siteupdate import SiteUpdate
from digest.archive.styles import STYLES
from digest.errors import DigestError, ProjectError

__all__ = ["SitePage", "publish_pages"]


def publish_pages(
    folder: Path,
    pages: Sequence[SitePage],
    *,
    manifest: Path,
    before_lists: Callable[[], object] = lambda: None,
) -> tuple[Path, ...]:
    """Make the site's folder hold these files, and nothing else of what earlier runs made. Foreign files stay.

    A page is made if its key is another than the manifest's, or its file is not there as it was written, or files
    that it leads to came or went; it is written if its bytes differ. The first time, the whole site is built beside
    and moved into place in one step.

    Args:
        folder: ``build/site``; nobody else publishes meanwhile.
        pages: all files of the site; those of one stage are written in this order. The styles that HTML pages carry
            are added to them.
        manifest: the file that tells what was made, outside the folder. If it is lost, all is made anew and nothing
            deleted.
        before_lists: called once, when the leaves that are new are there and nothing leads to them yet; the first time,
            when the site is built and not yet in its place.

    Returns:
        The files that were written, in order, once each.

    Raises:
        ProjectError: a path leads outside or cannot be everywhere, or something foreign stands where it must go;
            nothing was written then.
        DigestError: a file cannot be written; what is on disk is whole, and the next run completes it.
    """
    check_paths(page.path for page in pages)
    for page in pages:
        if page.path.startswith(STYLES):
            raise ProjectError(f"{page.path}: {STYLES} is where the styles of pages go", hint="rename it")
    root = folder.resolve()
    if root.exists() and not root.is_dir():
        raise ProjectError(f"{folder}: is no folder, and the site goes there", hint="move it away")
    ordered = sorted(pages, key=lambda page: page.stage)
    try:
        _sweep_beside(root, manifest)
        begins = not root.exists() or not any(root.iterdir())
        written = (
            _build_beside(root, ordered, manifest, before_lists)
            if begins
            else SiteUpdate(root, ordered, manifest).run(before_lists)
        )
    except OSError as error:
        raise DigestError(
            f"{error.filename or folder}: cannot be written: {error.strerror}",
            hint="is the disk full, or the folder not writable?",
        ) from error
    return tuple(folder / path for path in written)


def _build_beside(
    root: Path, pages: Sequence[SitePage], manifest: Path, before_lists: Callable[[], object]
) -> list[str]:
    """Build the whole site in a folder beside its place, and move it there; gives the paths."""
    part = _part(root)
    paths = {page.path for page in pages}
    made: dict[str, Made] = {}
    try:
        part.mkdir(parents=True)
        for page in pages:
            done = finished(page, paths.__contains__)
            for style in done.styles:
                if style.path not in made:
                    made[style.path] = Made("", *_write_new(part / style.path, style.data))
            made[page.path] = row_of(page, done, _write_new(part / page.path, done.data))
        save_manifest(manifest, made)  # before the move: no file of ours is ever unknown
        before_lists()
        if root.exists():
            root.rmdir()
        part.rename(root)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return list(made)


def _sweep_beside(root: Path, manifest: Path) -> None:
    """Remove what a run that was killed left beside the site and its manifest."""
    if _part(root).exists():
        shutil.rmtree(_part(root))
    for part in manifest.parent.glob(f".{manifest.name}.????????.part"):
        part.unlink()


def _part(root: Path) -> Path:
    return root.with_name(f".{root.name}-new.part")


def _write_new(path: Path, data: bytes) -> tuple[int, int]:
    """Write a file that nobody sees yet; gives its size and time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o644)  # a web server reads it, whatever the umask
    found = path.stat()
    return found.st_size, found.st_mtime_ns
