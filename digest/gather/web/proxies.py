"""Through which proxy an address is asked: the settings say so, else the environment, as for curl. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Self

from yarl import URL

from digest.gather.web.answers import RefusalError, shown
from digest.text.urls import shown_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxy of each scheme, and the hosts that are asked without."""

    http: str = ""
    https: str = ""
    exempt: tuple[str, ...] = ()

    @classmethod
    def read(cls, proxy: str, environ: Mapping[str, str]) -> Self:
        """As the settings say; where they are silent, as ``http_proxy``, ``https_proxy`` and ``all_proxy`` say.

        Lower case goes before upper case. ``HTTP_PROXY`` is not believed inside a CGI, where a visitor's ``Proxy:``
        header sets it (CVE-2016-5385). ``no_proxy`` holds for both.
        """
        every = proxy or _either(environ, "all_proxy")
        plain = environ.get("http_proxy") or ("" if "REQUEST_METHOD" in environ else environ.get("HTTP_PROXY", ""))
        exempt = re.split(r"[\s,]+", _either(environ, "no_proxy").lower())
        return cls(
            http=proxy or plain or every,
            https=proxy or _either(environ, "https_proxy") or every,
            exempt=tuple(name for name in exempt if name),
        )

    def proxy_for(self, url: URL) -> URL | None:
        """The proxy to ask this address through; None: none.

        Raises:
            RefusalError: the proxy's address is none, or of a kind that is not spoken.
        """
        said = self.https if url.scheme == "https" else self.http
        if not said or self._is_exempt(url):
            return None
        try:
            proxy = URL(said if "://" in said else f"http://{said}")
            usable = proxy.scheme in {"http", "https"} and bool(proxy.raw_host)
        except ValueError:
            raise RefusalError(f"the proxy {shown_url(said)[:200]} is no address") from None
        if not usable:
            raise RefusalError(
                f"the proxy {shown(proxy)} is of a kind that digest does not speak",
                hint="use one with http:// or https://",
            )
        return proxy

    def _is_exempt(self, url: URL) -> bool:
        host, port = (url.raw_host or "").rstrip(".").lower(), url.port
        for said in self.exempt:
            name, colon, wanted = said.rpartition(":")
            if colon and wanted.isdigit() and ":" not in name:
                if int(wanted) != port:
                    continue
            else:
                name = said
            if name == "*" or _covers(name.strip("[]"), host):
                return True
        return False


def _covers(name: str, host: str) -> bool:
    """Whether a word of ``no_proxy`` means a host: itself, a domain it is in, or a network."""
    bare = name.removeprefix("*").removeprefix(".").rstrip(".")
    if bare and (host == bare or host.endswith(f".{bare}")):
        return True
    if "/" not in name:
        return False
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:
        return False


def _either(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()
