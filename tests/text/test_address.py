"""Which addresses can be mailed, and when two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.address import address_key, address_problem, smtp_address, tidy


@pytest.mark.parametrize(
    "address",
    [
        "anna@readers.example",
        "anna.b+brief@readers.example",
        "o'neill@readers.example",
        "1@2.example",
        "_x@sub.readers.example",
        "anna@häfen.example",
        "anna@xn--hfen-loa.example",
        "anna@例え.テスト",
        f"{'a' * 64}@readers.example",
    ],
)
def test_what_people_really_have_is_taken(address: str) -> None:
    assert address_problem(address) is None


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "no @"),
        ("anna", "no @"),
        ("anna@b@readers.example", "more than one @"),
        ("@readers.example", "nothing before the @"),
        ("anna@", "after the @"),
        ("anna@readers", "ending is missing"),
        ("anna@192.0.2.1", "is no domain"),
        ("anna@[192.0.2.1]", "ending|no domain"),
        ("anna@-readers.example", "is no domain"),
        ("anna@readers..example", "is no domain"),
        ("anna@readers.example.", "is no domain"),
        ("anna@read_ers.example", "is no domain"),
        ("anna b@readers.example", "a blank or a control character"),
        ("anna\x00@readers.example", "a blank or a control character"),
        ("anna@readers.example\r\nX: y", "is no domain"),
        ("anna@häfen\r\n.example", "is no domain"),
        ("jörg@readers.example", "letters outside ASCII before the @"),
        (".anna@readers.example", "do not belong there"),
        ("anna..b@readers.example", "do not belong there"),
        ('"anna b"@readers.example', "blank"),
        ("<anna@readers.example", "do not belong there"),
        ("anna@readers.example>", "is no domain"),
        (f"{'a' * 65}@readers.example", "more than 64"),
        (f"anna@{'sub.' * 63}example", "longer than 254"),
    ],
)
def test_what_cannot_be_mailed_is_said_in_words(address: str, problem: str) -> None:
    import re

    assert re.search(problem, address_problem(address) or "")


@given(st.text(max_size=40))
def test_whatever_is_accepted_can_stand_in_a_command(text: str) -> None:
    for address in (text, f"a{text}@readers.example", f"anna@{text}.example"):
        if address_problem(address) is None:
            wire = smtp_address(address)
            assert wire.isascii()
            assert wire.isprintable()
            assert not set(wire) & set(' <>",;:\\()[]')


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anna@Readers.Example", "anna@readers.example", True),
        (" anna@readers.example\n", "anna@readers.example", True),
        ("anna@HÄFEN.example", "anna@xn--hfen-loa.example", True),
        ("anna@ha\u0308fen.example", "anna@häfen.example", True),
        ("anna@strasse.example", "anna@straße.example", False),
        ("anna+brief@readers.example", "anna@readers.example", False),
    ],
)
def test_two_spellings_of_one_mailbox_have_one_key(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


def test_what_is_kept_is_as_it_was_typed_but_for_the_domain() -> None:
    assert tidy(" Anna.B@Readers.EXAMPLE ") == "Anna.B@readers.example"
