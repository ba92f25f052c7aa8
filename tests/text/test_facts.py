"""Quotations, numbers and names are found as they are written in several languages, and missed where they are new."""

from __future__ import annotations

import pytest

from digest.text.facts import missing_names, missing_numbers, missing_quotes, names, numbers, quotations

SOURCE = (
    "Port fees rise by 12.5 per cent, or 1,600 crowns. “This is the last time we can absorb it,” said Ada Quill of the "
    "U.S. Lines' office in Lower Quay. Three ships left."
)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“We go,” she said, “and soon.”", ("We go,", "and soon.")),
        ('She said "we go" and left', ("we go",)),
        ("Er sagte: „Wir gehen.“", ("Wir gehen.",)),
        ("Il a dit : « Nous partons. »", ("Nous partons.",)),
        ("»Wir gehen«, sagte er", ("Wir gehen",)),
        ("彼は「行く」と言った", ("行く",)),
        ("the ‘last’ ship, don’t ask", ("last",)),
        ('a 5" screen and a 6" one', ()),
        ("the ships' crews don't", ()),
    ],
)
def test_quotations_are_found(text: str, quoted: tuple[str, ...]) -> None:
    assert quotations(text) == quoted


@pytest.mark.parametrize(
    "said",
    [
        "“This is the last time we can absorb it,” she said.",
        '"This is the last time we can absorb it"',
        "“this is the last time”",
        "“This is the last time … absorb it.”",
        "“This is the last time [the firm] can absorb it”",
        "„This is the last time we can absorb it.“",
    ],
)
def test_a_quotation_is_verbatim_whatever_its_marks(said: str) -> None:
    assert missing_quotes(said, [SOURCE]) == ()


@pytest.mark.parametrize(
    "said",
    [
        "“This is the first time we can absorb it”",
        "“absorb it … the last time”",
        "“This is the last time we could absorb it”",
    ],
)
def test_a_quotation_with_other_words_or_another_order_is_missed(said: str) -> None:
    assert len(missing_quotes(said, [SOURCE])) == 1


def test_a_short_quotation_may_be_an_emphasis() -> None:
    assert missing_quotes("a “so-called” rise", [SOURCE], shortest=12) == ()
    assert missing_quotes("a “so-called” rise", [SOURCE]) == ("so-called",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,600 ships, 12.5 per cent", ("1600", "12.5")),
        ("1.600 Schiffe, 12,5 Prozent", ("1600", "12.5")),
        ("1\u202f600 navires, 12,5 %", ("1600", "12.5")),
        ("twenty-three of 4,000 and a dozen", ("twenty", "three", "4000", "dozen")),
        ("zwei Drittel, huit mille, dos mil", ("zwei", "drittel", "huit", "mille", "dos", "mil")),
        ("at 14:05 on one of the days", ("14", "05")),
    ],
)
def test_numbers_are_read_in_figures_and_words(text: str, found: tuple[str, ...]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("12.5 per cent and 1600 crowns", ()),
        ("12,5 per cent and 1\u202f600 crowns", ()),
        ("12 per cent", ("12",)),
        ("four ships left", ("four",)),
        ("three ships left", ()),
    ],
)
def test_a_number_that_no_source_has_is_missed(text: str, missing: tuple[str, ...]) -> None:
    assert missing_numbers(text, [SOURCE]) == missing


@pytest.mark.parametrize("parted", ["1, 600 crowns", "12. 5 per cent"])
def test_a_number_that_a_blank_has_come_into_is_known(parted: str) -> None:
    assert missing_numbers("1,600 crowns" if "crowns" in parted else "12.5 per cent", [parted]) == ()


def test_the_beginning_of_a_sentence_is_no_name() -> None:
    assert names("The chair, Ada Quill, left. Nobody knows why. Bea Stone stayed.") == ("ada", "quill", "bea", "stone")
    assert names("NOBODY KNOWS WHY") == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Ada Quill spoke for US Lines.", ()),
        ("It was Mr. Quill who spoke, not Mr. Stone.", ("Stone",)),
        ("Quill's office is in Lower Quay.", ()),
        ("Then Bea Quill spoke.", ("Bea Quill",)),
        ("It was told in Upper Quay.", ("Upper Quay",)),
        ("Everybody spoke.", ()),
    ],
)
def test_a_name_that_no_source_has_is_missed(text: str, missing: tuple[str, ...]) -> None:
    assert missing_names(text, [SOURCE]) == missing
