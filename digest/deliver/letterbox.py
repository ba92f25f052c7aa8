"""Mailboxes on this machine: a maildir, or one file (mbox, RFC 4155)."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from digest.deliver.bounces import MAX_BYTES
from digest.errors import StateError

Known = Callable[[Collection[str]], set[str]]
"""Which of these keys of letters were looked at before."""

AT_ONCE = 500  # keys that are asked for in one question

_NOTES = re.compile(rb"(?im)^(status|x-status|x-keywords|x-uid|x-imap(base)?|content-length):.*\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail in a mailbox, as far as it is read."""

    place: str  # names it in this mailbox for ever; "": it has no name there
    raw: bytes

    @property
    def content_key(self) -> str:
        """The same for the same mail: without what mail programs note in the headers of a mailbox file."""
        head, blank, body = self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        return f"sha256:{hashlib.sha256(_NOTES.sub(b'', head + blank) + body).hexdigest()}"


class Box(Protocol):
    """A mailbox. Reading changes nothing in it."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def letters(self, known: Known) -> Iterator[Letter]:
        """The mails that were not looked at before."""
        ...

    def mark(self, letters: Sequence[Letter]) -> None:
        """Mark mails as seen, for people who read the same mailbox."""
        ...


def unknown(places: Sequence[str], known: Known) -> Iterator[str]:
    """Those of the places that were not looked at, in their order."""
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        before = known(some)
        yield from (place for place in some if place not in before)


class Maildir:
    """A folder with ``new`` and ``cur``, a file a mail. Seen mails are moved to ``cur`` with the flag S."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found: dict[str, Path] = {}  # by place; listing the folder again for each batch takes minutes of 100,000
        if not (path / "cur").is_dir() and not (path / "new").is_dir():
            raise StateError(f"{path}: is no maildir", hint="[inbox] path names a folder that has cur and new in it")

    @property
    def name(self) -> str:
        return str(self.path)

    def letters(self, known: Known) -> Iterator[Letter]:
        self._found = {f"maildir:{path.name.partition(':')[0]}": path for path in self._files()}
        for place in unknown(sorted(self._found), known):
            with contextlib.suppress(FileNotFoundError):  # somebody moved it meanwhile: it is there the next time
                yield Letter(place=place, raw=_start(self._found[place]))

    def mark(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            path = self._found[letter.place]
            base, _, flags = path.name.partition(":2,")
            if "S" in flags:
                continue
            with contextlib.suppress(OSError):  # a courtesy; somebody may have moved it
                path.rename(self.path / "cur" / f"{base}:2,{''.join(sorted({*flags, 'S'}))}")

    def _files(self) -> Iterator[Path]:
        for folder in ("new", "cur"):
            if (self.path / folder).is_dir():
                for path in (self.path / folder).iterdir():
                    if path.is_file() and not path.name.startswith("."):
                        yield path


class MailboxFile:
    """One file with a mail after the other. It is only read: whoever delivers to it goes on writing at its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise StateError(f"{path}: there is no such file", hint="[inbox] path names a mailbox file (mbox)")

    @property
    def name(self) -> str:
        return str(self.path)

    def letters(self, known: Known) -> Iterator[Letter]:
        from mailbox import mbox  # noqa: PLC0415  only those who keep such a file need it

        with contextlib.closing(mbox(self.path, create=False)) as box:
            for key in box.iterkeys():
                letter = Letter(place="", raw=box.get_bytes(key)[:MAX_BYTES])
                yield from (letter for _ in unknown([letter.content_key], known))

    def mark(self, letters: Sequence[Letter]) -> None:
        """Nothing: marks would have to be written into the file."""


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES)
