"""What scanners, forgers, floods and slow lines come to."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import re
import secrets
import socket
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.types import Message, Receive, Scope, Send

from digest.cli.logs import Discreet
from digest.deliver import keys
from digest.deliver.tokens import Keyring
from digest.serve.guard import Guard
from digest.store import schema
from tests.serve.running import Served, serving
from tests.serve.test_form import multipart
from tests.serve.test_whole_path import mail_to
from tests.support.cli import digest
from tests.support.project import opened
from tests.support.smtp import smtp_server

pytestmark = pytest.mark.usefixtures("in_each_database")

ADA = "ada@readers.example"


def ring(served: Served) -> Keyring:
    with opened(served.root) as project, project.store.read() as connection:
        found = keys.known_keyring(connection)
    assert found is not None
    return found


def everything(root: Path) -> list[str]:
    """All that the store holds."""
    with opened(root) as project, project.store.read() as connection:
        return [
            f"{table.name}: {tuple(row)}"
            for table in schema.metadata.sorted_tables
            for row in connection.execute(select(table).order_by(*table.primary_key))
        ]


@pytest.fixture(scope="module")
def served(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:  # noqa: ARG001
    """A server with one reader, behind a proxy that says who asks."""
    root = tmp_path_factory.mktemp("hard") / "n"
    with smtp_server() as mail, serving(root, mail) as served:
        assert digest("subscribers", "add", ADA, "--name", "Ada", root=root).code == 0
        yield served


@pytest.fixture(scope="module")
def hasty(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:  # noqa: ARG001
    """Likewise, but nobody waits long: what takes ten seconds elsewhere takes one or two here."""
    root = tmp_path_factory.mktemp("hasty") / "n"
    with smtp_server() as mail, serving(root, mail, hasty=True) as served:
        assert digest("subscribers", "add", ADA, "--name", "Ada", root=root).code == 0
        yield served


def test_looking_changes_nothing_and_head_is_get_without_a_body(served: Served) -> None:
    signed = ring(served)
    soon = datetime.now(UTC) + timedelta(days=1)
    pages = [
        "subscribe",
        "health",
        f"unsubscribe/{signed.sign('unsubscribe', 1)}",
        f"preferences/{signed.sign('preferences', 1)}",
        f"confirm/{signed.sign('confirm', 1, until=soon)}",
        "unsubscribe/1-1-aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "nothing",
    ]
    before = everything(served.root)
    for page in pages:
        got, head = served.get(page), served.ask("HEAD", page)
        served.ask("OPTIONS", page)
        assert (head.status, head.body) == (got.status, b"")
        assert head.headers["content-length"] == str(len(got.body))
    assert [served.get(page).status for page in pages] == [200, 200, 200, 200, 200, 404, 404]
    assert everything(served.root) == before


def test_no_page_sets_a_cookie_runs_a_script_or_may_be_kept_or_framed(served: Served) -> None:
    signed = ring(served)
    for page in ("subscribe", f"unsubscribe/{signed.sign('unsubscribe', 1)}", "unsubscribe/x", "nothing", "health"):
        answer = served.get(page)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "default-src 'none'" in policy or page == "health"
        assert "<script" not in answer.text
        assert "set-cookie" not in answer.headers
        assert "server" not in answer.headers
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert "strict-transport-security" not in answer.headers  # its address is http


@pytest.mark.parametrize("page", ["unsubscribe/a", "subscribe", "health"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"])
def test_other_methods_are_refused_with_those_there_are(served: Served, method: str, page: str) -> None:
    answer = served.ask(method, page)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_the_host_that_is_asked_for_stands_nowhere(served: Served) -> None:
    for page in ("subscribe", "", "unsubscribe/x", "nothing"):
        answer = served.ask("GET", page, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


# --- links -----------------------------------------------------------------------------------------------------


def test_whatever_is_wrong_with_a_link_is_said_in_the_same_words(served: Served) -> None:
    signed = ring(served)
    good = signed.sign("unsubscribe", 1)
    version, _, digits = good.split("-")
    other = Keyring(list_id="another-list", keys=signed.keys)
    past = datetime.now(UTC) - timedelta(minutes=1)
    wrong = [
        signed.sign("preferences", 1),
        signed.sign("confirm", 1),
        other.sign("unsubscribe", 1),
        signed.sign("unsubscribe", 1, until=past),
        good[:-1] + ("a" if good[-1] != "a" else "b"),
        f"{version}-2-{digits}",
        f"{int(version) + 1}-1-{digits}",
        "x" * 4000,
        "%00",
        "%F0%9F%8E%88",
        "..%2f..%2fhealth",
    ]
    before = everything(served.root)
    for method in ("GET", "POST"):
        answers = [
            served.ask(method, f"unsubscribe/{token}", headers={"X-Forwarded-For": f"192.0.2.{number}"})
            for number, token in enumerate(wrong)
        ]
        said = {(one.status, one.body) for one in answers if one.status != 405}
        assert len(said) == 1, said
        assert next(iter(said))[0] == 404
        assert b"desk@quay.example" in next(iter(said))[1]  # somebody to write to
    injected = served.get(f"unsubscribe/{good}%0d%0aSet-Cookie:a=b")
    assert (injected.status, "set-cookie" in injected.headers) == (404, False)
    assert everything(served.root) == before
    assert served.get(f"unsubscribe/{good.upper()}").status == 200  # an address bar may change capitals


def test_forgers_are_slowed_down_and_those_behind_the_same_address_are_not(served: Served) -> None:
    client = {"X-Forwarded-For": "198.51.100.77"}
    good = ring(served).sign("unsubscribe", 1)
    tried = [served.get(f"unsubscribe/1-1-{secrets.token_hex(13)}", **client) for _ in range(30)]
    assert [one.status for one in tried] == [404] * 20 + [429] * 10
    assert int(tried[-1].headers["retry-after"]) > 0
    body = (("List-Unsubscribe", "One-Click"),)
    assert [served.post(f"unsubscribe/{good}", *body, **client).status for _ in range(40)] == [200] * 40
    assert served.get("unsubscribe/x", **{"X-Forwarded-For": "198.51.100.78"}).status == 404
    assert served.get("unsubscribe/x", **{"X-Forwarded-For": "198.51.100.78, 198.51.100.77"}).status == 429


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=b7", multipart("b7", **{"List-Unsubscribe": "One-Click"})),
        ("", b""),
        ("text/plain", b"\xff\xfe"),
        ("multipart/form-data", b"List-Unsubscribe=One-Click; without a boundary"),
        ("application/x-www-form-urlencoded", b"x" * 9000),
    ],
)
def test_one_click_works_as_each_provider_sends_it(served: Served, kind: str, body: bytes) -> None:
    address = f"r{len(body)}@readers.example"
    assert digest("subscribers", "add", address, root=served.root).code == 0
    person = served.subscriber(address)
    assert person is not None
    link = f"unsubscribe/{ring(served).sign('unsubscribe', person.id)}"
    answer = served.ask("POST", link, body=body, headers={"Content-Type": kind} if kind else {})
    assert answer.status == 200
    person = served.subscriber(address)
    assert person is not None
    assert person.state == "unsubscribed"


def test_links_made_with_an_older_key_work_and_those_of_a_destroyed_key_do_not(served: Served) -> None:
    old = f"unsubscribe/{ring(served).sign('unsubscribe', 1)}"
    with opened(served.root) as project, project.store.write() as connection:
        version = keys.rotate(connection, now=datetime.now(UTC), fresh=lambda: secrets.token_hex(32))
    new = f"unsubscribe/{ring(served).sign('unsubscribe', 1)}"
    assert [served.get(old).status, served.get(new).status] == [200, 200]
    with opened(served.root) as project, project.store.write() as connection:
        keys.void_before(connection, version)
    headers = {"X-Forwarded-For": "192.0.2.200"}
    assert [served.get(old, **headers).status, served.get(new, **headers).status] == [404, 200]


# --- forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "no address", "name": "Ada"},
        {"address": ADA + "\r\nBcc: x@y.example", "name": "Ada"},
        {"address": ADA, "name": 'A"><script>alert(1)</script>\0'},
        {"address": ADA, "name": "x" * 500},
    ],
)
def test_a_wrong_form_is_shown_again_with_what_was_typed(served: Served, fields: dict[str, str]) -> None:
    before = everything(served.root)
    answer = served.post(
        "subscribe", *fields.items(), ("topic", "Ports"), **{"X-Forwarded-For": f"192.0.2.{len(str(fields))}"}
    )
    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    assert re.search(r'value="Ports" checked', answer.text)
    assert not re.search(r'value="Ferries &amp; tides" checked', answer.text)
    assert everything(served.root) == before


def test_a_body_that_is_too_long_is_not_read(served: Served) -> None:
    for body in (b"a=" + b"x" * 9000, b"&".join(b"a=1" for _ in range(200))):
        answer = served.ask("POST", "subscribe", body=body, headers={"X-Forwarded-For": "192.0.2.210"})
        assert answer.status == (413 if len(body) > 8192 else 400)
    assert served.get("health").status == 200


def test_who_asks_too_often_is_told_when_to_come_back(served: Served) -> None:
    client = {"X-Forwarded-For": "198.51.100.99"}
    answers = [
        served.post("subscribe", ("address", f"r{n}@flood.example"), ("topic", "Ports"), **client) for n in range(12)
    ]
    assert [one.status for one in answers] == [200] * 10 + [429] * 2
    assert 60 <= int(answers[-1].headers["retry-after"]) <= 3600


def test_two_hundred_at_once_are_all_answered(served: Served) -> None:
    signed = ring(served)

    def ask(number: int) -> int:
        match number % 4:
            case 0:
                return served.get("subscribe").status
            case 1:
                return served.post(f"unsubscribe/{signed.sign('unsubscribe', 1)}").status
            case 2:
                return served.get(f"preferences/{signed.sign('preferences', 1)}").status
            case _:
                client = {"X-Forwarded-For": f"203.0.113.{number}"}
                fields = ("address", f"p{number}@parallel.example"), ("topic", "Ports")
                return served.post("subscribe", *fields, **client).status

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        assert list(pool.map(ask, range(200))) == [200] * 200
    assert all(served.subscriber(f"p{number}@parallel.example") for number in range(3, 200, 4))


def test_a_store_that_somebody_else_writes_to_costs_a_moment_and_no_wish(hasty: Served) -> None:
    client = {"X-Forwarded-For": "198.51.100.120"}
    with opened(hasty.root) as project, project.store.write(), concurrent.futures.ThreadPoolExecutor(1) as pool:
        fields = ("address", "busy@readers.example"), ("topic", "Ports")
        waiting = pool.submit(hasty.post, "subscribe", *fields, **client)
        assert hasty.get(f"preferences/{ring(hasty).sign('preferences', 1)}").status == 200  # reading goes on
        answer = waiting.result(30)
    assert (answer.status, answer.heading) == (503, "Please try again")
    assert int(answer.headers["retry-after"]) > 0
    assert hasty.subscriber("busy@readers.example") is None
    assert hasty.post("subscribe", *fields, **client).status == 200


# --- lines -----------------------------------------------------------------------------------------------------


def test_who_sends_a_request_drop_by_drop_is_hung_up_on(hasty: Served) -> None:
    slow = socket.create_connection(("127.0.0.1", hasty.port), timeout=40)
    body = socket.create_connection(("127.0.0.1", hasty.port), timeout=40)
    with slow, body:
        body.sendall(b"POST /subscribe HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\naddress=")
        with contextlib.suppress(OSError):
            for letter in b"GET /subscribe HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"x" * 300:
                slow.sendall(bytes([letter]))
                time.sleep(0.5)
                if slow.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b"":
                    break
        slow.settimeout(20)
        with contextlib.suppress(ConnectionError):
            assert slow.recv(100) == b""
        assert body.recv(100).startswith(b"HTTP/1.1 408")


def test_a_line_that_breaks_in_a_form_is_no_bug(tmp_path: Path) -> None:
    with smtp_server() as mail, serving(tmp_path / "n", mail) as served:
        for page in ("subscribe", "unsubscribe/" + ring(served).sign("unsubscribe", 1)):
            with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
                line.sendall(f"POST /{page} HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\naddress=".encode())
        assert served.get("health").status == 200
        assert served.stop() == 0
    assert "Traceback" not in (tmp_path / "n.log").read_text("utf-8")


def test_a_request_that_is_none_and_a_head_without_end_are_refused(served: Served) -> None:
    for sent in (b"\x16\x03\x01\x02\x00\x01nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000):
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
            with contextlib.suppress(OSError):
                line.sendall(sent)
            with contextlib.suppress(ConnectionError):
                assert line.recv(100).startswith(b"HTTP/1.1 4")
    assert served.get("health").status == 200


BROKEN = {
    "sqlite": ["ALTER TABLE subscriber RENAME TO gone"],
    "postgresql": [
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'subscribers: the disk is full' USING ERRCODE = 'disk_full'; END $$",
        "CREATE TRIGGER filled BEFORE INSERT ON subscriber_event EXECUTE FUNCTION fill()",
    ],
}
"""What makes a store one that nobody can subscribe to."""


def test_the_log_tells_no_link_and_no_address(tmp_path: Path) -> None:
    root = tmp_path / "n"
    with smtp_server() as mail, serving(root, mail, arguments=("-v",)) as served:
        assert digest("subscribers", "add", ADA, root=root).code == 0
        token = ring(served).sign("unsubscribe", 1)
        served.post(f"unsubscribe/{token}", ("do", "leave"))
        served.post("subscribe", ("address", "bo@readers.example"), ("topic", "Ports"))
        mail_to(mail, "bo@readers.example")
        served.get("unsubscribe/1-1-" + "z" * 26)
        with opened(root) as project, project.store.write() as connection:
            for statement in BROKEN[connection.dialect.name]:
                connection.exec_driver_sql(statement)
        assert served.post("subscribe", ("address", "cid@readers.example"), ("topic", "Ports")).status == 503
        served.stop()
    log = (tmp_path / "n.log").read_text("utf-8")
    assert "POST unsubscribe 200" in log
    assert "no such table: subscriber" in log or "subscribers: the disk is full" in log
    assert "readers.example" not in log
    assert token not in log
    assert "zzzz" not in log


def test_a_bug_is_told_by_its_place_and_not_by_its_words() -> None:
    record = logging.LogRecord("uvicorn.error", logging.ERROR, __file__, 1, "Exception in the application", (), None)
    try:
        int(ADA)
    except ValueError:
        record.exc_info = sys.exc_info()
    said = Discreet("%(message)s").format(record)
    assert ADA not in said
    assert "test_hardness.py" in said
    assert said.endswith("ValueError")


def test_where_the_address_is_https_browsers_are_told_to_stay_with_it() -> None:
    told: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        told.append(message)

    guard = Guard(app, path="/", is_https=True)
    asyncio.run(guard({"type": "http", "method": "GET", "path": "/subscribe"}, receive, send))
    assert (b"strict-transport-security", b"max-age=31536000") in told[0]["headers"]


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("digest.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ran = digest("serve", root=tmp_path)
    assert ran.code == 2
    assert "digest-desk[serve]" in ran.err
