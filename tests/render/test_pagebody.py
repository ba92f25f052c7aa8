from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Html
from digest.render.pagebody import laid_out
from digest.render.tablerows import unnested
from digest.text.clean import clean
from tests.render.outline import outline

TABLE = (
    "<table><thead><tr><th>Port</th><th>Quota, t</th><th>Change</th></tr></thead><tbody>"
    "<tr><td>Marlport</td><td>1,240</td><td>−4 %</td></tr><tr><td>Skerry</td><td>–</td><td>+1 %</td></tr>"
    "</tbody></table>"
)


def numbers(source: str) -> list[str]:
    return [one.text for one in outline(laid_out(Html(source))).elements if one.attributes.get("class") == "number"]


def test_columns_of_numbers_are_marked_with_their_heads() -> None:
    assert numbers(TABLE) == ["Quota, t", "Change", "1,240", "−4 %", "–", "+1 %"]


@pytest.mark.parametrize(
    "cell",
    ["36.2", "1 204", "1\u202f204", "€6.1", "$12", "12 %", "(3)", "≈ 40", "+0.1 %", "2026", "12:30", "61 t", "3,5 km",
     "<strong>7</strong>"],
)  # fmt: skip
def test_what_reads_as_a_number_is_one(cell: str) -> None:
    assert len(numbers(f"<table><tbody><tr><td>{cell}</td></tr></tbody></table>")) == 1


@pytest.mark.parametrize("cell", ["Port 3", "3 ports", "A4", "", "–", "n/a", "2026 and on", "v1.2"])
def test_a_column_without_numbers_is_left_alone(cell: str) -> None:
    assert numbers(f"<table><tbody><tr><td>{cell}</td></tr></tbody></table>") == []


def test_a_column_with_a_word_among_its_numbers_is_left_alone() -> None:
    assert numbers("<table><tbody><tr><td>3</td></tr><tr><td>three</td></tr></tbody></table>") == []


def test_where_cells_span_columns_nothing_is_counted() -> None:
    assert numbers('<table><tbody><tr><td colspan="2">3</td><td>4</td></tr></tbody></table>') == []


def test_a_table_stands_in_a_box_that_keys_can_scroll_and_one_that_only_holds_another_is_none() -> None:
    assert laid_out(Html(TABLE)).startswith('<div class="wide" tabindex="0"><table>')
    nested = Html("<table><tbody><tr><td><table><tbody><tr><td>1</td></tr></tbody></table></td></tr></tbody></table>")
    seen = outline(laid_out(nested))
    assert seen.faults == []
    assert len(seen.all("div", class_="wide", tabindex="0")) == 1
    assert numbers(nested) == ["1"]


def test_a_link_that_is_its_own_address_is_marked() -> None:
    own = '<a href="https://a.example/?b=1&amp;c=2">https://a.example/?b=1&amp;c=2</a>'
    assert laid_out(Html(own)) == own.replace("<a ", '<a class="bare" ')
    other = Html('<a href="https://a.example/">a.example</a>')
    assert laid_out(other) == other


PIECES = ("<table>", "</table>", "<tr>", "<td>", "<th>", "</td>", "3", "x", "<p>", '<a href="https://a.example">',
          "https://a.example", "</a>", '<td colspan="2">', "<thead>", "&lt;", "\n", "<caption>", "é")  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_whatever_is_clean_stays_well_formed_and_says_the_same(source: str) -> None:
    before = clean(source)
    after = outline(laid_out(before))
    assert after.faults == outline(before).faults
    assert said(laid_out(before)) == said(unnested(before))  # a caption comes before what lay above it


def said(source: Html) -> str:
    return "".join(outline(f"<div>{source}</div>").elements[0].text.split())


def test_a_column_keeps_the_side_its_source_gives_it() -> None:
    told = laid_out(clean('<table><tr><td align="center">a</td><td align="right">b</td></tr></table>'))
    assert [one.attributes.get("align") for one in outline(told).all("td")] == ["center", "right"]
