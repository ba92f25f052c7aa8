from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.feed import NEWEST, atom_feed
from digest.archive.published import PublishedIssue
from digest.config.settings import Settings
from digest.model import Html
from tests.archive.newsletter import EMPTY, SETTINGS, WEEK_46, WEEK_47, changed, published

ISSUES = (published(WEEK_46), published(EMPTY), published(WEEK_47))
WITHOUT_URL = changed(url="")
ATOM = "{http://www.w3.org/2005/Atom}"


def read(issues: tuple[PublishedIssue, ...], settings: Settings = SETTINGS) -> Any:
    """The feed as feedparser reads it, its content untouched."""
    feed = feedparser.parse(atom_feed(issues, settings=settings), sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


def test_a_reader_of_feeds_gets_every_issue_whole_and_newest_first() -> None:
    entries = read(ISSUES).entries
    newest_first = (ISSUES[2], ISSUES[0], ISSUES[1])
    assert [entry.title for entry in entries] == [one.issue.subject for one in newest_first]
    assert [entry.link for entry in entries] == [
        f"https://policyweek.example/brief/{one.record.name}/" for one in newest_first
    ]
    assert [entry.id for entry in entries] == [entry.link for entry in entries]
    assert [entry.updated for entry in entries] == [
        "2026-11-20T07:05:00Z", "2026-11-13T07:05:00Z", "2026-11-06T23:30:00Z",
    ]  # fmt: skip
    assert [entry.content[0].value for entry in entries] == [one.content.strip() for one in newest_first]
    assert {entry.content[0].type for entry in entries} == {"text/html"}
    assert {entry.content[0].language for entry in entries} == {"en"}


def test_the_feed_says_whose_it_is_and_where() -> None:
    feed = read(ISSUES).feed
    assert (feed.title, feed.author, feed.language) == ("The Policy Week", "The Policy Week", "en")
    assert feed.subtitle == SETTINGS.newsletter.description
    assert feed.updated == "2026-11-20T07:05:00Z"
    assert {link.rel: link.href for link in feed.links} == {
        "self": "https://policyweek.example/brief/feed.xml",
        "alternate": "https://policyweek.example/brief/",
    }


def test_without_an_address_on_the_web_ids_are_stable_and_links_lead_from_the_feed() -> None:
    feed = read(ISSUES, WITHOUT_URL)
    ids = [feed.feed.id, *(entry.id for entry in feed.entries)]
    assert all(one.startswith("urn:uuid:") for one in ids)
    assert len(set(ids)) == 4
    assert ids == [feed.feed.id, *(entry.id for entry in read(ISSUES[::-1], WITHOUT_URL).entries)]
    assert feed.entries[0].link == "2026-W47/index.html"
    root = ET.fromstring(atom_feed(ISSUES, settings=WITHOUT_URL))
    base = "{http://www.w3.org/XML/1998/namespace}base"
    assert [one.attrib[base] for one in root.iter(f"{ATOM}content")] == ["2026-W47/", "2026-W46/", "2026-W45/"]


def test_a_feed_without_issues_is_a_feed() -> None:
    feed = read(())
    assert feed.entries == []
    assert feed.feed.updated == "1970-01-01T00:00:00Z"


def test_only_the_newest_issues_are_in_the_feed() -> None:
    first = datetime(2020, 1, 3, 7, tzinfo=UTC)
    many = tuple(
        replace(ISSUES[1], record=replace(ISSUES[1].record, name=f"n{n:02}", number=n, out=first + timedelta(weeks=n)))
        for n in range(NEWEST + 5)
    )
    entries = read(many).entries
    assert len(entries) == NEWEST
    assert entries[0].link.endswith("/n54/")
    assert entries[-1].link.endswith("/n05/")


def test_an_issue_that_is_not_out_yet_is_dated_by_the_end_of_its_period() -> None:
    record = replace(ISSUES[0].record, out=None, end=datetime(2026, 11, 13, 8, tzinfo=UTC))
    assert read((replace(ISSUES[0], record=record),)).entries[0].updated == "2026-11-13T08:00:00Z"


@pytest.mark.parametrize("name", ["week 47", "Ausgabe-März", "2026-W47"])
def test_ids_and_links_are_addresses_whatever_an_issue_is_called(name: str) -> None:
    entry = read((replace(ISSUES[0], record=replace(ISSUES[0].record, name=name)),)).entries[0]
    assert entry.id.isascii()
    assert " " not in entry.id


@given(subject=st.text(), preheader=st.text(), content=st.text(), title=st.text(min_size=1))
def test_the_feed_is_well_formed_whatever_the_issue_holds(
    subject: str, preheader: str, content: str, title: str
) -> None:
    issue = replace(WEEK_46, subject=subject, preheader=preheader)
    one = replace(ISSUES[0], issue=issue, content=Html(content))
    raw = atom_feed((one,), settings=changed(title=title))
    entry = ET.fromstring(raw).find(f"{ATOM}entry")
    assert entry is not None
    text = raw.decode()
    assert not [char for char in text if (char < " " and char not in "\t\n") or "\x7f" <= char <= "\x9f"]
