"""Links asked of real servers: what they answer, how often and how they are asked, and what is believed of it later."""

from __future__ import annotations

import json
import socket
import ssl
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import trustme
from sqlalchemy import func, select

from digest.check.online.answers import LinkAnswer
from digest.edit.issuefile import read_issue
from digest.gather.web import http
from digest.model import FetchState, Issue, Mail, Source
from digest.production.linkcheck import ask_links
from digest.project import Project
from digest.store import schema
from digest.store.linkanswers import save_link_answers
from digest.store.sources import save_source
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, make_project, opened

in_each_database = pytest.mark.usefixtures("in_each_database")

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
FILE = "---\nissue: 2026-W47\ntitle: T\nsubject: S\n---\n\n## World\n\n### Story\n\nWords.\n\nSources:\n\n"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.add("/there", Page(b"<p>Here.</p>", content_type="text/html"))
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(newsletter(tmp_path / "brief")) as project:
        yield project


def newsletter(root: Path, *, gather: str = "allow_private = true") -> Path:
    return make_project(root, config=f'{CONFIG}[gather]\ncontact = "desk@trial.example"\n{gather}\n')


def issue_with(*urls: str) -> tuple[Issue, Mail]:
    """An issue whose story has these sources, and its mail."""
    lines = "".join(f"- [Source {n}]({url})\n" for n, url in enumerate(urls))
    html = "".join(f'<a href="{url}">x</a>' for url in urls)
    mail = Mail(subject="S", preheader="", html=html, text="", language="en")
    return read_issue(FILE + lines, path="issues/2026-W47.md").issue, mail


def ask(
    project: Project, *urls: str, now: datetime = NOW, limit_s: float = 30, control: str = "localhost"
) -> list[LinkAnswer]:
    issue, mail = issue_with(*urls)
    answers = ask_links(project, issue, mail, now=now, limit_s=limit_s, control_host=control)
    assert list(answers) == list(urls)
    return list(answers.values())


def asked(site: Site, path: str) -> list[str]:
    return [request.method for request in site.asked(path)]


@pytest.mark.parametrize(
    ("page", "kind", "methods", "trouble"),
    [
        (Page(b"x"), "there", ["HEAD"], ""),
        (Page(b"", status=204), "there", ["HEAD"], ""),
        (Page(b"x", status=404), "gone", ["HEAD", "GET"], ""),
        (Page(b"x", status=410), "gone", ["HEAD", "GET"], ""),
        (Page(b"x", head=404), "there", ["HEAD", "GET"], ""),
        (Page(b"x", head=405), "there", ["HEAD", "GET"], ""),
        (Page(b"x", head=501), "there", ["HEAD", "GET"], ""),
        (Page(b"x", head=403), "there", ["HEAD", "GET"], ""),
        (Page(b"x", head=0), "there", ["HEAD", "HEAD", "GET"], ""),  # a line that drops is tried once more
        (Page(b"x", status=404, head=200), "there", ["HEAD"], ""),
        (Page(b"x", status=403), "doubtful", ["HEAD", "GET"], "answers 403 Forbidden"),
        (Page(b"x", status=401), "doubtful", ["HEAD", "GET"], "answers 401 Unauthorized"),
        (Page(b"x", status=500), "doubtful", ["HEAD", "GET"], "answers 500 Internal Server Error"),
        (Page(b"x", status=503), "doubtful", ["HEAD"], "answers 503 Service Unavailable"),
        (Page(b"x", status=429, headers={"Retry-After": "60"}), "doubtful", ["HEAD"], "answers 429 Too Many Requests"),
        (Page(b"x", status=302), "doubtful", ["HEAD"], "answers 302 Found"),
        (Page(raw=b"SSH-2.0-OpenSSH\r\n"), "doubtful", ["HEAD", "GET"],
         "answers with something that is not HTTP, or far too long"),
    ],
)  # fmt: skip
def test_a_link_is_what_its_server_answers(
    project: Project, site: Site, page: Page, kind: str, methods: list[str], trouble: str
) -> None:
    (answer,) = ask(project, site.add("/page", page))

    assert (answer.kind, answer.trouble) == (kind, trouble)
    assert asked(site, "/page") == methods
    assert kind != "gone" or answer.status == page.status


def test_who_asks_says_so_and_reads_nothing(project: Project, site: Site) -> None:
    endless = site.add("/endless", Page(b"x", head=405, endless=b"x" * 65536))

    (answer,) = ask(project, endless)

    head, get = site.asked("/endless")
    assert answer.kind == "there"
    assert head.headers["user-agent"].startswith("digest/")
    assert "desk@trial.example" in get.headers["user-agent"]
    assert get.headers["accept"].startswith("text/html")
    assert "authorization" not in get.headers


@pytest.mark.parametrize(
    ("statuses", "permanent"), [([301], True), ([308, 301], True), ([301, 302], False), ([307], False), ([303], False)]
)
def test_redirects_are_followed_to_where_they_lead(
    project: Project, site: Site, statuses: list[int], permanent: bool
) -> None:
    for place, status in enumerate(statuses):
        target = "/there" if place == len(statuses) - 1 else f"/{place + 1}"
        site.add(f"/{place}", Page(status=status, headers={"Location": target}))

    (answer,) = ask(project, site.url + "/0")

    assert (answer.kind, answer.final, answer.permanent) == ("there", site.url + "/there", permanent)


def test_a_redirect_to_nothing_is_as_dead_as_what_it_leads_to(project: Project, site: Site) -> None:
    moved = site.add("/moved", Page(status=301, headers={"Location": "/nothing"}))

    (answer,) = ask(project, moved)

    assert (answer.kind, answer.status, answer.final) == ("gone", 404, site.url + "/nothing")


def test_redirects_in_a_circle_end(project: Project, site: Site) -> None:
    round_and_round = site.add("/round", Page(status=302, headers={"Location": "/round"}))

    (answer,) = ask(project, round_and_round)

    assert (answer.kind, answer.trouble) == ("doubtful", "more than 10 redirects")
    assert len(site.asked("/round")) == 11


def test_addresses_that_are_quoted_or_hold_a_login_are_not_taken_for_redirects(project: Project, site: Site) -> None:
    site.add("/a%20b?c=%C3%BC", Page(b"x"))
    login = site.add("/there", Page(b"x")).replace("//", "//ada:secret@")

    quoted, named = ask(project, site.url + "/a%20b?c=ü", login)

    assert (quoted.kind, quoted.final, named.kind, named.final) == ("there", "", "there", "")


def test_a_host_that_does_not_exist_is_told_from_a_network_that_is_not_there(project: Project, site: Site) -> None:
    nowhere = "https://no-such-host.invalid/page"
    try:
        socket.getaddrinfo("no-such-host.invalid", 443)
    except socket.gaierror as error:
        says_so = error.errno == socket.EAI_NONAME
    else:
        pytest.skip("the name server of this machine knows a host that cannot exist")

    (beside, _) = ask(project, nowhere, site.url + "/there")
    (alone,) = ask(project, nowhere, now=NOW + timedelta(hours=1), control="localhost")
    (offline,) = ask(project, nowhere, now=NOW + timedelta(hours=2), control="none-either.invalid")

    assert beside.kind == alone.kind == ("no host" if says_so else "doubtful")
    assert (offline.kind, offline.trouble) == ("unasked", "no host could be found; is there a network?")


def test_a_private_network_is_not_asked(tmp_path: Path, site: Site) -> None:
    with opened(newsletter(tmp_path, gather="")) as project:
        (answer,) = ask(project, site.url + "/there")

    assert answer.kind == "doubtful"
    assert answer.trouble == "leads to a private address (127.0.0.1)"
    assert site.requests == []


def test_a_line_that_is_not_secure_is_told(project: Project) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with serving(context=context) as secure:
        (answer,) = ask(project, secure.add("/page", Page(b"x")))

    assert answer.kind == "doubtful"
    assert answer.trouble.startswith("the connection is not secure: ")


def test_a_server_that_resets_the_line_on_head_is_asked_with_get(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        serving_it = pool.submit(reset_until_get, server)
        (answer,) = ask(project, f"http://127.0.0.1:{server.getsockname()[1]}/page")

    assert serving_it.result() == ["HEAD", "GET"]
    assert (answer.kind, answer.trouble) == ("there", "")


def reset_until_get(server: socket.socket) -> list[str]:
    """Answer a GET, and reset the connection of everything before; the methods that came."""
    methods: list[str] = []
    while "GET" not in methods:
        line, _ = server.accept()
        with line:
            methods.append(line.recv(65536).split(b" ")[0].decode())
            if methods[-1] == "GET":
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            else:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                line.sendall(b"HTTP/1.1 200 OK\r\n")
    return list(dict.fromkeys(methods))


@pytest.mark.parametrize("host", ["xn--a", "xn--a-ecp.invalid"])
def test_a_host_that_is_wrongly_encoded_is_no_crash(project: Project, site: Site, host: str) -> None:
    wrong, right = ask(project, f"http://{host}/page", site.url + "/there")

    assert (wrong.kind, right.kind) in {("no host", "there"), ("doubtful", "there")}


def test_a_host_in_another_script_is_not_named_twice(project: Project, site: Site) -> None:
    wrong, _ = ask(project, "http://b\u00fccher.localhost:1/page", site.url + "/there")

    assert "b\u00fccher" not in wrong.trouble


def test_a_closed_port_is_told(project: Project) -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
        (answer,) = ask(project, f"http://127.0.0.1:{port}/page")

    assert (answer.kind, answer.trouble) == ("doubtful", f"refused the connection on port {port}")


def test_a_page_that_takes_too_long_is_doubtful(project: Project, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LOOK_S", 0.3)
    slow = site.add("/slow", Page(b"x", delay_s=1))

    (answer,) = ask(project, slow)

    assert (answer.kind, answer.trouble) == ("doubtful", "no complete answer within 0.3 s")


def test_when_the_time_is_over_the_rest_is_not_asked(project: Project, site: Site) -> None:
    slow = [site.add(f"/slow-{n}", Page(b"x", delay_s=1)) for n in range(3)]
    with serving() as another:
        quick = another.add("/quick", Page(b"x"))
        answers = ask(project, *slow, quick, limit_s=0.3)

    assert [answer.kind for answer in answers] == ["unasked"] * 3 + ["there"]
    assert answers[0].trouble == "the 0.3 s for all links were over"
    assert len(site.requests) == 1


def test_a_host_is_asked_one_thing_at_a_time_and_several_hosts_together(project: Project, site: Site) -> None:
    with serving(host="127.0.0.2") as other:
        urls = [where.add(f"/{n}", Page(b"x", head=404, delay_s=0.05)) for n in range(4) for where in (site, other)]
        answers = ask(project, *urls)

    assert {answer.kind for answer in answers} == {"there"}
    for where in (site, other):
        begun = sorted(request.started for request in where.requests)
        assert len(begun) == 8
        # Each was answered 0.05 s after it began, and the next began after that answer.
        assert all(after - before >= 0.05 for before, after in pairwise(begun))
    first = min(request.started for request in other.requests)
    assert first < max(request.ended for request in site.requests)


def test_a_host_that_wants_to_be_left_alone_is(project: Project, site: Site) -> None:
    busy = [site.add(f"/{n}", Page(b"x", status=429, headers={"Retry-After": "60"})) for n in range(3)]

    answers = ask(project, *busy)

    assert [answer.kind for answer in answers] == ["doubtful"] * 3
    assert [answer.trouble for answer in answers[1:]] == ["its host wants to be left alone for now"] * 2
    assert len(site.requests) == 1


@in_each_database
def test_what_a_host_told_a_feed_holds_for_links(tmp_path: Path, site: Site) -> None:
    root = newsletter(tmp_path)
    (root / "feeds" / "feeds.toml").write_text(f'[[feed]]\nurl = "{site.url}/feed"\nid = "busy"\n', "utf-8")
    with opened(root) as project:
        feed = Source(id="busy", kind="feed", location=site.url + "/feed", name="")
        with project.store.write() as connection:
            save_source(connection, feed, FetchState(retry_after=NOW + timedelta(hours=1)))
        (answer,) = ask(project, site.url + "/there")

    assert answer.trouble == "its host wants to be left alone for now"
    assert site.requests == []


@in_each_database
@pytest.mark.parametrize(
    ("page", "after", "again"),
    [
        (Page(b"x"), timedelta(hours=6, seconds=-1), False),
        (Page(b"x"), timedelta(hours=6), True),
        (Page(b"x"), -timedelta(seconds=1), True),  # the clock was wrong
        (Page(b"x", status=404), timedelta(minutes=9), False),
        (Page(b"x", status=410), timedelta(minutes=10), True),
        (Page(b"x", status=403), timedelta(0), True),
        (Page(b"x", status=503), timedelta(0), True),
    ],
)
def test_an_answer_is_believed_for_a_while(
    project: Project, site: Site, page: Page, after: timedelta, again: bool
) -> None:
    url = site.add("/page", page)
    first = ask(project, url)
    count = len(site.requests)

    second = ask(project, url, now=NOW + after)

    assert (len(site.requests) > count) == again
    assert again or second == first


def test_who_waits_is_told_and_told_nothing_where_nobody_is_asked(project: Project, site: Site) -> None:
    issue, mail = issue_with(site.url + "/there")
    said: list[str] = []
    for _ in range(2):
        ask_links(project, issue, mail, now=NOW, say=said.append)

    assert said == ["asking 1 link whether anything is there"]


@in_each_database
def test_old_answers_are_swept(project: Project, site: Site) -> None:
    old, new = site.add("/old", Page(b"x")), site.add("/new", Page(b"x"))
    ask(project, old)
    ask(project, new, now=NOW + timedelta(hours=7))

    with project.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT url, answer FROM link_answer").all()

    assert [row[0] for row in rows] == [new]
    assert json.loads(rows[0][1])["kind"] == "there"


@in_each_database
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"asked": "x"}', '{"asked": "2026-11-19T12:00:00+00:00", "was": 1}'])
def test_an_answer_that_another_version_wrote_down_is_asked_for_again(project: Project, site: Site, text: str) -> None:
    url = site.url + "/there"
    with project.store.write() as connection:
        save_link_answers(connection, {url: text}, asked=NOW, sweep_before=NOW)

    assert [one.kind for one in ask(project, url)] == ["there"]


@in_each_database
def test_a_store_that_is_busy_costs_no_answer(project: Project, site: Site) -> None:
    patience = "PRAGMA busy_timeout = 50" if project.store.path else "SET lock_timeout = 50"
    with project.store.look() as connection:
        connection.exec_driver_sql(patience)  # of the pool's one connection
    with opened(project.root) as other, other.store.write() as connection:
        (answer,) = ask(project, site.url + "/there")
        kept = connection.scalar(select(func.count()).select_from(schema.link_answer))

    assert (answer.kind, kept) == ("there", 0)
