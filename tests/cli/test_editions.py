"""render, check, approve and send for subscribers who follow some topics."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.cli.render import readers_line
from digest.production.editions import Readers
from tests.support.cli import digest
from tests.support.project import CONFIG, NOW, make_project

ISSUE = """\
---
issue: 2026-W47
title: The Trial
subject: Cables and cranes
preheader: Nine ships.
base:
---

Dear @@name|reader@@,

## World

### Ships wait

Nine ships wait at the quay.

## Energy

### Wind waits

The wind farm waits for a cable.
"""
SEND = '\n[send]\ntransport = "folder"\nfolder = "build/outbox"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "brief", config=CONFIG + SEND)
    assert digest("build", root=root, now=NOW).code == 0
    (root / "issues" / "2026-W47.md").write_text(ISSUE, "utf-8")
    return root


def subscribe(root: Path, name: str, *topics: str) -> None:
    chosen = [word for topic in topics for word in ("--topic", topic)]
    assert digest("subscribers", "add", f"{name}@readers.example", *chosen, root=root, now=NOW).code == 0


def test_render_writes_each_edition_and_says_who_gets_it(root: Path) -> None:
    for name, topic in (("a", "World"), ("b", "World"), ("c", "Tea")):
        subscribe(root, name, topic)
    ran = digest("render", root=root, now=NOW)
    assert "build/2026-W47/variants/  1 edition for those who follow some topics" in ran.lines
    assert "3 readers: 1 the whole issue, 2 world" in ran.lines
    html = (root / "build/2026-W47/variants/world/email.html").read_text("utf-8")
    assert "Ships wait" in html
    assert "Wind waits" not in html
    assert "@@" not in html
    data = digest("render", "--json", root=root, now=NOW).json
    assert data["editions"] == [
        {"edition": "all", "topics": [], "readers": 1},
        {"edition": "world", "topics": ["World"], "readers": 2},
    ]


def test_nothing_is_said_of_editions_where_nobody_chose(root: Path) -> None:
    subscribe(root, "a")
    ran = digest("render", root=root, now=NOW)
    assert "edition" not in ran.out
    assert not (root / "build/2026-W47/variants").exists()


def test_what_is_wrong_with_an_edition_alone_is_found_and_named(root: Path) -> None:
    subscribe(root, "a", "World")
    own = root / "templates" / "brief"
    own.mkdir(parents=True)
    row = '<tr><td><a href="nowhere">Choose here</a></td></tr>'
    wrong = '{% extends "brief/email.html" %}\n{% block edition %}{% if edition %}' + row + "{% endif %}{% endblock %}"
    (own / "email.html").write_text(wrong, "utf-8")
    ran = digest("check", "--all", root=root, now=NOW)
    named = [line for line in ran.lines if "edition world: " in line]
    assert [line for line in named if "build/2026-W47/variants/world/email.html" in line and "link-target" in line]
    others = {line.partition("edition world: ")[2] for line in named}
    assert not [line for line in ran.lines if "edition world: " not in line and any(one in line for one in others)]


def test_what_a_template_has_wrong_in_all_editions_is_said_once(root: Path) -> None:
    subscribe(root, "a", "World")
    subscribe(root, "b", "Energy")
    own = root / "templates" / "brief"
    own.mkdir(parents=True)
    row = '<tr><td><a href="nowhere">Choose here</a></td></tr>'
    wrong = '{% extends "brief/email.html" %}\n{% block edition %}{% if edition %}' + row + "{% endif %}{% endblock %}"
    (own / "email.html").write_text(wrong, "utf-8")
    ran = digest("check", "--all", root=root, now=NOW)
    assert len([line for line in ran.lines if "edition energy and 1 more: " in line and "link-target" in line]) == 1
    assert "edition world: " not in ran.out


def test_a_line_names_the_editions_with_the_most_readers() -> None:
    found = tuple(Readers(variant=f"v{n}", topics=(), count=20 - n) for n in range(9))
    assert readers_line(found).endswith("15 v5, 39 in 3 other editions")


def test_topics_that_lost_their_section_are_named_before_anybody_misses_them(root: Path) -> None:
    for name, topics in (("a", ("World", "Tides")), ("b", ("world", "Tides", "Tea")), ("c", ("Tides",)), ("d", ())):
        subscribe(root, name, *topics)
    ran = digest("render", root=root, now=NOW)
    assert "2 readers follow “Tides” besides other topics; digest.toml has no such section" in ran.err
    assert "1 reader follows “Tea” besides" in ran.err
    file = root / "digest.toml"
    file.write_text(file.read_text("utf-8").replace('title = "Energy"', 'title = "Tides"'), "utf-8")
    ran = digest("approve", "--by", "A. Editor", "--offline", root=root, now=NOW)
    assert "“Tea”" in ran.err
    assert "“Tides”" not in ran.err


def test_one_click_is_advised_once_where_mail_alone_leads_out(root: Path) -> None:
    subscribe(root, "a", "World")
    data = digest("check", "--json", root=root, now=NOW).json
    found = [one for one in data["findings"] if one["rule"] == "one-click"]
    assert [(one["blocks"], "mail address alone" in one["message"]) for one in found] == [(False, True)]
    file = root / "digest.toml"
    file.write_text(file.read_text("utf-8") + '\n[serve]\nurl = "https://news.example.org/"\n', "utf-8")
    data = digest("check", "--json", root=root, now=NOW).json
    assert not [one for one in data["findings"] if one["rule"] in {"one-click", "list-headers"}]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("subject: Cables", "subject: @@name@@, cables"),
        ("preheader: Nine", "preheader: For @@name|you@@, nine"),
        ("Nine ships wait at", "@@name|reader@@, nine ships wait at"),
        ("Dear @@name|reader@@,", "Dear reader, [leave](@@unsubscribe@@)."),
    ],
)
def test_a_mark_where_none_is_filled_in_is_named(root: Path, old: str, new: str) -> None:
    def marked() -> list[int]:
        data = digest("check", "--json", root=root, now=NOW).json
        return [one["line"] for one in data["findings"] if one["rule"] == "todo" and not one["blocks"]]

    assert marked() == []
    assert ISSUE.count(old) == 1
    (root / "issues" / "2026-W47.md").write_text(ISSUE.replace(old, new), "utf-8")
    assert marked() == [ISSUE[: ISSUE.index(old)].count("\n") + 1]


def test_approve_and_send_give_everybody_what_they_chose(root: Path) -> None:
    for name, topics in (("a", ()), ("b", ("World",)), ("c", ("energy",))):
        subscribe(root, name, *topics)
    ran = digest("approve", "--by", "A. Editor", "--offline", root=root, now=NOW)
    assert "3 readers: 1 the whole issue, 1 energy, 1 world" in ran.lines
    subscribe(root, "d", "World")
    assert digest("publish", root=root, now=NOW).code == 0
    assert digest("send", "--yes", root=root, now=NOW).code == 0
    got = {}
    for path in (root / "build" / "outbox").rglob("*.eml"):
        text = path.read_bytes().decode("ascii")
        to = next(line for line in text.split("\r\n") if line.startswith("To: "))
        got[to[5:6]] = ("Ships wait" in text, "Wind waits" in text)
    assert got == {"a": (True, True), "b": (True, False), "c": (False, True), "d": (True, False)}


def test_who_gets_nothing_is_suppressed_and_the_totals_add_up(root: Path) -> None:
    (root / "issues" / "2026-W47.md").write_text(ISSUE.partition("## Energy")[0], "utf-8")
    for name, topic in (("a", "World"), ("b", "Energy")):
        subscribe(root, name, topic)
    ran = digest("approve", "--by", "A. Editor", "--offline", root=root, now=NOW)
    assert "2 readers: 1 the whole issue, 1 no mail (nothing on their topics)" in ran.lines
    assert digest("publish", root=root, now=NOW).code == 0
    ran = digest("send", "--yes", root=root, now=NOW)
    assert "2026-W47: 1 sent + 1 suppressed = 2 recipients" in ran.out
