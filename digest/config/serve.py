"""``[serve]`` of digest.toml: the public pages on which people subscribe, choose and leave."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from digest.config.checks import Endpoint
from digest.config.table import Table, WrongKeyError


class ServeSettings(Table, frozen=True, kw_only=True):
    """``[serve]``: where `digest serve` listens, and under which address the world sees it."""

    url: Endpoint  # the public address, ending in "/": "https://news.example.org/"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8025
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")  # addresses or networks that may say whom they ask for
    languages: tuple[str, ...] = ()  # BCP 47, besides the newsletter's, for a reader to choose from
    mails_per_hour: Annotated[int, Meta(ge=1, le=100_000)] = 200  # that ask for a confirmation, to all together
    metrics: tuple[str, ...] = ("127.0.0.1", "::1")  # addresses or networks that may read /metrics

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.url.endswith("/"):
            raise WrongKeyError(f'must end in "/"; write "{self.url}/"', key="url")
        if not re.fullmatch(r"[!$&'*+\-./0-9:;=@A-Z\[\]_a-z~]+", self.url):
            # It stands in a header in angle brackets, between commas (RFC 2369 §2), and more is added at its end.
            # Its path is compared with what is asked for, which web servers unquote and make one of "//" and "..".
            raise WrongKeyError("must be ASCII without <, >, {, }, %, quotes, commas and a question mark", key="url")
        if re.search(r"//|/\.{1,2}/", self.path):
            raise WrongKeyError('has an empty part, "." or ".." in its path', key="url")
        for key, networks in (("proxies", self.proxies), ("metrics", self.metrics)):
            for one in networks:
                _require_network(one, key)
        for one in self.languages:
            if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", one):
                raise WrongKeyError(f'"{one}" is no language tag; write one such as "en" or "pt-BR"', key="languages")

    @property
    def path(self) -> str:
        """The path of the public address, ending in "/"."""
        return urlsplit(self.url).path or "/"

    @property
    def is_safe(self) -> bool:
        """Whether nobody on the way can read along: TLS, or this machine."""
        parts = urlsplit(self.url)
        return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}


def _require_network(text: str, key: str) -> None:
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        msg = f'"{text}" is no address or network; write one such as "127.0.0.1" or "10.0.0.0/8"'
        raise WrongKeyError(msg, key=key) from error
