"""A correction changes the time of the entry it is of, and what that says; and not a byte of anything else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest.archive.atomfeed import atom_feed
from digest.archive.feeditems import issues_head
from digest.archive.jsonfeed import json_feed
from digest.model import ISSUE_ITSELF, Correction, Issue
from tests.archive.feedmaking import CORRECTED, FEEDS, ISSUES, correction, feeds, issue_items, read, story_items
from tests.archive.feedrules import atom_faults
from tests.archive.jsonfeedrules import json_faults
from tests.archive.newsletter import SETTINGS, WEEK_47

NEWSLETTER = SETTINGS.newsletter
WHEN = "2026-11-23T09:30:00Z"


def with_words(issue: Issue, place: int, words: str) -> Issue:
    """The issue with other words in the story at a place."""
    wrong = issue.stories[place]
    right = replace(wrong, summary=words)
    sections = tuple(
        replace(section, stories=tuple(right if story is wrong else story for story in section.stories))
        for section in issue.sections
    )
    return replace(issue, sections=sections)


def pair(issues: Sequence[Issue], corrections: Sequence[Correction]) -> tuple[bytes, bytes]:
    """The feed of issues, as Atom and as JSON Feed."""
    items = issue_items(issues, corrections=corrections)
    return atom_feed(issues_head(NEWSLETTER), items), json_feed(issues_head(NEWSLETTER), items)


def entries_of(atom: bytes) -> tuple[str, list[str]]:
    """What stands before the entries, and each entry."""
    head, *entries = re.split(r"(?=  <entry)", atom.decode())
    return head, entries


WORDS = "Agriculture ministers agreed to hold 2.1 million tonnes of grain."
BEFORE = pair(ISSUES, [])
AFTER = pair([with_words(WEEK_47, 0, WORDS), *ISSUES[1:]], [correction()])


def test_a_correction_changes_updated_and_nothing_else_but_the_words_that_were_put_right() -> None:
    (head, entries), (head_after, entries_after) = entries_of(BEFORE[0]), entries_of(AFTER[0])
    assert head_after == head.replace("<updated>2026-11-20T07:05:00Z", f"<updated>{WHEN}")
    assert entries_after[1:] == entries[1:]
    content = re.compile(r"(?<=/2026-W47/\">).*(?=</content>)", re.DOTALL)
    updated = entries[0].replace("<updated>2026-11-20T07:05:00Z", f"<updated>{WHEN}")
    assert content.sub("", entries_after[0]) == content.sub("", updated)
    assert entries_after[0] != updated


def test_so_it_is_in_json() -> None:
    before, after = json.loads(BEFORE[1]), json.loads(AFTER[1])
    assert after["items"][1:] == before["items"][1:]
    assert after | {"items": ()} == before | {"items": ()}
    changed = {key for key in before["items"][0] if after["items"][0][key] != before["items"][0][key]}
    assert changed == {"date_modified", "content_html"}
    assert after["items"][0]["date_modified"] == WHEN


def test_the_content_says_when_and_what_was_put_right_at_the_story() -> None:
    content = read(AFTER[0]).entries[0].content[0].value
    assert WORDS in content
    assert "2.4 million tonnes of grain" not in content
    note = (
        "<blockquote>\n<p><strong>Corrected on 23 November 2026</strong></p>\n<p>We had said <em>2.4</em> million "
        'tonnes. It is <a href="https://policyweek.example/brief/2026-W47/tables/reserve.html">2.1 million</a>.</p>\n'
        "</blockquote>\n"
    )
    assert f"grain</a></h3>\n{note}" in content
    assert content.count("<blockquote>") == BEFORE[0].decode().count("&lt;blockquote&gt;") + 1
    assert content.replace(note, "") == issue_items([with_words(WEEK_47, 0, WORDS)])[0].content


def test_feeds_with_a_correction_are_valid() -> None:
    for path, data in feeds(corrections=[correction()]).items():
        assert (atom_faults(data) if path.endswith(".xml") else json_faults(data)) == []


@pytest.mark.parametrize("place", range(len(WEEK_47.stories)))
def test_of_the_feeds_of_sections_one_entry_of_one_feed_changes(place: int) -> None:
    before, after = FEEDS, feeds(corrections=[correction(place=place)])
    concerned = [path for path in before if path.startswith("sections/") and after[path] != before[path]]
    section = next(one.title for one in WEEK_47.sections if WEEK_47.stories[place] in one.stories)
    slug = section.lower().replace(" ", "-")
    assert concerned == ([f"sections/{slug}/feed.xml", f"sections/{slug}/feed.json"] if concerned else [])
    assert bool(concerned) == (slug in {"world", "economy", "our-desk"})
    for path in concerned[:1]:
        (_, entries), (_, entries_after) = entries_of(before[path]), entries_of(after[path])
        differ = [one for one, two in zip(entries, entries_after, strict=True) if one != two]
        assert len(differ) == 1
        assert f"/2026-W47/story-{place}/</id>" in differ[0]


def test_an_entry_of_a_section_says_what_was_put_right() -> None:
    item = story_items("World", corrections=[correction()])[0]
    assert item.content.startswith("<blockquote>\n<p><strong>Corrected on 23 November 2026")
    assert item.updated == CORRECTED
    assert item.published == story_items("World")[0].published


def test_of_two_corrections_both_are_told_and_the_later_dates_the_entry() -> None:
    later = correction(note="And it is held in *seven* ports.", at=CORRECTED + timedelta(days=2))
    item = issue_items(corrections=[correction(), later])[0]
    assert item.updated == later.at
    told = item.content
    assert told.index("Corrected on 23 November") < told.index("Corrected on 25 November") < told.index("Agriculture")


def test_a_correction_of_the_introduction_stands_at_the_top() -> None:
    item = issue_items(corrections=[correction(place=ISSUE_ITSELF)])[0]
    assert item.content.index("Corrected on") < item.content.index("Good morning")


def test_the_day_of_a_note_is_that_of_the_newsletter() -> None:
    """Half past eleven in the evening in London in summer is another day in UTC."""
    at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert "Corrected on 2 July 2026" in issue_items(corrections=[correction(at=at)])[0].content


def test_a_correction_of_an_old_issue_does_not_move_it_up() -> None:
    feed: Any = read(feeds(corrections=[correction("2026-W46")])["feed.xml"])
    assert [entry.id for entry in feed.entries] == [item.id for item in issue_items()]
    assert [entry.updated for entry in feed.entries] == ["2026-11-20T07:05:00Z", WHEN, "2026-11-06T23:30:00Z"]
    assert feed.feed.updated == WHEN


def test_hostile_notes_are_cleaned() -> None:
    note = "<script>x()</script>]]> @@unsubscribe@@ \x00\ud83d <b onclick=x()>bold</b> [a](javascript:x())"
    made = feeds(corrections=[correction(note=note)])
    for path, data in made.items():
        assert (atom_faults(data) if path.endswith(".xml") else json_faults(data)) == []
    assert b"unsubscribe" not in made["feed.xml"]
    assert "bold" in made["sections/world/feed.xml"].decode()
