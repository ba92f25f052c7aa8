"""What was covered, counted: by section, by organisation, and how long stories go on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import ISSUE_ITSELF, Named, Printed
from digest.render.charts.chart import Chart, csv_of, table_of
from digest.render.charts.coverage import Coverage, by_section, coverage_charts, lives, most_covered
from digest.render.charts.layout import Manner, lay_out
from digest.render.charts.shapes import Label
from digest.render.charts.threads import threads_of
from digest.render.charts.times import monthly
from digest.render.furniture import words
from tests.render.charts.archive import archive
from tests.render.charts.made import SAID, covered

MONDAY = date(2026, 3, 2)


def row(issue: str, place: int, *, section: str = "World", names: tuple[str, ...] = (), goes_on: str = "") -> Printed:
    """A story; ``goes_on`` is "ISSUE/PLACE"."""
    earlier, _, at = goes_on.partition("/")
    return Printed(
        issue=issue, place=place, anchor="", slug="", story_id=None, title=f"{issue}/{place}", section=section,
        names=tuple(Named(kind="organisation", name=name, why="published it") for name in names),
        earlier=(earlier, int(at)) if goes_on else None,
    )  # fmt: skip


def known(*rows: Printed, days: dict[str, date] | None = None) -> Coverage:
    dates = days or {issue: MONDAY + timedelta(weeks=number) for number, issue in enumerate("abcdefgh")}
    return Coverage.of(rows, dates, language="en", said=SAID)


def table(chart: Chart) -> list[tuple[str, ...]]:
    found = table_of(chart, "en")
    return [found.head, *found.rows]


# --- by section -------------------------------------------------------------------------------------------------------


def test_stories_are_counted_by_section_and_issue_and_the_sentence_says_who_had_most() -> None:
    days = {"a": MONDAY, "b": MONDAY + timedelta(weeks=1), "c": MONDAY + timedelta(weeks=2)}
    chart = by_section(known(row("a", 0), row("a", 1, section="Energy"), row("c", 0), days=days))

    assert table(chart) == [
        ("Issue of", "World", "Energy"),
        ("2 March 2026", "1", "1"),
        ("9 March 2026", "0", "0"),
        ("16 March 2026", "1", "0"),
    ]
    assert chart.note == "Most stories, 2–16 Mar 2026: World, with 2 of 3."
    assert chart.ticks == ("Mar\n2026", "", "")


def test_the_row_of_an_issue_itself_and_issues_without_a_date_do_not_count() -> None:
    rows = (row("a", ISSUE_ITSELF), row("a", 0), row("unknown", 0))

    assert sum(value or 0 for one in by_section(known(*rows)).series for value in one.values) == 1


def test_of_many_sections_those_with_fewest_stories_are_one() -> None:
    rows = [row("a", place * 10 + n, section=f"Section {place}") for place in range(9) for n in range(9 - place)]
    chart = by_section(known(*rows))

    assert [one.name for one in chart.series] == [*(f"Section {place}" for place in range(5)), "Other"]
    assert sum(value or 0 for one in chart.series for value in one.values) == len(rows)


def test_where_two_have_most_both_are_named_and_where_many_nobody_is() -> None:
    two = by_section(known(row("a", 0), row("a", 1, section="Energy")))
    four = by_section(known(*(row("a", place, section=str(place)) for place in range(4))))

    assert two.note.endswith(": Energy, World, with 1 of 2 each.")
    assert four.note == ""


@pytest.mark.parametrize(
    ("weeks", "heading", "columns"),
    [
        (1, "Issue of", 1),
        (53, "Issue of", 53),
        (54, "Month", 13),
        (229, "Month", 53),
        (300, "Quarter", 24),
        (2000, "Year", 39),
    ],
)
def test_columns_are_issues_months_quarters_or_years_so_that_they_can_be_told_apart(
    weeks: int, heading: str, columns: int
) -> None:
    chart = by_section(covered(weeks))
    total = sum(value or 0 for one in chart.series for value in one.values)

    assert (chart.heading, len(chart.categories)) == (heading, columns)
    assert len(set(chart.categories)) == columns
    assert total == len(covered(weeks).printed)


# --- by organisation --------------------------------------------------------------------------------------------------


def test_organisations_of_the_last_year_stand_beside_the_year_before() -> None:
    days = {"old": date(2024, 11, 22), "then": date(2025, 6, 6), "now": date(2026, 6, 5), "last": date(2026, 11, 20)}
    rows = (
        row("old", 0, names=("Never mind",)),
        row("then", 0, names=("Tidewater Bank",)),
        row("now", 0, names=("Tidewater Bank", "Skerry Wind")),
        row("last", 0, names=("Skerry Wind", "Skerry Wind")),
    )
    chart = most_covered(known(*rows, days=days))

    assert table(chart) == [
        ("Organisation", "21 Nov 2025 – 20 Nov 2026", "21 Nov 2024 – 20 Nov 2025", "Change"),
        ("Skerry Wind", "2", "0", "+2"),
        ("Tidewater Bank", "1", "1", "0"),
    ]
    assert chart.note.endswith(": Skerry Wind, with 2 of 2.")


def test_nothing_is_compared_with_a_year_of_which_half_is_not_there() -> None:
    assert most_covered(covered(70)).change == ""
    assert most_covered(covered(104)).change == "Change"


def test_an_archive_of_one_issue_is_not_compared_with_the_day_before() -> None:
    chart = most_covered(known(row("a", 0, names=("Skerry Wind",)), days={"a": MONDAY}))

    assert table(chart) == [("Organisation", "2 Mar 2026"), ("Skerry Wind", "1")]


def test_people_are_no_organisations_and_ten_are_enough() -> None:
    rows = [row("a", place, names=(f"Body {place}",)) for place in range(500)]
    person = Printed(issue="b", place=0, anchor="", slug="", story_id=None, title="x", section="World",
                     names=(Named(kind="person", name="Ilse Varga", why="is quoted in it"),))  # fmt: skip
    chart = most_covered(known(*rows, person))

    assert len(chart.categories) == 10
    assert "Ilse Varga" not in chart.categories


# --- how long stories go on -------------------------------------------------------------------------------------------


def test_a_story_lasts_from_its_first_printing_to_its_last() -> None:
    rows = (
        row("a", 0),
        row("b", 0, goes_on="a/0"),
        row("e", 0, goes_on="b/0"),
        row("b", 1),
        row("c", 1, goes_on="b/1"),
    )
    days, parts = lives(known(*rows, row("c", 5)))

    assert list(days.series[0].values) == [1, 1, 0, 0, 0, 0]
    assert dict(zip(parts.categories, parts.series[0].values, strict=True)) == {"2": 1, "3": 1}
    assert days.note == "2 of 3 stories went on in later issues; the longest over 28 days, told 3 times: e/0"


def test_what_two_later_stories_go_on_with_is_one_story_with_both() -> None:
    rows = (row("a", 0), row("b", 0, goes_on="a/0"), row("b", 1, goes_on="a/0"))

    assert [one.parts for one in threads_of(rows, known().dates)] == [3]


def test_a_story_whose_beginning_is_not_known_begins_where_it_is() -> None:
    (only,) = threads_of((row("b", 0, goes_on="gone/7"),), known().dates)

    assert (only.parts, only.days) == (1, 0)


LINKS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3), st.integers(0, 7), st.integers(0, 3)), max_size=40)


@given(LINKS)
def test_however_stories_are_linked_each_printing_is_in_one_thread(links: list[tuple[int, int, int, int]]) -> None:
    issues = "abcdefgh"
    rows = {(issues[a], b): row(issues[a], b, goes_on=f"{issues[c]}/{d}") for a, b, c, d in links}
    threads = threads_of(tuple(rows.values()), known().dates)

    assert sum(one.parts for one in threads) == len(rows)
    assert all(one.days >= 0 for one in threads)


# --- all of it --------------------------------------------------------------------------------------------------------


def test_an_archive_without_a_story_has_no_charts() -> None:
    assert coverage_charts((), {}, language="en", said=SAID) == ()
    assert coverage_charts((row("a", ISSUE_ITSELF),), {"a": MONDAY}, language="en", said=SAID) == ()


def test_one_issue_has_a_chart_of_its_sections_alone() -> None:
    charts = coverage_charts((row("a", 0),), {"a": MONDAY}, language="en", said=SAID)

    assert [chart.title for chart in charts] == ["Stories by section"]


def test_the_order_of_the_rows_is_of_no_matter() -> None:
    rows, dates = archive(30)
    turned = dict(reversed(dates.items()))

    assert coverage_charts(rows, dates, language="de", said=SAID) == coverage_charts(
        rows[::-1], turned, language="de", said=SAID
    )


def test_numbers_are_the_same_in_the_table_and_in_the_file() -> None:
    chart = most_covered(covered(120))
    lines = csv_of(chart).splitlines()

    assert len(lines) == len(table_of(chart, "en").rows) + 1
    assert lines[0].startswith("Organisation,")


def test_months_are_counted_up_to_the_last() -> None:
    days = [date(2026, 11, 1), date(2026, 11, 30), date(2026, 9, 9), date(2025, 11, 30), date(2026, 12, 1)]

    assert monthly(days, until=date(2026, 11, 2), months=3) == (1, 0, 2)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_on_a_telephone_every_column_of_lives_is_named_whole(language: str) -> None:
    rows, dates = archive(60)
    counted = Coverage.of(rows, dates, language=language, said=words(language, Path()))
    chart = lives(counted)[0]
    drawn = lay_out(chart, Manner(width=340, language=language))
    said = [one.text for one in drawn.shapes if isinstance(one, Label)]

    assert not [text for text in said if text.endswith("…")]
    assert all(word in " ".join(said).split() for name in chart.categories for word in name.split())
