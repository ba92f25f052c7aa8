from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.urls import clean_url, shown_url, url_key

BASE = "https://example.org/feeds/all.xml"


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("https://example.org/a?utm_source=rss&utm_medium=feed", "https://example.org/a"),
        ("https://example.org/?p=123&utm_source=rss", "https://example.org/?p=123"),
        ("https://video.example/watch?v=abc&fbclid=1&t=5", "https://video.example/watch?v=abc&t=5"),
        ("https://example.org/a?b=1&amp;utm_campaign=x", "https://example.org/a?b=1"),
        ("https://example.org/a?at_medium=RSS&at_campaign=KARANGA", "https://example.org/a"),
        ("https://example.org/a?UTM_Source=x", "https://example.org/a"),
        ("https://example.org/a#xtor=RSS-12", "https://example.org/a"),
        ("https://example.org/now.html#2026-02-16", "https://example.org/now.html#2026-02-16"),
        ("https://example.org/#!/story/5", "https://example.org/#!/story/5"),
        ("https://EXAMPLE.org/%7Ea/./B/?Z=1&a=2", "https://EXAMPLE.org/%7Ea/./B/?Z=1&a=2"),
        ("https://example.org/a?", "https://example.org/a?"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("https://example.org/a\n/b", "https://example.org/a/b"),
        ("../story/1", "https://example.org/story/1"),
        ("?p=5", "https://example.org/feeds/all.xml?p=5"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https://münchen.example/straße", "https://münchen.example/straße"),
    ],
)
def test_an_address_is_given_as_it_stands_less_tracking(given_url: str, expected: str) -> None:
    assert clean_url(given_url, BASE) == expected


@pytest.mark.parametrize(
    "given_url",
    ["", "   ", "javascript:alert(1)", "JaVa\nScript:alert(1)", "data:text/html,x", "mailto:a@example.org", "ftp://e/x",
     "http://", "http:///x", "http://[bad", "http://localhost:4000/post", "http://127.0.0.1/x", "https://[::1]/"],
)  # fmt: skip
def test_what_readers_cannot_follow_is_no_address(given_url: str) -> None:
    assert clean_url(given_url, BASE) is None


def test_a_feed_on_this_machine_may_lead_to_this_machine() -> None:
    assert clean_url("/story", "http://127.0.0.1:8000/feed") == "http://127.0.0.1:8000/story"


def test_a_relative_address_without_a_base_is_none() -> None:
    assert clean_url("story/1") is None
    assert clean_url("story/1", "feeds/x.xml") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.example.org/a/", "http://example.org/a"),
        ("https://example.org:443/a?utm_source=x", "https://example.org/a"),
        ("https://EXAMPLE.org/%7Ea", "https://example.org/~a"),
        ("https://example.org/a/../b", "https://example.org/b"),
        ("https://example.org", "https://example.org/"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
    ],
)
def test_addresses_of_one_page_have_one_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/?p=1", "https://example.org/?p=2"),
        ("https://example.org/now#2026-02-16", "https://example.org/now#2026-02-17"),
        ("https://example.org/#!/a", "https://example.org/#!/b"),
        ("https://example.org/A", "https://example.org/a"),
        ("https://example.org:8080/a", "https://example.org/a"),
    ],
)
def test_addresses_of_two_pages_have_two_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@given(st.text(max_size=80))
def test_no_text_makes_either_function_fail(text: str) -> None:
    cleaned = clean_url(text, BASE)
    assert cleaned is None or cleaned.lower().startswith(("http://", "https://"))
    url_key(text)


@given(st.text(alphabet="abc/?&=#.%25utm_source!é", max_size=60))
def test_cleaning_an_address_again_changes_nothing_and_keeps_the_key(rest: str) -> None:
    once = clean_url("https://example.org/" + rest)
    assert once is not None
    assert clean_url(once) == once
    assert url_key(once) == url_key("https://example.org/" + rest)


ORDINARY = st.from_regex(
    r"\Ahttps?://(www\.)?[a-z0-9-]{1,4}(\.[a-z0-9-]{1,4}){0,2}\.(org|example|localhost|1|c0m)"
    r"(/[A-Za-z0-9._~/%-]{0,12})?(\?[a-z]{1,3}=[A-Za-z0-9%+&=_.-]{0,8}(&utm_source=x)?)?(#[a-z=.-]{0,5})?\Z"
)


@given(ORDINARY)
def test_an_ordinary_address_is_read_no_otherwise_for_being_read_quickly(url: str) -> None:
    slowly = "HTTPS" + url.removeprefix("https").removeprefix("http")  # what no quick way takes
    cleaned, same = clean_url(url), clean_url(slowly)
    assert (cleaned and cleaned.partition(":")[2]) == (same and same.partition(":")[2])
    assert url_key(url) == url_key(slowly)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://editor:s3cret@example.org/feed?a=b", "https://editor:***@example.org/feed?a=b"),
        ("https://:s3cret@example.org/", "https://:***@example.org/"),
        ("https://editor:s3:cr@et@example.org:8080/@x", "https://editor:***@example.org:8080/@x"),
        ("https://editor:s3/cret@example.org/", "https://editor:***@example.org/"),
        ("//editor:s3cret@example.org/", "//editor:***@example.org/"),
        ("cannot read http://a:s3cret@x.example, b", "cannot read http://a:***@x.example, b"),
        ("https://editor@example.org/", "https://editor@example.org/"),
        ("https://example.org:8080/@editor", "https://example.org:8080/@editor"),
        ("http://[::1]:8080/a@b", "http://[::1]:8080/a@b"),
        ("https://example.org/@editor:8", "https://example.org/@editor:8"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert shown_url(url) == shown
    assert shown_url(shown) == shown
