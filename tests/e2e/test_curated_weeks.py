"""What `digest draft` makes of a week: the same bytes every time, explained, and told the editor alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from digest.curate.briefing import brief
from digest.edit.draft import write_issue
from digest.model import Entry
from digest.project import open_project
from digest.store.frequencies import frequencies_before
from tests.curate.making import PERIOD, SOURCES, days_before, entry, settings
from tests.support.cli import digest
from tests.support.project import CONFIG, NEXT_WEEK, NOW, item, make_project, rss

pytestmark = pytest.mark.usefixtures("in_each_database")

HOME = Path(__file__).resolve().parents[2]

SAID = "Ofgate sets the price cap at £1,720 a year from January. Nobody knows what follows in spring."
AGAIN = "Charities in Marlow wanted the higher price cap put off for a year. Ofgate said no."
FEEDS = {
    "grid": rss(
        item("Ofgate sets price cap at £1,720", "https://gridwatch.example/cap", text=SAID, day=16),
        item("A harbour town heats itself with sea water", "https://gridwatch.example/heat", day=15),
        item("Wind farms wait nine years for a cable", "https://gridwatch.example/wind", day=17),
        title="Grid Watch",
    ),
    "courier": rss(
        item("Price cap: Ofgate announces £1,720", "https://courier.example/cap", text=AGAIN, day=16),
        item("Pilots of Selby get a new boat", "https://courier.example/boat", day=14),
        title="The Courier",
    ),
}


def newsletter(root: Path, *, config: str = CONFIG, names: tuple[str, ...] = tuple(FEEDS)) -> Path:
    listed = "".join(f'[[feed]]\npath = "{name}.xml"\nid = "{name}"\n' for name in names)
    files = {f"feeds/{name}.xml": text for name, text in FEEDS.items()}
    return make_project(root, config=config, feeds=listed, files=files)


def issue_text(root: Path, name: str = "2026-W47") -> str:
    return (root / "issues" / f"{name}.md").read_text("utf-8")


def test_a_story_of_two_sources_is_summed_up_from_both_with_their_names(tmp_path: Path) -> None:
    root = newsletter(tmp_path)
    digest("fetch", root=root, now=NOW)
    told = digest("draft", "--json", root=root, now=NOW).json
    story = next(one for section in told["sections"] for one in section["stories"] if "1,720" in one["title"])
    whose = [sentence["entry"] for sentence in story["summary"]]

    assert len(story["entries"]) == 2
    assert set(whose) == set(story["entries"])
    text = issue_text(root)
    assert all(sentence["text"].split(".")[0] in text for sentence in story["summary"])
    assert "(Grid Watch)" in text
    assert "(The Courier)" in text


def test_each_sentence_says_where_it_stands_until_the_editor_changes_it(tmp_path: Path) -> None:
    root = newsletter(tmp_path)
    digest("fetch", root=root, now=NOW)
    explained = digest("draft", "--explain", root=root, now=NOW).out
    asked = digest("why", "price", "cap", root=root, now=NOW).out

    assert "\t\tsentence 1: " in explained
    assert ", characters 1 to " in explained
    assert "    sentence 1: " in asked
    assert "the editor's words" not in asked

    path = root / "issues" / "2026-W47.md"
    path.write_text(issue_text(root).replace("Ofgate sets the price cap", "Ofgate sets its cap"), "utf-8")
    asked = digest("why", "price", "cap", root=root, now=NOW).out
    (place,) = digest("why", "--json", "https://gridwatch.example/cap", root=root, now=NOW).json["entries"][0]["file"]

    assert "sentence 1: no source has it: the editor's words" in asked
    assert "sentence 2: " in asked
    assert place["summary"][0]["text"] == "Ofgate sets its cap at £1,720 a year from January."
    assert ["entry" in sentence for sentence in place["summary"]] == [False, True]


def test_a_draft_is_the_same_bytes_whatever_the_hash_seed_and_the_order_of_the_feeds(tmp_path: Path) -> None:
    texts = set()
    for seed in ("1", "2"):
        root = newsletter(tmp_path / seed, names=tuple(FEEDS) if seed == "1" else tuple(reversed(FEEDS)))
        for verb in ("fetch", "draft"):
            subprocess.run(
                [sys.executable, "-m", "digest", "--now", NOW, verb],
                cwd=root,
                env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(HOME), *sys.path])},
                check=True,
                capture_output=True,
            )
        texts.add(issue_text(root))

    assert len(texts) == 1
    assert "(The Courier)" in texts.pop()


THINGS = ("the price cap of £1,720", "grey whales off Corran", "a strike of tugs in Marlow", "the ferry from Selby")
some_entries = st.lists(
    st.builds(
        lambda thing, said, source, day: entry(
            f"{said}: {thing}",
            source_id=source,
            text=f"{thing} {said}, Ellen Grey told the council of {source}. Nobody objected to {thing} on Monday.",
            published=days_before(day),
            url=f"https://{source}.example/{thing}/{day}",
        ),
        st.sampled_from(THINGS),
        st.sampled_from(("Council discusses", "What to know", "Pilots fear")),
        st.sampled_from(("harbour", "courier", "links")),
        st.integers(0, 6),
    ),
    max_size=16,
    unique_by=lambda one: one.id,
)


@run(max_examples=40, deadline=None)
@given(some_entries, st.randoms(use_true_random=False))
def test_the_order_of_the_entries_changes_no_byte_of_the_file(entries: list[Entry], order: Random) -> None:
    config = settings(
        issue={"max_stories": 4, "max_per_source": 2, "max_candidates": 6},
        section=[{"title": "Sea", "about": "whales, ferry", "max_stories": 1}, {"title": "Home"}],
    )

    def written(some: list[Entry]) -> str:
        made = brief(some, sources=SOURCES, settings=config, period=PERIOD)
        return write_issue(made, title="The Quay", sources=SOURCES, day=lambda day: f"{day:%F}", max_candidates=6)

    assert written(order.sample(entries, len(entries))) == written(entries)


QUIET = CONFIG + "\n[issue]\nsignificant = 50\n"


def test_a_quiet_week_is_told_the_editor_and_stops_nothing(tmp_path: Path) -> None:
    root = newsletter(tmp_path, config=QUIET)
    digest("fetch", root=root, now=NOW)
    told = digest("draft", root=root, now=NOW)
    sentence = "Nothing significant this week: no story has more than 50 points, the best "

    assert sentence in told.out
    assert digest("draft", "--json", root=root, now=NOW).json["quiet"].startswith(sentence)
    assert f"\n{sentence}" in issue_text(root)
    built = digest("build", root=root, now=NOW)
    mail = (root / "build" / "2026-W47" / "email.html").read_text("utf-8")
    assert (built.code, "othing significant" in mail, "1,720" in mail) == (0, False, True)
    assert digest("approve", "--by", "E", root=root, now=NOW).code == 0


def test_a_week_with_news_is_not_called_quiet(tmp_path: Path) -> None:
    root = newsletter(tmp_path)
    digest("fetch", root=root, now=NOW)

    assert digest("draft", "--json", root=root, now=NOW).json["quiet"] is None
    assert "Nothing" not in issue_text(root)


def test_a_section_takes_no_more_than_its_limit(tmp_path: Path) -> None:
    config = CONFIG.replace('title = "Energy"\n', 'title = "Energy"\nmax_stories = 1\n')
    root = newsletter(tmp_path, config=config)
    digest("fetch", root=root, now=NOW)
    told = digest("draft", "--json", root=root, now=NOW).json
    energy = next(section for section in told["sections"] if section["title"] == "Energy")
    reasons = [reason["text"] for one in told["candidates"] for reason in one["reasons"]]

    assert len(energy["stories"]) == 1
    assert "on the bench: section Energy is full at 1 (its max_stories)" in reasons


def kept(root: Path, issue: str) -> str | None:
    with open_project(root) as project, project.store.read() as connection:
        return frequencies_before(connection, issue)


def test_how_common_words_are_is_kept_when_an_issue_leaves_and_not_before(tmp_path: Path) -> None:
    root = newsletter(tmp_path)
    for verb in (("build",), ("draft",), ("check",), ("approve", "--by", "E")):
        assert digest(*verb, root=root, now=NOW).code == 0
        assert kept(root, "2026-W48") is None
    assert digest("publish", root=root, now=NOW).code == 0
    after = kept(root, "2026-W48")

    assert after is not None
    assert '"entries":5' in after
    assert digest("publish", root=root, now=NOW).code == 0
    digest("draft", root=root, now=NEXT_WEEK)
    first = issue_text(root, "2026-W48")
    digest("draft", root=root, now=NEXT_WEEK)
    assert (issue_text(root, "2026-W48"), kept(root, "2026-W49")) == (first, after)


@pytest.mark.parametrize(
    "marked", ["Ofgate sets price cap at £1,720 | The Courier", "UPDATE 1-Ofgate sets price cap at £1,720"]
)
def test_what_ran_does_not_come_back_under_another_publishers_title(tmp_path: Path, marked: str) -> None:
    root = newsletter(tmp_path)
    for verb in (("build",), ("approve", "--by", "E"), ("publish",)):
        assert digest(*verb, root=root, now=NOW).code == 0
    (root / "feeds" / "late.xml").write_text(
        rss(item(marked, "https://late.example/cap", text=SAID, day=23), title="Late"), "utf-8"
    )
    digest("fetch", root=root, now=NEXT_WEEK)
    told = digest("draft", "--json", root=root, now=NEXT_WEEK).json

    assert [repeat["title"] for repeat in told["repeats"]] == [marked]
