"""One publishing into a folder that has something in it: what to write again, in which order, and what goes.

New pages come first, leaves before lists; while a file that one leads to is still to come, that link stands without
its address. Then the pages that changed, then what goes, then the new pages with all their links. So at no moment
does a page on disk lead to what is not there.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from digest.archive.links import page_links, without_links
from digest.archive.manifest import BEGUN, Made, load_manifest, save_manifest
from digest.archive.paths import fold, folders_of
from digest.archive.sitepage import LISTS, Finished, SitePage, finished, row_of
from digest.archive.styles import STYLES, StyleFile, is_style
from digest.disk import sweep, write_whole
from digest.errors import ProjectError


class SiteUpdate:
    """Its state: what is known of the files on disk, and what the manifest will say of them."""

    def __init__(self, root: Path, pages: Sequence[SitePage], manifest: Path) -> None:
        """Look, and change nothing.

        Args:
            root: the site's folder, resolved.
            pages: all files of the site, in the order to be written.
            manifest: see ``publish_pages``.
        """
        self._root, self._manifest = root, manifest
        self._pages = {page.path: page for page in pages}
        self._made = load_manifest(manifest)
        self._unclean = not self._made or BEGUN in self._made.values()  # a run was killed, or nothing is known
        found = ((path, self._stamp(path)) for path in {**self._made, **self._pages})
        self._there = {path: stamp for path, stamp in found if stamp}  # files on disk → bytes, time
        self._kind = cache(self._kind_of)
        self._leads = cache(self._will_be)
        self._leaving = {path for path in self._made if self._leaves(path)}
        self._waiting: dict[str, Finished] = {}
        self._styles: set[str] = set()  # that this run saw to
        self._written: dict[str, None] = {}

    def run(self, before_lists: Callable[[], object]) -> list[str]:
        """Do it; gives the paths that were written, in order.

        Args:
            before_lists: called once, when the leaves that are new are there and nothing leads to them yet.

        Raises:
            ProjectError: something foreign stands in the way; nothing was changed.
            OSError, DigestError: a file cannot be written.
        """
        todo = self._todo()
        if not todo and self._made.keys() == self._pages.keys() | self._styles_in_use():
            before_lists()
            return []
        if self._unclean:
            sweep(self._root)
        blocked = self._blocked(todo)
        self._made.update((page.path, BEGUN) for page in todo)
        self._save()
        free = [page for page in todo if page.path not in blocked]
        leaves = [page for page in free if page.stage < LISTS and page.path not in self._there]
        for page in leaves:
            self._put(page)
        before_lists()
        others = [page for page in free if page.path not in {leaf.path for leaf in leaves}]
        for page in sorted(others, key=lambda page: page.path in self._there):
            self._put(page)
        self._remove(sorted(self._leaving))
        self._clear(blocked.values())
        for page in todo:
            if page.path in blocked:
                self._put(page)
        for path, done in self._waiting.items():
            self._finish(self._pages[path], done)
        kept = self._pages.keys() | self._styles_in_use()
        self._remove([path for path in self._made if path.startswith(STYLES) and path not in kept])
        self._made = {path: made for path, made in self._made.items() if path in kept}
        self._save()
        return list(self._written)

    # --- what there is to do ---

    def _todo(self) -> list[SitePage]:
        """The pages to make, in order."""
        linked = set(chain.from_iterable(made.links for made in self._made.values()))
        gone = {target for target in linked if not self._leads(target)}
        withheld = set(chain.from_iterable(made.withheld for made in self._made.values()))
        come = {target for target in withheld if self._leads(target)}

        def stands(page: SitePage) -> bool:
            made = self._made.get(page.path)
            return (
                made is not None
                and made.key == page.key
                and self._there.get(page.path) == (made.size, made.mtime_ns)
                and gone.isdisjoint(made.links)
                and come.isdisjoint(made.withheld)
            )

        return [page for page in self._pages.values() if not stands(page)]

    def _will_be(self, target: str) -> bool:
        """Whether a path of the site is one of its files when this run is over."""
        if target in self._pages:
            return True
        if target in self._leaving:
            return False
        path = self._root / target
        if target.startswith(STYLES):
            with contextlib.suppress(OSError):
                return is_style(target, path.read_bytes())
            return False
        return os.path.isfile(path)  # noqa: PTH113  of a name with a NUL, pathlib raises

    def _leaves(self, path: str) -> bool:
        """Whether what we made goes, be it there or not.

        What lies behind a link that somebody put in its place is not ours any more.
        """
        return not (
            path in self._pages
            or path.startswith(STYLES)
            or any(self._kind(folder) == "link" for folder in folders_of(path))
        )

    def _styles_in_use(self) -> set[str]:
        """The styles that pages are shown with."""
        used = chain.from_iterable(made.links for path, made in self._made.items() if path in self._pages)
        return {target for target in set(used) if target.startswith(STYLES) and target in self._made}

    # --- what stands in the way ---

    def _blocked(self, todo: Iterable[SitePage]) -> dict[str, str]:
        """The pages that cannot be written before something of ours has gone, and what that is."""
        blocked = {}
        for page in todo:
            obstacle = self._obstacle(page.path)
            if obstacle is None:
                continue
            if not self._is_ours(obstacle):
                raise ProjectError(
                    f"{self._root / obstacle}: stands where {page.path} of the site must go",
                    hint="it was not made by digest: move it away",
                )
            blocked[page.path] = obstacle
        return blocked

    def _obstacle(self, path: str) -> str | None:
        """A file that stands where a folder must be, or a folder where the file must be."""
        for folder in folders_of(path):
            kind = self._kind(folder)
            if kind is None:
                return None
            if kind == "link":
                raise ProjectError(
                    f"{self._root / folder}: is a link to another place, and {path} would be written there",
                    hint="remove the link; the site's folder as a whole may be one",
                )
            if kind == "file":
                return folder
        return path if self._kind(path) == "folder" else None

    def _is_ours(self, obstacle: str) -> bool:
        if self._kind(obstacle) == "file":
            return obstacle in self._leaving
        inside = obstacle + "/"
        below = (
            one.relative_to(self._root).as_posix() for one in (self._root / obstacle).rglob("*") if not _is_folder(one)
        )
        return any(path.startswith(inside) for path in self._made) and self._leaving.issuperset(below)

    def _kind_of(self, path: str) -> str | None:
        """What a path of the site is on disk: ``folder``, ``link``, ``file``; None: nothing."""
        try:
            mode = os.lstat(self._root / path).st_mode
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            return None
        return "folder" if stat.S_ISDIR(mode) else "link" if stat.S_ISLNK(mode) else "file"

    # --- writing ---

    def _put(self, page: SitePage) -> None:
        """Write a page, its styles before it; with all its links if what they lead to is there."""
        done = finished(page, self._leads)
        for style in done.styles:
            self._put_style(style)
        early = [link for link in done.links if link.target in self._pages and link.target not in self._there]
        early = [link for link in early if link.target != page.path]
        if early:
            self._write(page.path, without_links(done.data, early))
            self._waiting[page.path] = done
        else:
            self._finish(page, done)

    def _finish(self, page: SitePage, done: Finished) -> None:
        self._made[page.path] = row_of(page, done, self._write(page.path, done.data))

    def _put_style(self, style: StyleFile) -> None:
        if style.path in self._styles:
            return
        self._styles.add(style.path)
        if style.path not in self._made:
            self._made[style.path] = BEGUN
            self._save()
        self._made[style.path] = Made("", *self._write(style.path, style.data))

    def _write(self, path: str, data: bytes) -> tuple[int, int]:
        """Write a file whole if it differs; gives its size and time."""
        target = self._root / path
        stamp = self._there.get(path) or self._stamp(path)
        if not stamp or stamp[0] != len(data) or target.read_bytes() != data:
            write_whole(target, data, durable=False)
            self._written[path] = None
            found = target.stat()
            stamp = found.st_size, found.st_mtime_ns
        self._there[path] = stamp
        return stamp

    def _save(self) -> None:
        save_manifest(self._manifest, self._made)

    def _stamp(self, path: str) -> tuple[int, int] | None:
        """Size and time of a file of the site; None: there is none."""
        try:
            found = os.lstat(f"{self._root}/{path}")  # not by Path: there are 12,000
        except (FileNotFoundError, NotADirectoryError):
            return None
        return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None

    # --- deleting ---

    def _remove(self, paths: Sequence[str]) -> None:
        """Delete files that nothing else of ours leads to, and the folders that are empty then."""
        going = set(paths)
        pages = [path for path in paths if path.endswith(".html") and path in self._there]
        for path in pages:  # what goes must not lead to what went just before
            data = (self._root / path).read_bytes()
            links = [link for link in page_links(data, path) if link.target in going and link.target.endswith(".html")]
            if links:
                write_whole(self._root / path, without_links(data, links), durable=False)
        twins = {fold(path): path for path in self._pages}
        for path in sorted(paths, key=lambda path: not path.endswith(".html")):
            self._delete(path, twins.get(fold(path)))

    def _delete(self, path: str, twin: str | None) -> None:
        target = self._root / path
        if self._there.pop(path, None):
            if twin and target.samefile(self._root / twin):
                return  # this disk knows no capitals: it is the page that has just been written
            target.unlink()
        for folder in reversed(folders_of(path)):
            try:
                (self._root / folder).rmdir()
            except FileNotFoundError:
                continue
            except OSError:  # somebody has something in it
                return

    def _clear(self, obstacles: Iterable[str]) -> None:
        """Remove folders of ours that stand in the way; nothing but empty folders is left in them."""
        for obstacle in set(obstacles):
            for folder, _, _ in os.walk(self._root / obstacle, topdown=False):
                Path(folder).rmdir()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
