"""From the form to the mail, the list, an issue, one click, and out: every part of it the real one."""

from __future__ import annotations

import concurrent.futures
import http.client
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.serve.running import CONFIG, Served, free_port, one_click, serving
from tests.support.cli import digest
from tests.support.project import NOW, make_project
from tests.support.smtp import Received, SmtpServer, fault_server, smtp_server

pytestmark = pytest.mark.usefixtures("in_each_database")

ADA = "ada@readers.example"
PINNED = ("--now", NOW)


def until(true: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def mail_to(server: SmtpServer, address: str, number: int = 0) -> Received:
    def found() -> list[Received]:
        return [one for one in server.messages if address in one.rcpt_tos]

    until(lambda: len(found()) > number)
    return found()[number]


def text_of(mail: Received) -> str:
    part = mail.parsed.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: Received, purpose: str) -> str:
    part = mail.parsed.get_body(("html",))
    assert part is not None
    found = re.search(rf"http\S+/{purpose}/[a-z0-9-]+", text_of(mail))
    assert found
    assert found[0] in part.get_content()
    return found[0]


def subscribed(served: Served, server: SmtpServer, address: str = ADA) -> None:
    assert (
        served.post("subscribe", ("address", address), ("topic", "Ports"), ("topic", "Ferries & tides")).status == 200
    )
    assert served.post(link_in(mail_to(server, address), "confirm")).status == 200


def test_from_the_form_to_the_list_to_an_issue_and_out_with_one_click(tmp_path: Path) -> None:
    with smtp_server() as server, serving(tmp_path / "n", server, path="/letters/", arguments=PINNED) as served:
        asked = served.post("subscribe", ("address", "Ada@Readers.example"), ("name", "Ada L"), ("topic", "Ports"))
        assert (asked.status, asked.heading) == (200, "Look into your mail")
        mail = mail_to(server, "Ada@readers.example")
        link = link_in(mail, "confirm")
        assert link.startswith(f"{served.url}confirm/")
        assert "25 November 2026" in text_of(mail)
        assert "Ada" not in text_of(mail).replace(ADA, "")  # nothing that a stranger wrote
        assert mail.parsed["Auto-Submitted"] == "auto-generated"
        assert (served.get(link).heading, served.events(ADA)) == (
            "Confirm your subscription",
            ["added", "asked", "mailed"],
        )
        assert served.post(link).heading == "You are subscribed"
        person = served.subscriber(ADA)
        assert person is not None
        assert (person.state, person.name, person.topics) == ("active", "Ada L", ("Ports",))

        root = served.root
        assert digest("subscribers", "add", "bo@readers.example", root=root, now=NOW).code == 0
        assert digest("build", root=root, now=NOW).code == 0
        sent = digest("send", "--yes", "--by", "Ines", "--offline", root=root, now=NOW)
        assert sent.code == 0, sent.err
        issue = mail_to(server, "Ada@readers.example", 1)
        out = one_click(served, issue.data)
        assert (out.status, out.heading) == (200, "You are unsubscribed")
        assert "location" not in out.headers
        assert one_click(served, issue.data).status == 200  # providers ask again when in doubt
        person = served.subscriber(ADA)
        assert person is not None
        assert person.state == "unsubscribed"
        assert served.events(ADA)[-2:] == ["confirmed", "unsubscribed"]
        bo = served.subscriber("bo@readers.example")
        assert bo is not None
        assert bo.state == "active"
        again = digest("subscribers", "add", ADA, root=root, now=NOW)
        assert again.code == 1
        assert served.post(link).status == 404  # the link of before brings nobody back
        forgotten = digest("forget", ADA, root=root, now=NOW)
        assert forgotten.code == 0, forgotten.err
        assert one_click(served, issue.data).status == 200


def test_the_answer_is_the_same_whoever_the_address_is(tmp_path: Path) -> None:
    people = ("new", "pending", "active", "gone", "back", "forgotten")
    with smtp_server() as server, serving(tmp_path / "n", server, arguments=PINNED) as served:
        for name in ("active", "gone", "back"):
            assert digest("subscribers", "add", f"{name}@r.example", root=served.root, now=NOW).code == 0
        for name in ("gone", "back"):
            assert digest("subscribers", "remove", f"{name}@r.example", root=served.root, now=NOW).code == 0
        assert digest("forget", "forgotten@r.example", root=served.root, now=NOW).code == 0
        everything = ("topic", "Ports"), ("topic", "Ferries & tides")
        served.post("subscribe", ("address", "pending@r.example"), *everything)
        answers = [served.post("subscribe", ("address", f"{name}@r.example"), *everything) for name in people]
        assert len({(one.status, one.body, tuple(sorted({**one.headers, "date": ""}.items()))) for one in answers}) == 1
        known = mail_to(server, "active@r.example")
        assert "already" in text_of(known)
        assert served.get(link_in(known, "preferences")).heading == "Your subscription"
        for name in people:
            mail_to(server, f"{name}@r.example")
        assert sorted(server.recipients) == sorted(f"{name}@r.example" for name in people)  # one each


def test_undo_comes_back_by_a_mail_only(tmp_path: Path) -> None:
    with smtp_server() as server, serving(tmp_path / "n", server) as served:
        assert digest("subscribers", "add", ADA, "--name", "Ada", root=served.root).code == 0
        assert served.post("subscribe", ("address", ADA), ("topic", "Ports")).status == 200
        choices = link_in(mail_to(server, ADA), "preferences")
        left = served.post(choices, ("do", "leave"))
        assert left.heading == "You are unsubscribed"
        undo = re.search(r'action="\.\./(unsubscribe/[^"]+)"', left.text)
        assert undo
        assert served.post(undo[1], ("do", "undo")).heading == "Look into your mail"
        person = served.subscriber(ADA)
        assert person is not None
        assert person.state == "unsubscribed"


def test_what_one_gets_can_be_changed_and_the_address_is_not_shown(tmp_path: Path) -> None:
    with smtp_server() as server, serving(tmp_path / "n", server, more='languages = ["de"]') as served:
        subscribed(served, server)
        served.post("subscribe", ("address", ADA), ("topic", "Ports"))  # within a day of the first: no mail
        choices = re.search(
            r'href="\.\./(preferences/[^"]+)"', served.post(link_in(server.messages[0], "confirm")).text
        )
        assert choices
        page = served.get(choices[1])
        assert "a…@readers.example" in page.text
        assert ADA not in page.text
        saved = served.post(choices[1], ("do", "save"), ("name", 'Ada "<L>"'), ("topic", "Ports"), ("language", "de"))
        assert "Saved" in saved.text
        assert "Ada &#34;&lt;L&gt;&#34;" in saved.text
        person = served.subscriber(ADA)
        assert person is not None
        assert (person.name, person.topics, person.language) == ('Ada "<L>"', ("Ports",), "de")
        wrong = served.post(choices[1], ("do", "save"), ("name", "Ada\r\nL"), ("topic", "Ports"))
        assert (wrong.status, served.subscriber(ADA)) == (400, person)
        more = ("--language", "pt", "--topic", "ferries-tides", "--topic", "imported")
        assert digest("subscribers", "add", ADA, *more, root=served.root).code == 0
        assert re.findall(r'value="([^"]+)" checked', served.get(choices[1]).text) == ["Ferries &amp; tides"]
        assert re.search(r'<option value="pt" selected', served.get(choices[1]).text)
        assert served.post(choices[1], ("do", "save"), ("topic", "Ports"), ("language", "pt")).status == 200
        person = served.subscriber(ADA)
        assert person is not None
        assert person.language == "pt"  # one that is not offered stays, for it was not chosen here
        assert person.topics == ("Ports", "imported")
        served.post(choices[1], ("do", "leave"))
        assert "not subscribed" in served.get(choices[1]).text


def test_a_mail_the_server_puts_off_is_tried_again_and_one_it_refuses_is_not(tmp_path: Path) -> None:
    with fault_server() as server, serving(tmp_path / "n", server) as served:
        for fault in ("550", "450", "ok"):
            served.post("subscribe", ("address", f"{fault}.ada@readers.example"), ("topic", "Ports"))
        mail_to(server, "ok.ada@readers.example")
        until(lambda: served.events("550.ada@readers.example") == ["added", "asked", "not mailed"])
        assert served.events("450.ada@readers.example") == ["added", "asked"]  # it is still owed


def test_a_wish_outlives_a_server_that_is_killed_and_a_mail_server_that_is_away(tmp_path: Path) -> None:
    port, root = free_port(), tmp_path / "n"
    with serving(root, SmtpServer(port=port)) as served:
        for number in range(5):
            answer = served.post("subscribe", ("address", f"r{number}@readers.example"), ("topic", "Ports"))
            assert answer.status == 200
        served.process.kill()
        served.process.wait(30)
    with smtp_server() as server:
        config = root / "digest.toml"
        config.write_text(config.read_text("utf-8").replace(f"port = {port}", f"port = {server.port}"), "utf-8")
        with serving(root, new=False, arguments=("--port", "0")) as served:
            for number in range(5):
                link_in(mail_to(server, f"r{number}@readers.example"), "confirm")
            assert sorted(server.recipients) == sorted({*server.recipients})


@pytest.mark.parametrize("moment", [0, 3])
def test_killed_in_the_middle_of_many_no_wish_that_was_answered_is_lost(tmp_path: Path, moment: int) -> None:
    answered: list[str] = []

    def ask(served: Served, number: int) -> None:
        address = f"r{number}@readers.example"
        try:
            if served.post("subscribe", ("address", address), ("topic", "Ports")).status == 200:
                answered.append(address)
        except (OSError, http.client.HTTPException):
            return  # the line broke: nobody was told that it is well

    root = tmp_path / "n"
    with smtp_server() as server:
        with serving(root, server, more="proxies = []") as served, concurrent.futures.ThreadPoolExecutor(8) as pool:
            asking = [pool.submit(ask, served, number) for number in range(8)]
            until(lambda: len(answered) > moment)
            served.process.kill()
            served.process.wait(30)
            concurrent.futures.wait(asking)
        with serving(root, new=False, arguments=("--port", "0")):
            for address in answered:
                link_in(mail_to(server, address), "confirm")


def test_the_cap_for_all_holds_mails_back_and_loses_none(tmp_path: Path) -> None:
    root = tmp_path / "n"
    with smtp_server() as server, serving(root, server, more="mails_per_hour = 2") as served:
        for number in range(4):
            assert served.post("subscribe", ("address", f"r{number}@readers.example"), ("topic", "Ports")).status == 200
        until(lambda: len(server.messages) == 2)
        served.stop()
        with serving(root, new=False, arguments=("--port", "0")) as again:  # it remembers what has left
            assert again.get("health").status == 200
            assert again.stop() == 0
        assert len(server.messages) == 2
        assert served.events("r3@readers.example") == ["added", "asked"]


def test_without_serve_in_digest_toml_it_says_what_to_write(tmp_path: Path) -> None:
    ran = digest("serve", root=make_project(tmp_path / "n"))
    assert ran.code == 1
    assert "[serve]" in ran.err


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with smtp_server() as server:
        config = CONFIG.format(smtp_port=server.port, port=server.port, path="/", language="en", look="brief", more="")
        ran = digest("serve", root=make_project(tmp_path / "n", config=config))
    assert ran.code == 1
    assert f"cannot listen on 127.0.0.1, port {server.port}" in ran.err
    assert "--port" in ran.err


def test_without_a_mail_server_it_does_not_begin(tmp_path: Path) -> None:
    config = CONFIG.format(smtp_port=9, port=free_port(), path="/", language="en", look="brief", more="")
    ran = digest("serve", root=make_project(tmp_path / "n", config=config.replace('host = "127.0.0.1"', "")))
    assert ran.code == 1
    assert "mail server" in ran.err


def test_a_wrong_template_is_found_before_the_first_reader_comes(tmp_path: Path) -> None:
    config = CONFIG.format(smtp_port=9, port=free_port(), path="/", language="en", look="brief", more="")
    root = make_project(tmp_path / "n", config=config, files={"templates/brief/serve.html": "{{ nonsense }}"})
    ran = digest("serve", root=root)
    assert ran.code == 1
    assert "templates/brief/serve.html:1" in ran.err


def test_an_address_that_can_be_read_on_the_way_is_warned_of(tmp_path: Path) -> None:
    config = CONFIG.format(smtp_port=9, port=free_port(), path="/", language="en", look="brief", more="")
    config = config.replace('url = "http://127.0.0.1', 'url = "http://news.quay.example').replace(
        'host = "127.0.0.1"', ""
    )
    ran = digest("serve", root=make_project(tmp_path / "n", config=config))
    assert "put https in front" in ran.err


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_it_is_told_to(tmp_path: Path, name: signal.Signals) -> None:
    with smtp_server() as server, serving(tmp_path / "n", server) as served:
        assert served.get("health").status == 200
        assert served.stop(name) == 0
    assert "Traceback" not in (tmp_path / "n.log").read_text("utf-8")
