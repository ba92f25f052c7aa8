"""Which entry a local document belongs to: files are renamed, moved, saved in other formats, replaced and taken away.

The rule is the editor's: a file keeps its entry while it is edited, and a text its entry wherever the file goes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from digest.gather.files.document import FILES_ID
from digest.gather.identity import entry_id
from digest.model import Entry, SourceProblem
from digest.text.titles import title_key

_WAITED_FOR: Final = frozenset(["new", "offered", "held"])
"""States of entries that can still get into an issue; all others are settled."""
_FORMAT: Final = re.compile(r"\.[A-Za-z]{1,10}\Z")
_MOST_NAMED = 10


class KnownFile(NamedTuple):
    """What the store remembers of a local document."""

    path: str  # below the project folder
    id: str  # of its entry
    fingerprint: str  # sha256 of the file's bytes, as last read without a problem
    title: str
    state: str  # an EntryState
    issue: str | None = None  # which used, grouped, dropped, offered or holds it

    @property
    def is_settled(self) -> bool:
        return self.state not in _WAITED_FOR


Row = tuple[str, str, str, str, str, str | None]
"""A KnownFile as the store gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All local documents that were ever read."""

    files: Mapping[str, KnownFile]  # by path; of several entries that one path had, the last
    ids: frozenset[str]  # of all entries

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Known:
        """Args: rows: the oldest first."""
        files = [KnownFile(*row) for row in rows]
        return cls(files={file.path: file for file in files}, ids=frozenset(file.id for file in files))


NOTHING: Final = Known(files={}, ids=frozenset())


def assign_ids(entries: Sequence[Entry], known: Known, present: Collection[str]) -> tuple[Entry, ...]:
    """The entries with their ids, in the order of their paths.

    A file that is known keeps the id it has, even if its text and its address are new. One that is not known takes
    the id of a known file that has vanished, if it is that one moved: the same bytes or address, or, while that entry
    is not settled, the same place but for case or format, or the same title. Else its id comes from its address, or
    its path; of several files with one address the first has the bare one.

    Two exceptions, both where a file that is known holds a text with another title: its old bytes lie in another file
    now, so that one is the entry moved; or its entry is settled, so somebody used the name again ("release.docx"),
    and as an update of last month's story it would never be news.

    Args:
        entries: just read, ids empty; a path is in them once.
        known: what was read before.
        present: the paths of all files there are, also of those that could not be read or did not change.
    """
    ordered = sorted(entries, key=lambda entry: entry.path or "")
    replaced = {path for entry in ordered if _is_replaced(entry, (path := entry.path or ""), known)}
    homeless = {path: file for path, file in known.files.items() if path not in present or path in replaced}
    ids: dict[str, str] = {}
    _match(ids, [one for one in ordered if one.path not in known.files or one.path in replaced], homeless, _BYTES)
    claimed = set(ids.values())
    for entry in ordered:
        file = known.files.get(entry.path or "")
        if file and file.path not in ids and file.id not in claimed and not (file.is_settled and file.path in replaced):
            ids[file.path] = file.id
            homeless.pop(file.path, None)
    vanished = {path: file for path, file in homeless.items() if path not in present}
    strangers = [one for one in ordered if one.path not in known.files]
    for trait in (_ADDRESS, _PLACE, _TITLE):
        _match(ids, strangers, vanished, trait, only=trait is _TITLE)
    taken = {*known.ids, *ids.values()}
    for entry in ordered:
        if entry.path not in ids:
            ids[entry.path or ""] = name = _free_id(entry, taken)
            taken.add(name)
    return tuple(replace(entry, id=ids[entry.path or ""]) for entry in ordered)


def reused_names(entries: Iterable[Entry], known: Known) -> tuple[SourceProblem, ...]:
    """A notice for each changed file whose entry was settled already: if the change is news, nobody would see it.

    Args:
        entries: with their ids.
        known: what was read before.
    """
    notices = []
    for entry in entries:
        before = known.files.get(entry.path or "")
        if before and before.id == entry.id and before.is_settled and before.fingerprint != entry.fingerprint:
            where = f" ({before.issue})" if before.issue else ""
            message = f"has changed, but its entry “{before.title}” is {before.state} already{where}"
            notices.append(_notice(before.path, message, "if that is news, save it under another name"))
    return tuple(notices)


def gone(
    known: Known, present: Collection[str], *, moved: Collection[str] = (), unseen: Collection[str] = ()
) -> tuple[SourceProblem, ...]:
    """A notice for each file that is gone while its entry still waits to be used; no failure.

    Args:
        known: what was read before.
        present: the paths of all files there are.
        moved: the ids of entries whose file lies elsewhere now.
        unseen: folders that could not be opened; what lies in them is not gone.
    """
    missing = [
        file
        for path, file in sorted(known.files.items())
        if path not in present
        and not file.is_settled
        and file.id not in moved
        and not any(path.startswith(f"{folder}/") for folder in unseen)
    ]
    named = missing if len(missing) <= _MOST_NAMED else missing[: _MOST_NAMED - 1]
    notices = [
        _notice(
            file.path, f"is gone; its entry “{file.title}” stays", "bring it back, or drop its story from the issue"
        )
        for file in named
    ]
    if len(named) < len(missing):
        more = len(missing) - len(named)
        notices.append(_notice(missing[-1].path, f"is gone, as {more - 1} more are; their entries stay",
                               "bring them back, or drop their stories from the issue"))  # fmt: skip
    return tuple(notices)


def _is_replaced(entry: Entry, path: str, known: Known) -> bool:
    """Whether a known file holds a text with another title now."""
    before = known.files.get(path)
    return before is not None and before.fingerprint != entry.fingerprint and not _alike(entry.title, before.title)


def _match(
    ids: dict[str, str], entries: Iterable[Entry], homeless: dict[str, KnownFile], trait: _Trait, *, only: bool = False
) -> None:
    """Give entries the ids of homeless files that have a trait of theirs; ``only``: where just one file has it."""
    having = defaultdict(list)
    for path, file in sorted(homeless.items(), reverse=True):
        if (key := trait.of_file(file)) is not None:
            having[key].append(path)
    for entry in entries:
        found = having.get(trait.of_entry(entry) or "", [])
        if entry.path and entry.path not in ids and found and not (only and len(found) > 1):
            ids[entry.path] = homeless.pop(found.pop()).id


def _alike(one: str, other: str) -> bool:
    """Whether two titles share at least half of their words."""
    words, others = set(title_key(one).split()), set(title_key(other).split())
    return 2 * len(words & others) >= max(len(words), len(others))


def _folded(path: str) -> str:
    """A place but for case, Unicode form (macOS) and format: alike for ``Note.txt`` and ``note.docx``."""
    return unicodedata.normalize("NFC", _FORMAT.sub("", path)).casefold()


def _long(title: str) -> str | None:
    """A title that two texts do not have by chance."""
    key = title_key(title)
    return key if len(key.split()) >= 3 else None


@dataclass(frozen=True, slots=True)
class _Trait:
    """What can show that an entry and a known file are the same."""

    of_entry: Callable[[Entry], str | None]
    of_file: Callable[[KnownFile], str | None]


_BYTES: Final = _Trait(lambda entry: entry.fingerprint, lambda file: file.fingerprint)
_ADDRESS: Final = _Trait(
    lambda entry: entry_id(FILES_ID, entry.url_key) if entry.url_key else None, lambda file: file.id
)
_PLACE: Final = _Trait(
    lambda entry: _folded(entry.path or ""), lambda file: None if file.is_settled else _folded(file.path)
)
_TITLE: Final = _Trait(lambda entry: _long(entry.title), lambda file: None if file.is_settled else _long(file.title))


def _free_id(entry: Entry, taken: Collection[str]) -> str:
    key, number = entry.url_key or entry.path or "", 1
    while (found := entry_id(FILES_ID, key if number == 1 else f"{key}|{number}")) in taken:
        number += 1
    return found


def _notice(path: str, message: str, hint: str) -> SourceProblem:
    return SourceProblem(source_id=FILES_ID, message=f"{path}: {message}", path=path, hint=hint)
