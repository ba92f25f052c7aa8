"""Feeds asked through a real proxy, as the settings or the environment say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from yarl import URL

from digest.gather.web.answers import RefusalError
from digest.gather.web.proxies import Proxies
from tests.gather.asked import ask
from tests.gather.making import rss, source
from tests.support.http import Page, Site, serving
from tests.support.proxy import Proxy, proxying

FEED = "http://feeds.example/rss.xml"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.add("/rss.xml", Page(rss("One"), etag='"1"'))
        yield running


@pytest.fixture
def proxy(site: Site) -> Iterator[Proxy]:
    """A proxy that knows where feeds.example is; nobody else does."""
    with proxying() as running:
        running.names = {"feeds.example:80": ("127.0.0.1", site.port)}
        yield running


@pytest.mark.parametrize("how", ["settings", "HTTP_PROXY", "http_proxy", "all_proxy", "without a scheme"])
def test_a_feed_is_asked_through_the_proxy_that_is_named(site: Site, proxy: Proxy, how: str) -> None:
    """The proxy itself is on a private address, and is not refused for that; the guard stands all the same."""
    named = {"http_proxy": proxy.url.removeprefix("http://")} if how == "without a scheme" else {how: proxy.url}
    if how == "settings":
        answer = ask(source(FEED), allow_private=False, proxy=proxy.url)["example"]
    else:
        answer = ask(source(FEED), allow_private=False, environ=named)["example"]

    assert (answer.problem, answer.kind, answer.body, answer.url) == ("", "body", rss("One"), FEED)
    assert proxy.lines == [f"GET {FEED} HTTP/1.1"]
    assert site.requests[0].headers["host"] == "feeds.example"


def test_the_environment_is_not_read_behind_the_callers_back(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("http_proxy", proxy.url)
    assert ask(source(site.url + "/rss.xml"))["example"].kind == "body"
    assert proxy.lines == []


def test_a_host_that_is_exempt_is_asked_without(site: Site, proxy: Proxy) -> None:
    feed = source(site.url + "/rss.xml")
    for setting in (proxy.url, ""):
        environ = {"no_proxy": "localhost,127.0.0.1", "HTTP_PROXY": proxy.url}
        assert ask(feed, environ=environ, proxy=setting)["example"].kind == "body"
    assert proxy.lines == []


def test_a_proxy_may_want_a_login_that_nobody_else_sees(site: Site, proxy: Proxy) -> None:
    url = proxy.url.replace("http://", "http://desk:s3cret@")
    assert ask(source(FEED), proxy=url)["example"].kind == "body"
    assert proxy.logins == ["Basic ZGVzazpzM2NyZXQ="]
    assert "proxy-authorization" not in site.requests[0].headers
    assert "authorization" not in site.requests[0].headers


def test_a_redirect_is_followed_through_the_proxy(site: Site, proxy: Proxy) -> None:
    site.add("/old.xml", Page(status=301, headers={"Location": "http://feeds.example/rss.xml"}))
    proxy.names["old.example:80"] = ("127.0.0.1", site.port)
    answer = ask(source("http://old.example/old.xml"), proxy=proxy.url)["example"]
    assert (answer.kind, answer.moved_to) == ("body", FEED)
    assert len(proxy.lines) == 2


def test_a_redirect_into_the_private_network_never_reaches_the_proxy(site: Site, proxy: Proxy) -> None:
    site.add("/rss.xml", Page(status=302, headers={"Location": f"{site.url}/secret"}))
    answer = ask(source(FEED), proxy=proxy.url, allow_private=False)["example"]
    assert answer.problem == "127.0.0.1: leads to a private address (127.0.0.1)"
    assert len(proxy.lines) == 1


def test_a_proxy_that_is_not_there_or_lets_nobody_through_is_told_as_such(proxy: Proxy) -> None:
    nowhere = ask(source(FEED), proxy="http://127.0.0.1:1")["example"]
    assert nowhere.problem == "the proxy cannot be reached (127.0.0.1:1)"
    assert nowhere.hint is not None
    assert "proxy under [gather]" in nowhere.hint
    proxy.refuses = 407
    assert ask(source(FEED), proxy=proxy.url)["example"].problem == "407: the proxy wants a login"
    refused = ask(source(FEED.replace("http:", "https:")), proxy=proxy.url)["example"]
    assert refused.problem == "the proxy refuses: 407 Proxy Authentication Required"
    assert proxy.lines[-1] == "CONNECT feeds.example:443 HTTP/1.1"
    unknown = ask(source(FEED), environ={"all_proxy": "socks5://desk:s3cret@127.0.0.1:1080"})["example"]
    assert unknown.problem == (
        "the proxy socks5://desk:***@127.0.0.1:1080 is of a kind that digest does not speak"
    )  # fmt: skip


PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("environ", "url", "expected"),
    [
        ({}, "http://a.example/", None),
        ({"http_proxy": PROXY}, "http://a.example/", PROXY),
        ({"http_proxy": PROXY}, "https://a.example/", None),
        ({"https_proxy": PROXY}, "https://a.example/", PROXY),
        ({"HTTPS_PROXY": PROXY}, "https://a.example/", PROXY),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://upper.example"}, "https://a.example/", PROXY),
        ({"ALL_PROXY": PROXY}, "https://a.example/", PROXY),
        ({"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, "http://a.example/", None),
        ({"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, "http://a.example/", PROXY),
        ({"http_proxy": PROXY, "no_proxy": "*"}, "http://a.example/", None),
        ({"http_proxy": PROXY, "NO_PROXY": "b.example, a.example"}, "http://a.example/", None),
        ({"http_proxy": PROXY, "no_proxy": "a.example"}, "http://www.a.example/", None),
        ({"http_proxy": PROXY, "no_proxy": ".a.example"}, "http://www.a.example/", None),
        ({"http_proxy": PROXY, "no_proxy": "*.a.example"}, "http://www.A.example./", None),
        ({"http_proxy": PROXY, "no_proxy": "a.example"}, "http://not-a.example/", PROXY),
        ({"http_proxy": PROXY, "no_proxy": "a.example:8080"}, "http://a.example:8080/", None),
        ({"http_proxy": PROXY, "no_proxy": "a.example:8080"}, "http://a.example/", PROXY),
        ({"http_proxy": PROXY, "no_proxy": "10.0.0.0/8"}, "http://10.1.2.3/", None),
        ({"http_proxy": PROXY, "no_proxy": "10.0.0.0/8"}, "http://a.example/", PROXY),
        ({"http_proxy": PROXY, "no_proxy": "[::1],fd00::/8"}, "http://[::1]/", None),
        ({"http_proxy": PROXY, "no_proxy": "[::1],fd00::/8"}, "http://[fd00::5]/", None),
        ({"http_proxy": PROXY, "no_proxy": ",  ,"}, "http://a.example/", PROXY),
    ],
)
def test_which_proxy_the_environment_means(environ: dict[str, str], url: str, expected: str | None) -> None:
    found = Proxies.read("", environ).proxy_for(URL(url))
    assert (str(found).rstrip("/") if found else None) == expected


def test_the_settings_go_before_the_environment_but_its_exemptions_hold() -> None:
    proxies = Proxies.read(PROXY, {"http_proxy": "http://other.example", "no_proxy": "b.example"})
    assert str(proxies.proxy_for(URL("http://a.example/"))) == PROXY
    assert proxies.proxy_for(URL("https://b.example/")) is None


@pytest.mark.parametrize("said", ["http://", "http://[bad", "socks5://x:1", "ftp://x"])
def test_a_proxy_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(RefusalError, match="the proxy "):
        Proxies.read("", {"http_proxy": said}).proxy_for(URL("http://a.example/"))
