from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from feedparser.datetimes import _parse_date
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.repair import (
    body_text,
    date_of,
    language_tag,
    mended,
    moment,
    repeats,
    unescaped,
    without_marker,
)  # fmt: skip
from digest.model import Html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A whole text.", ("A whole text.", False)),
        ("A part of it. Read more", ("A part of it.", True)),
        ("A part of it.\n\nContinue reading The cap →", ("A part of it.", True)),
        ("A part of [...]", ("A part of…", True)),
        ("A part of […]", ("A part of…", True)),
        ("A sentence. […]", ("A sentence.", True)),
        ("A part of...", ("A part of…", True)),
        ("A part of… Read more »", ("A part of…", True)),
        ("A part (read the full article)", ("A part", True)),
        ("Erster Satz. Weiterlesen", ("Erster Satz.", True)),
        ("He said that we should read more books", ("He said that we should read more books", False)),
        ("Read more about it. It is worth it.", ("Read more about it. It is worth it.", False)),
        ("Text.\n\nThe post The cap appeared first on The Example.", ("Text.", False)),
        ("Read more", ("", True)),
        ("A thread, widespread. Already read.", ("A thread, widespread. Already read.", False)),
        ("A part of it. (Read the full story here.)", ("A part of it.", True)),
        ("A part of it. Read more" + "." * 100, ("A part of it.", True)),
        ("He said: […]\n\nA sentence.", ("He said: […]\n\nA sentence.", False)),
        ("The post office closed.", ("The post office closed.", False)),
        ("Una parte. Seguir leyendo", ("Una parte.", True)),
        ("long " * 500 + "end. CONTINUE READING", (("long " * 500) + "end.", True)),
        ("", ("", False)),
    ],
)
def test_what_says_that_a_text_goes_on_is_cut_and_told(text: str, expected: tuple[str, bool]) -> None:
    assert without_marker(text) == expected


def test_captions_are_no_part_of_the_text_unless_there_is_nothing_else() -> None:
    figure = "<figure><img src='https://e.org/p.jpg'><figcaption>A port at night.</figcaption></figure>"
    assert body_text(figure + "<p>The text.</p>") == "The text."
    assert body_text(figure) == "A port at night."


@pytest.mark.parametrize(
    ("value", "expected"),
    [("en_us", "en-US"), ("EN-gb", "en-GB"), ("zh-hant-tw", "zh-Hant-TW"), ("de", "de"), ("English", None), ("", None),
     (None, None)],
)  # fmt: skip
def test_a_language_tag_is_written_as_bcp_47_has_it(value: str | None, expected: str | None) -> None:
    assert language_tag(value) == expected


def test_a_date_no_calendar_has_is_none() -> None:
    assert moment(None) is None
    assert moment(time.struct_time((0, 0, 0, 0, 0, 0, 0, 0, 0))) is None


# Letters read in the wrong alphabet -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The capâ€™s end", "The cap’s end"),
        ("GrÃ¶ÃŸe", "Größe"),
        ("â€œYesâ€\x9d, he said", "“Yes”, he said"),
        ("PÅ\x99Ã\xadliÅ¡ Å¾luÅ¥ouÄ\x8dkÃ½", "Příliš žluťoučký"),
        ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
        ("ä»Šæ—¥", "今日"),
        ("Good ðŸ‘\x8d", "Good 👍"),
        ("<p>â€” A.</p><p>It&#8217;s â‚¬ 5.</p>", "<p>— A.</p><p>It&#8217;s € 5.</p>"),
        ("<p>FÃ¼r</p><pre>x = 'FÃ¼r'</pre>", "<p>Für</p><pre>x = 'FÃ¼r'</pre>"),
    ],
)
def test_utf_8_that_was_read_as_windows_1252_is_mended_outside_of_code(text: str, expected: str) -> None:
    assert mended(text) == expected
    assert mended(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Plain words",
        "Größe, naïve, “quoted” – and a €",
        "NÃO É",
        "Â",
        "Ã la carte",
        "It’s Ã¼ber",  # one good letter beyond ASCII: it was read right
        "Why UTF-8 shows as Ã© and how to fix it",
        "What is mojibake? It turns é into Ã©",
        "<p>See <code>Ã©</code></p>",
        "Â£5 in a page with the wrong charset",
    ],
)
def test_what_was_read_right_or_speaks_of_it_stays(text: str) -> None:
    assert mended(text) == text


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"])))
def test_every_text_that_was_damaged_is_mended_or_left_and_nothing_else_changes(text: str) -> None:
    damaged = "".join(_seen_as_cp1252(byte) for byte in text.encode())
    assert mended(damaged) in {text, damaged}
    if not any("\x80" <= char <= "\u00ff" for char in text):
        assert mended(text) == text


def _seen_as_cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


# Dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 17 Nov 2026 10:00:00 GMT", datetime(2026, 11, 17, 10)),
        ("Tue, 17 Nov 2026 10:00:00 -0500", datetime(2026, 11, 17, 15)),
        ("Tue, 17 Nov 2026 10:00:00 EST", datetime(2026, 11, 17, 15)),
        ("Tue, 17 Nov 2026 10:00:00 PDT", datetime(2026, 11, 17, 17)),
        ("2026-02-17T17:36:36-0500", datetime(2026, 2, 17, 22, 36, 36)),
        ("2026-02-17T17:36:36.5+01:00", datetime(2026, 2, 17, 16, 36, 36)),
        ("2026-02-17", datetime(2026, 2, 17)),
        # what feedparser misreads
        ("2020/1/10 14:33:00", datetime(2020, 1, 10, 14, 33)),
        ("2020/01/10", datetime(2020, 1, 10)),
        ("2026/02/17 17:36:36 +0900", datetime(2026, 2, 17, 8, 36, 36)),
        ("2026-02-17 17:36:36 UTC", datetime(2026, 2, 17, 17, 36, 36)),
        ("20260217T173636Z", datetime(2026, 2, 17, 17, 36, 36)),
        ("Tue, 17 Nov 2026 5:36 PM", datetime(2026, 11, 17, 17, 36)),
        ("Tue, 17 Nov 2026 10:00:00 CET", datetime(2026, 11, 17, 9)),
        ("Tue, 17 Nov 2026 10:00:00 AEST", datetime(2026, 11, 17, 0)),
        ("1771349796", datetime(2026, 2, 17, 17, 36, 36)),
        ("1771349796000", datetime(2026, 2, 17, 17, 36, 36)),
        # what it does not read
        ("Di, 17 Feb 2026 17:36:36 +0100", datetime(2026, 2, 17, 16, 36, 36)),
        ("17.02.2026 14:30", datetime(2026, 2, 17, 14, 30)),
        ("February 17, 2026", datetime(2026, 2, 17)),
        # what nobody can
        ("2020/13/45", None),
        ("10/01/2020", None),
        ("0000-00-00 00:00:00", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_what_feedparser_reads_but_for_what_it_misreads(text: str | None, expected: datetime | None) -> None:
    assert date_of(text, _parse_date(text)) == (expected.replace(tzinfo=UTC) if expected else None)


@given(st.text(max_size=30) | st.from_regex(r"\A\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}( \d{1,2}:\d\d)?( [a-zA-Z]{2,5})?\Z"))
def test_no_text_makes_reading_a_date_fail(text: str) -> None:
    found = date_of(text, None)
    assert found is None or found.tzinfo is UTC


# Texts that say nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("The cap ends", "The cap ends", True),
        ("the CAP\nends.", "The cap ends", True),
        ("The cap ends…", "The cap ends", True),
        ("The cap ends in May", "The cap ends", False),
        ("The cap ends", "", False),
        ("", "", False),
        ("", "The cap ends", False),
    ],
)
def test_a_text_that_is_the_title_once_more_is_found(text: str, title: str, expected: bool) -> None:
    assert repeats(text, title) is expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a&amp;nbsp;b &amp;#8217;s &amp;amp; c</p>", "<p>a&nbsp;b ’s &amp; c</p>"),
        ("<p>&amp;nbsp; is <code>&amp;nbsp;</code></p>", "<p>&nbsp; is <code>&amp;nbsp;</code></p>"),
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "<p>One.</p><p>Two.</p>"),
        ("&lt;p&gt; opens a paragraph", "&lt;p&gt; opens a paragraph"),
        ("<p>R&amp;D</p>", "<p>R&amp;D</p>"),
    ],
)
def test_what_was_escaped_twice_is_unescaped_once_and_not_in_code(html: str, expected: str) -> None:
    assert unescaped(Html(html), base=None) == expected
