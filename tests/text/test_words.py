import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.text.words import count_words, overlap, stems, tokens, words


def test_words_are_stemmed_and_stop_words_left_out() -> None:
    assert words("The ministers don’t agree on the price caps", "en") == ("minist", "agre", "price", "cap")


def test_stems_keep_every_word_so_that_phrases_can_be_found() -> None:
    assert stems("Bank of England", "en") == ("bank", "of", "england")


def test_forms_of_one_word_are_one_in_languages_with_a_stemmer() -> None:
    assert words("Sanktionen", "de") == words("Sanktion", "de")
    assert words("marchés", "fr") == words("marché", "fr")


def test_an_unknown_language_keeps_words_whole() -> None:
    assert words("Ünïcode Words the", None) == words("Ünïcode Words the", "xx") == ("ünïcode", "words", "the")


def test_a_script_without_spaces_gives_pairs_of_characters() -> None:
    assert stems("東京都 tax", "ja") == ("東京", "京都", "tax")


def test_vowel_signs_stay_in_their_word() -> None:
    assert stems("सरकार की", None) == ("सरकार", "की")


def test_a_word_is_the_same_beside_other_scripts_and_marks() -> None:
    plain, mixed = "“Zoë’s harbour—opens”", "“Zoë’s harbour—opens” 港湾 हिन्दी"

    assert list(tokens(plain)) == ["zoë", "s", "harbour", "opens"]
    assert list(tokens(mixed)) == ["zoë", "s", "harbour", "opens", "港湾", "हिन्दी"]


def test_full_width_and_case_do_not_matter() -> None:
    assert stems("ＥＵ Straße", None) == stems("eu STRASSE", None)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("—", 0),
        ("Two words – here", 3),
        ("don’t stop", 2),
        ("東京で会議", 3),
        ("EU 会議", 2),
        ("한국 정부는", 2),
    ],
)
def test_length_in_words(text: str, count: int) -> None:
    assert count_words(text) == count


def test_overlap_is_measured_by_the_smaller() -> None:
    assert overlap("ab", "abcd") == 1.0
    assert overlap("ab", "bc") == 0.5
    assert overlap("", "abc") == 0.0


@settings(deadline=None)
@given(st.text(), st.sampled_from(["en", "de", "ja", None]))
def test_any_text_has_words_in_one_case_without_blanks(text: str, language: str | None) -> None:
    found = words(text, language)

    assert len(found) <= len(stems(text, language))
    assert all(word and not any(char.isspace() for char in word) for word in found)
