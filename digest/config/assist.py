"""What ``[assist]`` of digest.toml says: which model condenses summaries, and within what limits."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from msgspec import Meta

from digest.config.checks import Endpoint, Filled, KeyVariable
from digest.config.table import Table, WrongKeyError


class AssistSettings(Table, frozen=True, kw_only=True):
    """``[assist]``: a model behind an endpoint that speaks as OpenAI's does. The key never stands here."""

    stand_in: ClassVar = {"url": "https://api.example.org/v1", "model": "x"}

    url: Endpoint  # up to the version: "https://api.example.org/v1"
    model: Filled
    key_env: KeyVariable = ""  # the variable that holds the key; empty: none is needed
    batch: Annotated[int, Meta(ge=1, le=20)] = 4  # stories in one request
    connections: Annotated[int, Meta(ge=1, le=20)] = 2
    timeout_s: Annotated[float, Meta(gt=0, le=600)] = 60.0  # for one answer
    total_timeout_s: Annotated[float, Meta(gt=0, le=3600)] = 180.0  # for all of a draft
    price_in: Annotated[float, Meta(ge=0.0)] = 0.0  # per million tokens sent; 0: no sum is told
    price_out: Annotated[float, Meta(ge=0.0)] = 0.0  # per million tokens received

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.key_env and urlsplit(self.url).scheme == "http" and not self.is_near:
            msg = "the key would travel unencrypted; use https, or no key_env"
            raise WrongKeyError(msg, key="url", beside=("key_env",))

    @property
    def is_near(self) -> bool:
        """Whether the endpoint is on this machine."""
        return _is_this_machine(urlsplit(self.url).hostname or "")


def _is_this_machine(host: str) -> bool:
    """Only what cannot be anything else: ``localhost`` and loopback addresses as they are usually written."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
