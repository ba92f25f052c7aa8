"""What somebody means who asks for an address, an id, a file or a few words: the entries, and how they were found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote

from digest.explain.lookups import beginning_with, with_title
from digest.store import entries
from digest.store.search import search_ids
from digest.store.stories import told_by
from digest.text.titles import title_key
from digest.text.urls import url_key

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_FOUND: Final = 1000
"""Entries that a search counts at most."""

How = Literal["id", "story", "address", "file", "title", "words"]

_ENTRY_ID: Final = re.compile(r"(?:\{?#?e-)?([0-9a-f]{12})\}?", re.IGNORECASE)
_STORY_ID: Final = re.compile(r"\{?#?(s-[0-9a-f]{8,16})\}?", re.IGNORECASE)
_WEB: Final = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_AROUND: Final = re.compile(r"^[<(\[\"'“‘]+|[>)\]\"'”’,;]+$")
"""What is copied along with an address from a mail or a text."""
_REPLY: Final = re.compile(r"^(?:(?:re|fwd?|aw|wg|tr|rv)\s*:\s*)+", re.IGNORECASE)
"""What mail programs write before a subject; entries of mails go without it."""
_LONGEST_NAME: Final = 255
"""Bytes of a file's name; asked for a longer one, the system raises."""
_LEAST_OF_NAME: Final = 2  # words of an address's last part that may be a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The entries that were meant; the best first."""

    ids: tuple[str, ...]
    how: How
    note: str = ""  # where it was not quite as asked


def find(connection: Connection, words: str, *, root: Path) -> Found:
    """The entries meant by an address, an id of an entry or a story, a file's path, or words.

    Args:
        connection: to the store.
        words: as typed or pasted.
        root: the newsletter's folder.

    Raises:
        UsageError: there is no word in it.
    """
    asked = words.strip()
    if id_ := _ENTRY_ID.fullmatch(asked):
        return Found(ids=entries.find_ids(connection, entry_id=id_[1].lower()), how="id")
    if story := _STORY_ID.fullmatch(asked):
        return Found(ids=told_by(connection, story[1].lower()), how="story")
    if (file := file_path(asked, root)) and (ids := entries.find_ids(connection, path=file)):
        return Found(ids=ids, how="file")
    if address := web_address(asked):
        return _at(connection, address)
    if file:
        return Found(ids=(), how="file")
    bare = _REPLY.sub("", asked)
    if ids := with_title(connection, title_key(bare)):
        return Found(ids=ids, how="title")
    ids = search_ids(connection, asked, limit=MOST_FOUND)
    if not ids and bare != asked:
        ids = search_ids(connection, bare, limit=MOST_FOUND)
    return Found(ids=ids, how="words")


def web_address(asked: str) -> str | None:
    """What was asked as an address; None: it is none."""
    text = _AROUND.sub("", asked.strip())
    if re.search(r"\s", text):
        return None
    if _WEB.match(text):
        return text if text[0] != "/" else f"https:{text}"
    return f"https://{text}" if _HOST.fullmatch(text) and ("/" in text or text.lower().startswith("www.")) else None


def file_path(asked: str, root: Path) -> str | None:
    """What was asked as a path below the newsletter's folder, where the file may be gone; None: it is none."""
    if _WEB.match(asked) or "\n" in asked:
        return None
    path = Path(asked.removeprefix("file://"))
    if path.is_absolute():
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else None
    parts = path.parts
    if parts[:1] == ("feeds",):
        return path.as_posix()
    beside = Path("feeds") / path
    return beside.as_posix() if len(asked.encode()) <= _LONGEST_NAME and (root / beside).is_file() else None


def _at(connection: Connection, address: str) -> Found:
    """The entries of an address, or of the same page without what readers and mail programs add to it."""
    key = url_key(address)
    if ids := entries.find_ids(connection, url_key=key):
        return Found(ids=ids, how="address")
    without = key.partition("#")[0]
    if without != key and (ids := entries.find_ids(connection, url_key=without)):
        return Found(ids=ids, how="address", note="found without what follows #")
    page = without.partition("?")[0].rstrip("/")
    others = entries.find_ids(connection, url_key=page) if page != without else ()
    others += beginning_with(connection, {page, f"{page}/"}, limit=MOST_FOUND) if "/" in page else ()
    if others:
        return Found(ids=others, how="address", note="found by the address without what follows ? or #")
    if ids := _named_alike(connection, page):
        return Found(ids=ids, how="address", note="not this address: found by the title that it seems to spell")
    return Found(ids=(), how="address")


def _named_alike(connection: Connection, page: str) -> tuple[str, ...]:
    """Entries whose title is the address's last part: the same page, told by a service that counts clicks."""
    name = re.sub(r"\.\w{2,5}$", "", unquote(page.rpartition("/")[2])) if "/" in page else ""
    key = title_key(re.sub(r"[-_+]+", " ", name))
    return with_title(connection, key) if len(key.split()) > _LEAST_OF_NAME else ()
