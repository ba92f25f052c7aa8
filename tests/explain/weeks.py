"""Two weeks of an editor: what the feeds tell, what is made of the draft, and how ``digest why`` is asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digest.model import Entry, FetchState, Source
from digest.store import sources
from digest.store.entries import file_entries
from tests.support.cli import digest
from tests.support.project import FEEDS, at, item, opened

THURSDAY = "2026-11-19T09:00Z"
LATER = "2026-11-19T10:00Z"
SITE = "https://gridwatch.example/"
TEXTS = {
    "wind": "Wind farms wait nine years for a cable. The queue has 400 farms in it, the Cable Board says.",
    "heat": "A harbour town heats itself with sea water. Pumps at Nether Quay warm 900 flats in the old docks.",
    "charges": "Regulator publishes new network charges. Households in the north pay 12 pounds less from April.",
    "grants": "Insulation grants end early. The fund of 40 million ran dry in six weeks, the ministry told builders.",
    "fares": "Bus fares rise by a tenth. The county blames wages and diesel, and drivers ask where the money went.",
    "rents": "Rents of allotments double. Gardeners of Marlport have collected 3,000 names against the plan.",
    "ferry": "Ferry timetable loses its night boat. The last sailing leaves at ten, and nurses on shifts are stranded.",
    "library": "Library opens at night without staff. Readers let themselves in with a card at Skerry town hall.",
}
SAME = """\
---
title: Wind farms wait nine years for a cable
url: https://www.gridwatch.example/wind?utm_source=letter
date: 2026-11-17
---

Wind farms wait nine years for a cable, the editors of a letter write.
"""
MINUTES = """\
From: Ines <ines@example.org>
To: us@example.org
Subject: Fwd: Minutes of the harbour board
Date: Tue, 17 Nov 2026 10:00:00 +0000
Content-Type: text/plain; charset=utf-8

The harbour board met on Tuesday and moved the vote on dredging to the spring.
It heard three objections from fishermen.
"""
TIDES = """\
 date 2026-11-18 Centre for Tides
Printable version
Tidal power could light a city by the spring
PRESS RELEASE
EMBARGOED until 00:01 GMT Tuesday 1 December 2026
A barrage of nine turbines would light every street lamp of the city, the centre says.
Original article link: https://tides.example/barrage
"""
LIMITS = "\n[issue]\nmax_stories = 5\nmax_candidates = 2\nmax_per_source = 4\ncarry = 1\n"
SILENT = """
[[feed]]
url = "https://silent.example/feed"
id = "silent"
name = "Silent Review"
exclude = ["podcast"]
max_entries = 10
"""


def told(name: str, url: str = "", day: int = 17) -> str:
    """An item of one of the texts."""
    return item(TEXTS[name].split(".")[0], url or SITE + name, day=day, text=TEXTS[name])


def block(text: str, title: str) -> str:
    """A story of an issue file, as it stands there."""
    found = re.search(rf"^### {re.escape(title)} .*\n(?:(?!##).*\n)*", text, re.MULTILINE)
    assert found, title
    return found[0]


def line(text: str, start: str) -> str:
    """A source line, as it stands there."""
    found = re.search(rf"^- (?:also )?\[?{re.escape(start)}.*\n", text, re.MULTILINE)
    assert found, start
    return found[0]


def edited(text: str) -> str:
    """What an editor makes of the draft: each of the moves there are, once."""
    for title in ("A harbour town heats itself with sea water", "Minutes of the harbour board"):
        gone = block(text, title)
        text = text.replace(gone, "")
        if title.startswith("Minutes"):  # merged
            fares = line(text, f"Grid Watch]({SITE}fares")
            text = text.replace(fares, fares + "- also " + line(gone, "Ines").removeprefix("- "))
    text = text.replace("### Wind farms wait nine years for a cable {", "### The nine-year queue {")
    same = line(text, "gridwatch.example")
    split = f"### A letter to the grid\n\nIts editors write.\n\nSources:\n\n{same.replace('also ', '')}\n"
    rents, ferry = block(text, "Rents of allotments double"), block(text, "Ferry timetable loses its night boat")
    for one in (same, rents, ferry):
        text = text.replace(one, "")
    by_hand = "### A story by hand\n\nSee https://elsewhere.example/page/ for more.\n\n"
    text = text.replace("## Next week", f"## Other news\n\n{ferry}\n{split}\n{by_hand}## Next week")
    return text.replace("## Candidates", f"{rents}\n## Candidates")


def list_silent(root: Path) -> None:
    """List a feed that answered for a week and then no more."""
    (root / "feeds" / "feeds.toml").write_text(FEEDS + SILENT, "utf-8")
    source = Source(id="silent", kind="feed", location="https://silent.example/feed", name="Silent Review")
    state = FetchState(
        first_fetched=at(10), last_fetched=at(17), failing_since=at(15), failures=3, last_problem="the server said 503"
    )
    url, day = "https://silent.example/old", datetime(2026, 10, 1, tzinfo=UTC)
    old = Entry(id="b" * 12, source_id="silent", title="An old story of tides", url=url, url_key=url[8:], published=day,
                first_seen=at(10))  # fmt: skip
    with opened(root) as project, project.store.write() as connection:
        sources.save_source(connection, source, state)
        file_entries(connection, [old], now=at(10), news_from=at(6))


def why(root: Path, *words: str, now: str = LATER) -> str:
    """What is printed."""
    ran = digest("why", *words, root=root, now=now)
    assert ran.code == 0, ran.err
    return ran.out


def account(root: Path, *words: str, now: str = LATER) -> dict[str, Any]:
    """The first account of --json."""
    found: dict[str, Any] = digest("why", *words, "--json", root=root, now=now).json["entries"][0]
    return found
