"""``[serve]`` of digest.toml: the public pages on which people subscribe, choose and leave."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from digest.config.checks import Endpoint
from digest.config.table import Table


class ServeSettings(Table, frozen=True, kw_only=True):
    """``[serve]``: where `digest serve` listens, and under which address the world sees it."""

    url: Endpoint  # the public address, ending in "/": "https://news.example.org/"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8025
