"""Who gets which stories: the slice of an issue that a subscriber's topics ask for.

Topics are the sections of digest.toml. What belongs to none of them (the introduction, the subject, a section that the
editor wrote, corrections) goes to everyone, and nobody gets less than they chose: a topic that digest.toml does not
know asks for nothing, and who follows nothing else gets everything.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.model import Issue, IssueSection
from digest.text.markdown import unescape, without_comments
from digest.text.topics import find_topic, folded
from digest.text.words import tokens

if TYPE_CHECKING:
    from digest.config.settings import Settings

ALL = "all"
NOTHING = "nothing"
"""The id of a slice without a story: it is mailed to nobody."""

_GENERAL = "general"  # none of the topics followed, but what goes to everyone
# No file or folder can be called the latter on Windows:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = {
    ALL,
    NOTHING,
    _GENERAL,
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
_MOST_CHARS = 48
_FOR_EVERYONE = frozenset({"correction"})  # options of stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What of an issue is mailed to those who follow some topics; the same for all who would get the same."""

    id: str  # "world+energy"; of a-z, 0-9, "+" and "-", so that it can be a folder's name
    topics: tuple[str, ...] = ()  # those it tells of, as digest.toml writes them, in the issue's order
    stories: frozenset[int] = frozenset()  # the places of its stories in Issue.stories
    texts: frozenset[int] = frozenset()  # the places in Issue.sections of those whose introduction it has

    def holds(self, other: Slice) -> bool:
        """Whether who gets this one gets all of the other."""
        return self.stories >= other.stories and self.texts >= other.texts


def topics_of(settings: Settings) -> tuple[str, ...]:
    """What subscribers can follow: the titles of the sections of digest.toml, in their order."""
    return tuple(rule.title for rule in settings.section)


def slice_of(topics: Collection[str], issue: Issue, known: Sequence[str]) -> Slice:
    """What of the issue somebody gets who follows these topics; who asks for many makes a Slicer."""
    return Slicer(issue, known).slice(topics)


def slice_issue(issue: Issue, part: Slice) -> Issue:
    """The issue with no more than the slice has; sections of which nothing is left are left out."""
    if part.id == ALL:
        return issue
    sections: list[IssueSection] = []
    place = 0
    for at, section in enumerate(issue.sections):
        stories = tuple(story for n, story in enumerate(section.stories, place) if n in part.stories)
        place += len(section.stories)
        if stories or at in part.texts:
            sections.append(replace(section, stories=stories, intro=section.intro if at in part.texts else ""))
    return replace(issue, sections=tuple(sections))


def narrowest(wanted: Slice, there: Collection[Slice]) -> str:
    """The id of the smallest of the slices that has all of the wanted one; "all" if there is no smaller one."""
    fitting = [one for one in there if one.holds(wanted)]
    return min(fitting, key=lambda one: (len(one.stories), len(one.texts), one.id)).id if fitting else ALL


class Slicer:
    """Cuts an issue for any choice of topics: a list of a hundred thousand may have nearly as many choices."""

    def __init__(self, issue: Issue, known: Sequence[str]) -> None:
        """Read the issue once.

        Args:
            issue: what the issue file says.
            known: the topics there are, see topics_of.
        """
        self._known = tuple(known)
        self._sections = _sections(issue, self._known)
        self._whole = self._cut(self._known)
        written = [_ascii(title) for title in known]
        self._unclear = {
            title for title, name in zip(known, written, strict=True) if not name or written.count(name) > 1
        }

    def slice(self, topics: Collection[str]) -> Slice:
        """What of the issue somebody gets who follows these topics.

        Its id is "all" if that is the whole issue, and NOTHING if there is no story in it though the issue has some.

        Args:
            topics: as subscribers have them: titles in any case, or in the form ``energy-climate``; none: everything.
        """
        found = (find_topic(topic, self._known) for topic in topics)
        chosen = {topic for topic in found if topic is not None}
        if not chosen or not self._whole.stories:
            return self._whole
        part = self._cut(chosen)
        if part.holds(self._whole):
            return self._whole
        return replace(part, id=self._id(part.topics)) if part.stories else Slice(id=NOTHING)

    def _cut(self, chosen: Collection[str]) -> Slice:
        """What those get who follow the chosen topics, as if it were the whole."""
        stories: set[int] = set()
        texts: set[int] = set()
        topics: dict[str, None] = {}
        for one in self._sections:
            is_whole = one.topic is None or one.topic in chosen
            if is_whole and one.topic is not None and one.is_told:
                topics[one.topic] = None
            stories |= one.stories if is_whole else one.for_everyone
            texts |= one.texts if is_whole else set()
        return Slice(id=ALL, topics=tuple(topics), stories=frozenset(stories), texts=frozenset(texts))

    def _id(self, chosen: Collection[str]) -> str:
        """A name for these topics; with a part of a hash where their titles make no good one."""
        if not chosen:
            return _GENERAL
        readable = "+".join(sorted(_ascii(title) for title in chosen if _ascii(title)))
        if len(readable) <= _MOST_CHARS and readable not in _RESERVED and not self._unclear & set(chosen):
            return readable
        told = "\0".join(sorted(map(folded, chosen)))
        digits = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:10]
        return f"{readable[: _MOST_CHARS - 11].strip('+-')}-{digits}".lstrip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """What a section of an issue gives to whom; all by their places, as in Slice."""

    topic: str | None  # None: to everyone
    stories: frozenset[int]
    for_everyone: frozenset[int]  # of its stories
    texts: frozenset[int]  # its own place if it has an introduction

    @property
    def is_told(self) -> bool:
        """Whether it has anything that some would get and others not."""
        return bool(self.texts or self.stories - self.for_everyone)


def _sections(issue: Issue, known: tuple[str, ...]) -> tuple[_Section, ...]:
    found = []
    first = 0
    for at, section in enumerate(issue.sections):
        places = range(first, first + len(section.stories))
        first = places.stop
        general = (n for n, story in zip(places, section.stories, strict=True) if story.options & _FOR_EVERYONE)
        has_intro = bool(without_comments(section.intro).strip())  # a note of the editor's is printed for nobody
        found.append(
            _Section(
                topic=find_topic(unescape(section.title), known),
                stories=frozenset(places),
                for_everyone=frozenset(general),
                texts=frozenset({at} if has_intro else ()),
            )
        )
    return tuple(found)


@lru_cache(maxsize=256)
def _ascii(title: str) -> str:
    """The title in letters that every file system has, without accents: "Énergie & climat" → "energie-climat"."""
    bare = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return "-".join(tokens(bare))
