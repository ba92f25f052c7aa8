from dataclasses import dataclass

import pytest

from digest.render.glance import at_a_glance, line_of

LONG = "The port authority will raise its fees " + "and its tolls " * 7 + "in January."


@dataclass(frozen=True)
class Told:
    glance: str


@pytest.mark.parametrize(
    ("titles", "wanted"),
    [
        ((("a", "b"), ("c",), ("d", "e")), "acd"),
        ((("a",), ("b",), ("c",), ("d",), ("e",), ("f",)), "abcde"),
        ((("a", "b", "c", "d", "e"),), "abc"),
        ((("a", "b", "c"), ("d", "e")), "abd"),
        ((("", "b", "c"), ("", ""), ("", "g")), "bcg"),
        ((("a", "b"), ("c", "d")), ""),
        ((), ""),
    ],
)
def test_the_first_story_of_each_section_that_has_a_line_stands_at_the_top(
    titles: tuple[tuple[str, ...], ...], wanted: str
) -> None:
    sections = [[Told(name) for name in names] for names in titles]

    assert "".join(story.glance for story in at_a_glance(sections)) == wanted


def test_two_stories_that_say_the_same_are_two() -> None:
    assert len(at_a_glance([[Told("a"), Told("b")], [Told("a"), Told("c")], [Told("a")]])) == 3


@pytest.mark.parametrize(
    ("summary", "language", "line"),
    [
        ("The port closes on Monday. Ships wait outside.", "en", "The port closes on Monday."),
        ("“It closes on Monday,” said Ada Quill. Ships wait.", "en", "“It closes on Monday,” said Ada Quill."),
        ("It closes on Monday. (Harbour Daily) Ships wait. (The Courier)", "en", "It closes on Monday."),
        ("港口周一关闭。船只在外等候。", "zh", "港口周一关闭。"),
        ("Le port ferme lundi !", "fr", "Le port ferme lundi !"),
    ],
)
def test_a_line_is_the_first_sentence_of_the_summary(summary: str, language: str, line: str) -> None:
    assert line_of(summary, "Fees", language) == (line, True)


@pytest.mark.parametrize("summary", ["", LONG, "The port closes on …", "The port closes on...", "Port closed"])
def test_what_is_too_long_or_no_whole_sentence_gives_way_to_the_headline(summary: str) -> None:
    assert line_of(summary, "Port fees rise", "en") == ("Port fees rise", False)
    assert line_of(summary, LONG, "en") == ("", False)
