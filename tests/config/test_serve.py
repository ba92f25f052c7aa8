from __future__ import annotations

import pytest

from digest.config.serve import ServeSettings
from digest.config.table import TableError, table_of


def settings(**table: object) -> ServeSettings:
    return table_of(ServeSettings, {"url": "https://news.example.org/", **table})


@pytest.mark.parametrize(
    ("url", "path", "safe"),
    [
        ("https://news.example.org/", "/", True),
        ("https://example.org/letters/quay/", "/letters/quay/", True),
        ("http://127.0.0.1:8025/", "/", True),
        ("http://localhost/", "/", True),
        ("http://news.example.org/", "/", False),
        ("https://[2001:db8::1]:8443/", "/", True),
    ],
)
def test_the_address_tells_the_path_and_whether_it_is_safe(url: str, path: str, safe: bool) -> None:
    found = settings(url=url)
    assert (found.path, found.is_safe) == (path, safe)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"url": "news.example.org/"}, "is no web address"),
        ({"url": "https://news.example.org"}, 'must end in "/"'),
        ({"url": "https://news.example.org/?list=1/"}, "question mark"),
        ({"url": "https://news.example.org/a>,<b/"}, "without <"),
        ({"url": "https://news.example.org/ü/"}, "must be ASCII"),
        ({"url": "https://news.example.org/{x}/"}, "without <"),
        ({"url": "https://news.example.org/the%20news/"}, "without <"),
        ({"url": "https://news.example.org/a/../b/"}, "an empty part"),
        ({"url": "https://news.example.org//"}, "an empty part"),
        ({"port": 0}, "port"),
        ({"proxies": ["proxy.example.org"]}, "is no address or network"),
        ({"languages": ["English"]}, "is no language tag"),
        ({"mails_per_hour": 0}, "mails_per_hour"),
    ],
)
def test_what_cannot_be_is_refused(table: dict[str, object], said: str) -> None:
    with pytest.raises(TableError, match=said):
        settings(**table)


def test_networks_may_be_proxies() -> None:
    assert settings(proxies=["10.0.0.0/8", "2001:db8::/32"]).proxies == ("10.0.0.0/8", "2001:db8::/32")
