"""Charts as PNG: files that can be opened, as large as they say, and with all their letters."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from digest.production.charting import WIDTH
from digest.render.charts.chart import Chart, Series
from digest.render.charts.colours import rgb, series_colours
from digest.render.charts.layout import Manner, lay_out
from digest.render.charts.png import PADDING, SCALE, Face, Letters, paint
from tests.render.charts.made import CHARTS, DAY

OWN = Face(regular=None, bold=None)


def painted(chart: Chart, letters: Letters | None = None, *, language: str = "en") -> Image.Image:
    return Image.open(io.BytesIO(written(chart, letters, language=language)))


def written(chart: Chart, letters: Letters | None = None, *, language: str = "en") -> bytes:
    letters = letters or Letters([OWN])
    manner = Manner(width=WIDTH - 2 * PADDING, language=language, titled=True, measure=letters.measure)
    return paint(lay_out(chart, manner), palette=DAY, letters=letters)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_at_least_two_pixels_to_each_that_a_mail_shows_on_an_opaque_ground(name: str) -> None:
    image = painted(CHARTS[name])

    assert (image.format, image.mode, image.width) == ("PNG", "RGB", 1200)
    assert {image.getpixel(corner) for corner in ((0, 0), (1199, 0), (0, image.height - 1))} == {rgb(DAY.paper)}
    edge = PADDING * SCALE // 2
    assert image.crop((0, 0, edge, image.height)).getcolors() == [(edge * image.height, rgb(DAY.paper))]


def test_the_same_chart_is_the_same_bytes() -> None:
    assert written(CHARTS["prices"]) == written(CHARTS["prices"])


def test_each_series_is_there_in_its_colour_and_the_bars_are_as_long_as_their_numbers() -> None:
    chart = Chart(kind="bars", title="x", unit="", heading="x", categories=("a", "b"),
                  series=(Series(name="x", values=(40.0, 10.0)),))  # fmt: skip
    image = painted(chart)
    colour = rgb(series_colours(DAY)[0])
    lengths = sorted(
        {sum(image.getpixel((x, y)) == colour for x in range(image.width)) for y in range(image.height)} - {0}
    )

    assert len(lengths) == 2
    assert lengths[1] / lengths[0] == pytest.approx(4, rel=0.02)
    for place, expected in enumerate(series_colours(DAY)[:4]):
        assert rgb(expected) in {pixel for _, pixel in painted(CHARTS["sections-weekly"]).getcolors(99_999) or ()}, (
            place
        )


def test_letters_that_no_font_has_are_named() -> None:
    assert Letters([OWN]).missing(["Marlport", "能源 and heat", "能"]) == "能源"
    assert Letters([OWN]).missing(["a b\u00a0c\n", "", "1,234.5 − 3 %"]) == ""


def test_a_sign_that_a_font_lacks_is_drawn_as_one_that_means_the_same() -> None:
    assert Letters([OWN]).line("−3", 12, bold=False)[0] == "-3"


def test_a_text_is_drawn_with_the_first_font_that_has_all_of_it() -> None:
    deja = Path("/usr/share/fonts/truetype/dejavu")
    if not deja.is_dir():
        pytest.skip("no DejaVu fonts here (Debian: fonts-dejavu-core)")
    both = Letters([OWN, Face(regular=deja / "DejaVuSans.ttf", bold=deja / "DejaVuSans-Bold.ttf")])

    assert both.missing(["مفوضية المياه", "Marlport"]) == ""
    assert both.line("Marlport", 12, bold=False)[1].getname()[0] != "DejaVu Sans"
    assert both.line("مفوضية", 12, bold=True)[1].getname() == ("DejaVu Sans", "Bold")
    arabic = Chart(kind="bars", title="المياه", unit="", heading="x", categories=("مفوضية المياه",),
                   series=(Series(name="x", values=(4.0,)),))  # fmt: skip
    assert painted(arabic, both, language="ar").width == 1200
