"""What waits behind a link is told by its address, by what is attached, and by the page itself."""

from __future__ import annotations

import pytest

from digest.text.marks import link_marks, page_marks


@pytest.mark.parametrize(
    ("url", "attached", "marks"),
    [
        ("https://a.example/report.PDF?x=1", (), ("pdf",)),
        ("https://a.example/talk", ("audio/mpeg",), ("audio",)),
        ("https://a.example/talk.mp3", ("audio/mpeg", "video/mp4"), ("audio", "video")),
        ("https://a.example/pdf", ("image/png", ""), ()),
        ("http://[", (), ()),
        (None, (), ()),
    ],
)
def test_an_address_and_what_hangs_on_an_item(
    url: str | None, attached: tuple[str, ...], marks: tuple[str, ...]
) -> None:
    assert link_marks(url, attached) == marks


@pytest.mark.parametrize(
    ("page", "marks"),
    [
        (b'<script type="application/ld+json">{"isAccessibleForFree": false}</script>', ("paywall",)),
        (b'{"isAccessibleForFree":"False"}', ("paywall",)),
        (b'{"isAccessibleForFree": true}', ()),
        (b"isAccessibleForFree false", ()),
    ],
)
def test_a_page_that_is_not_free_says_so(page: bytes, marks: tuple[str, ...]) -> None:
    assert page_marks(page) == marks
