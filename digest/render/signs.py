"""What stands for a reader's own link or name while a mail is rendered, and becomes its mark at the end.

A mark written right away could as well be an entry's text. A sign stands between control characters, which clean text
does not have, and holds a part of a hash of the whole issue, which no source knew; a mark that is there without one is
taken out.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from digest.model import PREFERENCES_MARK, UNSUBSCRIBE_MARK, Html, Issue
from digest.render.markup import block
from digest.text.markdown import without_comments
from digest.text.plain import drop_controls
from digest.text.readermarks import NAME_MARK, without_marks

_EDGE = "\x04"
_LINKS = 2  # the first signs are those of links; the others are names
_BEGUN = re.compile(r"@@[a-z]*\Z")  # which a mark after it would complete
_TAG = re.compile(r'(<[^<>"]*+(?:"[^"]*+"[^<>"]*+)*+>)')


def introduction(issue: Issue, *, base: str | None = None) -> Html:
    """The introduction as everybody may read it: for want of a name, with what the editor gave for that."""
    return _filled(issue.intro, lambda _, instead: html.escape(instead, quote=False), base)


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one issue's mails; ``_marks`` are what they become."""

    _seal: str
    _marks: tuple[str, ...]

    @classmethod
    def of(cls, issue: Issue) -> Signs:
        seal = hashlib.sha256(repr(issue).encode("utf-8", "backslashreplace")).hexdigest()[:6]  # as wide as a name
        names = (drop_controls(mark[0]) for mark in NAME_MARK.finditer(without_comments(issue.intro)))
        return cls(seal, (UNSUBSCRIBE_MARK, PREFERENCES_MARK, *names))

    @property
    def unsubscribe(self) -> str:
        """What a template prints where each reader's own way out goes."""
        return self._sign(0)

    @property
    def preferences(self) -> str:
        """What a template prints where each reader's own page of choices goes."""
        return self._sign(1)

    def introduction(self, issue: Issue, *, base: str | None) -> Html:
        """The introduction with signs for the reader's name."""
        return _filled(issue.intro, lambda number, _: self._sign(number + _LINKS), base)

    def marked(self, rendered: str, finish: Callable[[str], str] = str, *, is_html: bool) -> str:
        """A part with marks where signs are, and nowhere else, whatever an entry or a paste says.

        Args:
            rendered: as the template was filled.
            finish: what else is done to the text; it leaves the signs alone.
            is_html: whether it is the HTML part. There a name stands in an element of its own: the dir="auto" of a
                paragraph heeds the first letter in it, and an Arabic name would turn English words around
                (https://html.spec.whatwg.org/#auto-directionality).
        """
        sign = re.compile(f"{_EDGE}{self._seal}([0-9]+){_EDGE}")
        pieces = sign.split(rendered)
        pieces[::2] = [drop_controls(text) for text in pieces[::2]]
        pieces[1::2] = [self._sign(int(number)) for number in pieces[1::2]]
        pieces = sign.split(finish("".join(pieces)))
        texts = [without_marks(text) for text in pieces[::2]]
        pieces[::2] = [*(_BEGUN.sub("", text) for text in texts[:-1]), texts[-1]]
        apart = '<span dir="auto">{}</span>' if is_html else "{}"
        numbers = [int(number) for number in pieces[1::2]]
        pieces[1::2] = [(apart if number >= _LINKS else "{}").format(self._marks[number]) for number in numbers]
        return "".join(pieces)

    def _sign(self, number: int) -> str:
        return f"{_EDGE}{self._seal}{number}{_EDGE}"


def _filled(markdown: str, value: Callable[[int, str], str], base: str | None) -> Html:
    """The HTML of an introduction with a value for each name in its text; in an attribute there is none."""
    text = without_comments(markdown)
    word = "readersname"
    while word in text:
        word += "x"
    found = list(NAME_MARK.finditer(text))
    numbers = iter(range(len(found)))
    made = block(NAME_MARK.sub(lambda _: f"{word}{next(numbers)}z", text), base=base, below=1)
    if not found:
        return made
    pieces = _TAG.split(made)
    for place, piece in enumerate(pieces):
        pieces[place] = re.sub(
            f"{word}([0-9]+)z",
            "" if place % 2 else lambda name: value(int(name[1]), drop_controls(found[int(name[1])][1] or "")),
            piece,
        )
    return Html("".join(pieces))
