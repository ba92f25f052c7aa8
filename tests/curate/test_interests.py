import pytest

from digest.config.settings import Interests
from digest.curate.interests import count_phrase, interest_hits
from tests.curate.making import entry


def hits(title: str, *, names: tuple[str, ...] = (), words: tuple[str, ...] = (), text: str = "") -> list[str]:
    found = interest_hits([entry(title, text=text)], Interests(names=names, words=words), "en")
    return [term for term, _ in found]


@pytest.mark.parametrize(
    ("title", "name", "found"),
    [
        ("Quayside Trust fined", "quayside trust", True),
        ("Quayside  Trust fined", "Quayside Trust", True),
        ("Quaysiders fined", "Quayside", False),
        ("WHO warns of heat", "WHO", True),
        ("A minister who warns", "WHO", False),
        ("港湾局は料金を上げる", "港湾局", True),
        ("C++ grows", "C++", True),
        ("İZMİR limanı açıldı", "Izmir", True),
        ("ızmir limanı açıldı", "İzmir", True),
        ("Die Straße nach “Quayside”", "straße", True),
    ],
)
def test_names_are_found_as_whole_words(title: str, name: str, found: bool) -> None:
    assert hits(title, names=(name,)) == ([name] if found else [])


def test_words_are_found_in_any_form_and_phrases_in_one_piece() -> None:
    assert hits("Two price caps fall", words=("price cap",)) == ["price cap"]
    assert hits("A cap on the price", words=("price cap",)) == []


def test_the_text_counts_too_and_each_term_once() -> None:
    assert hits("News", names=("Quay",), words=("port",), text="The Quay. The Quay and its ports.") == ["Quay", "port"]


def test_every_entry_of_a_story_is_searched() -> None:
    group = [entry("News"), entry("More news", source_id="courier", summary="Ports", text="The Quay is closed.")]
    found = interest_hits(group, Interests(names=("Quay",), words=("port",)), "en")

    assert list(found) == [("Quay", "name"), ("port", "word")]


def test_a_name_that_no_text_holds_is_found_in_the_publishers() -> None:
    interests = Interests(names=("Quay Institute", "Sea Trust"))
    found = interest_hits(
        [entry("The Sea Trust moves")], interests, "en", publishers=("Quay Institute Press", "Sea Trust")
    )

    assert list(found) == [("Quay Institute", "publisher"), ("Sea Trust", "name")]


def test_an_empty_term_is_never_found() -> None:
    assert hits("News", names=("",), words=("", "—")) == []


def test_phrases_are_counted() -> None:
    assert count_phrase(["a", "b", "a", "b", "c"], ("a", "b")) == 2
    assert count_phrase(["a", "b", "a"], ("a",)) == 2
    assert count_phrase(["a"], ()) == 0
