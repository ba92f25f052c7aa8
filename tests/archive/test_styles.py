from __future__ import annotations

import pytest

from digest.archive.styles import is_style, style_taken_out
from digest.render.policy import POLICY, sealed


def page(*styles: str) -> bytes:
    inside = "".join(f"<style>{style}</style>\n" for style in styles)
    text = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n{inside}<p>Text</p></html>\n'
    return sealed(text).encode()


def test_the_style_goes_to_a_file_that_the_page_links_from_its_depth() -> None:
    taken, (style,) = style_taken_out(page("\np { color: red }\n"), "2026-W47/grain/index.html")

    assert style.data == b"p { color: red }\n"
    assert is_style(style.path, style.data)
    assert f'<link rel="stylesheet" href="../../{style.path}">'.encode() in taken
    assert b"style-src 'self'; base-uri" in taken
    assert b"<style" not in taken


def test_one_style_has_one_file_whoever_carries_it() -> None:
    first = style_taken_out(page("p {}"), "a/index.html")[1]

    assert style_taken_out(page("p {}"), "index.html")[1] == first
    assert style_taken_out(page("a {}"), "a/index.html")[1] != first


def test_several_styles_keep_their_order_and_the_policy_allows_the_site_once() -> None:
    taken, styles = style_taken_out(page("p {}", "a {}"), "index.html")

    assert [style.data for style in styles] == [b"p {}\n", b"a {}\n"]
    assert taken.index(styles[0].path.encode()) < taken.index(styles[1].path.encode())
    assert b"style-src 'self'; base-uri" in taken


@pytest.mark.parametrize("style", ["p { background: url(a.png) }", "@IMPORT 'a.css';", "p { src: url( 'a.woff' ) }"])
def test_a_style_that_names_other_files_stays_where_it_is(style: str) -> None:
    assert style_taken_out(page(style), "index.html") == (page(style), ())
    taken, styles = style_taken_out(page("p {}", style), "index.html")

    assert len(styles) == 1
    assert f"<style>{style}</style>".encode() in taken
    assert b"style-src 'self' 'sha256-" in taken


def test_addresses_that_mean_the_same_everywhere_do_not_keep_it() -> None:
    style = "p { background: url(data:image/png;base64,AA) } a { background: URL('https://x.example/y.png') }"

    assert len(style_taken_out(page(style), "index.html")[1]) == 1


def test_a_page_without_style_or_policy_is_left_as_it_is() -> None:
    bare = b"<p>Text</p></html>\n"

    assert style_taken_out(bare, "index.html") == (bare, ())
    assert style_taken_out(page(), "index.html") == (page(), ())


def test_a_file_that_is_not_what_its_name_says_is_no_style_of_ours() -> None:
    _, (style,) = style_taken_out(page("p {}"), "index.html")

    assert not is_style(style.path, style.data + b"a {}")
    assert not is_style("style/mine.css", style.data)
