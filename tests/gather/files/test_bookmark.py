from __future__ import annotations

import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.bookmark import property_list, read
from digest.gather.files.document import UnreadableError
from tests.gather.making import document


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("How the tunnel was dug.url", "How the tunnel was dug"),
        ("How_the_tunnel_was_dug.url", "How the tunnel was dug"),
        ("How the tunnel was dug (2).url", "How the tunnel was dug"),
        ("How the tunnel was dug - Shortcut.url", "How the tunnel was dug"),
        ("Version 1.5 is out.url", "Version 1.5 is out"),
    ],
)
def test_the_name_of_the_file_is_the_title_of_a_bookmark_without_one(name: str, title: str) -> None:
    entry = read(document("[InternetShortcut]\nURL=https://example.org/a\n", f"feeds/{name}"))
    assert (entry.title, entry.url, entry.text) == (title, "https://example.org/a", "")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.url", b"", "is empty"),
        ("a.url", b"https://example.org/", "is no bookmark"),
        ("a.url", b"[InternetShortcut]\nURL=javascript:alert(1)", "leads to no web page"),
        ("a.url", b"[InternetShortcut]\nURL=http://localhost/", "leads to no web page"),
        ("a.url", b"[InternetShortcut]\nURL=https://example.org/\n" + b"x" * 1_000_000, "far too large"),
        ("a.webloc", plistlib.dumps({"URL": ["https://example.org/"]}), "without an address"),
        ("a.webloc", plistlib.dumps(["https://example.org/"]), "without an address"),
        ("a.webloc", b"<plist>" + b"<array>" * 100_000, "no property list"),
        ("a.webloc", b"{ URL = x; }", "no property list"),
    ],
)
def test_what_leads_nowhere_says_so(name: str, data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        read(document(data, f"feeds/{name}"))


def test_lists_that_hold_each_other_twice_over_are_no_address() -> None:
    """40 of them in each other would be 2⁴⁰ when they are written out."""
    with pytest.raises(UnreadableError, match="without an address"):
        read(document(shared_lists(40), "feeds/a.webloc"))


def shared_lists(depth: int) -> bytes:
    """A binary property list whose URL is a list of the same list twice, and so on (plistlib writes each out)."""
    body, places = b"bplist00", []
    refs = [b"\xd1\x01\x02", b"\x53URL"] + [b"\xa2" + bytes([at + 3, at + 3]) for at in range(depth)] + [b"\x51x"]
    for one in refs:
        places.append(len(body))
        body += one
    table = b"".join(place.to_bytes(2, "big") for place in places)
    trailer = bytes(6) + b"\x02\x01" + b"".join(number.to_bytes(8, "big") for number in (len(refs), 0, len(body)))
    return body + table + trailer


@given(st.binary(max_size=200))
def test_any_bytes_are_a_property_list_or_none(data: bytes) -> None:
    for whole in (data, b"bplist00" + data, b"<plist>" + data):
        try:
            property_list(whole)
        except UnreadableError:
            continue
