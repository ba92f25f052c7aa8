"""Mails that are styled well raise nothing: ours, and one made by hand with all that is handed down."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.style.clientsupport import CLIENT_SUPPORT_RULES
from digest.check.style.colourformat import COLOUR_FORMAT_RULES
from digest.check.style.contrast import CONTRAST_RULES
from digest.check.style.dark import DARK_RULES
from digest.check.style.headstyles import HEAD_STYLE_RULES
from digest.check.style.lettering import LETTERING_RULES
from digest.check.style.styles import STYLE_RULES
from digest.check.style.wordlayout import WORD_RULES
from tests.check.stylemails import Rule, letter
from tests.render.mailed import LOOKS, mail

RULES: tuple[Rule, ...] = (
    *CLIENT_SUPPORT_RULES, *HEAD_STYLE_RULES, *STYLE_RULES, *LETTERING_RULES, *COLOUR_FORMAT_RULES, *WORD_RULES,
    *CONTRAST_RULES, *DARK_RULES,
)  # fmt: skip


def found(html: str) -> list[tuple[str, int | None, str]]:
    of = letter(html)
    return [(one.rule, one.line, one.message) for rule in RULES for one in rule(of)]


@pytest.mark.parametrize("look", LOOKS)
def test_what_digest_writes_raises_nothing_that_blocks(look: str) -> None:
    of = letter(mail(look=look).html)

    assert [one for rule in RULES for one in rule(of) if not one.advice] == []


def test_a_mail_with_the_resets_of_twenty_years_raises_nothing() -> None:
    assert found((Path(__file__).parent / "data" / "handmade.html").read_text("utf-8")) == []


def test_no_mail_at_all_raises_nothing() -> None:
    assert found("") == []


def test_every_rule_says_in_a_sentence_what_it_is_about() -> None:
    assert [rule for rule in RULES if not (rule.__doc__ or "").partition("\n")[0].endswith(".")] == []


PIECES = st.sampled_from(
    [
        "<table width=9>",
        "<tr>",
        "<td bgcolor='#fff'>",
        "</td>",
        "</table>",
        "<p style='color:#999;font:9px/1 A'>",
        "</a>",
        "<img src=a>",
        "<a href=/x style='text-decoration:none'>",
        "<style>",
        "</style>",
        "a{color:red}",
        "@media x{",
        "}",
        "<pre>",
        "Text",
        "<!--[if mso]>",
        "<![endif]-->",
        "<body text=x link=y>",
        "<font size=9 color=z>",
        "&nbsp;",
        "\x00",
        "<meta name=color-scheme content=dark>",
        "<div style='display:none;margin:-1px;width:9e9px;background:url(x'>",
        "\n",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_a_mail_is_it_is_judged_twice_alike(html: str) -> None:
    assert found(html) == found(html)


def test_what_is_made_to_be_slow_is_not() -> None:
    hostile = (
        "<style>a{b:" + "url(" * 20_000 + "}</style><p style='color:" + "a-" * 50_000 + "'>x</p>" + "<div>" * 500 + "x"
    )

    assert found(hostile)
