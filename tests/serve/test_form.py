from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.optin import Wish
from digest.serve.form import MOST_NAME, Filled, FormError, parse_form, read_filled
from digest.text.address import address_problem, tidy

SECTIONS = ("Ports", "Ferries & tides")
URLENCODED = "application/x-www-form-urlencoded"


def filled(*, sections: tuple[str, ...] = SECTIONS, **fields: list[str]) -> Filled:
    return read_filled(fields, sections=sections, languages=("en", "de"), with_address=True)


def multipart(boundary: str, **fields: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return f"{''.join(parts)}--{boundary}--\r\n".encode()


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=40), max_size=8))
def test_what_browsers_encode_is_read(fields: dict[str, str]) -> None:
    body = urlencode(fields).encode()
    assert parse_form(URLENCODED, body) == {name: [value] for name, value in fields.items()}


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x7", 'Multipart/Form-Data; boundary="x7"; charset=utf-8']
)
def test_multipart_is_read_as_mail_providers_may_send_it(content_type: str) -> None:
    body = multipart("x7", **{"List-Unsubscribe": "One-Click", "name": "Grüße"})
    assert parse_form(content_type, body) == {"List-Unsubscribe": ["One-Click"], "name": ["Grüße"]}


@given(content_type=st.text(max_size=60) | st.just("multipart/form-data; boundary=a"), body=st.binary(max_size=400))
def test_no_body_brings_the_parser_down(content_type: str, body: bytes) -> None:
    try:
        fields = parse_form(content_type, body)
    except FormError as error:
        assert error.status == 400
    else:
        assert all(isinstance(value, str) for values in fields.values() for value in values)


def test_too_many_fields_are_no_form() -> None:
    with pytest.raises(FormError):
        parse_form(URLENCODED, b"a=1&" * 101)


def test_a_whole_form_is_a_wish() -> None:
    found = filled(address=[" Ada@Readers.example "], name=["Ada  L"], language=["de"], topic=["Ports"])
    assert found.faults == ()
    assert found.wish(SECTIONS) == Wish(name="Ada L", language="de", topics=("Ports",))


def test_all_sections_are_no_choice_and_so_are_those_to_come() -> None:
    found = filled(address=["a@b.example"], topic=list(SECTIONS))
    assert found.wish(SECTIONS, kept=["imported"]).topics == ()


def test_topics_that_are_no_sections_stay_with_a_choice() -> None:
    found = filled(address=["a@b.example"], topic=["Ports"])
    assert found.wish(SECTIONS, kept=["imported"]).topics == ("Ports", "imported")


def test_where_there_is_one_section_nobody_is_asked() -> None:
    found = filled(sections=("Ports",), address=["a@b.example"])
    assert found.faults == ()
    assert found.wish(("Ports",)).topics == ()


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"address": [""]}, "address"),
        ({"address": ["ada"]}, "address"),
        ({"address": ["ada@readers"]}, "address"),
        ({"address": ["ada@readers.example\r\nBcc: all@readers.example"]}, "address"),
        ({"address": ["ada@readers.example\n"]}, "address"),
        ({"address": ["ada\0@readers.example"]}, "address"),
        ({"address": ["a" * 65 + "@readers.example"]}, "address"),
        ({"address": ["a@" + "b." * 200 + "example"]}, "address"),
        ({"address": ["Ada <ada@readers.example>"]}, "address"),
        ({"address": ["ada@readers.example,bo@readers.example"]}, "address"),
        ({"name": ["Ada\r\nBcc: x@y.example"]}, "name"),
        ({"name": ["Ada\0"]}, "name"),
        ({"name": ["Ada\u2028L"]}, "name"),
        ({"name": ["\ud800"]}, "name"),
        ({"name": ["x" * (MOST_NAME + 1)]}, "name"),
        ({"topic": []}, "topics"),
        ({"topic": ["Nonsense"]}, "topics"),
    ],
)
def test_what_cannot_be_is_told_by_the_field(fields: dict[str, list[str]], fault: str) -> None:
    good = {"address": ["ada@readers.example"], "name": ["Ada"], "topic": ["Ports"]}
    found = read_filled({**good, **fields}, sections=SECTIONS, languages=(), with_address=True)
    assert found.faults == (fault,)


@given(st.text(max_size=80), st.text(max_size=120), st.lists(st.text(max_size=10), max_size=4))
def test_a_form_without_a_fault_can_be_mailed_and_stands_on_one_line(
    address: str, name: str, topics: list[str]
) -> None:
    found = filled(address=[address], name=[name], topic=topics)
    if "address" not in found.faults:
        assert address_problem(tidy(found.address)) is None
    if "name" not in found.faults:
        assert not any(character in found.wish(SECTIONS).name for character in "\r\n\0\u2028\u2029\x85")


def test_an_unknown_language_is_none() -> None:
    assert filled(address=["a@b.example"], topic=["Ports"], language=["xx"]).language is None
