"""What ``[assist]`` of digest.toml says: which model condenses summaries, and within what limits."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from digest.config.table import Table


def _endpoint(value: str) -> str:
    problem = 'is no web address; write one such as "https://api.example.org/v1"'
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:  # a port that is no number, a bracket that begins no IPv6 address
        raise ValueError(problem) from error
    if not good or parts.fragment or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError(problem)
    if "@" in parts.netloc:
        raise ValueError("holds a login; the key belongs into the variable that key_env names")
    return value


class AssistSettings(Table):
    """``[assist]``: a model behind an endpoint that speaks as OpenAI's does. The key never stands here."""

    url: Annotated[str, AfterValidator(_endpoint)]  # up to the version: "https://api.example.org/v1"
    model: str = Field(min_length=1)
    key_env: str = ""  # the variable that holds the key; empty: none is needed
    batch: int = Field(4, ge=1, le=20)  # stories in one request
    connections: int = Field(2, ge=1, le=20)
    timeout_s: float = Field(60.0, gt=0, le=600)  # for one answer
    total_timeout_s: float = Field(180.0, gt=0, le=3600)  # for all of a draft
    price_in: float = Field(0.0, ge=0.0)  # per million tokens sent; 0: no sum is told
    price_out: float = Field(0.0, ge=0.0)  # per million tokens received

    @property
    def is_near(self) -> bool:
        """Whether the endpoint is on this machine."""
        return _is_this_machine(urlsplit(self.url).hostname or "")

    @model_validator(mode="after")
    def key_stays_secret(self) -> Self:
        if self.key_env and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.key_env):
            raise ValueError("key_env: is not the name of an environment variable; the key itself never stands here")
        if self.key_env and urlsplit(self.url).scheme == "http" and not self.is_near:
            raise ValueError("url: the key would travel unencrypted; use https, or no key_env")
        return self


def _is_this_machine(host: str) -> bool:
    """Only what cannot be anything else: ``localhost`` and loopback addresses as they are usually written."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
