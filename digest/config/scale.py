"""``[scale]`` of digest.toml: what the workers of one newsletter share."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from digest.config.table import Table, WrongKeyError


class ScaleSettings(Table, frozen=True, kw_only=True):
    """``[scale]``: how much all `digest worker` processes do at once. They need a store on PostgreSQL."""

    mail_at_once: Annotated[int, Meta(ge=1, le=1000)] = 4  # batches of readers; each over up to [send] connections
    fetch_at_once: Annotated[int, Meta(ge=1, le=1000)] = 4  # batches of feeds; each over up to [gather] connections
    takeover_seconds: Annotated[float, Meta(ge=2.0, le=3600.0)] = 60.0  # a worker silent for so long is taken for dead
    draft: str = ""  # when an issue is drafted by itself: five fields of a crontab, in UTC; empty: never

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.draft and not re.fullmatch(r"[-\d*/,A-Za-z]+( [-\d*/,A-Za-z]+){4}", self.draft):
            msg = 'is no line of a crontab; write minute, hour, day, month and weekday: "0 5 * * mon-fri" (UTC)'
            raise WrongKeyError(msg, key="draft")
