import pytest

from digest.curate.glance import glance, line_of
from digest.curate.provenance import Sourced
from digest.curate.summary import summary_of
from digest.model import Section, Story
from tests.curate.making import entry

LONG = "The port authority will raise its fees " + "and its tolls " * 7 + "in January."


def story(name: str, text: str, title: str = "Port fees rise") -> Story:
    return Story(
        id=f"s-{name}", title=title, summary="", entries=(entry(title, text=text, id=name),), section="", score=1.0
    )


def sections(*titles: tuple[str, ...]) -> tuple[Section, ...]:
    return tuple(
        Section(
            title=str(number), stories=tuple(story(name, f"The port of {name} closes on Monday.") for name in names)
        )
        for number, names in enumerate(titles)
    )


def sentences(some: tuple[Section, ...]) -> dict[str, tuple[Sourced, ...]]:
    return {one.id: summary_of(one.entries, words=65, language="en") for section in some for one in section.stories}


@pytest.mark.parametrize(
    ("titles", "told"),
    [
        ((("a", "b"), ("c",), ("d", "e")), "acd"),
        ((("a",), ("b",), ("c",), ("d",), ("e",), ("f",)), "abcde"),
        ((("a", "b", "c", "d"),), "abc"),
        ((("a", "b", "c"), ("d", "e")), "abd"),
        ((("a",),), "a"),
        ((), ""),
    ],
)
def test_the_first_story_of_each_section_has_a_line(titles: tuple[tuple[str, ...], ...], told: str) -> None:
    some = sections(*titles)

    assert [line.text for line in glance(some, sentences(some))] == [
        f"The port of {name} closes on Monday." for name in told
    ]


def test_a_line_is_the_first_sentence_and_says_where_it_is_from() -> None:
    one = story("a", "The port closes on Monday. Ships wait outside.")
    found = line_of(one, summary_of(one.entries, words=65, language="en"))

    assert found is not None
    assert found.text == "The port closes on Monday."
    assert found.sentence is not None
    assert (found.sentence.entry_id, found.sentence.start) == ("a", 0)


def test_a_sentence_too_long_gives_way_to_the_headline_and_is_not_cut() -> None:
    one = story("a", LONG)
    found = line_of(one, summary_of(one.entries, words=65, language="en"))

    assert found is not None
    assert (found.text, found.sentence) == ("Port fees rise", None)
    assert line_of(story("a", LONG, title=LONG), ()) is None


def test_a_section_whose_first_story_has_no_line_gives_its_second() -> None:
    first, second = story("a", "", title=LONG), story("b", "The port of b closes on Monday.")
    found = glance([Section(title="World", stories=(first, second))], {})

    assert [line.story_id for line in found] == ["s-b"]
