"""The login of a feed: from its address, or from the environment; shown to its own host and to nobody else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from yarl import URL

from digest.gather.web.answers import RefusalError
from digest.model import Source

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An Authorization header, and the place it is for."""

    header: str = field(repr=False)
    home: URL

    def header_for(self, url: URL) -> str | None:
        """The header, if this address is at home: same scheme, host and port.

        Or the same host by https where it was http, both on their usual ports. Never the other way round, never
        another port: that may be somebody else (as curl has it since CVE-2022-27774).
        """
        same = url.raw_host == self.home.raw_host
        if same and url.scheme == self.home.scheme and url.port == self.home.port:
            return self.header
        safer = self.home.scheme == "http" and self.home.port == 80 and url.scheme == "https" and url.port == 443
        return self.header if same and safer else None


def login_of(source: Source, url: URL, environ: Mapping[str, str]) -> Login | None:
    """The login that a feed is asked with; None if it needs none.

    Args:
        source: says which variables hold the password or the token.
        url: the feed's address; a name and a password may stand in it.
        environ: the variables.

    Raises:
        RefusalError: the variable is missing, or cannot be sent in a header.
    """
    if source.token_env:
        token = _variable(source.token_env, environ)
        if not _TOKEN.fullmatch(token):
            raise RefusalError(
                f"the token is unusable: the variable {source.token_env} holds more than one word of ASCII",
                hint="set it to the token alone",
            )
        return Login(header=f"Bearer {token}", home=url)
    if source.username is not None and source.password_env:
        return Login(header=_basic(source.username, _variable(source.password_env, environ)), home=url)
    if url.raw_user is not None or url.raw_password is not None:
        return Login(header=_basic(url.user or "", url.password or ""), home=url)
    return None


def _variable(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "").strip("\r\n")
    if not value:
        raise RefusalError(
            f"the login is missing: the variable {name} is not set, so the feed was not asked",
            hint=f"set {name} in the environment, then `digest fetch --all`",
        )
    return value


def _basic(name: str, password: str) -> str:
    """RFC 7617; UTF-8 is what servers that care about more than ASCII expect."""
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode("ascii")
