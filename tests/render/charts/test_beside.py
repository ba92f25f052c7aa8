"""The numbers of a picture where it may not be seen: in the text part of a mail, and on the issue's page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Html, Issue, Mail
from digest.render.charts.beside import with_details
from digest.render.charts.chart import Table
from digest.render.mail import render_mail
from digest.text.wrap import columns
from tests.render.charts.made import SAID
from tests.render.mailed import templates
from tests.render.test_mail_as_text import faults
from tests.support.sample import ON, SAMPLE, sample_entries, sample_settings

PRICES = Table(head=("Month", "Household", "Industry"), rows=(("2024", "1234.5", "-3%"), ("2025", "", "12.5%")))
PICTURE = "![Power got cheaper](images/power.png)"


def mail(intro: str, *tables: Table, name: str = "images/power.png", **newsletter: str) -> Mail:
    issue: Issue = replace(SAMPLE, intro=intro)
    settings = sample_settings(**newsletter)
    charts = dict.fromkeys([name], tables[0]) if tables else {}
    return render_mail(
        issue,
        settings=settings,
        templates=templates("brief"),
        entries=sample_entries(),
        number=12,
        on=ON,
        charts=charts,
    )


def intro_of(text: str) -> str:
    """What stands between the beginning of the test's introduction and the next part."""
    return text.partition("Before.\n\n")[2].partition("\n\nAfter.")[0]


def written(table: Table, **newsletter: str) -> str:
    return intro_of(mail(f"Before.\n\n{PICTURE}\n\nAfter.", table, **newsletter).text)


def test_the_text_part_has_the_description_and_below_it_the_numbers_under_each_other() -> None:
    assert written(PRICES) == (
        "[Picture: Power got cheaper]\n"
        "\n"
        "Month  Household  Industry\n"
        "-----  ---------  --------\n"
        " 2024    1,234.5       −3%\n"
        " 2025                12.5%"
    )


def test_numbers_follow_the_language_and_years_stay_years() -> None:
    assert " 2024    1.234,5      −3\u00a0%" in written(PRICES, language="de")


def test_a_newsletter_without_an_address_on_the_web_has_the_numbers_too() -> None:
    assert " 2024    1,234.5" in written(PRICES, url="")


def test_the_html_part_shows_the_picture_and_no_table_of_it() -> None:
    intro = f"Before.\n\n{PICTURE}\n\nAfter."

    assert mail(intro, PRICES).html == mail(intro).html
    assert (
        'src="https://policyweek.example/brief/2026-W47/images/power.png" alt="Power got cheaper"' in mail(intro).html
    )


def test_a_picture_without_numbers_is_its_description() -> None:
    assert intro_of(mail(f"Before.\n\n{PICTURE}\n\nAfter.").text) == "[Picture: Power got cheaper]"
    assert (
        intro_of(mail(f"Before.\n\n{PICTURE}\n\nAfter.", PRICES, name="images/x.png").text)
        == "[Picture: Power got cheaper]"
    )


@pytest.mark.parametrize("name", ["images/price of power.png", "images/größe.png", "a/b&c.png", "img.png"])
def test_a_picture_is_found_whatever_its_file_is_called(name: str) -> None:
    from urllib.parse import quote

    intro = f"Before.\n\n![x]({quote(name)})\n\nAfter."

    assert "1,234.5" in intro_of(mail(intro, PRICES, name=name).text)


def test_of_many_rows_twelve_are_told_and_how_many_more_there_are() -> None:
    many = Table(head=("Port", "Landed"), rows=tuple((f"Port {place}", str(place)) for place in range(1215)))
    lines = written(many).splitlines()

    assert lines[-3:] == ["Port 11      11", "", "and 1,203 more"]
    assert len([line for line in lines if line.startswith("Port ")]) == 13


def test_wide_letters_take_two_columns() -> None:
    lines = written(Table(head=("港", "吨"), rows=(("马尔港", "12"), ("Quay", "7")))).splitlines()[2:]

    assert lines == ["港      吨", "------  --", "马尔港  12", "Quay     7"]


def test_a_table_too_wide_for_a_line_is_told_row_by_row() -> None:
    wide = Table(head=("Port", *(f"A long heading {n}" for n in range(6))), rows=(("Skerry", *"123456"),))

    assert written(wide).splitlines()[2:5] == ["Port: Skerry", "A long heading 0: 1", "A long heading 1: 2"]


def test_pictures_in_a_story_and_in_why_it_matters_have_their_numbers_too() -> None:
    first = SAMPLE.sections[0]
    story = replace(first.stories[0], summary=PICTURE, why=f"Because:\n\n{PICTURE}")
    issue = replace(SAMPLE, sections=(replace(first, stories=(story,)),))
    made = render_mail(issue, settings=sample_settings(), templates=templates("brief"), entries={}, number=1, on=ON,
                       charts={"images/power.png": PRICES})  # fmt: skip

    assert "\n 2024    1,234.5       −3%\n" in made.text
    assert "\n|  2024    1,234.5       −3%\n" in made.text


def test_in_a_cell_there_is_no_room_for_a_table() -> None:
    made = mail(f"| a | b |\n|---|---|\n| {PICTURE} | 2 |", PRICES)

    assert "1,234.5" not in made.text


CELLS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["-1.5", "12%", "<b>", "a&amp;b", "价格" * 9]
)


@given(st.data(), st.integers(1, 5), st.integers(1, 20))
def test_whatever_the_cells_the_lines_keep_the_rules(data: st.DataObject, width: int, height: int) -> None:
    row = st.tuples(*[CELLS] * width)
    table = Table(head=data.draw(row), rows=tuple(data.draw(st.lists(row, min_size=height, max_size=height))))
    text = mail(PICTURE, table).text

    assert faults(text) == []
    assert all(columns(line) <= 72 for line in text.partition("At a glance")[0].splitlines())


def test_on_a_page_the_numbers_are_unfolded_below_the_picture() -> None:
    source = Html(
        '<p>Before.</p><p><img alt="x" src="images/power.png"></p><p>In a line <img src="images/power.png"></p>'
    )
    made = with_details(source, {"images/power.png": PRICES}, base=None, language="en", said=SAID)

    assert made.count("<details>") == 1
    assert '<p><img alt="x" src="images/power.png"></p><details><summary>The numbers</summary><table>' in made
    assert "<td>1,234.5</td>" in made
    assert with_details(source, {}, base=None, language="en", said=SAID) == source


def test_a_cell_is_no_markup() -> None:
    table = Table(head=("<b>", "x"), rows=(("</table><script>", "1"),))
    made = with_details(Html('<p><img src="a.png"></p>'), {"a.png": table}, base=None, language="en", said=SAID)

    assert "&lt;/table&gt;&lt;script&gt;" in made
