"""Two weeks of a newsletter through the command line, against a real mail server and a fixed clock.

Read it from top to bottom: it is the week of an editor.
"""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from digest.cli.main import run
from digest.edit.issuefile import read_issue
from tests.support.smtp import SmtpServer, smtp_server
from tests.support.stores import with_store

pytestmark = pytest.mark.usefixtures("in_each_database")

READERS = 200

MONDAY, THURSDAY, FRIDAY = "2026-11-16T09:00Z", "2026-11-19T12:00Z", "2026-11-20T06:00Z"
NEXT_MONDAY, NEXT_THURSDAY, NEXT_FRIDAY = "2026-11-23T09:00Z", "2026-11-26T12:00Z", "2026-11-27T06:00Z"

RELEASE = """\
 date {day} {organisation}
Printable version
{title}
PRESS RELEASE
{title} in one sentence, for those who read no further.
The second paragraph of the release says what has changed since last year.
“This is the {word} step of many,” said Ada Quill, who chairs the board.
Click here to continue reading the full version of this Press Release on the {organisation} website.
Original article link: https://{host}.example/{slug}?utm_source=wire
"""


def release(day: str, slug: str, title: str) -> str:
    return RELEASE.format(day=day, organisation="Harbour Office", title=title, word=slug, host="harbour", slug=slug)


def feed(*items: tuple[str, str, str]) -> str:
    """A feed of (address, title, day of November)."""
    told = "".join(
        f"<item><title>{title}</title><link>https://{address}</link><guid>{address}</guid>"
        f"<pubDate>{day} Nov 2026 08:00:00 GMT</pubDate>"
        f"<description>{title}. It takes effect in January. Nobody objected.</description></item>"
        for address, title, day in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Review</title>{told}</channel></rss>'


CANAL = ("review.example/canal", "The canal reopens to freight", "Mon, 16")
TOLLS = ("review.example/tolls", "Tolls rise on the coast road", "Sun, 15")
FERRY = ("review.example/ferry", "Ferry timetable is cut in half", "Mon, 23")
QUAY_AGAIN = ("harbour.example/quay?utm_medium=rss", "New quay opens a month early", "Mon, 23")


class Desk:
    """An editor at a command line."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.capsys = capsys

    def __call__(self, now: str, *words: str, expect: int = 0) -> dict[str, Any]:
        self.capsys.readouterr()
        code = run(["-C", str(self.root), "--now", now, "--json", *words])
        out, err = self.capsys.readouterr()
        assert code == expect, f"{words}: {code}\n{out}\n{err}"
        found: dict[str, Any] = json.loads(out)
        return found

    def totals(self, now: str) -> dict[str, int]:
        totals: dict[str, int] = self(now, "status")["totals"]
        assert totals["seen"] == sum(number for name, number in totals.items() if name != "seen")
        return totals

    def drop(self, name: str, text: str) -> None:
        (self.root / "feeds" / name).write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / "issues" / f"{name}.md"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def file(self, name: str) -> str:
        return (self.root / "issues" / f"{name}.md").read_text("utf-8")

    def serve(self, server: SmtpServer | None, port: int = 0) -> None:
        path = self.root / "digest.toml"
        document = tomlkit.parse(path.read_text("utf-8"))
        document["send"] = server.send_table() if server else {"host": "127.0.0.1", "port": port, "security": "none"}
        path.write_text(tomlkit.dumps(document), "utf-8")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(tmp_path / "brief", capsys)
    assert run(["init", str(desk.root), "--title", "The Brief", "--from", "brief@thebrief.example", "--json"]) == 0
    for sample in (desk.root / "feeds").glob("*.md"):
        sample.unlink()
    settings = desk.root / "digest.toml"
    settings.write_text(with_store(desk.root, settings.read_text("utf-8")), "utf-8")
    return desk


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_two_weeks_lose_nothing_and_repeat_nothing(desk: Desk, tmp_path: Path) -> None:  # noqa: PLR0915  a story
    with smtp_server() as server:
        people = tmp_path / "people.csv"
        people.write_text("email,name\n" + "".join(f"r{n}@readers.example,Reader {n}\n" for n in range(READERS)))
        desk(MONDAY, "subscribers", "import", str(people))

        # Monday: a feed file, two releases, one of them the same item as one of the feed.
        desk.drop("review.xml", feed(CANAL, TOLLS))
        desk.drop("quay.txt", release("2026-11-15", "quay", "New quay opens a month early"))
        desk.drop("dredge.txt", release("2026-11-16", "dredge", "Dredging begins in the upper harbour"))
        desk(MONDAY, "build")
        assert desk.totals(MONDAY)["eligible"] == 4

        # Thursday: something new arrives; nobody has edited, so the draft takes it in.
        desk.drop("pilot.txt", release("2026-11-18", "pilot", "Pilots to be trained on the estuary"))
        desk(THURSDAY, "build")
        assert "Pilots to be trained" in desk.file("2026-W47")

        # The editor edits: an introduction, a story deleted, one put off. From now on the file is the editor's.
        desk.edit("2026-W47", "<!-- Your introduction goes here; it may stay empty. -->", "A week of water.")
        text = desk.file("2026-W47")
        tolls, dredge = block(text, "Tolls rise"), block(text, "Dredging begins")
        text = text.replace(tolls, "").replace(dredge, "").replace("## Candidates", dredge + "## Candidates")
        (desk.root / "issues" / "2026-W47.md").write_text(text, "utf-8")
        desk.drop("late.txt", release("2026-11-19", "late", "A late word on the lock gates"))
        desk(THURSDAY, "build")
        refreshed = desk.file("2026-W47")
        assert refreshed.startswith(text.partition("\nbase:")[0])
        assert text.partition("leave it alone\n")[2].rstrip() in refreshed, "what the editor has, stays"
        assert "A late word on the lock gates" in refreshed.partition("## Candidates")[2]

        # Looking consumes nothing: dry runs, previews, tests, a server that is not there.
        before = desk.totals(THURSDAY)
        desk.serve(None, free_port())
        desk(THURSDAY, "send", "--dry-run")
        desk(THURSDAY, "preview", "--no-open")
        desk(THURSDAY, "check")
        desk(THURSDAY, "send", "--yes", expect=1)
        desk.serve(server)
        desk(THURSDAY, "send", "--test", "editor@thebrief.example")
        assert [m.rcpt_tos for m in server.messages] == [("editor@thebrief.example",)]
        server.messages.clear()
        assert desk.totals(THURSDAY) == before
        assert desk(THURSDAY, "status")["issue"]["state"] == "draft"

        # Friday: approved, changed after all (refused), put right, published, sent.
        desk(FRIDAY, "approve", "--by", "A. Editor")
        desk.edit("2026-W47", "A week of water.", "A week of wine.")
        assert "wine" in desk(FRIDAY, "publish", expect=1)["diff"]
        assert desk(FRIDAY, "send", "--yes", expect=1)["exit_code"] == 1
        desk.edit("2026-W47", "A week of wine.", "A week of water.")
        assert desk.totals(FRIDAY) == before
        desk(FRIDAY, "publish")
        assert desk.totals(FRIDAY) == {"seen": 6, "used": 3, "grouped": 0, "dropped": 1, "held": 1, "backlog": 0,
                                       "left": 0, "eligible": 1}  # fmt: skip
        first = desk(FRIDAY, "send")["mailings"][0]
        assert (first["sent"], first["left"], first["list"]) == (READERS, 0, READERS)
        desk(FRIDAY, "send")
        assert_one_each(server, READERS)
        week_one = [one.parsed for one in server.messages]
        server.messages.clear()

        # The next week: new entries, the one that was put off, the late one; never what was used or dropped.
        desk.drop("review.xml", feed(CANAL, QUAY_AGAIN, FERRY))
        desk.drop("quay-again.txt", release("2026-11-22", "quay", "New quay opens a month early"))
        desk(NEXT_MONDAY, "build")
        second = read_issue(desk.file("2026-W48"), path="2026-W48.md").issue
        titles = {story.title for story in second.stories}
        assert titles == {"Dredging begins in the upper harbour", "A late word on the lock gates",
                          "Ferry timetable is cut in half"}  # fmt: skip
        sent = desk(NEXT_FRIDAY, "send", "--yes", "--by", "A. Editor")["mailings"][0]
        assert sent["sent"] == READERS
        assert_one_each(server, READERS)
        assert desk.totals(NEXT_FRIDAY)["eligible"] == 0

        used_once(week_one[0], server.messages[0].parsed)
        ids = [str(m["Message-ID"]) for m in (*week_one, *(one.parsed for one in server.messages))]
        assert len(set(ids)) == 2 * READERS
        site = desk.root / "build" / "site"
        assert [path.parent.name for path in sorted(site.glob("20*/index.html"))] == ["2026-W47", "2026-W48"]


def block(text: str, title: str) -> str:
    """A story of the file, from its heading to the next."""
    found = re.search(rf"### {title}.*?(?=^##)", text, re.DOTALL | re.MULTILINE)
    assert found
    return found.group()


def assert_one_each(server: SmtpServer, readers: int) -> None:
    """Every subscriber has exactly one message, and every message is sound."""
    assert Counter(server.recipients) == Counter(f"r{n}@readers.example" for n in range(readers))
    for received in server.messages:
        assert max(len(line) for line in received.data.split(b"\r\n")) <= 998
        message = received.parsed
        assert not message.defects
        parts = [part for part in message.walk() if not part.is_multipart()]
        assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
        assert not any(part.defects for part in parts)
        assert str(message["To"]).endswith(received.rcpt_tos[0] + ">")
        assert message["List-Unsubscribe"]
        assert message["List-Id"]
        assert message["Date"]
        text, html = (part.get_content() for part in parts)
        assert "@@" not in text + html
        assert not re.search(r"<script|<iframe|\son\w+=|javascript:", html, re.IGNORECASE)


def used_once(one: EmailMessage, two: EmailMessage) -> None:
    """No address stands in both issues."""
    addresses = [
        set(re.findall(r"https://(?:review|harbour)\.example/\w+", message.get_body(("plain",)).get_content()))  # type: ignore[union-attr]
        for message in (one, two)
    ]
    assert addresses[0]
    assert addresses[1]
    assert not addresses[0] & addresses[1]
