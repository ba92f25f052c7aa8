"""What the store knows of a feed's items, as reading it needs it; without one, everything is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from digest.gather.identity import Earlier

There = tuple[str, datetime | None]
"""The id of an entry that stands in a document as it stood before, and when it was published."""


class Memory(Protocol):
    """Answers about entries that were read before."""

    def unchanged(self, source_id: str, fingerprints: Collection[str]) -> Mapping[str, tuple[There, ...]]:
        """Those fingerprints that entries of this source have now, and the entries that have them."""
        ...

    def known(self, ids: Collection[str]) -> Mapping[str, Earlier]:
        """Those of the ids that are in the store."""
        ...


class _Blank:
    """Knows nothing."""

    def unchanged(self, _source_id: str, _fingerprints: Collection[str]) -> Mapping[str, tuple[There, ...]]:
        return MappingProxyType({})

    def known(self, _ids: Collection[str]) -> Mapping[str, Earlier]:
        return MappingProxyType({})


BLANK: Final[Memory] = _Blank()
