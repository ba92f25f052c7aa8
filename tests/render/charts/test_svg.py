"""Charts as SVG: files a person can open, and what must hold of the picture of any numbers."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.charts.chart import Chart, Kind, Series
from digest.render.charts.numbers import MOST
from digest.render.charts.shapes import Blocks, Drawing, Label, Line, Rule, estimated
from digest.render.charts.svg import svg
from tests.render.charts.made import CHARTS, DAY, drawn

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ("en", "de", "ar", "zh-Hans")


def written(chart: Chart, *, width: float = 640, language: str = "en") -> str:
    return str(svg(drawn(chart, width=width, language=language), name="c", title=chart.title, words=chart.note,
                   palette=DAY))  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_as_the_file_beside_this_test_shows_it(name: str) -> None:
    path = GOLDEN / f"{name}.svg"
    made = written(CHARTS[name]) + "\n"
    if os.environ.get("DIGEST_GOLDEN"):  # after a change that was looked at
        path.write_text(made, encoding="utf-8")

    assert made == path.read_text("utf-8")


def test_the_same_numbers_are_the_same_bytes() -> None:
    assert written(CHARTS["organisations"]) == written(CHARTS["organisations"])


def test_a_screen_reader_hears_what_the_picture_is_and_what_it_shows() -> None:
    root = ElementTree.fromstring(written(CHARTS["prices"]))
    words = {one.get("id"): one.text for one in root if one.get("id")}

    assert root.get("role") == "img"
    assert [words[one] for one in (root.get("aria-labelledby") or "").split()] == [
        "Price of power",
        "Dear in January, cheap in March.",
    ]


def test_every_series_has_a_pattern_of_its_own_or_none() -> None:
    made = written(CHARTS["sections-weekly"])
    patterns = re.findall(r'<pattern id="c-p\d"[^>]*><path class="pattern" d="([^"]*)"', made)

    assert len(patterns) == len(set(patterns)) == 3
    assert all(f"url(#c-p{place})" in made for place in (1, 2, 3))


def test_in_arabic_the_picture_is_turned_but_its_numbers_are_not() -> None:
    left, right = (first_label(drawn(CHARTS["lives"], language=language)) for language in ("en", "ar"))

    assert (left.text, left.side, left.x) == ("stories", "left", 0)
    assert (right.text, right.side, right.x) == ("stories", "right", 640)
    assert 'direction="ltr"' in written(CHARTS["organisations"], language="ar").partition(">")[0]


def test_an_arabic_name_runs_from_the_right_whatever_stands_around_it() -> None:
    chart = Chart(kind="bars", title="x", unit="", heading="x", categories=("مفوضية المياه", "Harbour"),
                  series=(Series(name="x", values=(3.0, 2.0)),))  # fmt: skip
    arabic, harbour = re.findall(r"<text ([^>]*)>(?:مفوضية المياه|Harbour)</text>", written(chart))

    assert 'direction="rtl"' in arabic
    assert "text-anchor" not in arabic  # its own beginning is at the right, where the bars begin
    assert 'text-anchor="end"' in harbour
    assert "direction" not in harbour


def first_label(drawing: Drawing) -> Label:
    return next(one for one in drawing.shapes if isinstance(one, Label))


# --- any numbers at all ----------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    [
        '<script>alert("x")</script>',
        "a & b",
        "]]>",
        "\u202egnirts",
        "مفوضية المياه الشمالية",
        "能源价格上限" * 12,
        "x" * 400,
        "",
    ]
)
VALUES = st.none() | st.integers(0, 40).map(float) | st.floats(-MOST, MOST, allow_nan=False) | st.floats(-1, 1)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    kind: Kind = draw(st.sampled_from(("stacked", "grouped", "lines", "bars")))
    count = draw(st.integers(0, 14))
    categories = draw(st.lists(NAMES, min_size=count, max_size=count))
    series = draw(st.integers(1, 6))
    values = VALUES.map(lambda value: value and abs(value)) if kind == "stacked" else VALUES
    rows = [draw(st.lists(values, min_size=count, max_size=count)) for _ in range(series)]
    return Chart(
        kind=kind,
        title=draw(NAMES),
        unit=draw(st.sampled_from(("", "%", "stories"))),
        heading="x",
        categories=tuple(categories),
        series=tuple(Series(name=draw(NAMES), values=tuple(row)) for row in rows),
        note=draw(NAMES),
        change="Change" if kind == "bars" and series == 2 and draw(st.booleans()) else "",
    )


@given(charts(), st.sampled_from((200.0, 340.0, 640.0)), st.sampled_from(LANGUAGES), st.booleans())
def test_whatever_the_numbers_and_the_names_the_picture_is_whole(
    chart: Chart, width: float, language: str, titled: bool
) -> None:
    drawing = drawn(chart, width=width, language=language, titled=titled)
    made = str(svg(drawing, name="c", title=chart.title, words=chart.note, palette=DAY))
    root = ElementTree.fromstring(made)

    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "desc", "defs", "pattern", "path", "line", "text",
    }  # fmt: skip
    assert not re.search(r'(?<=[ "(,MLhv-])(nan|inf)', re.sub(r">[^<]*<", "><", made))
    assert outside(drawing) == []


def outside(drawing: Drawing) -> list[object]:
    """What is not within the drawing, in any direction, by more than half a unit."""
    found: list[object] = []
    spans: list[tuple[float, float, float, float]]
    for shape in drawing.shapes:
        match shape:
            case Blocks():
                spans = [(one.x, one.x + one.width, one.y, one.y + one.height) for one in shape.boxes]
                found += [one for one in shape.boxes if one.width < 0 or one.height < 0]
            case Line():
                spans = [(x, x, y, y) for run in shape.runs for x, y in run]
            case Rule():
                spans = [(min(shape.x1, shape.x2), max(shape.x1, shape.x2), shape.y1, shape.y2)]
            case Label():
                wide = estimated(shape.text, shape.size, shape.bold)
                left = shape.x - {"left": 0.0, "middle": wide / 2, "right": wide}[shape.side]
                spans = [(left, left + wide, shape.y - shape.size, shape.y)]
        found += [
            (shape, span, drawing.width, drawing.height)
            for span in spans
            if span[0] < -0.5 or span[1] > drawing.width + 0.5 or span[2] < -5 or span[3] > drawing.height + 0.5
        ]
    return found
