"""The week of an editor at the command line, by a fixed clock: what she does to her file stays done.

Read `test_an_editors_week` from top to bottom; each step's name says what happens, the steps stand below in order.
All the news is made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from digest.edit.issuefile import read_issue
from tests.support.cli import digest
from tests.support.project import item, make_project, rss
from tests.support.smtp import SmtpServer, smtp_server

MONDAY, WEDNESDAY, THURSDAY = "2026-11-16T09:00Z", "2026-11-18T12:00Z", "2026-11-19T15:00Z"
FRIDAY, FRIDAY_LATER = "2026-11-20T06:00Z", "2026-11-20T06:30Z"
NEXT_MONDAY, NEXT_FRIDAY = "2026-11-23T09:00Z", "2026-11-27T06:00Z"

READERS = ("ada@readers.example", "ben@readers.example", "cid@readers.example")

pytestmark = pytest.mark.usefixtures("in_each_database")

CONFIG = """\
[newsletter]
title = "The Tide"
from = "The Tide <tide@tide.example>"
timezone = "Europe/London"
url = "https://tide.example/"

[[section]]
title = "Energy"
about = "grid, heat, power, wind, price cap, electricity"

[[section]]
title = "Ports"
about = "harbour, ferry, canal, pilots, ships, tolls, freight"

[send]
host = "127.0.0.1"
security = "none"
port = {port}
"""
PAPERS = {"grid": "Grid Watch", "courier": "The Courier", "marlow": "Marlow Post"}
FEEDS = "".join(f'[[feed]]\npath = "{key}.xml"\nid = "{key}"\nname = "{name}"\n' for key, name in PAPERS.items())


@dataclass(frozen=True)
class News:
    """An item of a paper's feed."""

    paper: str
    slug: str
    day: int  # of November 2026
    title: str
    text: str

    @property
    def url(self) -> str:
        return f"https://{self.paper}.example/{self.slug}"


def news(told: str) -> News:
    """The item told as ``paper/slug, day November: title``, with its text on the next line."""
    head, text = told.split("\n")
    place, title = head.split(" November: ")
    paper, slug, day = re.split("/|, ", place)
    return News(paper=paper, slug=slug, day=int(day), title=title, text=text)


CAP = news("""grid/cap, 15 November: Ofgate sets price cap at £1,720
Ofgate sets the price cap at £1,720 a year from January. Nobody knows what follows in spring.""")
CAP_TOO = news("""courier/cap, 15 November: Price cap: Ofgate announces £1,720
Charities in Marlow wanted the higher price cap put off for a year. Ofgate said no.""")
WIND = news("""grid/wind, 15 November: Wind farms wait nine years for a cable
Wind farms off Corran wait nine years for a cable to land. The queue has doubled since 2023.""")
HEAT = news("""grid/heat, 14 November: A harbour town heats itself with sea water
Marlow heats nine hundred flats with sea water. The pumps cost less than a gas main.""")
BOAT = news("""courier/boat, 14 November: Pilots of Selby get a new boat
The pilots of Selby get a boat that rights itself. It cost four million.""")
CANAL = news("""courier/canal, 15 November: The canal at Thorne reopens to freight
Barges carry gravel through Thorne again after six years. Two locks were rebuilt.""")
LOCKS = news("""courier/locks, 15 November: Lock keepers return to Thorne
Six lock keepers begin work at Thorne in December. Their cottages stood empty.""")
TOLLS = news("""courier/tolls, 14 November: Tolls rise on the coast road
Lorries pay nine pounds on the coast road from March. Cars stay free.""")
ON_MONDAY = (CAP, CAP_TOO, WIND, HEAT, BOAT, CANAL, LOCKS, TOLLS)

# Until Wednesday another paper writes of four stories that are in the file already, one in each plight,
# the Courier corrects itself twice, and there is one new story.
HEAT_LATE = news("""marlow/heat, 17 November: Harbour town of Marlow heats itself with sea water
Marlow heats nine hundred flats with sea water. The council wants twice as many by 2030.""")
CANAL_LATE = news("""marlow/canal, 17 November: Canal at Thorne reopens to freight after six years
Barges carry gravel through Thorne again after six years. Anglers had hoped for more.""")
WIND_LATE = news("""marlow/wind, 17 November: Wind farms wait nine years for cable
Wind farms off Corran wait nine years for a cable to land. Investors are leaving.""")
BOAT_LATE = news("""marlow/boat, 17 November: New boat for the pilots of Selby
The pilots of Selby get a boat that rights itself. Its trials took a year.""")
HEAT_CORRECTED = replace(HEAT, text=HEAT.text.replace("nine hundred", "seven hundred"))
TOLLS_CORRECTED = replace(TOLLS, text=TOLLS.text.replace("nine pounds", "eleven pounds"))
BARN = news("""grid/barn, 18 November: Battery the size of a barn goes on the grid
A battery the size of a barn went on the grid at Ossett. It holds power for a night.""")
BY_WEDNESDAY = (
    *(CAP, CAP_TOO, WIND, HEAT_CORRECTED, BOAT, CANAL, LOCKS, TOLLS_CORRECTED),
    *(HEAT_LATE, CANAL_LATE, WIND_LATE, BOAT_LATE, BARN),
)

# While the approved issue waits to be sent, and in the week after.
SLIPWAY = news("""courier/slipway, 20 November: Selby slipway shuts for the winter
The slipway at Selby is shut until April. Rowers must use Thorne.""")
CAP_AGAIN = replace(CAP, slug="cap?utm_source=newsletter", day=23)
CAP_UPDATE = news("""marlow/cap-court, 23 November: Court stops the price cap of Ofgate
A judge has stopped the new price cap of £1,720. Ofgate has until March to argue again.""")

OWN_STORY = """\
### A word on our own behalf

We move to the old customs house on Monday. *Visitors are welcome*, dogs too.

"""


class Desk:
    """An editor's folder, command line and text editor."""

    name = "2026-W47"

    def __init__(self, root: Path, server: SmtpServer) -> None:
        self.root = make_project(root, config=CONFIG.format(port=server.port), feeds=FEEDS)
        self.server = server

    def types(self, now: str, *words: str, expect: int = 0) -> Any:
        """A command with ``--json``; what it printed."""
        ran = digest(*words, "--json", root=self.root, now=now)
        assert ran.code == expect, f"digest {' '.join(words)}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran.json

    def reads(self, now: str, *words: str) -> str:
        """A command as a person types it; what it printed."""
        ran = digest(*words, root=self.root, now=now)
        assert ran.code == 0, ran.err
        return ran.out

    def feeds_say(self, now: str, *news: News) -> None:
        for key, name in PAPERS.items():
            items = [item(one.title, one.url, text=one.text, day=one.day) for one in news if one.paper == key]
            (self.root / "feeds" / f"{key}.xml").write_text(rss(*items, title=name), "utf-8")
        self.types(now, "fetch")

    @property
    def path(self) -> Path:
        return self.root / "issues" / f"{self.name}.md"

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    def saves(self, text: str) -> None:
        self.path.write_text(text, "utf-8")

    def story(self, title: str) -> str:
        """A story of the file as it stands there, from its heading to the next."""
        found = re.search(rf"^### {re.escape(title)}.*?(?=^##|\Z)", self.text, re.DOTALL | re.MULTILINE)
        assert found, f"there is no story {title!r} in:\n{self.text}"
        return found.group()

    def replaces(self, old: str, new: str) -> None:
        assert self.text.count(old) == 1, f"{old!r} stands {self.text.count(old)} times in:\n{self.text}"
        self.saves(self.text.replace(old, new))

    def under(self, section: str) -> list[str]:
        """The headlines of a section."""
        issue = read_issue(self.text, path=self.name).issue
        if section == "Next week":
            return [story.title for story in issue.next_week]
        if section == "Candidates":
            return [story.title for story in issue.candidates]
        return [story.title for one in issue.sections if one.title == section for story in one.stories]

    def totals(self, now: str) -> dict[str, int]:
        """What became of all entries; it adds up, or this fails."""
        told: dict[str, int] = self.types(now, "status")["totals"]
        assert told["seen"] == sum(number for fate, number in told.items() if fate != "seen")
        return {fate: number for fate, number in told.items() if number}


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    with smtp_server() as server:
        desk = Desk(tmp_path / "tide", server)
        for address in READERS:
            desk.types(MONDAY, "subscribers", "add", address)
        yield desk


def test_an_editors_week(desk: Desk) -> None:
    steps: tuple[Callable[[Desk], None], ...] = (
        monday_digest_writes_a_draft,
        monday_she_edits_it,
        wednesday_news_comes_in_where_she_left_room_for_it,
        wednesday_a_second_time_there_is_nothing_new,
        wednesday_with_build_deleted_there_is_nothing_new_either,
        thursday_she_approves,
        thursday_a_change_after_that_does_not_leave,
        thursday_nor_does_a_changed_template,
        friday_she_reopens_changes_it_after_all_and_approves_again,
        friday_it_is_published_and_sent_and_what_came_meanwhile_waits,
        next_monday_nothing_comes_back_but_what_she_kept,
        next_friday_an_update_leaves_and_a_repeat_does_not,
    )
    for step in steps:
        step(desk)


def monday_digest_writes_a_draft(desk: Desk) -> None:
    desk.feeds_say(MONDAY, *ON_MONDAY)

    assert desk.reads(MONDAY, "draft") == "issues/2026-W47.md: 7 stories in 2 sections\n"

    assert desk.under("Energy") == [CAP.title, WIND.title, HEAT.title]
    assert desk.under("Ports") == [CANAL.title, LOCKS.title, BOAT.title, TOLLS.title]
    assert "[Grid Watch](https://grid.example/cap)" in desk.story(CAP.title)
    assert "also [The Courier](https://courier.example/cap)" in desk.story(CAP.title)
    assert desk.totals(MONDAY) == {"seen": 8, "eligible": 8}


def monday_she_edits_it(desk: Desk) -> None:
    """One edit of each kind."""
    # an introduction
    desk.replaces("<!-- Your introduction goes here; it may stay empty. -->", "A week of pumps — and of *patience*.")
    # delete
    desk.replaces(desk.story(WIND.title), "")
    # hold for next week
    boat = desk.story(BOAT.title)
    desk.replaces(boat, "")
    desk.replaces("## Candidates", boat + "## Candidates")
    # retitle, rewrite, say why it matters
    desk.replaces(f"### {HEAT.title} ", "### Marlow warms its flats with the tide ")
    desk.replaces(f"{HEAT.text}\n", "The sea in Marlow now does what coal did.\n\nWhy it matters: so could yours.\n")
    # move into another section, to its top, and pin it there
    tolls = desk.story(TOLLS.title)
    desk.replaces(tolls, "")
    desk.replaces("## Energy\n\n", "## Energy\n\n" + re.sub(r"(\{#s-\w+)\}", r"\1 .pin}", tolls))
    # merge two: the source of one below the other
    line = source_line(desk.story(LOCKS.title), "courier.example/locks")
    desk.replaces(desk.story(LOCKS.title), "")
    canal = source_line(desk.story(CANAL.title), "courier.example/canal")
    desk.replaces(canal, canal + line)
    # split one: a source gets a headline of its own
    line = source_line(desk.story(CAP.title), "courier.example/cap")
    desk.replaces(line, "")
    desk.replaces("## Ports\n\n", f"## Ports\n\n### Charities lose against Ofgate\n\nSources:\n\n{line}\n")
    # and a story of her own
    desk.replaces("## Next week", OWN_STORY + "## Next week")

    assert desk.under("Energy") == [TOLLS.title, CAP.title, "Marlow warms its flats with the tide"]
    assert desk.under("Ports") == ["Charities lose against Ofgate", CANAL.title, "A word on our own behalf"]
    assert desk.under("Next week") == [BOAT.title]


def wednesday_news_comes_in_where_she_left_room_for_it(desk: Desk) -> None:
    desk.feeds_say(WEDNESDAY, *BY_WEDNESDAY)
    before = desk.text

    shown = desk.reads(WEDNESDAY, "draft", "--dry-run")
    assert f"+### {BARN.title}" in shown
    assert desk.text == before, "a dry run writes nothing"

    assert told(desk.reads(WEDNESDAY, "draft")) == {
        # untouched words follow their source, wherever the story stands
        ("changed", TOLLS.title, "its sources changed: summary"),
        # a late source joins a story she rewrote; what changed in its first source is told, and her words stay
        ("joined", "Marlow warms its flats with the tide", "also Marlow Post"),
        ("left", "Marlow warms its flats with the tide",
         "its sources changed, you had edited its summary: see the note"),
        # and the story she merged, and the one she put off
        ("joined", CANAL.title, "also Marlow Post"),
        ("joined", BOAT.title, "also Marlow Post"),
        # what she deleted stays deleted, with what came late of it
        ("left", WIND.title, "you deleted it, so Marlow Post is left out too"),
        ("added", BARN.title, "new since you edited the file: under Candidates (it would fit under Energy)"),
    }  # fmt: skip

    assert desk.under("Energy") == [TOLLS.title, CAP.title, "Marlow warms its flats with the tide"]
    assert desk.under("Ports") == ["Charities lose against Ofgate", CANAL.title, "A word on our own behalf"]
    assert desk.under("Next week") == [BOAT.title]
    assert desk.under("Candidates") == [BARN.title]
    assert "eleven pounds" in desk.story(TOLLS.title)
    heat = desk.story("Marlow warms its flats with the tide")
    assert "The sea in Marlow now does what coal did.\n\nWhy it matters: so could yours.\n" in heat
    assert "also [Marlow Post](https://marlow.example/heat)" in heat
    assert "seven hundred flats" in heat.partition("<!--")[2]
    assert hosts(desk.story(CANAL.title)) == ["courier", "courier", "marlow"]
    assert hosts(desk.story(BOAT.title)) == ["courier", "marlow"]
    assert hosts(desk.story("Charities lose against Ofgate")) == ["courier"]
    assert OWN_STORY in desk.text
    assert "A week of pumps — and of *patience*." in desk.text


def wednesday_a_second_time_there_is_nothing_new(desk: Desk) -> None:
    before = desk.text

    assert "there is nothing new for it" in desk.reads(WEDNESDAY, "draft")

    assert desk.text == before
    assert desk.totals(WEDNESDAY) == {"seen": 13, "eligible": 13}, "no draft spends anything"


def wednesday_with_build_deleted_there_is_nothing_new_either(desk: Desk) -> None:
    before = desk.text
    desk.reads(WEDNESDAY, "render")
    for path in sorted((desk.root / "build").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    desk.reads(WEDNESDAY, "draft")

    assert desk.text == before


def thursday_she_approves(desk: Desk) -> None:
    assert desk.reads(THURSDAY, "approve", "--by", "Ruth Vane") == "2026-W47 (issue 1) is approved by Ruth Vane\n"

    issue = desk.types(THURSDAY, "status")["issue"]
    assert (issue["state"], issue["approved_by"]) == ("approved", "Ruth Vane")
    assert desk.reads(THURSDAY, "diff") == ""


def thursday_a_change_after_that_does_not_leave(desk: Desk) -> None:
    approved = desk.text
    desk.replaces("dogs too", "no dogs")

    for words in (("publish",), ("send", "--yes")):
        refused = desk.types(THURSDAY, *words, expect=1)
        assert "2026-W47 is not what Ruth Vane approved: issues/2026-W47.md changed since" in refused["error"]
        assert "-We move to the old customs house on Monday. *Visitors are welcome*, dogs too." in refused["diff"]
        assert "+We move to the old customs house on Monday. *Visitors are welcome*, no dogs." in refused["diff"]
        assert "digest reopen" in refused["hint"]
    assert "no dogs" in desk.reads(THURSDAY, "diff")
    assert "is approved or out, so it is left alone" in desk.reads(THURSDAY, "draft")

    desk.types(THURSDAY, "restore", desk.name, "approved")
    assert desk.text == approved
    assert not (desk.root / "build" / "site").exists()
    assert desk.server.messages == []


def thursday_nor_does_a_changed_template(desk: Desk) -> None:
    desk.types(THURSDAY, "templates", "eject", "brief")
    template = next((desk.root / "templates").rglob("email.txt"))
    was = template.read_text("utf-8")
    template.write_text(was + "\nPrinted on recycled bytes.\n", "utf-8")

    refused = desk.types(THURSDAY, "publish", expect=1)

    assert "email.txt changed since" in refused["error"]
    assert "+Printed on recycled bytes." in refused["diff"]
    template.write_text(was, "utf-8")


def friday_she_reopens_changes_it_after_all_and_approves_again(desk: Desk) -> None:
    assert desk.reads(FRIDAY, "reopen") == "2026-W47 is a draft again\n"
    desk.replaces("dogs too", "dogs as well")

    desk.types(FRIDAY, "approve", "--by", "Ruth Vane")

    assert [one["origin"] for one in desk.types(FRIDAY, "diff", "--versions")["versions"]].count("approved") == 2


def friday_it_is_published_and_sent_and_what_came_meanwhile_waits(desk: Desk) -> None:
    desk.feeds_say(FRIDAY_LATER, *BY_WEDNESDAY, SLIPWAY)
    desk.types(FRIDAY_LATER, "publish")
    sent = desk.types(FRIDAY_LATER, "send")["mailings"][0]

    assert (sent["sent"], sent["left"]) == (3, 0)
    assert sorted(desk.server.recipients) == sorted(READERS)
    letter = letter_of(desk.server)
    for words in ("A week of pumps — and of patience.", "The sea in Marlow now does what coal did.",
                  "Visitors are welcome, dogs as well.", "Charities lose against Ofgate", "eleven pounds"):  # fmt: skip
        assert words in letter
    for words in (WIND.title, BOAT.title, BARN.title, SLIPWAY.title, "seven hundred flats"):
        assert words not in letter
    assert desk.totals(FRIDAY_LATER) == {
        "seen": 14,
        "used": 5,  # the tolls, the cap, the charities, the heat, the canal
        "grouped": 3,  # the lock keepers and Marlow Post's canal and heat
        "dropped": 2,  # the wind, and what came late of it
        "held": 2,  # the boat, twice told
        "eligible": 2,  # the battery, passed over once, and the slipway
    }
    assert desk.types(FRIDAY_LATER, "reopen", expect=1)["error"].startswith("2026-W47 is out")


def next_monday_nothing_comes_back_but_what_she_kept(desk: Desk) -> None:
    desk.server.messages.clear()
    desk.name = "2026-W48"
    desk.feeds_say(NEXT_MONDAY, *BY_WEDNESDAY, SLIPWAY, CAP_AGAIN, CAP_UPDATE)

    drafted = desk.types(NEXT_MONDAY, "draft")

    assert drafted["issue"] == "2026-W48"
    titles = {story.title for story in read_issue(desk.text, path="x").issue.stories}
    assert titles == {BOAT.title, BARN.title, SLIPWAY.title, CAP_UPDATE.title}
    assert hosts(desk.story(BOAT.title)) == ["courier", "marlow"]
    # The wind was deleted and does not come back; the cap ran. Both can be asked for.
    assert "dropped" in desk.reads(NEXT_MONDAY, "why", WIND.url)
    assert "2026-W47" in desk.reads(NEXT_MONDAY, "why", CAP.url)


def next_friday_an_update_leaves_and_a_repeat_does_not(desk: Desk) -> None:
    # She cites last week's piece under this week's story: it ran, so that is stopped unless she says it is an update.
    old = f"- also [Grid Watch]({CAP.url})\n"
    line = source_line(desk.story(CAP_UPDATE.title), "marlow.example/cap-court")
    desk.replaces(line, line + old)
    blocked = desk.types(NEXT_FRIDAY, "approve", "--by", "Ruth Vane", expect=4)
    assert [one["rule"] for one in blocked["findings"] if one["blocks"]] == ["repeat"]

    heading = desk.story(CAP_UPDATE.title).partition("\n")[0]
    desk.replaces(heading, heading.replace("}", " .update}"))
    sent = desk.types(NEXT_FRIDAY, "send", "--yes", "--by", "Ruth Vane")["mailings"][0]

    assert sent["sent"] == 3
    assert sorted(desk.server.recipients) == sorted(READERS)
    letter = letter_of(desk.server)
    assert CAP_UPDATE.title in letter
    assert BOAT.title in letter
    for gone in (WIND.title, CANAL.title, TOLLS.title, "Marlow warms its flats"):
        assert gone not in letter
    assert desk.totals(NEXT_FRIDAY) == {"seen": 16, "used": 9, "grouped": 5, "dropped": 2}
    site = desk.root / "build" / "site"
    assert [path.parent.name for path in sorted(site.glob("20*/index.html"))] == ["2026-W47", "2026-W48"]


def told(printed: str) -> set[tuple[str, str, str]]:
    """What a draft says it did: (kind, headline, what)."""
    lines = re.findall(r"^  (added|joined|changed|left) +(.*?): (.*)$", printed, re.MULTILINE)
    return {(kind, title, what) for kind, title, what in lines}


def source_line(story: str, address: str) -> str:
    found = next(line for line in story.splitlines(keepends=True) if address in line)
    assert found.startswith("- ")
    return found


def hosts(story: str) -> list[str]:
    """Whose sources a story has, in order."""
    return re.findall(r"^- .*?\(https://(\w+)\.example/", story, re.MULTILINE)


def letter_of(server: SmtpServer) -> str:
    """The text of the mail that everybody had, on one line."""
    body = server.messages[0].parsed.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).replace("*", "").split())
