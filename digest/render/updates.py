"""What an update is news about: the story of an issue that is out, and how readers are told of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urljoin


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierStory:
    """The story of an issue that is out."""

    issue: str  # "2026-W45"
    number: int
    anchor: str = ""  # of the story on that issue's page; empty: it is not known which it was

    def address(self, base: str | None) -> str:
        """Where it is: as seen from another issue's page, or, with that page's address as ``base``, on the web."""
        file = "" if base else "index.html"  # by its whole name: a folder opened from disk has no server
        place = f"../{quote(self.issue)}/{file}" + (f"#{quote(self.anchor)}" if self.anchor else "")
        return urljoin(base, place) if base else place


Updates = Mapping[int, EarlierStory]
"""By the index of an update among ``Issue.stories``; one whose earlier story is not known is not in it."""

UNKNOWN: Final[Updates] = MappingProxyType({})


def dump_updates(updates: Updates) -> str:
    """As JSON, to be frozen with an approval."""
    return json.dumps({str(place): asdict(one) for place, one in sorted(updates.items())}, sort_keys=True)


def load_updates(text: str) -> Updates:
    """The updates of ``dump_updates``."""
    return {int(place): EarlierStory(**one) for place, one in json.loads(text).items()}
