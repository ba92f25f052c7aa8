"""Whose words a story's summary is, as it stands in the issue file: each sentence's source, or the editor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.model import Entry, IssueStory
from digest.render.markup import block
from digest.text.plain import plain
from digest.text.provenance import Sourced, find_source
from digest.text.sentences import sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A sentence as it is printed, and where it was taken from."""

    text: str
    source: Sourced | None  # None: it stands in none of the story's sources, so the editor wrote or changed it …
    generated: bool = False  # … or, as the story is marked, a model


def wordings(
    story: IssueStory, entries: Sequence[Entry], language: str, *, labels: Sequence[str]
) -> tuple[Wording, ...]:
    """The sentences of a story's summary, in order; the sources' names between them left out.

    Args:
        story: as the issue file has it.
        entries: those that its sources name, or named.
        language: of the newsletter; BCP 47.
        labels: what the sources are called.
    """
    spoken = next((entry.language for entry in entries if entry.language), language)
    said = sentences(plain(block(story.summary)).strip(), spoken)
    told = _without_names(said, [f"({label})" for label in labels])
    marked = "generated" in story.options
    found = ((one, find_source(one, entries)) for one in told)
    return tuple(Wording(text=one, source=source, generated=marked and source is None) for one, source in found)


def _without_names(said: Iterable[str], names: Sequence[str]) -> Iterator[str]:
    """Sentences without the name of the source of those before, as ``digest.curate.summary.told`` writes it."""
    for sentence in said:
        name = next((name for name in names if sentence.startswith(name)), "")
        if bare := sentence.removeprefix(name).strip():
            yield bare
