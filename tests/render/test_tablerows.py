from __future__ import annotations

from digest.render.tablerows import MOST_COLUMNS, fitting, unnested
from digest.text.clean import clean


def table(columns: int, *, head: bool = True) -> str:
    first = "<tr>" + "".join(f"<th>H{n}</th>" for n in range(columns)) + "</tr>" if head else ""
    return clean(f"<table>{first}<tr>{''.join(f'<td>{n}</td>' for n in range(columns))}</tr></table>")


def test_a_table_that_fits_a_telephone_stays_one() -> None:
    html = clean(table(MOST_COLUMNS))
    assert fitting(html) == html


def test_a_wider_one_becomes_its_rows_with_their_heads() -> None:
    made = fitting(clean(table(6)))
    assert "<p><b>H0:</b> 0<br><b>H1:</b> 1<br>" in made
    assert "<table" not in made
    assert "<p>0<br>1<br>" in fitting(clean(table(6, head=False)))


def test_a_cell_that_reaches_over_several_counts_for_each() -> None:
    made = fitting(
        clean(
            "<table><thead><tr><th rowspan=2>Region</th><th colspan=2>2025</th><th colspan=3>2026</th></tr>"
            "<tr><th>Q1</th><th>Q2</th><th>Q1</th><th>Q2</th><th>Q3</th></tr></thead>"
            "<tr><td>North</td><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td></tr></table>"
        )
    )
    assert "<b>Region:</b> North<br><b>2025 Q1:</b> 1<br><b>2025 Q2:</b> 2<br><b>2026 Q1:</b> 3<br>" in made
    assert made.count("<p>") == 1


def test_cells_without_words_take_room_too() -> None:
    html = clean("<table><tr>" + "<td></td>" * 40 + "<td>a</td></tr></table>")
    assert "<table" not in fitting(html)


def test_tables_that_lay_a_page_out_become_blocks() -> None:
    html = clean("<table><tr><td>a<td><table><caption>c</caption><tr><td>b</table></table>")
    assert fitting(html) == unnested(html)
    assert unnested(html).startswith("<div><div>a</div><div><table><caption>c</caption>")
    assert unnested(clean(table(9))) == clean(table(9))
