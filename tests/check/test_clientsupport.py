"""The table of mail programs is asked for what a mail uses, and for nothing else."""

from __future__ import annotations

import msgspec
import pytest

from digest.check.style.clientsupport import COSMETIC, HARMLESS, client_support
from digest.check.style.features import of_declaration
from digest.check.style.support import FAMILIES, is_feature, lacking, names, programs_of, title
from tests.check.stylemails import CLIENTS, letter, said, styled, tagged
from tests.support.caniemail import condensed

LOST = [
    "display:flex", "display:inline-grid", "position:absolute", "width:calc(100% - 3px)", "font-size:1rem",
    "color:var(--ink)",
    "margin-inline:3px", "width:50vw", "padding-block-start:3px", "visibility:hidden", "width:min(100%, 600px)",
    "transform:rotate(3deg)", "width:fit-content", "background:url(a.png)", "writing-mode:vertical-rl",
    "color:light-dark(#111111, #eeeeee)", "inset:0", "gap:3px",
]  # fmt: skip
ADVISED = [
    "float:left", "box-shadow:0 0 2px #111111", "opacity:.5", "transition:all 1s", "text-shadow:0 0 1px #111111",
    "background-color:#ffffff;background-image:url(a.png)", "background:#ffffff url(a.png)", "animation-name:a",
    "object-fit:cover", "aspect-ratio:1/2",
]  # fmt: skip
FINE = [
    "max-width:600px", "border-radius:4px", "overflow-wrap:break-word", "word-break:break-word", "table-layout:fixed",
    "text-transform:uppercase", "-webkit-transform:none", "-webkit-text-size-adjust:100%",
    "mso-line-height-rule:exactly",
    "margin:0 auto", "font:14px/1.5 Arial, sans-serif", "font-family:system-ui, sans-serif", "border:1px solid #ffffff",
    "white-space:pre-wrap", "height:20px", "display:block", "display:inline-block", "vertical-align:top",
    "display:none;visibility:hidden;opacity:0;overflow:hidden;max-height:0", "background-color:#ffffff",
    "font-family:'min(rem vw)'", "text-align:start", "letter-spacing:1px", "color:#111111", "background:#1e1e1e",
]  # fmt: skip


@pytest.mark.parametrize("style", LOST)
def test_what_a_program_does_not_show_is_told(style: str) -> None:
    assert said(client_support, tagged(style)) == [(2, False)]


@pytest.mark.parametrize("style", ADVISED)
def test_what_costs_only_looks_is_advice(style: str) -> None:
    assert said(client_support, tagged(style)) == [(2, True)]


@pytest.mark.parametrize("style", FINE)
def test_what_is_shown_or_does_no_harm_raises_nothing(style: str) -> None:
    assert said(client_support, tagged(style)) == []


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("a:hover { color: #111111 }", []),
        ("td > a, a + a, * { color: #111111 }", []),
        ("a[x-apple-data-detectors] { color: inherit }", []),
        ("a::before { content: '>' }", [(3, False)]),
        ("td:nth-child(2) { margin: 0 }", [(3, True)]),
        ("@media (max-width: 600px) { .a { display: block } }", []),
        ("@media (prefers-color-scheme: dark) { .a { opacity: .8; width: 50vw } }", []),
        ("@media (max-width: 600px) { .a { width: 50vw } }", []),
        (".a { --ink: #111111 }", [(3, False)]),
        (".a { display: flex; gap: 3px; justify-content: center; align-items: center }", [(3, False)]),
    ],
)
def test_a_style_sheet_is_asked_for_what_its_readers_reach(css: str, found: list[tuple[int, bool]]) -> None:
    assert said(client_support, styled(css)) == found


def test_only_the_programs_of_digest_toml_count() -> None:
    html = '<p style="display:flex">x</p>'

    assert said(client_support, letter(html, clients=("apple-mail",))) == []
    assert said(client_support, letter(html, clients=("outlook-windows",))) == [(1, False)]
    assert said(client_support, letter(html, clients=())) == []


def test_a_finding_names_the_feature_its_programs_and_what_to_write() -> None:
    (found,) = client_support(tagged("position:relative;top:3px"))

    assert found.message == "position is not shown by Gmail, Outlook for Windows, Outlook (iOS): position: relative"
    assert found.hint == "place things with tables, cells and padding"


def test_the_same_style_is_told_at_every_place() -> None:
    found = list(client_support(letter('<p style="float:left">x</p>\n' * 100)))

    assert len(found) == 100


def test_a_picture_that_outlook_draws_itself_is_no_loss() -> None:
    drawn = "<!--[if mso]><v:rect><v:fill type=tile src=a.png /></v:rect><![endif]-->"

    assert said(client_support, letter(f'{drawn}<p style="background-image:url(a.png)">x</p>')) == []


def test_a_hidden_attribute_is_not_known_in_mail() -> None:
    assert said(client_support, letter("<p hidden>x</p>")) == [(1, False)]


@pytest.mark.parametrize(
    ("name", "value", "features"),
    [
        ("width", "calc(1rem + 2vw)", {"css-width", "css-unit-rem", "css-unit-vw", "css-unit-calc"}),
        ("text-transform", "uppercase", {"css-text-transform"}),
        ("border-top-left-radius", "3px", set()),
        ("color", "#1rem00", set()),
        ("-moz-transform", "none", set()),
        ("height", "100svh", {"css-height", "css-unit-vh"}),
    ],
)
def test_a_declaration_needs_these_features(name: str, value: str, features: set[str]) -> None:
    assert set(of_declaration(name, value)) == features


def test_every_name_in_the_lists_is_in_the_table() -> None:
    assert [slug for slug in sorted(HARMLESS | COSMETIC) if not is_feature(slug)] == []
    assert HARMLESS.isdisjoint(COSMETIC)


def test_families_are_programs_of_the_table() -> None:
    assert all(lacking("css-variables", members) is not None for members in FAMILIES.values())
    assert programs_of(("gmail", "no-such-program")) == ("gmail.desktop-webmail", "gmail.ios", "gmail.android")
    assert len(programs_of(CLIENTS)) == 13


def test_a_family_that_is_meant_whole_is_named_once() -> None:
    assert names(programs_of(CLIENTS)) == "Gmail, Outlook for Windows, Outlook.com and apps, Apple Mail, Yahoo"
    assert names(("gmail.ios", "gmx.ios")) == "Gmail (iOS), gmx.ios"
    assert title("css-display-flex") == "display:flex"


def test_the_table_is_condensed_to_a_letter_for_each_program() -> None:
    features = [
        {"slug": "css-b", "title": "b", "last_test_date": "2026-01-02", "latest": {"y.ios": ["n #1", "2025"]}},
        {
            "slug": "css-a",
            "title": "a",
            "last_test_date": "2025-01-02",
            "latest": {"x.web": ["a #2", "9"], "y.ios": ["y", "9"]},
        },
        {"slug": "bimi", "title": "BIMI", "last_test_date": "2027-01-02", "latest": {"z.web": ["y", "9"]}},
    ]

    table = msgspec.json.decode(condensed({"commit": "6b086a3", "features": features}))

    assert table["features"] == {"css-a": ["a", "ay"], "css-b": ["b", "-n"]}
    assert (table["programs"], table["newest"], table["commit"]) == (["x.web", "y.ios"], "2026-01-02", "6b086a3")
