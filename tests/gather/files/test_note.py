from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.document import UnreadableError
from digest.gather.files.note import read
from tests.gather.making import document

WHOLE = """---
title: The bus that came
date: 2026-11-17 08:30
url: https://example.org/bus?utm_source=x
source: Example Council
author: [Jane Roe, John Doe]
tags: transport, villages
kind: Case study
language: no
summary: A *short* account.
embargo: 2026-12-01
image: https://example.org/bus.jpg
image_alt: A bus
---

# The bus that came

It came **late**.

- once
- twice

| a | b |
|---|---|
| 1 | 2 |

<script>bad()</script>
"""


def test_front_matter_says_what_the_note_is() -> None:
    entry = read(document(WHOLE, "feeds/bus.md"))
    assert entry.title == "The bus that came"
    assert entry.url == "https://example.org/bus"
    assert entry.published == datetime(2026, 11, 17, 8, 30, tzinfo=UTC)
    assert entry.embargo == datetime(2026, 12, 1, tzinfo=UTC)
    assert (entry.organisation, entry.authors) == ("Example Council", ("Jane Roe", "John Doe"))
    assert (entry.tags, entry.kind, entry.language) == (("transport", "villages"), "Case study", "no")
    assert entry.summary == "A *short* account."
    assert (entry.image_url, entry.image_alt) == ("https://example.org/bus.jpg", "A bus")
    assert entry.text == "It came late.\n\n- once\n- twice\n\na | b\n1 | 2"
    assert "<strong>late</strong>" in entry.body
    assert "script" not in entry.body


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("---\ntitle: Open\ntags:\n  - a\n\nText.", "Open", "<p>Text.</p>"),
        ("---\ndate: 2026-11-17\nTitle: Open\n", "Open", ""),
        ("---\ndate: 2026-11-17\n\nText.", "the note file", None),  # a rule, and a text that happens to have a colon
        ("---\ntitle: Open\nA line of text.\n\nText.", "the note file", None),
    ],
)
def test_front_matter_that_nobody_closed_ends_at_a_blank_line(text: str, title: str, body: str | None) -> None:
    entry = read(document(text, "feeds/the-note_file.md"))
    assert entry.title == title
    assert body is None or entry.body == body


def test_an_embargo_in_front_matter_that_nobody_closed_holds() -> None:
    text = "---\ntitle: Open\nembargo: 2026-12-01\n\nText."
    assert read(document(text, "feeds/note.md")).embargo == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# Head *one*\n\nText.", "Head one", "<p>Text.</p>"),
        ("Head\n====\n\nText.", "Head", "<p>Text.</p>"),
        ("## Not the title\n\nText.", "the note file", "<h2>Not the title</h2>\n<p>Text.</p>"),
        ("Only text.", "the note file", "<p>Only text.</p>"),
        ("---\ntitle: Given\n---\n# Another\n\nText.", "Given", "<h1>Another</h1>\n<p>Text.</p>"),
        ("---\ntitle: Prices: a cap\ntags:\n- a\n- b\n---\nText.", "Prices: a cap", "<p>Text.</p>"),
        ("---\ntitle: 'It''s here'\n---\nText.", "It's here", "<p>Text.</p>"),
        ("---\ntitle: *bold* move\n---\nText.", "*bold* move", "<p>Text.</p>"),
        ("---\ntitle: @home\n---\nText.", "@home", "<p>Text.</p>"),
        ("---\ntitle: 2026\n---\nText.", "2026", "<p>Text.</p>"),
        ("---\r\ntitle: CRLF\r\n---\r\nText.", "CRLF", "<p>Text.</p>"),
        ("\ufeff---\ntitle: Mark\n---\nText.", "Mark", "<p>Text.</p>"),
        ("---\nNo front matter, a rule.", "the note file", "<hr>\n<p>No front matter, a rule.</p>"),
    ],
)
def test_a_title_is_found_and_no_front_matter_loses_the_file(text: str, title: str, body: str) -> None:
    entry = read(document(text, "feeds/the-note_file.md"))
    assert (entry.title, entry.body) == (title, body)


def test_a_list_survives_front_matter_that_is_no_yaml() -> None:
    entry = read(document("---\ntitle: a: b\ntags:\n  - one\n  - two\nauthor: [X, 'Y']\n---\nText."))
    assert (entry.tags, entry.authors) == (("one", "two"), ("X", "Y"))


def test_a_picture_on_the_disk_is_noted() -> None:
    entry = read(document("---\nimage: bus.jpg\ndate: 2026-11-17\n---\nText."))
    assert (entry.image_url, entry.notes) == (None, ("its picture has no address on the web: bus.jpg",))


def test_a_date_ahead_is_meant() -> None:
    entry = read(document("---\ndate: 2026-12-24\n---\nText."))
    assert entry.embargo == datetime(2026, 12, 24, tzinfo=UTC)


def test_an_embargo_that_cannot_be_read_keeps_the_note_in() -> None:
    with pytest.raises(UnreadableError, match="embargo"):
        read(document("---\nembargo: next Tuesday\n---\nText."))


@pytest.mark.parametrize(
    "text",
    [
        "**EMBARGOED until 00:01 25 November 2026**\n\n# The bus\n\nText.",
        "# The bus\n\n> Embargoed until 00:01 on 25 November 2026.\n\nText.",
        "# The bus\n\n*Embargoed until 00:01 25 November 2026.* Text.",
        "# EMBARGOED until 00:01 25 November 2026: The bus\n\nText.",
        "---\ntitle: The bus (embargo: 25 November, 00:01)\n---\nText.",
        "# The bus\n\nText.\n\nSperrfrist: Mittwoch, 25. November 2026, 0:01 Uhr",
        "---\ntitle: The bus\nsperrfrist: 25. November 2026, 0:01 Uhr\n---\nText.",
        "---\ntitle: The bus\nembargo: 24 November 2026, 19:01 ET\n---\nText.",
    ],
)
def test_an_embargo_wherever_it_stands_holds_the_note_and_is_cut_out(text: str) -> None:
    entry = read(document(text, "feeds/bus.md"))
    assert (entry.title, entry.text) == ("The bus", "Text.")
    assert entry.embargo == datetime(2026, 11, 25, 0, 1, tzinfo=UTC)
    assert "mbargo" not in entry.body


def test_what_the_front_matter_says_of_an_embargo_counts_for_more_than_the_text() -> None:
    line = "EMBARGOED until Tuesday\n\nText."
    assert read(document(f"---\nembargo: none\ntitle: x\n---\n{line}", "feeds/n.md")).embargo is None
    later = read(document(f"---\nembargo: 2026-12-01 10:00\ntitle: x\n---\n{line}", "feeds/n.md"))
    assert (later.embargo, later.text) == (datetime(2026, 12, 1, 10, tzinfo=UTC), "Text.")
    with pytest.raises(UnreadableError, match="EMBARGOED until Tuesday"):
        read(document(f"---\ntitle: x\n---\n{line}", "feeds/n.md"))


def test_anchors_that_grow_without_end_do_not() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    started = time.process_time()
    entry = read(document("---\n" + "\n".join([*lines, "tags: *a11", "title: Still here"]) + "\n---\nText."))
    assert time.process_time() - started < 2
    assert entry.title == "Still here"


PIECES = st.sampled_from(
    [
        "---\n",
        "title: ",
        "- ",
        "[",
        "{",
        "a: b\n",
        "&x ",
        "*x",
        "# T\n",
        "\t",
        "'",
        "| ",
        "!!python/object:os.system",
        "\n",
    ]
)


@given(st.text(max_size=120) | st.lists(PIECES, max_size=15).map("".join))
def test_any_text_is_an_entry_or_says_why_not(text: str) -> None:
    try:
        entry = read(document(text.encode("utf-8", "replace"), "feeds/n.md"))
    except UnreadableError as error:
        assert error.message
    else:
        assert entry.title
