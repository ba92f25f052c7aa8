from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.embargo import EmbargoError, cut_html, cut_lines, cut_text, cut_title, until
from digest.text.clean import clean
from tests.gather.making import LONDON

NEAR = datetime(2026, 11, 18, 9, tzinfo=UTC)
DAY, TEN = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 25, 10, tzinfo=UTC)
ONE_PAST = datetime(2026, 11, 25, 0, 1, tzinfo=UTC)


def end(notices: tuple[str, ...]) -> datetime | None:
    return until(notices, near=NEAR, zone=LONDON)


NOTICES = [
    ("EMBARGOED until 00:01 25 November 2026", ONE_PAST),
    ("Embargoed till 10am on Wednesday 25 November", TEN),
    ("Embargo: 00.01 hrs Wednesday 25 November 2026", ONE_PAST),
    ("Embargo 25 November 2026", DAY),
    ("Embargo date: 25 November 2026", DAY),
    ("Embargo lifts 25 November 2026, 10:00 GMT", TEN),
    ("Media embargo until 25 November 2026 at 10:00.", TEN),
    ("STRICTLY EMBARGOED: 10:00 GMT Wednesday 25 November 2026", TEN),
    ("Strictly embargoed for broadcast and online until 10:00 GMT Wednesday 25 November 2026", TEN),
    ("UNDER STRICT EMBARGO UNTIL 10:00 25 NOVEMBER 2026", TEN),
    ("*** EMBARGOED *** until 00:01 GMT 25 November 2026", ONE_PAST),
    ("> **Embargoed until 10:00 on 25 November 2026**", TEN),
    ("Not for publication or broadcast before 10am on 25 November 2026", TEN),
    ("NOT FOR PUBLICATION, BROADCAST OR USE ON CLUB TAPE BEFORE 00:01 HOURS GMT, WEDNESDAY 25 NOVEMBER 2026", ONE_PAST),
    ("Hold for release until 25 November 2026", DAY),
    ("FOR RELEASE: Wednesday 25 November 2026, 5 a.m. ET", TEN),
    ("Embargoed until 25 November 2026 for all outlets", DAY),
    ("Embargoed copy – not for release until 25 November 2026, 10:00", TEN),
    ("Sperrfrist: Mittwoch, 25. November 2026, 10 Uhr", TEN),
    ("ACHTUNG SPERRFRIST: 25.11.2026, 10 Uhr!", TEN),
    ("Gesperrt bis 25. November 2026, 10 Uhr", TEN),
    ("Nicht zur Veröffentlichung vor dem 25. November 2026", DAY),
    ("Sous embargo jusqu'au mercredi 25 novembre 2026 à 10h", TEN),
    ("SOUS EMBARGO JUSQU’AU 25 NOVEMBRE 10H00", TEN),
    ("Ne pas diffuser avant le 25 novembre 2026 à 10 heures", TEN),
    ("Embargado hasta el miércoles 25 de noviembre de 2026 a las 10:00", TEN),
    ("EMBARGO HASTA EL 25 DE NOVIEMBRE", DAY),
    ("No publicar antes del 25 de noviembre de 2026", DAY),
    ("HOLD FOR RELEASE: 10:00 GMT 25 November 2026", TEN),
    ("For release at 10:00 on 25 November 2026", TEN),
    ("FOR RELEASE ON DELIVERY, 25 November 2026 at 10:00", TEN),
    ("Embargo: 5 a.m. ET, Nov. 25", TEN),
    ("Strictly embargoed: 10am (UK time) 25 November", TEN),
    ("Under embargo until 0001hrs BST Wednesday 25 November", ONE_PAST),
    ("Embargo until 10 o'clock on 25 November 2026", TEN),
    ("EMBARGO 25/11/2026 00:01", ONE_PAST),
    ("EMBARGO: 25.11.2026 - 10:00", TEN),
    ("Embargo 2026-11-25 11:00 CET", TEN),
    ("Embargo: Wednesday 25 November at 11.00 (Brussels time)", TEN),
    ("Embargo Date: 25-Nov-2026 5:00 ET", TEN),
    ("Embargo date and time: 25 November 2026, 10:00", TEN),
    ("Embargo ends 25 November 2026 at 10:00 local time", TEN),
    ("EMBARGOED TO: 00.01 Wednesday 25 November 2026", ONE_PAST),
    ("EMBARGOED FOR RELEASE UNTIL 5:00 AM ET ON WEDNESDAY, NOVEMBER 25, 2026", TEN),
    ("Embargoed between 08:00 and 10:00 on 25 November 2026", TEN),
    ("Embargo: 24–25 November 2026", DAY),
    ("***EMBARGO: 00.01, WED 25 NOV***", ONE_PAST),
    ("NB: strict embargo until 00:01, 25 November 2026", ONE_PAST),
    ("STRICT EMBARGO: 00:01 25 November 2026", ONE_PAST),
    ("Reporting embargo: 25 November 2026", DAY),
    ("News release embargoed until 25 November 2026", DAY),
    ("This press release is embargoed until 10:00 on 25 November 2026.", TEN),
    ("This report is under strict embargo until 00:01 GMT on Wednesday 25 November 2026", ONE_PAST),
    ("The following is embargoed until 25 November 2026 at 10am GMT", TEN),
    ("This press release may not be published before 25 November 2026.", DAY),
    ("Do not publish before 10:00 on 25 November 2026", TEN),
    ("SPERRFRIST: 25. November 2026, 11:00 Uhr MEZ", TEN),
    ("Bitte beachten Sie die Sperrfrist: 25. November 2026, 10 Uhr", TEN),
    ("Es gilt das gesprochene Wort. Sperrfrist: 25. November 2026, 10 Uhr", TEN),
    ("Freigabe ab 25.11.2026, 10:00 Uhr", TEN),
    ("Nicht vor dem 25. November 2026, 10 Uhr, veröffentlichen", TEN),
    ("Diese Pressemitteilung ist gesperrt bis 25. November 2026, 10 Uhr", TEN),
    ("Embargo : mercredi 25 novembre 2026 à 10h00", TEN),
    ("Information sous embargo jusqu'au 25 novembre 2026 à 11 h (heure de Paris)", TEN),
    ("Ce communiqué est sous embargo jusqu’au 25 novembre 2026 à 10h", TEN),
    ("Información embargada hasta el 25 de noviembre a las 10 horas", TEN),
    ("Embargado hasta las 11:00 h (hora peninsular) del miércoles 25 de noviembre de 2026", TEN),
    ("Esta nota está embargada hasta el 25 de noviembre de 2026 a las 10:00", TEN),
    ("Embargoed until 10am Wednesday 25 Nov", TEN),
    ("Embargoed until noon, 25 November 2026", datetime(2026, 11, 25, 12, tzinfo=UTC)),
    ("Embargoed until midnight, 25 November 2026", datetime(2026, 11, 26, tzinfo=UTC)),
    ("Embargoed until 10am Tuesday", datetime(2026, 11, 24, 10, tzinfo=UTC)),
    ("Sperrfrist: Dienstag, 10 Uhr", datetime(2026, 11, 24, 10, tzinfo=UTC)),
]


@pytest.mark.parametrize(("line", "expected"), NOTICES)
def test_a_notice_is_cut_out_and_read(line: str, expected: datetime) -> None:
    for kept, notices in (cut_title(line), cut_text(line), cut_html(clean(f"<p>{line}</p>"))):
        assert (kept, end(notices)) == ("", expected)


@pytest.mark.parametrize(
    "title",
    [
        "EMBARGOED until 10:00 25 November 2026: Buses come late",
        "EMBARGOED until 10:00 25 November 2026 – Buses come late",
        "EMBARGOED until 10:00 25 November 2026 Buses come late",
        "[EMBARGOED until 10:00 25 November 2026] Buses come late",
        "Buses come late [Embargoed until 10:00 25 November 2026]",
        "Buses come late (embargo: 25 November, 10am)",
        "Buses come late – EMBARGOED until 10:00 Wed 25 November",
        "(Sperrfrist: 25.11., 10 Uhr) Buses come late",
        "EMBARGO (25 November, 10:00): Buses come late",
    ],
)
def test_the_title_around_a_notice_stays(title: str) -> None:
    kept, notices = cut_title(title)
    assert (kept, end(notices)) == ("Buses come late", TEN)
    assert cut_title(kept) == (kept, ())


ABOUT = [
    "The arms embargo until 2027",
    "EU lifts its embargo on 25 November 2026",
    "Embargo on arms until 25 November 2026 agreed",
    "Embargo until 25 November 2026 extended by EU",
    "Embargo until 2027: EU extends",
    "Embargo bis Ende 2027 verlängert",
    "Embargoed goods reached the port last week",
    "EMBARGOED GOODS REACH PORT",
    "Under embargo, Cuba turns to Russia",
    "Under embargo since 3 February 1962, Cuba turns to Russia",
    "The report is under embargo until 25 November 2026.",
    "“Sunday Night” is published on 25 November 2026 and is under embargo until 00:01 on that day.",
    '"Embargoed until 25 November 2026", the mail began',
    "Embargo: what it means for Cuba",
    "Embargo",
    "Sperrfrist",
    "Sperrfrist: Was Arbeitslose wissen müssen",
    "Sperrfrist für Wohnungskauf läuft am 3. März 2027 ab",
    "Sin embargo, el 25 de noviembre de 2026 todo cambió",
    "Hold the line until 25 November 2026, minister tells staff",
    "For release of prisoners on 3 May 2027, families wait",
    "FOR IMMEDIATE RELEASE",
    "No release of prisoners before 3 January 2027",
    "Do not use the app before 25 November 2027",
    "The arms embargo until 2027 stays",
    "EU extends arms embargo until 25 November 2027",
    "Oil embargo: EU agrees on 25 November 2026",
    "The embargo was lifted in 1994",
    "UN arms embargo lifted on 25 November 1994",
    "Trade embargo against Cuba until 1 January 2027",
    "ARMS EMBARGO UNTIL 2027: EU DECIDES",
    "Das Öl-Embargo gilt ab 5. Dezember 2026",
    "Sie verhängten ein Embargo bis 25. November 2026.",
    "L'embargo sur le pétrole jusqu'au 25 novembre 2026 décidé par l'UE",
    "El embargo petrolero hasta el 25 de noviembre de 2026",
    "Hold for release of hostages, families ask",
    "For release on 3 May, the band's album has twelve songs",
    "No publication date before 2027",
    "Gesperrt bis 25. November 2026: die alte Brücke",
    "Die Straße ist gesperrt bis 25. November 2026",
    "Information is embargoed until 2027, the archive says",
    "This press release was embargoed until yesterday.",
    "Journalists broke the embargo on 25 November 2026.",
    "Embargoed until 2020, the archive shows how ministers of three governments lied about the cost of the dam, and "
    "about the men who built it, historians say.",
]


@pytest.mark.parametrize("text", ABOUT)
def test_a_text_about_an_embargo_is_none(text: str) -> None:
    assert cut_title(text) == (text, ())
    assert cut_lines([text]) == ([text], ())


@pytest.mark.parametrize(
    "line",
    ["Embargoed until Tuesday", "EMBARGOED until Tuesday: Buses come late", "EMBARGOED", "Embargoed",
     "EMBARGOED: Buses come late", "EMBARGOED Buses come late", "[EMBARGO] Buses come late",
     "Embargoed until further notice", "Embargoed until 10am next Tuesday", "Embargoed until 10am Wednesday",
     "Under embargo until 0001hrs BST", "HOLD FOR RELEASE", "Sperrfrist: 25. November, Redebeginn", "SPERRFRIST!",
     "This press release is embargoed until further notice",
     "Embargoed until 31 February 2027", "Embargoed until Monday 25 November 2026",
     "Sous embargo jusqu’à nouvel ordre"],
)  # fmt: skip
def test_a_notice_without_a_readable_time_is_an_error(line: str) -> None:
    _, notices = cut_title(line)
    with pytest.raises(EmbargoError, match="has an embargo whose time cannot be read"):
        end(notices)


def test_one_readable_notice_is_enough_and_the_latest_counts() -> None:
    assert end(("EMBARGOED", "Embargo: 25 November 2026", "EMBARGOED until Tuesday")) == DAY
    assert end(("Embargo: 25 November 2026, 10:00", "Embargo: 25 November 2026")) == TEN
    assert end(()) is None


@pytest.mark.parametrize(
    "line",
    [
        "Embargo: none",
        "EMBARGO: NONE",
        "No embargo",
        "Sperrfrist: keine",
        "Embargo: lifted",
        "EMBARGO LIFTED",
        "The embargo has been lifted.",
        "Sperrfrist aufgehoben",
    ],
)
def test_that_there_is_none_is_cut_out_and_holds_nothing(line: str) -> None:
    assert cut_lines([line, "Text."]) == (["", "Text."], ())


@pytest.mark.parametrize(
    ("lines", "expected", "kept"),
    [
        (["EMBARGOED until 00:01 BST,", "Wednesday 25 November 2026", "Text."], ONE_PAST, ["", "", "Text."]),
        (["Embargo", "", "10:00 on 25 November 2026", "Text."], TEN, ["", "", "", "Text."]),
        (["Embargoed until", "25 November 2026", "10:00 GMT", "Text."], TEN, ["", "", "", "Text."]),
        (["Embargo: 25 November 2026", "10:00 GMT", "Text."], TEN, ["", "", "Text."]),
        (["Embargo: 25 November 2026", "18 November 2026", "Text."], DAY, ["", "18 November 2026", "Text."]),
        (["Embargoed until 10:00 25 November 2026. Text: more."], TEN, ["Text: more."]),
    ],
)  # fmt: skip
def test_a_notice_may_run_over_lines(lines: list[str], expected: datetime, kept: list[str]) -> None:
    rest, notices = cut_lines(lines)
    assert (rest, end(notices)) == (kept, expected)


def test_it_is_looked_for_at_both_ends_and_not_in_the_middle() -> None:
    text = ["A line."] * 30
    notice = "A headline of more than a few words – EMBARGOED until 25 November 2026"
    for lines in ([*text, notice, *text], [*text, *text, *text, notice, *text]):
        assert end(cut_lines(lines)[1]) == DAY
    assert cut_lines([*text * 2, notice, *text * 2])[1] == ()


@pytest.mark.parametrize("first", [1, 3, 40])
def test_html_is_looked_at_as_far_as_asked_and_no_farther(first: int) -> None:
    lines = [f"<p>Line {number}.</p>" for number in range(8)]
    for place in range(8):
        html = clean("<div>" + "".join([*lines[:place], "<p>EMBARGOED until 25 November 2026</p>", *lines[place:]]))
        found, notices = cut_html(html, first=first, last=0)
        assert (found is html, end(notices)) == ((False, DAY) if place < first else (True, None))


def test_a_text_without_the_words_comes_back_itself() -> None:
    for text in ("A title", "A long text of published words and releases. " * 80):
        html = clean(f"<p>{text}</p>")
        assert cut_title(text)[0] is text
        assert cut_text(text)[0] is text
        assert cut_html(html)[0] is html


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p><strong>EMBARGOED until 25 November 2026</strong></p><h1>Title</h1>", "<h1>Title</h1>"),
        (
            "<p><b>Embargoed until 25 November 2026.</b> See <a href='https://example.org/a'>the &amp; study</a>.</p>",
            '<p> See <a href="https://example.org/a">the &amp; study</a>.</p>',
        ),
        ("<table><tr><td>Embargo</td><td>25 November 2026</td></tr></table><p>Text</p>", "<p>Text</p>"),
        ("<ul><li>Embargo: 25 November 2026<li>other</ul>", "<ul><li>other</li></ul>"),
    ],
)
def test_html_keeps_everything_else(html: str, kept: str) -> None:
    found, notices = cut_html(clean(html))
    assert (found, end(notices)) == (kept, DAY)
    assert clean(found) == found


@pytest.mark.parametrize(
    "text",
    ["EMBARGOED until " + "25 November 2026 " * 20_000, "EMBARGOED " * 50_000, "strictly " * 50_000 + "embargo",
     "embargo" + " until" * 50_000, "embargo " + "1 de " * 50_000, "(embargo until (12 " * 10_000,
     "embargo: \n" * 50_000, "not for publication " * 20_000],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    cut_title(text)
    cut_text(text)
    assert time.process_time() - started < 3


WORDS = st.sampled_from(
    ["EMBARGOED", "embargo", "until", " ", " ", "25 November 2026", "00:01", ":", "–", "[", "]", "(", ")", "\n", "<p>",
     "<b>", "</b>", "</p>", "Sperrfrist", "text", "TEXT", "*", ".", "not for publication", "before", "<br>", "none"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=14).map("".join))
def test_any_text_is_cut_without_trouble(text: str) -> None:
    html = clean(text)
    kept, notices = cut_html(html)
    assert clean(kept) == kept
    assert bool(notices) <= (kept != html)
    title, said = cut_title(text)
    assert bool(said) <= (title != text)
    assert len(cut_lines(text.split("\n"))[0]) == len(text.split("\n"))
