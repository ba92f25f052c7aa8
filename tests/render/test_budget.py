from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.budget import BARE, BRIEF, LEFT_OUT, SHORT, WHOLE, Piece, encoded_bytes, excess, fit
from digest.text.limits import HTML_MOST_BYTES, HTML_WANTED_BYTES


def piece(*sizes: int, is_story: bool = True) -> Piece:
    return Piece(sizes=(*sizes, 0), is_story=is_story)


def fitted(pieces: list[Piece], frame: int = 5_000) -> tuple[int, ...]:
    """The forms chosen where the mail is a frame and the pieces, byte for byte, in lines as mails have."""

    def render(forms: tuple[int, ...]) -> str:
        size = frame + sum(piece.sizes[form] for piece, form in zip(pieces, forms, strict=True))
        return ("x" * 70 + "\n") * (size // 71) + "x" * (size % 71)

    found = fit(pieces, render)
    assert found.html == render(found.forms)
    return found.forms


def test_what_fits_is_not_touched() -> None:
    assert fitted([piece(30_000, 2_000, 900, 500), piece(40_000, 2_000, 900, 500)]) == (WHOLE, WHOLE)


def test_the_longest_text_is_shortened_first_and_no_more_than_needed() -> None:
    assert fitted([piece(30_000, 2_000, 900, 500), piece(60_000, 2_000, 900, 500)]) == (WHOLE, SHORT)


def test_then_the_lowest_stories_become_a_paragraph_then_a_headline() -> None:
    forms = fitted([piece(9_000, 2_400, 1_200, 600)] * 60)
    assert forms[0] == SHORT
    assert set(forms) == {SHORT, BRIEF}
    assert list(forms) == sorted(forms)
    forms = fitted([piece(9_000, 2_400, 1_200, 600)] * 100)
    assert set(forms) == {BRIEF, BARE}


def test_a_story_is_left_out_only_where_headlines_alone_are_too_many() -> None:
    assert LEFT_OUT not in fitted([piece(900, 900, 900, 900)] * 100)
    forms = fitted([piece(900, 900, 900, 900)] * 200)
    assert list(forms) == sorted(forms)
    assert 100 < forms.count(WHOLE) + forms.count(BARE) < 115


def test_the_editors_introduction_goes_last() -> None:
    intro = piece(20_000, 2_000, 600, 0, is_story=False)
    assert fitted([intro, *[piece(9_000, 2_400, 1_200, 600)] * 12])[0] == WHOLE
    assert fitted([piece(90_000, 2_000, 600, 0, is_story=False), piece(9_000, 2_400, 1_200, 600)]) == (SHORT, BARE)


def test_a_frame_that_is_too_long_by_itself_ends_the_search() -> None:
    assert fitted([piece(9_000, 2_400, 1_200, 600)], frame=200_000) == (LEFT_OUT,)


@given(
    st.lists(
        st.builds(
            lambda sizes, is_story: piece(*sorted(sizes, reverse=True), is_story=is_story),
            st.lists(st.integers(0, 60_000), min_size=4, max_size=4),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_it_always_fits_if_it_can(pieces: list[Piece]) -> None:
    forms = fitted(pieces)
    size = 5_000 + sum(piece.sizes[form] for piece, form in zip(pieces, forms, strict=True))
    assert size < HTML_MOST_BYTES
    if size + sum(piece.sizes[WHOLE] for piece in pieces) < HTML_WANTED_BYTES:
        assert set(forms) <= {WHOLE}


@pytest.mark.parametrize("html", ["x" * 9_999, "<p>a = b</p>\n" * 3_000, "能源价格上限" * 4_000, "é\n" * 5_000, ""])
def test_the_encoded_size_is_that_of_the_shorter_encoding(html: str) -> None:
    raw = html.encode()
    crlf = [len(coded.replace(b"\n", b"\r\n")) for coded in (quopri.encodestring(raw), base64.encodebytes(raw))]
    assert encoded_bytes(raw) == min(crlf)


def test_chinese_is_too_long_once_it_is_encoded() -> None:
    html = "能" * 26_000  # 78,000 bytes, 104,000 in base64
    assert len(html.encode()) < HTML_WANTED_BYTES
    assert excess(html, decoded=HTML_WANTED_BYTES) > 0
