"""A bookmark that was dragged out of a browser: a title and an address, nothing to read.

``.url``: Windows' InternetShortcut. ``.webloc``: the property list of macOS, XML or binary. ``.desktop``: a link as
freedesktop.org's Desktop Entry Specification 1.5 has it.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final
from xml.parsers.expat import ExpatError

from digest.gather.files.document import Document, UnreadableError
from digest.gather.files.entry import finish
from digest.model import Entry, Html
from digest.text.plain import drop_controls
from digest.text.titles import tidy_title
from digest.text.urls import clean_url

_MOST_BYTES = 1_000_000
"""Windows puts icons beside the address; a bookmark is far smaller all the same."""
_GROUP: Final = re.compile(r"\s*\[([^\[\]]+)\]\s*\Z")
_PAIR: Final = re.compile(r"\s*([A-Za-z0-9-]+(?:\[[^\[\]]*\])?)\s*=\s*(.*?)\s*\Z")
_ESCAPED: Final = {r"\s": " ", r"\n": " ", r"\t": " ", r"\r": " ", r"\\": "\\"}
_COPY: Final = re.compile(r"(?:\s*\(\d{1,3}\)|\s+-\s+(?:Shortcut|Verknüpfung|Raccourci|Acceso directo))\Z")
# What plistlib raises for bytes that are no property list, besides its own: a mangled one reaches all of its code.
_PLIST_ERRORS = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, EOFError)


def read(document: Document) -> Entry:
    """The entry of a bookmark; the file's name is the title where the bookmark has none.

    Raises:
        UnreadableError: it is no bookmark, or does not lead to a web page.
    """
    if not document.data.strip():
        raise UnreadableError("is empty")
    if len(document.data) > _MOST_BYTES:
        raise UnreadableError("is far too large for a bookmark")
    start = document.data[:200].lstrip()
    if PurePosixPath(document.path).suffix.lower() == ".webloc" or start.startswith(b"bplist"):
        found = property_list(document.data)
        address, title, comment = (_string(found, key) for key in ("URL", "Title", "Comment"))
    else:
        address, title, comment = _of_lines(document.text())
    url = clean_url(address)
    if url is None:
        what = (
            f"leads to no web page: {drop_controls(address)[:120]}" if address else "is a bookmark without an address"
        )
        raise UnreadableError(what)
    return finish(
        document,
        title=tidy_title(title) or _named(document.path),
        body=Html(""),
        url=url,
        published=None,
        summary=tidy_title(comment),
        notes=("only a link",),
    )


def property_list(data: bytes) -> Mapping[str, Any]:
    """The mapping that a property list is.

    Raises:
        UnreadableError: it is none. So is a binary one that says it holds more objects than it has bytes: a list is
            made for them before they are looked for, and a file of 50 bytes would take all memory.
    """
    objects, table = int.from_bytes(data[-24:-16], "big"), int.from_bytes(data[-8:], "big")
    if data.startswith(b"bplist") and not 0 < objects <= table <= len(data):
        raise UnreadableError("is a damaged property list")
    try:
        found = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, *_PLIST_ERRORS) as error:
        raise UnreadableError("is no property list, or a damaged one") from error
    if not isinstance(found, dict):
        raise UnreadableError("is a property list without an address")
    return found


def _string(found: Mapping[str, Any], key: str) -> str:
    """A string; lists that hold each other would be endless ones."""
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _of_lines(text: str) -> tuple[str, str, str]:
    """Address, title and comment of the groups that a bookmark has; others are not looked at."""
    group, told = "", dict[str, str]()
    for line in text.split("\n"):
        heading, pair = _GROUP.match(line), _PAIR.match(line)
        if heading:
            group = heading[1].strip().casefold()
        elif pair and group in {"internetshortcut", "desktop entry"}:
            told.setdefault(pair[1].casefold().removesuffix("[$e]"), pair[2])
    if not told:
        raise UnreadableError("is no bookmark")
    if told.get("type", "Link").casefold() != "link":
        raise UnreadableError("starts a program and is no bookmark")
    return told.get("url", ""), _unescaped(told.get("name", "")), _unescaped(told.get("comment", ""))


def _unescaped(value: str) -> str:
    return re.sub(r"\\[sntr\\]", lambda found: _ESCAPED[found.group()], value)


def _named(path: str) -> str:
    """The title that a browser made the file's name of, less what a file manager added."""
    return _COPY.sub("", PurePosixPath(path).stem.replace("_", " ")).strip()
