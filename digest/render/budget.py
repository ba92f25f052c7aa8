"""How much of each story a mail can hold.

Gmail clips a message at about 102 KB and hides the rest, the way out included. Whether it counts the decoded HTML or
what came over the wire is not known, so both must fit.
"""

from __future__ import annotations

import base64
import math
import quopri
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from digest.text.limits import HTML_MOST_BYTES, HTML_WANTED_BYTES

RESERVE_BYTES = 2_000
"""For the addresses that are put in for each recipient later."""

WHOLE, SHORT, BRIEF, BARE, LEFT_OUT = range(5)
"""The forms of a story: as the editor asked, some paragraphs, one paragraph, its headline, nothing."""
FORM_BYTES = {SHORT: 2_400, BRIEF: 700}
"""Of dressed HTML that a form's text may have; the first block is kept whatever it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something that can be shortened: its size in bytes in each of its forms, WHOLE first."""

    sizes: tuple[int, ...]
    is_story: bool = True  # False: the editor's introduction, which goes last


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What fits."""

    forms: tuple[int, ...]  # of each piece
    html: str


def fit(pieces: Sequence[Piece], render: Callable[[tuple[int, ...]], str]) -> Fit:
    """Choose a form for each piece, so that the mail fits; nothing is shortened that need not be.

    Long texts are cut at a paragraph first, then the lowest stories to one paragraph, then those to their headlines.
    All that happens for HTML_WANTED_BYTES; a story is left out only for HTML_MOST_BYTES.

    Args:
        pieces: in reading order.
        render: the HTML of the mail with the pieces in these forms.
    """
    forms = [WHOLE] * len(pieces)
    html = render(tuple(forms))
    for most, steps in ((HTML_WANTED_BYTES, _shortening(pieces)), (None, _leaving_out(pieces))):
        while (over := excess(html, decoded=most)) > 0:
            saved = _take(steps, forms, pieces, over)
            if not saved:
                break
            html = render(tuple(forms))
    return Fit(forms=tuple(forms), html=html)


def excess(html: str, *, decoded: int | None = None) -> int:
    """The decoded bytes by which HTML is too long, as it is or once it is encoded; 0 if it fits.

    Args:
        html: the part.
        decoded: bytes it may have decoded, if fewer than it may have encoded.
    """
    raw = html.encode("utf-8")
    most = HTML_MOST_BYTES - RESERVE_BYTES - 1
    over = max(0, len(raw) - min(decoded or most, most))
    encoded = encoded_bytes(raw)
    return max(over, math.ceil((encoded - most) * len(raw) / encoded)) if encoded > most else over


def encoded_bytes(raw: bytes) -> int:
    """What a part has on the wire: quoted-printable, or base64 where that is shorter (as for Chinese)."""
    return min(len(coded) + coded.count(b"\n") for coded in (quopri.encodestring(raw), base64.encodebytes(raw)))  # CRLF


def _take(steps: Iterator[tuple[int, int]], forms: list[int], pieces: Sequence[Piece], over: int) -> int:
    """Take steps until they should save enough; say what they save."""
    saved = 0
    while saved < over and (step := next(steps, None)):
        index, form = step
        gain = pieces[index].sizes[forms[index]] - pieces[index].sizes[form]
        if gain > 0:
            forms[index] = form
            saved += gain
    return saved


def _shortening(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    stories = [index for index, piece in enumerate(pieces) if piece.is_story]
    others = [index for index, piece in enumerate(pieces) if not piece.is_story]
    yield from ((index, SHORT) for index in sorted(stories, key=lambda index: -pieces[index].sizes[WHOLE]))
    for form in (BRIEF, BARE):
        yield from ((index, form) for index in reversed(stories))
    for form in (SHORT, BRIEF):
        yield from ((index, form) for index in reversed(others))


def _leaving_out(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    in_turn = sorted(range(len(pieces)), key=lambda index: (not pieces[index].is_story, -index))
    yield from ((index, LEFT_OUT) for index in in_turn)
