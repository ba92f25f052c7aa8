"""A reader without JavaScript, at a telephone and at a desk, by day and by night.

What the pages look like: what they do is tried in each kind of database by test_whole_path.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from digest.preview.tab import Mode, Tab
from tests.serve.clicking import Person, browsing
from tests.serve.running import Served, serving
from tests.serve.test_whole_path import link_in, mail_to
from tests.support.cli import digest
from tests.support.smtp import Received, SmtpServer, smtp_server

pytestmark = pytest.mark.browser

TWO = 'languages = ["de"]'


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browsing() as tab:
        yield tab


@pytest.fixture(scope="module")
def server() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


def test_a_reader_subscribes_changes_their_mind_and_leaves(tmp_path: Path, tab: Tab, server: SmtpServer) -> None:
    ada = "ada@readers.example"
    with serving(tmp_path / "n", server, more=TWO) as served:
        person = Person(tab)
        person.opens(f"{served.url}subscribe")
        person.types("#address", ada)
        person.types("#name", "Ada L")
        person.ticks(".choice:nth-of-type(2)")  # of two; both were ticked
        person.presses("button[type=submit]")
        assert person.heading == "Look into your mail"
        person.opens(link_in(mail_to(server, ada), "confirm"))
        assert person.heading == "Confirm your subscription"
        person.presses("button")
        assert person.heading == "You are subscribed"
        known = served.subscriber(ada)
        assert known is not None
        assert (known.state, known.name, known.topics) == ("active", "Ada L", ("Ports",))
        person.presses("main a")
        assert person.heading == "Your subscription"
        person.ticks(".choice:nth-of-type(2)")
        person.presses("button[value=save]")
        assert "Saved" in person.html
        known = served.subscriber(ada)
        assert known is not None
        assert known.topics == ()
        person.presses("button[value=leave]")
        assert person.heading == "You are unsubscribed"
        known = served.subscriber(ada)
        assert known is not None
        assert known.state == "unsubscribed"
        person.presses("button[value=undo]")
        assert person.heading == "Look into your mail"
        assert re.fullmatch(rf"{served.url}unsubscribe/[a-z0-9-]+", person.place)


def test_the_keyboard_alone_is_enough(tmp_path: Path, tab: Tab, server: SmtpServer) -> None:
    bo = "bo@readers.example"
    with serving(tmp_path / "n", server) as served:
        person = Person(tab, width=1000)
        person.opens(f"{served.url}subscribe")
        person.tabs(2)  # past "skip to the content"; there is no home page yet
        assert person.asked("document.activeElement.id") == "address"
        person.types("#address", "bo@readers")  # the browser lets that pass
        person.sends()
        assert "Please write a mail address such as" in person.html
        assert person.asked('document.getElementById("address").value') == "bo@readers"
        person.types("#address", ".example")
        person.sends()
        assert person.heading == "Look into your mail"
        mail_to(server, bo)


PAGES = ("subscribe", "wrong", "unsubscribe", "preferences", "saved", "confirm", "left", "forged", "nothing", "sent")
RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(
  told => told.violations.flatMap(one => one.nodes.map(node => one.id + ": " + node.html.slice(0, 200))))
"""


def show(person: Person, served: Served, page: str, links: dict[str, str]) -> None:
    match page:
        case "subscribe" | "nothing":
            person.opens(served.url + page)
        case "wrong" | "sent":
            person.opens(f"{served.url}subscribe")
            person.types("#address", "no@address" if page == "wrong" else f"s{time.monotonic_ns()}@readers.example")
            person.presses("button[type=submit]")
        case "saved":
            person.opens(links["preferences"])
            person.presses("button[value=save]")
        case "left":
            person.opens(links["unsubscribe"])
            person.presses("button[value=leave]")
        case "forged":
            person.opens(f"{served.url}unsubscribe/x")
        case _:
            person.opens(links[page])


@pytest.mark.parametrize(
    ("look", "language", "mode", "width"),
    [("brief", "en", "light", 375), ("brief", "fr", "dark", 1000), ("magazine", "de", "dark", 375),
     ("magazine", "es", "light", 1000), ("plain", "de", "light", 375), ("plain", "fr", "dark", 375)],
)  # fmt: skip
def test_every_page_is_accessible_and_fits_the_narrowest_screen(
    tmp_path: Path, tab: Tab, server: SmtpServer, look: str, language: str, mode: Mode, width: int
) -> None:
    axe = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
    with serving(tmp_path / "n", server, look=look, language=language, more=f"{TWO}\nproxies = []") as served:
        assert digest("subscribers", "add", "cid@readers.example", "--name", "Cid", root=served.root).code == 0
        served.post("subscribe", ("address", "cid@readers.example"), ("topic", "Ports"))
        served.post("subscribe", ("address", "dee@readers.example"), ("topic", "Ports"))
        choices = link_in(last_to(server, "cid@readers.example", served), "preferences")
        confirm = link_in(last_to(server, "dee@readers.example", served), "confirm")
        left = re.search(r'action="\.\./(unsubscribe/[^"]+)"', served.post(choices, ("do", "leave")).text)
        assert left
        assert digest("subscribers", "add", "cid@readers.example", "--force", root=served.root).code == 0
        links = {"preferences": choices, "confirm": confirm, "unsubscribe": served.url + left[1]}
        person = Person(tab, width=width, mode=mode)
        for page in PAGES:
            show(person, served, page, links)
            person.asked(axe + "; 0")
            assert (page, person.asked(RUN)) == (page, [])
            assert f'lang="{language}"' in person.html
        narrow = Person(tab, width=320, mode=mode)
        for page in ("subscribe", "wrong", "nothing"):
            show(narrow, served, page, links)
            assert narrow.asked("document.documentElement.scrollWidth") <= 320


def last_to(server: SmtpServer, address: str, served: Served) -> Received:
    """The newest mail to an address that came from this newsletter: the mail server is shared."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for one in reversed(server.messages):
            if address in one.rcpt_tos and f":{served.port}/" in one.data.decode("utf-8", "replace"):
                return one
        time.sleep(0.05)
    raise AssertionError(f"no mail to {address}")


def test_large_letters_and_long_words_stay_on_the_page(tmp_path: Path, tab: Tab, server: SmtpServer) -> None:
    root = tmp_path / "n"
    with serving(root, server) as served:
        served.stop()
        config = root / "digest.toml"
        long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
        config.write_text(config.read_text("utf-8").replace("Ferries & tides", f"{long} {long}").replace(
            "The Quay Letter", long), "utf-8")  # fmt: skip
        with serving(root, new=False) as again:
            person = Person(tab, width=320)
            person.opens(f"{again.url}subscribe")
            assert person.asked("document.documentElement.scrollWidth") <= 320
            assert html.unescape(person.heading) == f"Subscribe to {long}"


def test_the_mail_is_accessible_too(tmp_path: Path, tab: Tab, server: SmtpServer) -> None:
    axe = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
    with serving(tmp_path / "n", server, language="de") as served:
        served.post("subscribe", ("address", "eve@readers.example"), ("topic", "Ports"))
        part = last_to(server, "eve@readers.example", served).parsed.get_body(("html",))
        assert part is not None
        page = tmp_path / "mail.html"
        page.write_text(part.get_content(), "utf-8")
    not_for_mail = {"landmark-one-main": {"enabled": False}, "region": {"enabled": False}}
    for mode in ("light", "dark"):
        person = Person(tab, width=375, mode="dark" if mode == "dark" else "light")
        person.opens(page.as_uri())
        person.asked(axe + "; 0")
        assert person.asked(RUN.replace("{resultTypes", f"{{rules: {json.dumps(not_for_mail)}, resultTypes")) == []
        assert person.asked("document.documentElement.scrollWidth") <= 375
