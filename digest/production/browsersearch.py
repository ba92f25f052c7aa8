"""Search in the browser: an index of the site's pages, made by pagefind, one for each year.

A visitor's browser loads small pieces of an index, so that a site of files alone can be searched. A year's index is
made again only when one of its pages changed, so that a new issue costs the work of one year. See
https://pagefind.app/docs/ for what the attributes ``data-pagefind-…`` of a page mean.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from digest.disk import inside, sweep, write_whole
from digest.errors import DigestError
from digest.production.pagefind import run_pagefind

FOLDER: Final = "pagefind"
ENTRY: Final = "pagefind-entry.json"  # what leads to every other file of an index

NO_PAGEFIND: Final = (
    "the site cannot be searched in the browser: pagefind is not installed; "
    "`pip install 'digest-desk[site]'` (or `pip install 'pagefind[bin]'`), then publish again"
)

_FORMAT: Final = 1  # of what is done to the pages on their way; another number makes every index anew

_JOINT: Final = "\u2060 "  # nothing to see, and a space: the page of the search takes it out again
_HAN: Final = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_UNSPACED: Final = re.compile(rf"<[^>]*>|([{_HAN}])(?=[^\s<])|([^\s<>])(?=[{_HAN}])")
_ANY_HAN: Final = re.compile(f"[{_HAN}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedYear:
    """The pages of a year that can be found."""

    pages: tuple[str, ...]  # their paths below the folder of the site: "2026-w47/grain/index.html"
    key: str  # another one if any of them has changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What was done."""

    pages: int  # that can be found, in all years
    made: tuple[str, ...] = ()  # the years that were made again, newest first
    removed: tuple[str, ...] = ()  # the years there are no pages of any more


def can_index() -> bool:
    """Whether pagefind is installed; if not, ``NO_PAGEFIND`` says what to do."""
    return importlib.util.find_spec("pagefind_bin") is not None


def index_site(site: Path, years: Mapping[str, SearchedYear], *, language: str, manifest: Path) -> Indexed:
    """Bring the indexes in ``site/pagefind/<year>/`` up to date with the pages on disk.

    Every file is put in its place whole, and what leads to the others last; those are named for what is in them. So
    whoever searches meanwhile, or after this was killed, has the index of before or the new one. What has become
    superfluous goes at the end, and nothing goes that was not made here.

    Args:
        site: the folder of the site; its pages are there already.
        years: by name: ``2026``. None of them: every index is removed, for which pagefind is not needed.
        language: of the newsletter (BCP 47). Pages in other languages are found too, by their words as they stand.
        manifest: the file that remembers what was made; without it everything is made anew.

    Raises:
        ProjectError: a path leads outside the site.
        DigestError: pagefind does not do its work, or a file cannot be read or written.
    """
    site = site.resolve()
    folders = {name: inside(inside(site, FOLDER), name) for name in sorted(years, reverse=True)}
    known = _Manifest(manifest)
    made = []
    for name, folder in folders.items():
        key = _key(years[name], language)
        if not known.is_made(site, name, key):
            files = {folder / path: data for path, data in _make(site, years[name], language=language).items()}
            _replace(site, files, name=name, key=key, known=known)
            made.append(name)
    gone = tuple(name for name in known.names if name not in years)
    for name in gone:
        _remove(site, known.files(name))
        known.forget(name)
    return Indexed(pages=sum(len(one.pages) for one in years.values()), made=tuple(made), removed=gone)


def _key(year: SearchedYear, language: str) -> str:
    version = importlib.metadata.version("pagefind_bin")
    told = json.dumps([_FORMAT, version, language, year.key, year.pages])
    return hashlib.sha256(told.encode()).hexdigest()


def _make(site: Path, year: SearchedYear, *, language: str) -> dict[str, bytes]:
    """The files of an index, in the order in which they can be put up."""
    try:
        pages = [(page, _spaced(inside(site, page).read_text("utf-8"))) for page in year.pages]
    except OSError as error:
        hint = "publish again, which writes it"
        raise DigestError(f"{error.filename}: cannot be read: {error.strerror}", hint=hint) from error
    files = run_pagefind(pages, language=language.partition("-")[0].lower())
    languages = json.loads(files[ENTRY])["languages"].values()
    # Of what pagefind has along only this is used; its own forms and boxes are 400 KB a year.
    programs = ["pagefind.js", *sorted({f"wasm.{one['wasm'] or 'unknown'}.pagefind" for one in languages})]
    names = [*programs, *sorted(name for name in files if PurePosixPath(name).suffix.startswith(".pf_")), ENTRY]
    return {name: files[name] for name in names}


def _spaced(html: str) -> str:
    """The page with its Chinese and Japanese characters as words of their own; the page of the search asks likewise.

    Pagefind takes a run without spaces for one word, of which only the beginning is found. Its "extended" edition
    looks for words with a dictionary, but is 58 MB, and only does so where the whole newsletter is in that language.
    """
    if not _ANY_HAN.search(html):
        return html
    return _UNSPACED.sub(lambda found: found[0] if found[0].startswith("<") else found[0] + _JOINT, html)


def _replace(site: Path, files: Mapping[Path, bytes], *, name: str, key: str, known: _Manifest) -> None:
    """Put an index in the place of the one before."""
    new = [path.relative_to(site).as_posix() for path in files]
    superfluous = [file for file in known.files(name) if file not in set(new)]
    known.note(name, key="", files=[*new, *superfluous])  # should it be killed
    for path, data in files.items():
        if path.name == ENTRY:
            write_whole(path, data)
        else:
            _put(path, data)
    sweep(site / FOLDER / name)  # of one that was killed
    _remove(site, superfluous)
    known.note(name, key=key, files=new)


def _put(path: Path, data: bytes) -> None:
    """Write one of a thousand files, if it differs.

    It is not waited for until the disk has it, which takes longer than all the rest. What a power cut makes of it, an
    empty file, makes the index be made again.
    """
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        hint = "is the disk full, or the folder not writable?"
        raise DigestError(f"{path}: cannot be written: {error.strerror}", hint=hint) from error


def _remove(site: Path, files: Sequence[str]) -> None:
    for file in sorted(files, key=lambda file: not file.endswith(ENTRY)):  # what leads to the others goes first
        path = inside(site, file)
        path.unlink(missing_ok=True)
    folders = {folder for file in files for folder in (site / file).parents if folder.is_relative_to(site / FOLDER)}
    for folder in sorted(folders, key=lambda folder: -len(folder.parts)):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


class _Manifest:
    """Which files were made for which year, and of what."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._years: dict[str, dict[str, object]] = {}
        try:
            told = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return
        if isinstance(told, dict) and all(isinstance(one, dict) for one in told.values()):
            self._years = told

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._years)

    def files(self, name: str) -> tuple[str, ...]:
        """The files of a year below the site; none but those where an index can be."""
        files = self._years.get(name, {}).get("files")
        own = [file for file in files if isinstance(file, str)] if isinstance(files, list) else []
        return tuple(file for file in own if file.startswith(f"{FOLDER}/") and ".." not in file.split("/"))

    def is_made(self, site: Path, name: str, key: str) -> bool:
        files = self.files(name)
        is_same = self._years.get(name, {}).get("key") == key
        return is_same and bool(files) and all(_has_something(site / file) for file in files)

    def note(self, name: str, *, key: str, files: Sequence[str]) -> None:
        self._years[name] = {"key": key, "files": list(files)}
        self._write()

    def forget(self, name: str) -> None:
        del self._years[name]
        self._write()

    def _write(self) -> None:
        write_whole(self._path, json.dumps(self._years, indent=0))


def _has_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
