"""An issue at a glance: what its first stories say, a line each, in the words of the issue file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Protocol, TypeVar

from digest.text.plain import drop_controls
from digest.text.quotation import is_closed
from digest.text.sentences import sentences
from digest.text.words import count_words

FROM_STORIES = 5
"""Fewer are seen at a glance anyway."""
WORDS = 25
MOST_LINES, FEWEST_LINES = 5, 3

_ENDS = tuple(".!?։؟।॥。！？｡")
_CLOSERS = "\"'”’“‘»«)]」』）】》\u00a0\u202f "


class HasLine(Protocol):
    """A story in either form."""

    @property
    def glance(self) -> str: ...


Told = TypeVar("Told", bound=HasLine)


def line_of(summary: str, headline: str, language: str) -> tuple[str, bool]:
    """The line of a story, and whether it is of the summary: its first sentence, else the headline.

    Neither is ever cut: what is longer than 25 words, or no whole sentence, is not taken. "": neither fits.

    Args:
        summary: plain text, paragraphs apart by a blank line.
        headline: plain text.
        language: of the summary; BCP 47.
    """
    first = drop_controls(next(iter(sentences(summary, language)), ""))
    if _is_whole(first) and count_words(first) <= WORDS:
        return first, True
    return (headline if count_words(headline) <= WORDS else ""), False


def at_a_glance(sections: Sequence[Sequence[Told]]) -> tuple[Told, ...]:
    """The stories whose lines stand at the top: the first of each section, at most five, in reading order.

    If there are fewer than three sections, the next stories of each follow, up to three lines. Of fewer than five
    stories there are none.
    """
    if sum(map(len, sections)) < FROM_STORIES:
        return ()
    chosen: list[int] = []
    for row in zip_longest(*([id(story) for story in stories if story.glance] for stories in sections)):
        room = (FEWEST_LINES if chosen else MOST_LINES) - len(chosen)
        chosen += [one for one in row if one is not None][: max(room, 0)]
    return tuple(story for stories in sections for story in stories if id(story) in chosen)


def _is_whole(sentence: str) -> bool:
    bare = sentence.rstrip(_CLOSERS)
    return bare.endswith(_ENDS) and not bare.endswith("..") and is_closed(sentence)
