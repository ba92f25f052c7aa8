"""What every shipped look shows, and what [theme] in digest.toml does to it."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from digest.config.table import table_of
from digest.config.theme import ThemeSettings
from digest.model import UNSUBSCRIBE_MARK, Issue, IssueSection, IssueStory, Mail, SourceRef
from digest.render.mail import render_mail
from digest.render.theme import Palette, make_theme
from tests.render.mailed import LOOKS, mail, one_story, problems, templates, titles
from tests.render.outline import outline
from tests.support.sample import ON, SAMPLE, UPDATES, sample_entries, sample_settings

PICTURE = "https://harbour.example/ship.png"


def themed(look: str, issue: Issue = SAMPLE, *, images: str = "none", url: str | None = None, **theme: object) -> Mail:
    """The mail of a newsletter that has a [theme]; with ``images``, every entry has a picture."""
    settings = sample_settings(look=look, **({} if url is None else {"url": url}))
    pictures = msgspec.structs.replace(settings.issue, images=images)
    settings = msgspec.structs.replace(settings, theme=table_of(ThemeSettings, theme), issue=pictures)
    entries = {
        key: replace(one, image_url=PICTURE if images != "none" else None, image_alt="A ship at anchor")
        for key, one in sample_entries().items()
    }
    return render_mail(
        issue, settings=settings, templates=templates(look), entries=entries, number=12, on=ON, updates=UPDATES
    )


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [one / 255 for one in bytes.fromhex(colour.removeprefix("#"))]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("look", LOOKS)
def test_the_colours_of_a_look_can_be_read_on_each_other(look: str) -> None:
    theme = make_theme(templates(look), sample_settings())

    def faint(palette: Palette) -> list[str]:
        grounds = (palette.paper, palette.box, palette.wash)
        pairs = [(text, ground) for text in (palette.ink, palette.muted, palette.accent) for ground in grounds]
        return [f"{a} on {b}" for a, b in [*pairs, (palette.paper, palette.accent)] if contrast(a, b) < 4.5]

    assert faint(theme.light) == faint(theme.dark) == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_colours_and_fonts_of_digest_toml_take_the_place_of_the_looks(look: str) -> None:
    own = make_theme(templates(look), sample_settings())
    html = themed(look, accent="#123456", accent_dark="#abcdef", text_font="'PT Sans', sans-serif").html
    assert "#123456" in html
    assert "#abcdef" in html
    assert "'PT Sans',sans-serif" in html
    assert own.light.accent not in html
    assert own.dark.accent not in html
    assert problems(html) == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_logo_has_its_width_and_the_title_for_those_who_do_not_see_it(look: str) -> None:
    made = themed(look, logo="images/Sign.PNG")
    logo = outline(made.html).one("img", alt="The Policy Week").attributes
    assert logo["src"] == "https://policyweek.example/brief/2026-W47/logo.png"
    assert logo["width"] == "160"
    assert problems(made.html) == []
    other = outline(themed(look, logo="https://x.example/a.gif", logo_alt="A quay", logo_width=90).html)
    logo = other.one("img", alt="A quay").attributes
    assert (logo["src"], logo["width"]) == ("https://x.example/a.gif", "90")


@pytest.mark.parametrize("look", LOOKS)
def test_a_logo_that_is_nowhere_on_the_web_is_not_shown(look: str) -> None:
    assert "logo" not in themed(look, logo="logo.png", url="").html


@pytest.mark.parametrize("look", LOOKS)
def test_the_end_says_why_and_how_to_leave_and_who_writes(look: str) -> None:
    end = themed(look, footer="By *Ines Marlowe*.").html.rpartition("<h3")[2]
    wanted = [
        "By <em>Ines Marlowe</em>.",
        "You get this mail because you subscribed to The Policy Week.",
        UNSUBSCRIBE_MARK,
        "View in browser",
        "editor@policyweek.example",
        "2 Chandlers Yard, Marlport ML1 4QX",
    ]
    assert [one for one in wanted if one not in end] == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_story_shows_what_to_know_before_reading_it(look: str) -> None:
    story = IssueStory(
        id="s-1", title="Landings", options=frozenset({"paywall", "audio", "correction", "generated"}),
        summary="Twelve, not twenty-one.",
        sources=(SourceRef(label="Harbour Review", url="https://harbour.example/landings", note="16 November 2026"),),
    )  # fmt: skip
    html = themed(look, one_story(story)).html
    assert "Harbour Review (subscribers only) (audio), 16 November 2026" in html
    assert "Correction" in html
    assert "Summary written with the help of AI" in html


@pytest.mark.parametrize("look", LOOKS)
def test_a_headline_and_its_source_are_one_link(look: str) -> None:
    html = mail(look=look).html
    assert html.count('href="https://northernwaters.example/repair"') == 1
    assert re.search(r'href="https://harbour.example/strait\?edition=weekly"[^>]*>Harbour Review</a>', html)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("images", ["first", "all"])
def test_every_picture_is_shown_once_and_described(look: str, images: str) -> None:
    made = themed(look, images=images)
    shown = outline(made.html).all("img")
    assert len(shown) == {"first": 4, "all": 5}[images]  # the editor asked for one by ".image"
    assert {one.attributes["alt"] for one in shown} == {"A ship at anchor"}
    assert titles(made.html) == titles(themed(look).html)
    assert problems(made.html) == []


def test_the_magazine_shows_the_first_picture_from_edge_to_edge() -> None:
    widths = [one.attributes["width"] for one in outline(themed("magazine", images="all").html).all("img")]
    assert widths == ["600", "536", "536", "536", "536"]


@pytest.mark.parametrize("look", LOOKS)
def test_a_first_section_of_words_only_harms_nothing(look: str) -> None:
    issue = replace(SAMPLE, sections=(IssueSection(title="Note", intro="Only words."), *SAMPLE.sections))
    made = themed(look, issue, images="all")
    assert "Only words." in made.html
    assert problems(made.html) == []
    assert titles(made.html) == titles(mail(look=look).html)
    widths = [one.attributes["width"] for one in outline(made.html).all("img")]
    assert ("600" in widths) == (look == "magazine")  # still the first story's


def test_the_looks_differ_truly() -> None:
    shown = {look: set(re.findall(r'style="([^"]*)"', mail(look=look).html)) for look in LOOKS}
    for one in LOOKS:
        for other in set(LOOKS) - {one}:
            assert len(shown[one] & shown[other]) < len(shown[one]) / 2
