"""Logins are sent to their own host and shown to nobody; certificates are checked unless a feed says otherwise."""

from __future__ import annotations

import dataclasses
import json
import os
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from yarl import URL

from digest.gather.web.answers import RefusalError
from digest.gather.web.login import login_of
from digest.model import FetchState
from tests.gather.asked import ask
from tests.gather.making import read_all, rss, source
from tests.support.http import Page, Site, serving
from tests.support.proxy import proxying

SECRET = "correct horse: bättery"
BASIC = "Basic " + b64encode(f"desk:{SECRET}".encode()).decode()
ENVIRON = {"WIRE_PASSWORD": SECRET, "WIRE_TOKEN": "t0ken.abc"}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.add("/feed", Page(rss("One"), etag='"1"'))
        yield running


def test_a_password_of_the_environment_makes_a_basic_login(site: Site) -> None:
    feed = source(site.url + "/feed", username="desk", password_env="WIRE_PASSWORD")
    assert ask(feed, environ=ENVIRON)["example"].kind == "body"
    assert site.requests[0].headers["authorization"] == BASIC


def test_a_token_of_the_environment_makes_a_bearer_login(site: Site) -> None:
    assert ask(source(site.url + "/feed", token_env="WIRE_TOKEN"), environ=ENVIRON)["example"].kind == "body"
    assert site.requests[0].headers["authorization"] == "Bearer t0ken.abc"


@pytest.mark.parametrize(
    ("user", "plain"),
    [("desk:s3cret", "desk:s3cret"), ("desk:p%40ss%3Aw", "desk:p@ss:w"), ("key", "key:"), (":only", ":only"),
     ("b%C3%A4r:x", "bär:x")],
)  # fmt: skip
def test_a_login_in_the_address_works_and_is_not_shown(site: Site, user: str, plain: str) -> None:
    answer = ask(source(site.url.replace("//", f"//{user}@") + "/feed"))["example"]
    assert site.requests[0].headers["authorization"] == "Basic " + b64encode(plain.encode()).decode()
    assert answer.url == site.url + "/feed"


@pytest.mark.parametrize("given", [{"username": "desk", "password_env": "WIRE_PASSWORD"}, {"token_env": "WIRE_TOKEN"}])
@pytest.mark.parametrize("environ", [{}, {"WIRE_PASSWORD": "", "WIRE_TOKEN": "\n"}])
def test_a_feed_whose_variable_is_missing_is_not_asked(
    site: Site, given: dict[str, Any], environ: dict[str, str]
) -> None:
    good = source(site.add("/good", Page(rss("One"))), id="good")
    answers = ask(source(site.url + "/feed", **given), good, environ=environ)
    name = given.get("password_env") or given["token_env"]

    assert (
        answers["example"].problem == f"the login is missing: the variable {name} is not set, so the feed was not asked"
    )
    assert answers["example"].hint == f"set {name} in the environment, then `digest fetch --all`"
    assert answers["good"].kind == "body"
    assert [request.path for request in site.requests] == ["/good"]


@pytest.mark.parametrize("token", ["two words", "inject\r\nX-Evil: 1", "tökén"])
def test_a_token_that_cannot_stand_in_a_header_is_not_sent(site: Site, token: str) -> None:
    answer = ask(source(site.url + "/feed", token_env="WIRE_TOKEN"), environ={"WIRE_TOKEN": token})["example"]
    assert answer.problem == "the token is unusable: the variable WIRE_TOKEN holds more than one word of ASCII"
    assert site.requests == []
    assert token not in str(answer)


LOGINS = {
    "basic": {"username": "desk", "password_env": "WIRE_PASSWORD"},
    "bearer": {"token_env": "WIRE_TOKEN"},
    "address": {"location": "desk:s3cret@"},
}


def with_login(url: str, login: str) -> Any:
    given = dict(LOGINS[login])
    return source(url.replace("//", "//" + given.pop("location", "")), **given)


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_login_is_never_sent_to_another_host_or_port(site: Site, login: str, status: int) -> None:
    with serving() as port, serving(host="127.0.0.2") as host:
        for other in (port, host):
            other.add("/feed", Page(rss("One")))
            old = site.add("/old", Page(status=status, headers={"Location": f"{other.url}/feed"}))
            answer = ask(with_login(old, login), environ=ENVIRON)["example"]
            assert answer.kind == "body"
            assert "authorization" not in other.requests[0].headers
            assert answer.moved_to in {None, f"{other.url}/feed"}
    assert all("authorization" in request.headers for request in site.requests)


@pytest.mark.parametrize("login", LOGINS)
def test_a_login_is_kept_on_its_own_host_and_dropped_abroad_and_taken_up_at_home(site: Site, login: str) -> None:
    with serving() as abroad:
        site.add("/a", Page(status=301, headers={"Location": f"{site.url}/b"}))
        site.add("/b", Page(status=301, headers={"Location": f"{abroad.url}/c"}))
        abroad.add("/c", Page(status=301, headers={"Location": f"{site.url}/feed"}))
        answer = ask(with_login(site.url + "/a", login), environ=ENVIRON)["example"]
        assert answer.moved_to == site.url + "/feed"
        assert "authorization" not in abroad.requests[0].headers
    assert ["authorization" in request.headers for request in site.requests] == [True, True, True]


def test_a_login_that_a_redirect_brings_is_not_used(site: Site) -> None:
    with serving() as other:
        other.add("/feed", Page(rss("One")))
        location = other.url.replace("//", "//evil:twin@") + "/feed"
        answer = ask(source(site.add("/old", Page(status=301, headers={"Location": location}))))["example"]
        assert "authorization" not in other.requests[0].headers
        assert answer.moved_to == other.url + "/feed"


@pytest.mark.parametrize(
    ("home", "url", "sent"),
    [
        ("https://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "https://a.example:443/y", True),
        ("https://a.example/x", "http://a.example/y", False),
        ("https://a.example/x", "https://b.example/y", False),
        ("https://a.example/x", "https://www.a.example/y", False),
        ("https://a.example/x", "https://a.example:8443/y", False),
        ("http://a.example/x", "https://a.example/y", True),
        ("http://a.example:8080/x", "https://a.example/y", False),
        ("http://a.example/x", "https://a.example:8443/y", False),
    ],
)
def test_whom_a_login_is_sent_to(home: str, url: str, *, sent: bool) -> None:
    login = login_of(source(home, token_env="T"), URL(home), {"T": "x"})
    assert login is not None
    assert login.header_for(URL(url)) == ("Bearer x" if sent else None)
    assert "Bearer" not in repr(login)


def test_no_secret_gets_into_what_is_remembered_or_told(site: Site, tmp_path: Path) -> None:
    site.add("/old", Page(status=301, headers={"Location": "/feed"}))
    site.add("/dead", Page(status=404))
    states: dict[str, FetchState] = {}
    feeds = [
        source(site.url.replace("//", "//desk:s3cret@") + path, id=path[1:]) for path in ("/feed", "/old", "/dead")
    ]
    feeds.append(source("http://desk:s3cret@127.0.0.1:1/x", id="refused"))
    feeds.append(source("http://desk:s3cret@no-such-host.invalid/x", id="nowhere"))
    readings = read_all(tmp_path, *feeds, states=states)

    told = [(dataclasses.asdict(reading) | {"source": None}) for reading in readings.values()]
    assert {name: reading.outcome for name, reading in readings.items()} == {
        "feed": "read", "old": "read", "dead": "failed", "refused": "failed", "nowhere": "failed"
    }  # fmt: skip
    assert states["old"].moved_to == site.url + "/feed"
    assert "s3cret" not in str(told)
    assert "s3cret" not in str(states)


def test_a_source_without_a_login_has_none() -> None:
    assert login_of(source(), URL("https://example.org/feed"), ENVIRON) is None
    with pytest.raises(RefusalError):
        login_of(source(token_env="NOT_THERE"), URL("https://example.org/feed"), ENVIRON)


# --- certificates ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secured(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


TELL = """
import json, sys
from tests.gather.asked import ask
from tests.gather.making import source
feeds, settings = json.loads(sys.argv[1]), json.loads(sys.argv[2])
answers = ask(*(source(**feed) for feed in feeds), environ={"WIRE_TOKEN": "t0ken"}, **settings)
print(json.dumps({name: [answer.kind, answer.problem, answer.moved_to] for name, answer in answers.items()}))
"""


def ask_trusting(authority: trustme.CA, folder: Path, *feeds: dict[str, Any], **settings: Any) -> dict[str, list[Any]]:
    """The answers of a process to which the authority is one of the system's own."""
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    command = [sys.executable, "-W", "error", "-c", TELL, json.dumps(feeds), json.dumps(settings)]
    environ = os.environ | {"SSL_CERT_FILE": str(folder / "ca.pem")}
    done = subprocess.run(command, env=environ, check=True, timeout=60, capture_output=True, text=True)
    assert done.stderr == ""
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


def test_certificates_are_checked_but_for_the_feed_that_says_otherwise(authority: trustme.CA, tmp_path: Path) -> None:
    stranger = trustme.CA()
    with (
        serving(context=secured(authority, "127.0.0.1")) as good,
        serving(context=secured(stranger, "127.0.0.1")) as unknown,
        serving(context=secured(authority, "other.example")) as wrong,
    ):
        for site in (good, unknown, wrong):
            for path in ("/checked", "/unchecked"):
                site.add(path, Page(rss("One")))
        answers = ask_trusting(
            authority, tmp_path,
            {"id": "good", "location": good.url + "/checked"},
            {"id": "unknown", "location": unknown.url + "/checked"},
            {"id": "unknown-unchecked", "location": unknown.url + "/unchecked", "verify": False},
            {"id": "unknown-again", "location": unknown.url + "/checked"},
            {"id": "wrong", "location": wrong.url + "/checked"},
            {"id": "wrong-unchecked", "location": wrong.url + "/unchecked", "verify": False},
        )  # fmt: skip
    kinds = {name: answer[0] for name, answer in answers.items()}
    assert kinds == {
        "good": "body", "unknown": "failed", "unknown-unchecked": "body", "unknown-again": "failed",
        "wrong": "failed", "wrong-unchecked": "body",
    }  # fmt: skip
    insecure = "127.0.0.1: the connection is not secure: "
    assert answers["unknown"][1].startswith(insecure)
    assert "127.0.0.1" in answers["wrong"][1].removeprefix(insecure)
    assert [request.path for request in unknown.requests] == ["/unchecked"]  # and nothing by http instead


def test_a_login_is_not_sent_where_encryption_ends(authority: trustme.CA, tmp_path: Path, site: Site) -> None:
    with serving(context=secured(authority, "127.0.0.1")) as secure:
        secure.add("/down", Page(status=301, headers={"Location": f"{site.url}/feed"}))
        answers = ask_trusting(
            authority, tmp_path, {"id": "down", "location": secure.url + "/down", "token_env": "WIRE_TOKEN"}
        )
        assert secure.requests[0].headers["authorization"] == "Bearer t0ken"
    assert answers["down"] == ["body", "", None]  # it is followed, but no move: nobody should list the http address
    assert "authorization" not in site.requests[0].headers


def test_a_secure_feed_goes_through_a_proxy_as_a_tunnel(authority: trustme.CA, tmp_path: Path) -> None:
    with serving(context=secured(authority, "feeds.example")) as secure, proxying() as proxy:
        secure.add("/rss.xml", Page(rss("One")))
        proxy.names = {"feeds.example:443": ("127.0.0.1", secure.port)}
        answers = ask_trusting(
            authority, tmp_path, {"id": "one", "location": "https://feeds.example/rss.xml"},
            proxy=proxy.url, allow_private=False,
        )  # fmt: skip
    assert answers["one"][:2] == ["body", ""]
    assert proxy.lines == ["CONNECT feeds.example:443 HTTP/1.1"]
    assert secure.requests[0].headers["host"] == "feeds.example"


def test_a_server_that_speaks_no_tls_is_told_as_such(site: Site) -> None:
    answer = ask(source(site.url.replace("http:", "https:") + "/feed"))["example"]
    assert answer.problem.startswith("127.0.0.1: the connection is not secure: ")
    assert site.requests == []
