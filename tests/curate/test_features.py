from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.curate.features import Features, features_of, spell_names, spell_terms
from tests.curate.making import entry


def features(title: str, text: str = "", language: str = "en") -> Features:
    return features_of(entry(title, text=text), language)


def counted(found: Features) -> dict[str, int]:
    return dict(zip(found.terms, found.term_counts, strict=True))


def test_a_word_of_the_title_counts_three_times_one_of_the_text() -> None:
    assert counted(features("Harbour fees", "Fees rise.")) == {"harbou": 3, "fees": 4, "rise": 1}


def test_forms_of_a_word_are_one_term_and_stop_words_are_none() -> None:
    assert set(features("The dredging of a harbour, the harbours dredged").terms) == {"dredgi", "dredge", "harbou"}


def test_stop_words_are_those_of_the_language() -> None:
    assert "die" in features("Those who die at sea", language="en").terms
    assert "die" not in features("Die Fischer auf See", language="de").terms


def test_a_script_without_spaces_gives_pairs_of_characters() -> None:
    assert set(features("港湾料金の値上げ", language="ja").terms) >= {"港湾", "湾料", "料金"}


def test_names_are_words_with_a_capital_that_stand_nowhere_without() -> None:
    found = features("Port Fees Rise Warns Marlow", "The fees rise. A port asked Marlow and the Ofgate board.")

    assert set(found.names) == {"warns", "marlow", "ofgate"}


def test_numbers_are_names_however_their_thousands_are_parted() -> None:
    assert set(features("A fee of £1,720", "It was 1720 for 3 ships, and 4.5%").names) == {"1720", "45"}


def test_a_possessive_and_an_abbreviation_with_dots_are_their_names() -> None:
    assert set(features("we met", "Marlow's men, the N.A.T.O. and NATO").names) == {"marlow", "nato"}


def test_the_longer_of_summary_and_text_is_read() -> None:
    short = entry("Fees", summary="Dredging began.", text="More.")

    assert "dredgi" in features_of(short, "en").terms


def test_terms_and_names_can_be_shown_as_they_were_written() -> None:
    one = entry("Harbours raise fees", text="The Ofgate board's harbour asks £1,720.")

    assert spell_terms(one, ["harbou", "fees"]) == {"harbou": "harbours", "fees": "fees"}
    assert spell_names(one, ["ofgate", "1720"]) == {"ofgate": "Ofgate", "1720": "1,720"}


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["en", "de", "ja", "xx"]))
def test_any_text_has_as_many_counts_as_terms_and_names(title: str, text: str, language: str) -> None:
    found: Any = features(title, text, language)

    assert len(found.terms) == len(set(found.terms)) == len(found.term_counts)
    assert len(found.names) == len(set(found.names)) == len(found.name_counts)
    assert min((*found.term_counts, *found.name_counts, 1)) >= 1
