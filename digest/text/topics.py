"""Which topic somebody means. Topics are the titles of the sections of digest.toml."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from digest.text.words import tokens


def find_topic(said: str, known: Sequence[str]) -> str | None:
    """The topic with this title, in any case and however it is spaced, or else in the form ``energy-climate``.

    None: there is none. Of two that are alike it is the first.
    """
    by_title, by_slug = _index(tuple(known))
    return by_title.get(folded(said)) or by_slug.get(_slug(said))


def folded(title: str) -> str:
    """What titles have in common that are taken for the same."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


@lru_cache(maxsize=16)  # asked for each choice of a hundred thousand subscribers, and always of the same few
def _index(known: tuple[str, ...]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    by_title = {folded(title): title for title in reversed(known)}
    return by_title, {slug: title for title in reversed(known) if (slug := _slug(title))}


def _slug(title: str) -> str:
    return "-".join(tokens(title))
