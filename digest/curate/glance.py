"""Briefing → "at a glance": what the first stories say, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from digest.curate.passages import is_whole
from digest.curate.provenance import Sourced
from digest.model import Section, Story
from digest.text.words import count_words

WORDS = 25
MOST_LINES, FEWEST_LINES = 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A line, and the story it is about."""

    text: str
    story_id: str
    sentence: Sourced | None  # what the line was taken from; None: it is the headline


def glance(sections: Sequence[Section], sentences: Mapping[str, Sequence[Sourced]]) -> tuple[Glance, ...]:
    """A line of at most 25 words for the first story of each section, at most five, in reading order.

    The line is the summary's first sentence, or the headline if that is too long; neither is ever cut. If there are
    fewer than three sections, the next stories of each follow, up to three lines.

    Args:
        sections: in the order of the issue, the best story of each first.
        sentences: the summary of each story by the story's id.
    """
    lines: list[Glance] = []
    for row in zip_longest(*(_lines(section, sentences) for section in sections)):
        room = (FEWEST_LINES if lines else MOST_LINES) - len(lines)
        lines += [line for line in row if line is not None][: max(room, 0)]
    order = {story.id: place for place, story in enumerate(story for section in sections for story in section.stories)}
    return tuple(sorted(lines, key=lambda line: order[line.story_id]))


def _lines(section: Section, sentences: Mapping[str, Sequence[Sourced]]) -> Iterator[Glance]:
    """The lines of a section's stories; a story that has neither a short sentence nor a short headline has none."""
    for story in section.stories:
        line = line_of(story, sentences.get(story.id, ()))
        if line is not None:
            yield line


def line_of(story: Story, sentences: Sequence[Sourced]) -> Glance | None:
    """The line of one story; None if its headline, too, is longer than 25 words."""
    first = sentences[0] if sentences else None
    if first is not None and is_whole(first.shown) and count_words(first.shown) <= WORDS:
        return Glance(text=first.shown, story_id=story.id, sentence=first)
    if story.title and count_words(story.title) <= WORDS:
        return Glance(text=story.title, story_id=story.id, sentence=None)
    return None
