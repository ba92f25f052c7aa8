from __future__ import annotations

import time

import pytest

from digest.gather.repair import body_text, language_tag, moment, without_marker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A whole text.", ("A whole text.", False)),
        ("A part of it. Read more", ("A part of it.", True)),
        ("A part of it.\n\nContinue reading The cap →", ("A part of it.", True)),
        ("A part of [...]", ("A part of…", True)),
        ("A part of […]", ("A part of…", True)),
        ("A sentence. […]", ("A sentence.", True)),
        ("A part of...", ("A part of…", True)),
        ("A part of… Read more »", ("A part of…", True)),
        ("A part (read the full article)", ("A part", True)),
        ("Erster Satz. Weiterlesen", ("Erster Satz.", True)),
        ("He said that we should read more books", ("He said that we should read more books", False)),
        ("Read more about it. It is worth it.", ("Read more about it. It is worth it.", False)),
        ("Text.\n\nThe post The cap appeared first on The Example.", ("Text.", False)),
        ("Read more", ("", True)),
        ("", ("", False)),
    ],
)
def test_what_says_that_a_text_goes_on_is_cut_and_told(text: str, expected: tuple[str, bool]) -> None:
    assert without_marker(text) == expected


def test_captions_are_no_part_of_the_text_unless_there_is_nothing_else() -> None:
    figure = "<figure><img src='https://e.org/p.jpg'><figcaption>A port at night.</figcaption></figure>"
    assert body_text(figure + "<p>The text.</p>") == "The text."
    assert body_text(figure) == "A port at night."


@pytest.mark.parametrize(
    ("value", "expected"),
    [("en_us", "en-US"), ("EN-gb", "en-GB"), ("zh-hant-tw", "zh-Hant-TW"), ("de", "de"), ("English", None), ("", None),
     (None, None)],
)  # fmt: skip
def test_a_language_tag_is_written_as_bcp_47_has_it(value: str | None, expected: str | None) -> None:
    assert language_tag(value) == expected


def test_a_date_no_calendar_has_is_none() -> None:
    assert moment(None) is None
    assert moment(time.struct_time((0, 0, 0, 0, 0, 0, 0, 0, 0))) is None
