"""Selectors mean what browsers take them for; what cannot be decided means nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.html.document import read_document
from digest.check.style.holding import Holding
from digest.check.style.selectors import patterns
from tests.check.stylemails import letter

HTML = '<html><body id="top"><div class="a b" lang="en-GB"><p class="c">x</p></div></body></html>'
P = next(read_document(HTML).all("p"))


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ("p", True), ("P.c", True), (".c", True), ("*", True), ("div p", True), ("div > p", True), (".a.b .c", True),
        ("#top p", True), ("html body div > p", True), ("[lang] p", True), ("[lang|=en] p", True),
        ("[class~=b] p", True),
        ("div[class*='a b'] > .c", True), ("h1, p", True), (":root p", True),
        ("body > p", False), (".d", False), ("p.d", False), ("p p", False), ("[data-ogsc] p", False), ("a", False),
        ("p:hover", False), ("u + p", False), ("p::before", False), ("p:not(.d)", False), ("", False), ("p >", False),
        ("[lang=en] p", False), ("%%%", False),
    ],
)  # fmt: skip
def test_a_selector_means_an_element_or_not(selector: str, fits: bool) -> None:
    assert any(pattern.fits(P) for pattern in patterns(selector)) is fits


@given(st.text(alphabet=st.sampled_from("ap.#[]='\">+~:*() ,\\-1é")))
def test_whatever_stands_there_it_is_read(selector: str) -> None:
    assert all(pattern.fits(P) in {True, False} for pattern in patterns(selector))


@pytest.mark.parametrize(
    ("css", "style", "value"),
    [
        ("p { color: a } .c { color: b } p { color: c }", "", "b"),
        ("p { color: a } p { color: b }", "", "b"),
        (".c { color: a } #x { color: b } .c.c { color: c }", "", "b"),
        ("#x { color: a }", "color: d", "d"),
        ("p { color: a !important }", "color: d", "a"),
        ("p { color: a !important }", "color: d !important", "d"),
        ("@media print { p { color: a } }", "", ""),
        ("@media screen { p { color: a } }", "", "a"),
        ("@media (prefers-color-scheme: dark) { p { color: a } }", "", ""),
    ],
)
def test_the_strongest_declaration_holds(css: str, style: str, value: str) -> None:
    of = letter(f'<style>{css}</style><p id="x" class="c" style="{style}">x</p>')

    assert Holding(of.sheet, "light", frozenset({"color"})).value(next(of.document.all("p")), "color") == value
