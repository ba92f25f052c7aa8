import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.text.sentences import folded, paragraph_spans, paragraphs, sentence_spans, sentences

SPLITS = [
    ("en", ["Gov. Ames met Sen. Holt at No. 10.", "He left."]),
    ("en", ["Prices rose in the U.S. Gulf states.", "The bank held rates."]),
    ("en", ["They agreed in the U.S.", "The deal holds."]),
    ("en", ["J. R. Marlow and George H.W. Dunn signed.", "It took an hour."]),
    ("en", ["It opens at 5 p.m. on Jan. 5 (see Fig. 3).", "Entry is free."]),
    ("en", ["“It is over.”", "“Mr. Lane knew,” she said.", "Why?", "Nobody asked!"]),
    ("en", ["Growth was 3.5 per cent.", "Debt fell by £1.2bn."]),
    ("en", ["Ministers met the F.B.I.", "They left."]),
    ("en", ["HARTFORD, Conn. — The port reopened.", "Ships came."]),
    ("de", ["„Das ist gut.“", "Dann ging er."]),
    ("de", ["Am 3. Oktober trat z. B. Nr. 5 in Kraft.", "Es kostet 5 Mio. Euro."]),
    ("fr", ["« Il part. »", "Puis il revient."]),
    ("fr", ["M. Roche et Mme. Lind arrivent.", "Fin."]),
    ("es", ["El Sr. Ríos llegó.", "¿Qué pasa?", "¡Nada!"]),
    ("hi", ["यह एक वाक्य है।", "यह दूसरा है।"]),
    (None, ["One is here.", "Two is there."]),
]


@pytest.mark.parametrize(("language", "expected"), SPLITS)
def test_text_is_split_where_its_sentences_end(language: str | None, expected: list[str]) -> None:
    assert list(sentences(" ".join(expected), language)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", ["「行こう！」と言った。", "彼は走った。", "「終わりだ。」", "雨が降った？", "いや。"]),
        ("zh", ["他说：“我们走吧。”", "然后离开了。", "第二天下雨了！"]),
    ],
)
def test_scripts_without_spaces_are_split_after_their_own_full_stops(language: str, expected: list[str]) -> None:
    found = sentences("".join(expected), language)

    assert "".join(found) == "".join(expected)
    assert found[0] == expected[0]
    assert found[-1] == expected[-1]


def test_a_japanese_quotation_goes_on_with_its_particle() -> None:
    assert sentences("「はい。」と彼は言った。", "ja") == ("「はい。」と彼は言った。",)


def test_paragraphs_are_never_joined() -> None:
    text = (
        "A heading without a stop\n\nThe text begins here.\n\n- one item\n- another\n  that goes on\n\nName\nStreet 1"
    )
    lines = (
        "A heading without a stop",
        "The text begins here.",
        "one item",
        "another that goes on",
        "Name",
        "Street 1",
    )

    assert sentences(text, "en") == lines


def test_a_wrapped_line_goes_on() -> None:
    text = "The committee said on Monday that it would ask\nParliament for more time before\nit reports."

    assert list(paragraphs(text)) == [text.replace("\n", " ")]


def test_the_rows_of_a_table_stand_alone() -> None:
    assert list(paragraphs("Year | Price\n2024 | 12\n2025 | 14")) == ["Year | Price", "2024 | 12", "2025 | 14"]


def test_a_region_does_not_matter() -> None:
    assert sentences("Mr. Ash left. He ran.", "en-GB") == sentences("Mr. Ash left. He ran.", "en")


def test_the_line_breaks_of_windows_and_of_old_macs_are_line_breaks() -> None:
    text = "Name\nStreet 1\n\nThe committee said on Monday that it would ask\nParliament.\n- one item"
    expected = ["Name", "Street 1", "The committee said on Monday that it would ask Parliament.", "one item"]

    for line_break in ("\n", "\r\n", "\r"):
        assert list(paragraphs(text.replace("\n", line_break))) == expected


def fold(text: str) -> str:
    return " ".join(text.split())


PIECES = st.sampled_from(
    [
        "Mr.",
        "U.S.",
        "The",
        "end.",
        "No. 5",
        "“Go.”",
        "„Ja.“",
        "« Oui. »",
        "行こう。",
        "」",
        "\n\n",
        "\n",
        "- ",
        "...",
        "?",
        " ",
        "x",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)), st.sampled_from(["en", "de", "fr", "ja", "xx", None]))
def test_every_sentence_stands_in_the_text_in_this_order(text: str, language: str | None) -> None:
    whole, at = fold(text), 0
    for sentence in sentences(text, language):
        assert sentence == sentence.strip()
        assert sentence
        place = whole.find(fold(sentence), at)
        assert place >= 0
        at = place + len(fold(sentence))


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)), st.sampled_from(["en", "de", "fr", "ja", "xx", None]))
def test_a_span_holds_its_sentence_to_the_character(text: str, language: str | None) -> None:
    spans = [span for paragraph in paragraph_spans(text) for span in sentence_spans(text, paragraph, language)]

    assert tuple(folded(text[start:end]) for start, end in spans) == sentences(text, language)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@settings(deadline=None)
@given(st.lists(PIECES).map(" ".join), st.sampled_from(["en", "de", None]))
def test_nothing_but_blanks_and_bullets_is_lost(text: str, language: str | None) -> None:
    def letters(value: str) -> str:
        return re.sub(r"[\s-]", "", value)

    assert letters("".join(sentences(text, language))) == letters(text)


def test_the_splitter_comes_without_the_lemmatiser_and_leaves_the_package_whole() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from digest.text.sentences import sentences; "
        "assert sentences('One. Two.', 'en') == ('One.', 'Two.'); "
        "assert 'simplemma.lemmatizer' not in sys.modules; "
        "import simplemma; assert simplemma.lemmatize('houses', lang='en') == 'house'"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
