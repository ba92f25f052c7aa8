"""Where a sentence of a summary stands in its entry, to the character, and what its source is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from digest.text.sentences import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.model import Entry, Source

Field = Literal["title", "summary", "text"]
FIELDS: tuple[Field, ...] = ("summary", "text", "title")
"""In the order in which a sentence is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A sentence and where it was taken from: ``text`` is ``entry.<field>[start:end]``, to the character."""

    text: str  # with the source's own line breaks
    entry_id: str
    field: Field
    start: int  # characters, start ≤ i < end
    end: int

    @property
    def shown(self) -> str:
        """As it is printed: on one line."""
        return folded(self.text)

    @property
    def place(self) -> str:
        """For people: "summary, characters 1 to 84"."""
        return f"{self.field}, characters {self.start + 1} to {self.end}"


def cut(entry: Entry, field: Field, start: int, end: int) -> Sourced:
    """What stands there."""
    return Sourced(text=told_in(entry, field)[start:end], entry_id=entry.id, field=field, start=start, end=end)


def told_in(entry: Entry, field: Field) -> str:
    """A field of an entry, by its name."""
    return {"title": entry.title, "summary": entry.summary, "text": entry.text}[field]


def is_verbatim(sentence: Sourced, entries: Iterable[Entry]) -> bool:
    """Whether a sentence still stands where it was taken from; not so if its source has been changed."""
    return any(
        entry.id == sentence.entry_id and told_in(entry, sentence.field)[sentence.start : sentence.end] == sentence.text
        for entry in entries
    )


def find_source(sentence: str, entries: Iterable[Entry]) -> Sourced | None:
    """Where a sentence stands word for word; the first entry that has it. None: in none.

    White space aside, as a file's lines are wrapped anew by editors.
    """
    wanted = "".join(sentence.split())
    if not wanted:
        return None
    for entry in entries:
        for field in FIELDS:
            text = told_in(entry, field)
            bare = "".join(text.split())
            at = bare.find(wanted)
            if at >= 0:
                places = [place for place, char in enumerate(text) if not char.isspace()]
                return cut(entry, field, places[at], places[at + len(wanted) - 1] + 1)
    return None


def source_name(entry: Entry, sources: Mapping[str, Source]) -> str:
    """Who readers are told an entry is from: the organisation it names, else its feed, else its authors."""
    source = sources.get(entry.source_id)
    feed = source.name if source and source.kind == "feed" else ""
    # "Local files" is no name for readers: a note of the editor's own is told by its author, or by its file.
    own = entry.organisation or feed or ", ".join(entry.authors) or _host(entry.url or "")
    return own or Path(entry.path or entry.source_id).stem


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # a bracket that begins no IPv6 address
        return ""
