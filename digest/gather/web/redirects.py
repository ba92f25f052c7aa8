"""Where an asking leads: hop by hop, whether for good, and who may see the login. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from yarl import URL

from digest.gather.web.answers import RefusalError, host_of
from digest.gather.web.login import Login
from digest.text.urls import shown_url

MAX_REDIRECTS = 10
REDIRECTS: Final = frozenset([301, 302, 303, 307, 308])
_PERMANENT: Final = frozenset([301, 308])
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]")
_SURROGATE: Final = re.compile(r"[\udc80-\udcff]")


class Trail:
    """The addresses of one asking, from the first to the one it has led to."""

    __slots__ = ("_count", "_login", "_permanent", "_start", "url")

    def __init__(self, start: URL, login: Login | None) -> None:
        self.url = start.with_user(None) if start.raw_user is not None or start.raw_password is not None else start
        self._start = self.url
        self._login = login
        self._count = 0
        self._permanent = True

    @property
    def login_header(self) -> str | None:
        """The Authorization header for where it has led, if that is the login's own place."""
        return self._login.header_for(self.url) if self._login else None

    @property
    def moved_to(self) -> str | None:
        """Where the feed has moved for good: every hop was permanent, and none gave up encryption."""
        return str(self.url) if self._count and self._permanent and self.url != self._start else None

    def follow(self, status: int, location: str) -> None:
        """Go where a redirect leads.

        Raises:
            RefusalError: there have been too many, or it leads to no address.
        """
        self._count += 1
        if self._count > MAX_REDIRECTS:
            raise RefusalError(f"{host_of(self.url)}: more than {MAX_REDIRECTS} redirects")
        before = self.url
        self.url = target_of(before, location)
        downgrade = before.scheme == "https" and self.url.scheme == "http"
        self._permanent = self._permanent and status in _PERMANENT and not downgrade


def target_of(base: URL, location: str) -> URL:
    """The address a Location header means, byte for byte where it is one; without name, password and fragment.

    Spaces and raw bytes, which servers write there too, are percent-encoded, as browsers do (WHATWG URL §4.4).

    Raises:
        RefusalError: it is no address.
    """
    text = location.strip()
    if _SURROGATE.search(text):  # bytes that are no UTF-8
        text = quote(text.encode("utf-8", "surrogateescape"), safe="".join(map(chr, range(0x21, 0x7F))))
    text = _UNSAFE.sub(lambda found: quote(found[0]), text)
    try:
        url = base.join(URL(text, encoded=text.isascii()))
        host = url.raw_host
        if host and host != host.lower():
            url = url.with_host(host.lower())
        if url.raw_user is not None or url.raw_password is not None:
            url = url.with_user(None)
        return url.with_fragment(None)
    except (ValueError, TypeError):
        said = f"{host_of(base)}: redirects to {shown_url(ascii(location)[1:-1])[:200]}, which is no web address"
        raise RefusalError(said) from None


def bare(url: URL) -> str:
    """The address without name and password, which must get neither into an entry's links nor into the store."""
    if not url.raw_host:
        return shown_url(str(url))
    return str(url if url.raw_user is None and url.raw_password is None else url.with_user(None))
