"""What a source is called."""

from __future__ import annotations

import re
from dataclasses import replace

from digest.model import Source


def named(source: Source, title: str | None) -> Source:
    """The source with the feed's own title for a name, else its host, if the configuration gave none."""
    if source.name:
        return source
    return replace(source, name=title or _host(source.location))


def _host(url: str) -> str:
    return re.sub(r"\Ahttps?://(?:[^/?#]*@)?(?:www\.)?([^/?#]+).*", r"\1", url)
