from __future__ import annotations

from html import escape
from posixpath import dirname, join, normpath
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.links import page_links, without_links
from tests.archive.smallsite import addresses

PATH = "2026-W47/grain/index.html"


def targets(page: str, path: str = PATH) -> list[str]:
    return [link.target for link in page_links(page.encode(), path)]


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("../index.html", "2026-W47/index.html"),
        ("../../index.html#s-1", "index.html"),
        ("cover.png?size=2", "2026-W47/grain/cover.png"),
        ("./a/./b/../c.html", "2026-W47/grain/a/c.html"),
        ("../", "2026-W47/index.html"),
        ("..", "2026-W47/index.html"),
        ("a%20b%C3%A9.html", "2026-W47/grain/a bé.html"),
        ("a&amp;b.html", "2026-W47/grain/a&b.html"),
        ("  ../x.html ", "2026-W47/x.html"),
        ("images/a:b.png", "2026-W47/grain/images/a:b.png"),
        *((other, None) for other in ("", "#top", "?q=x", "/index.html", "//host.example/x", "mailto:a@b.example")),
        *((other, None) for other in ("https://host.example/x.html", "DATA:image/png;base64,AA", "../../../x.html")),
    ],
)
def test_an_address_leads_to_a_file_of_the_site_or_elsewhere(address: str, target: str | None) -> None:
    assert targets(f'<p><a class="x" href="{address}">x</a></p>') == ([target] if target else [])


def test_everything_that_loads_or_leads_is_a_link() -> None:
    page = (
        '<link rel="stylesheet" href="a.css"><script src="b.js" defer></script><img alt="x > y" src="c.png">'
        '<a title=\'x\' href=\'d.html\'>d</a><form method="get" action="e.html"></form><area\nhref="f.html">'
    )

    assert targets(page, "x.html") == ["a.css", "b.js", "c.png", "d.html", "e.html", "f.html"]


def test_what_only_looks_like_a_link_is_none() -> None:
    page = (
        '<p>Write &lt;a href="x.html"&gt; or href="y.html", or data-href="z.html".</p>'
        '<a name="a" data-href="z.html">x</a><abbr href="x.html">x</abbr><meta content="x" href="y.html">'
        '<a title=" href=&quot;x.html&quot;">x</a>'
    )

    assert targets(page) == []


def test_a_link_that_is_left_off_takes_nothing_else_with_it() -> None:
    page = b'<p><a class="x" href="a.html" title="t">A</a> <a href="b.html">B</a></p>'
    first, _ = page_links(page, "x.html")

    assert without_links(page, [first]) == b'<p><a class="x" title="t">A</a> <a href="b.html">B</a></p>'
    assert without_links(page, page_links(page, "x.html")) == b'<p><a class="x" title="t">A</a> <a>B</a></p>'
    assert without_links(page, []) == page


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
relatives = st.lists(st.text("abc .%&<>\"'é#?", min_size=1), min_size=1, max_size=3).map(
    lambda parts: quote("/".join(parts))
)
attributes = st.lists(st.tuples(st.sampled_from(["class", "title", "data-href", "alt"]), texts), max_size=3)


@st.composite
def tags(draw: st.DrawFn) -> str:
    """A tag as templates write it, and some text that is full of traps."""
    other = [f'{name}="{escape(value)}"' for name, value in draw(attributes)]
    where = draw(st.integers(0, len(other)))
    other[where:where] = [f'href="{escape(draw(relatives))}"'] if draw(st.booleans()) else []
    return f"{escape(draw(texts), quote=False)}<a {' '.join(other)}>{escape(draw(texts), quote=False)}</a>"


@given(st.lists(tags()).map("\n".join), st.data())
def test_the_pattern_finds_what_a_parser_finds(page: str, data: st.DataObject) -> None:
    links = page_links(page.encode(), PATH)
    kept = [link for link in links if data.draw(st.booleans())]
    less = without_links(page.encode(), [link for link in links if link not in kept]).decode()
    expected = [normpath(join(dirname(PATH), unquoted)) for address in addresses(page) if (unquoted := plain(address))]

    assert [link.target for link in links] == [one for one in expected if not one.startswith("..")]
    assert targets(less) == [link.target for link in kept]


def plain(address: str) -> str:
    from urllib.parse import unquote

    path = unquote(address.strip())
    if path.endswith(("/", "/.", "/..")) or path in {".", ".."}:
        path += "/index.html"
    return "" if address.startswith("/") else path
