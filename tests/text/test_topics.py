"""A topic is found as subscribers, the editor and other programs write it."""

from __future__ import annotations

import pytest

from digest.text.topics import find_topic

KNOWN = ("Ferries & tides", "Ports", "能源", "C++", "C#")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Ferries & tides", "Ferries & tides"),
        (" FERRIES  &\ttides ", "Ferries & tides"),
        ("ferries-tides", "Ferries & tides"),
        ("ＰＯＲＴＳ", "Ports"),
        ("能源", "能源"),
        ("c#", "C#"),
        ("c", "C++"),
        ("ferries", None),
        ("", None),
        ("&", None),
    ],
)
def test_a_topic_is_known_by_its_title_in_any_case_or_by_its_slug(said: str, found: str | None) -> None:
    assert find_topic(said, KNOWN) == found


def test_of_two_that_are_alike_it_is_the_first() -> None:
    assert find_topic("ports", ("PORTS", "Ports")) == "PORTS"
    assert find_topic("a-b", ("A & b", "A b")) == "A & b"
