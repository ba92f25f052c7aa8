"""An editor's own numbers: what spreadsheets write is understood, and what cannot be is said with its line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import UsageError
from digest.render.charts.chart import Chart, Series, csv_of
from digest.render.charts.reading import in_short, read_chart, read_table


def read(text: str | bytes, kind: str | None = None) -> Chart:
    raw = text if isinstance(text, bytes) else text.encode()
    return read_chart(raw, title="Power", kind=kind, shown="power.csv")  # type: ignore[arg-type]


def values(text: str | bytes) -> list[tuple[float | None, ...]]:
    return [one.values for one in read(text).series]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Port,A,B\nMarlport,1,2.5\nSkerry,-3,4\n", [(1, -3), (2.5, 4)]),
        ("Hafen;A\nMarlport;1.234,5\nSkerry;3\n", [(1234.5, 3)]),
        ("Port\tA\nMarlport\t1,5\n", [(1.5,)]),
        ('Port,A\nMarlport,"1,234"\nSkerry,12\n', [(1234, 12)]),
        ('Port,A\nMarlport,"1,234.5"\nSkerry,"1,234"\n', [(1234.5, 1234)]),
        ("Hafen;A\nMarlport;1.234\nSkerry;12,25\n", [(1234, 12.25)]),
        ("Port,A\nMarlport,0.125\nSkerry,1234.567\n", [(0.125, 1234.567)]),
        ("Port,A\nMarlport,1 234\nSkerry,1\u202f234\nQuay,1'234\nIsle,−4\nRock,+5\n", [(1234, 1234, 1234, -4, 5)]),
        ("Port,A\nMarlport,\nSkerry,n/a\nQuay,–\nIsle,7\n", [(None, None, None, 7)]),
        ("\ufeffPort,A\r\nMarlport,1\r\n\r\n,\r\nSkerry,2\r\n", [(1, 2)]),
        ("Größe;A\nMarlport;1,5\n".encode("cp1252"), [(1.5,)]),
        ("Port\tA\nMarlport\t1\n".encode("utf-16"), [(1,)]),
        ("Port,A\nMarlport,.5\n", [(0.5,)]),
        ("sep=;\r\nPort;A\r\nMarlport;1,5\r\n", [(1.5,)]),
        ("Port,A,,\nMarlport,1,,\nSkerry,2,,\n", [(1, 2)]),
        ("Port,2024,2025\nMarlport,1,2\n", [(1,), (2,)]),
    ],
)
def test_numbers_are_understood_as_people_write_them(text: str | bytes, found: list[tuple[float | None, ...]]) -> None:
    assert values(text) == found


def test_shares_are_shares() -> None:
    chart = read("Land;Anteil\nA;12,5 %\nB;3\u00a0%\n")

    assert (chart.unit, chart.series[0].values, chart.heading) == ("%", (12.5, 3), "Land")
    assert csv_of(chart) == "Land,Anteil\nA,12.5%\nB,3%\n"


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (("2024", "2025", "2026"), "lines"),
        (("Jan 2026", "Feb. 2026", "März 2026"), "lines"),
        (("2026-01", "2026-02", "2026-03"), "lines"),
        (("Q1 2026", "Q2 2026", "Q3 2026"), "lines"),
        (("2026-W45", "2026-W46", "2026-W47"), "lines"),
        (("20 November 2026", "21 November 2026", "22 November 2026"), "lines"),
        (("2024", "2025"), "bars"),
        (("Marlport", "Skerry", "Quay"), "bars"),
    ],
)
def test_times_become_lines_and_all_else_bars(rows: tuple[str, ...], kind: str) -> None:
    assert read("x,A\n" + "".join(f"{row},1\n" for row in rows)).kind == kind


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Port,A\nMarlport,many\n", "power.csv:2: “many” is no number"),
        ("Port,A\n\nMarlport,nan\n", "power.csv:3: “nan” is no number"),
        ("Port,A\nMarlport,1e9\n", "power.csv:2: “1e9” is no number"),
        ("Port,A\nMarlport,1.2.3\n", "power.csv:2: “1.2.3” is no number"),
        ("Port,A\nMarlport,1,5\n", "power.csv:2: has 3 cells, but the first row has 2"),
        ("Port;A\nx;1,5\ny;2.5\n", "power.csv:3: “2.5” has a point before its decimals, “1,5” in line 2 has a comma"),
        ("Port,A\nx,5%\ny,6%\nz,7\n", "power.csv:4: “7” has no %, most others have"),
        ("Port,A\nx,99999999999999999\n", "power.csv:2: 99999999999999999 is too large to be drawn"),
        ("Port\nMarlport\n", "power.csv:1: there is no column of numbers"),
        ("Port,a,b,c,d,e,f,g\nx,1,1,1,1,1,1,1\n", "power.csv:1: 7 columns of numbers cannot be told apart"),
        ("Port,A\n" + "x,1\n" * 41, "power.csv: 41 rows are too many to be read in a picture"),
        ("Port,A\n", "power.csv: there is no table in it"),
        ("Marlport,7\nSkerry,2\n", "power.csv:1: the first row has numbers where headings should be: “7”"),
        ("sep=;\nPort;A\nx;many\n", "power.csv:3: “many” is no number"),
        ("", "power.csv: there is no table in it"),
        (b"\x89PNG\r\n\x1a\n\0\0", "power.csv: is no text"),
        ('Port,A\n"x,1\n', "power.csv:2: unexpected end of data"),
    ],
)
def test_what_cannot_be_drawn_is_said_with_its_line(text: str | bytes, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read(text)

    assert error.value.message == said
    assert error.value.hint


def test_what_is_below_nothing_is_not_stacked() -> None:
    with pytest.raises(UsageError, match="below nothing"):
        read("x,A\n2024,-1\n2025,1\n", kind="stacked")


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (("12.000", "1.234,50"), ("12000", "1234.50")),
        (("1.234", "12,5 %"), ("1234", "12.5%")),
        (("%3", "+5"), ("3%", "+5")),
        (("n/a", "seit 1.234 Tagen"), ("n/a", "seit 1.234 Tagen")),
    ],
)
def test_the_numbers_of_a_table_are_those_of_its_picture(cells: tuple[str, str], found: tuple[str, str]) -> None:
    table = read_table(f"Port;A;B\n1.234;{cells[0]};{cells[1]}\n".encode(), shown="x")

    assert (table.head, table.rows) == (("Port", "A", "B"), (("1.234", *found),))


def test_numbers_that_can_be_read_in_two_ways_are_told_to_nobody() -> None:
    with pytest.raises(UsageError, match=r"x:2: “2\.5” has a point before its decimals"):
        read_table(b"Port;A;B\nMarlport;1,5;2.5\n", shown="x")


def test_what_a_picture_says_in_short() -> None:
    assert in_short(read("Month,A,B\n2024,,2\n2025,1.5,\n2026,3,\n"), "de") == "A: 1,5 (2025) – 3 (2026); B: 2 (2024)"
    assert in_short(read("Port,A\nw,1%\nx,4%\ny,2%\nz,3%\n"), "en") == "A: x 4%, z 3%, y 2%"


@given(st.binary(max_size=60) | st.text(st.sampled_from('ab,;\t\n"1. %-'), max_size=60).map(str.encode))
def test_whatever_the_file_it_is_a_chart_or_an_error_that_says_so(raw: bytes) -> None:
    with contextlib.suppress(UsageError):
        chart = read_chart(raw, title="x", kind=None, shown="x.csv")
        assert all(len(one.values) == len(chart.categories) for one in chart.series)


FLOATS = st.none() | st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 4))


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=30), st.sampled_from(("", "%")))
def test_what_was_written_is_read_back(rows: list[tuple[float | None, float | None]], unit: str) -> None:
    is_known = any(value is not None for row in rows for value in row)
    chart = Chart(
        kind="bars", title="x", unit=unit if is_known else "", heading="x",
        categories=tuple(f"row {place}" for place in range(len(rows))),
        series=tuple(Series(name=name, values=tuple(row[place] for row in rows)) for place, name in enumerate("ab")),
    )  # fmt: skip
    again = read_chart(csv_of(chart).encode(), title="x", kind="bars", shown="x")

    assert [one.values for one in again.series] == [
        tuple(value if value is None else value + 0.0 for value in one.values) for one in chart.series
    ]
