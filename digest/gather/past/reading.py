"""What lies at a path: in which format past issues are kept there, found by looking, and the letters in it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from digest.errors import UsageError
from digest.gather.past.cabinet import Cabinet, Folder, UnreadError, Zipped
from digest.gather.past.exports import json_rows, read_buttondown, read_ghost, read_mailchimp, read_row, read_substack
from digest.gather.past.feedfile import read_feed_file
from digest.gather.past.letter import FORMS, Form, Found, NotTaken, Reading
from digest.gather.past.mailbox import begins_mbox, messages
from digest.gather.past.mails import read_emls, read_mail, read_maildir
from digest.gather.past.pages import HTML, MARKDOWN, read_page, read_pages

_HEADER: Final = re.compile(rb"\A(?:[!-9;-~]{1,76}:[ \t][^\n]*\n(?:[ \t][^\n]*\n)*){3}")
_FEED: Final = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)\b")
_MOST_START = 4000
_LARGEST_WHOLE = 256_000_000
_MAILBOX_ENDINGS: Final = (".mbox", ".mbx", ".mboxrd")


def find_form(path: Path) -> Form:
    """In which format past issues are kept at a path.

    Raises:
        UsageError: there is nothing, or nothing that is known.
    """
    if path.is_dir():
        return _form_of(Folder(path))
    start = _start(path)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _form_of(Zipped(path))
    if begins_mbox(start):
        return "mbox"
    bare = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if bare[:1] in {b"{", b"["}:
        return "feed" if b"jsonfeed.org" in bare else "ghost" if _is_ghost(bare, path) else "buttondown"
    if _FEED.search(bare) and not re.search(rb"<html\b", bare, re.IGNORECASE):
        return "feed"
    suffix = path.suffix.lower()
    if suffix in (*HTML, *MARKDOWN):
        return "folder"
    if _HEADER.match(start) or suffix == ".eml":
        return "eml"
    raise UsageError(
        f"{path}: is nothing that past issues are known to be kept in",
        hint=f"a folder, a mailbox, a zip of an export, or a feed file; --format says which: {', '.join(FORMS)}",
    )


def read_past(path: Path, reading: Reading, *, form: Form | None = None) -> Iterator[Found]:
    """The letters at a path, and what there is none, in the order they lie there.

    Args:
        path: a folder or a file.
        reading: what readers need.
        form: the format; None: found by looking.

    Raises:
        UsageError: there is nothing, or it is not in that format.
    """
    wanted = form or find_form(path)
    if path.is_dir():
        yield from _of_cabinet(Folder(path), reading, wanted)
    elif _start(path).startswith(b"PK"):
        yield from _of_cabinet(Zipped(path), reading, wanted)
    elif wanted == "mbox":
        yield from _of_mailbox(path, path.name, reading)
    else:
        yield from _of_file(path, reading, wanted)


def _form_of(cabinet: Cabinet) -> Form:
    names = [name.lower() for name in cabinet.names]
    parents = {PurePosixPath(name).parent.name for name in names}
    last = {PurePosixPath(name).name for name in names}
    if parents & {"cur", "new"} and not any(name.endswith((*HTML, *MARKDOWN)) for name in names):
        return "maildir"
    if "posts.csv" in last:
        return "substack"
    if "campaigns.csv" in last or any(re.search(r"(?:^|/)campaigns?[_-]?(?:content|export)?/", name) for name in names):
        return "mailchimp"
    if last & {"emails.csv", "emails.json"}:
        return "buttondown"
    if any(name.endswith(_MAILBOX_ENDINGS) for name in names) and not any(name.endswith(HTML) for name in names):
        return "mbox"
    if not any(name.endswith((*HTML, *MARKDOWN, ".eml", ".mbox", ".xml", ".json")) for name in names):
        if any(name.endswith(".zip") for name in names):
            raise UsageError(f"{cabinet.title}: holds zip files only", hint="unpack it, and import each by itself")
        raise UsageError(f"{cabinet.title}: holds nothing that past issues are known to be kept in",
                         hint="HTML or Markdown files, mails, a mailbox, or an export")  # fmt: skip
    return "folder"


def _of_cabinet(cabinet: Cabinet, reading: Reading, form: Form) -> Iterator[Found]:
    yield from cabinet.refused
    for name in cabinet.names:
        if name.lower().endswith(".zip"):
            why, hint = "is a zip file in what is imported", "import it by itself if it holds letters"
            yield NotTaken(origin=f"{cabinet.title}/{name}", why=why, is_failure=False, hint=hint)
    readers: dict[Form, Callable[[Cabinet, Reading], Iterator[Found]]] = {
        "folder": _mixed,
        "maildir": read_maildir,
        "eml": read_emls,
        "mbox": _mailboxes,
        "mailchimp": read_mailchimp,
        "buttondown": read_buttondown,
        "substack": read_substack,
        "ghost": _ghosts,
        "feed": _feeds,
    }
    try:
        yield from readers[form](cabinet, reading)
    except UnreadError as error:
        raise UsageError(f"{cabinet.title}: its table {error.message}", hint=error.hint) from error


def _mixed(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    """Web pages, Markdown files, mails and mailboxes, whichever lie there: Google Takeout puts a page beside these."""
    yield from read_pages(cabinet, reading)
    yield from read_emls(cabinet, reading)
    yield from _mailboxes(cabinet, reading)


def _mailboxes(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    for name in cabinet.names:
        if name.lower().endswith(_MAILBOX_ENDINGS) or PurePosixPath(name).name.lower() == "mbox":
            yield from _split(_opened(cabinet, name), f"{cabinet.title}/{name}", reading)


def _opened(cabinet: Cabinet, name: str) -> Iterator[bytes | None]:
    yield from messages(io.BytesIO(cabinet.read(name)))


def _of_mailbox(path: Path, title: str, reading: Reading) -> Iterator[Found]:
    with path.open("rb") as file:
        yield from _split(messages(file), title, reading)


def _split(found: Iterator[bytes | None], title: str, reading: Reading) -> Iterator[Found]:
    for number, data in enumerate(found, 1):
        origin = f"{title}, message {number}"
        if data is None:
            yield NotTaken(origin=origin, why="is larger than 64 MB")
        else:
            yield read_mail(data, origin, reading, form="mbox")


def _ghosts(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    for name in cabinet.names:
        if name.lower().endswith(".json"):
            yield from read_ghost(cabinet.read(name), f"{cabinet.title}/{name}", reading)


def _feeds(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    for name in cabinet.names:
        if name.lower().endswith((".xml", ".rss", ".atom", ".json")):
            yield from read_feed_file(cabinet.read(name), f"{cabinet.title}/{name}", reading)


def _of_file(path: Path, reading: Reading, form: Form) -> Iterator[Found]:
    """The letters of one file that is neither a mailbox nor a zip."""
    if form == "folder":
        alone = _Alone(path)
        yield read_page(alone, path.name, {}, reading, form="folder")
        return
    data = _whole(path)
    try:
        if form == "feed":
            yield from read_feed_file(data, path.name, reading)
        elif form == "ghost":
            yield from read_ghost(data, path.name, reading)
        elif form == "eml":
            yield read_mail(data, path.name, reading, form="eml")
        elif form == "buttondown":
            for number, row in enumerate(json_rows(data.decode("utf-8", "replace")), 1):
                yield read_row(row, f"{path.name}: mail {number}", reading, form="buttondown")
        else:
            raise UsageError(f"{path}: is no {form} export", hint="that is a folder or a zip file")
    except UnreadError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from error


class _Alone(Folder):
    """The folder of one file, of which only this is a letter."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self.title = path.parent.name
        self._name = path.name

    @property
    def names(self) -> Sequence[str]:
        return (self._name,)


def _is_ghost(start: bytes, path: Path) -> bool:
    return (
        b'"db"' in start or b'"posts"' in start or (path.stat().st_size < _LARGEST_WHOLE and b'"posts"' in _whole(path))
    )


def _whole(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_WHOLE:
            raise UsageError(f"{path}: is larger than {_LARGEST_WHOLE // 1_000_000} MB", hint="split it")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}", hint="is it there, and may you read it?"
        ) from error


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_START)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}", hint="is it there, and may you read it?"
        ) from error
