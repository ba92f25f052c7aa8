from __future__ import annotations

import re

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from digest.text.wrap import WIDTH, columns, squeezed, wrap

LONG = "https://example.org/" + "a" * 90
FAMILY = "👩‍👩‍👧‍👦"  # one grapheme, two columns

CASES = [
    ("two words", 20, "two words"),
    ("", 20, ""),
    ("a  b\n c\td", 20, "a b c d"),
    ("one two three", 7, "one two\nthree"),
    (f"see {LONG} now", 20, f"see\n{LONG}\nnow"),
    (f"({LONG}).", 20, f"({LONG})."),
    ("x" * 12, 5, "xxxxx\nxxxxx\nxx"),
    ("能源价格上限", 6, "能源价\n格上限"),
    ("ab能源cd", 4, "ab能\n源cd"),
    (f"ok {FAMILY * 3}", 4, f"ok\n{FAMILY * 2}\n{FAMILY}"),
    ("30\u00a0km to go", 5, "30\u00a0km\nto go"),  # a no-break space holds
    ("一\u2028二\u2029三\x85四", 40, "一 二 三 四"),
    ("一段。\u3000二段", 40, "一段。\u3000二段"),  # the ideographic space is as wide as a letter
    ("\u3000一段二段", 4, "一段\n二段"),  # and goes where a line begins or ends
]  # fmt: skip


@pytest.mark.parametrize(("text", "width", "wanted"), CASES)
def test_a_paragraph_is_broken_where_it_should(text: str, width: int, wanted: str) -> None:
    assert wrap(text, width) == wanted


@pytest.mark.parametrize(
    ("text", "width", "wanted"),
    [
        ("能源价，格上限", 6, "能源\n价，格\n上限"),  # a comma does not begin a line
        ("价格「上限」了", 6, "价格\n「上\n限」了"),  # nor does a bracket end one
        ("サーバーの", 4, "サー\nバー\nの"),  # the mark of a long vowel stays with its letter
        ("费用30%以上", 6, "费用\n30%以\n上"),
        ("见报告\u00a0[1]。", 8, "见报\n告\u00a0[1]。"),  # a note stays with the word before it
        ("的$3亿", 2, "的\n$3\n亿"),
        ("。" * 9, 6, "。。。\n。。。\n。。。"),  # what cannot be held is broken all the same
        ("ราคาเแ" * 2, 5, "ราคา\nเแรา\nคาเแ"),  # a Thai vowel before its consonant does not end a line
        ("ប្រទេស\u200bកម្ពុជា\u200bថ្មី", 6, "ប្រទេស\nកម្ពុជា\nថ្មី"),  # a zero-width space is where Khmer may break
        ("한국어 문장은 낱말에서", 9, "한국어\n문장은\n낱말에서"),  # Korean is broken between words
        ("한국어문장은낱말에서", 9, "한국어문\n장은낱말\n에서"),  # unless one is too long
    ],
)
def test_scripts_without_blanks_are_broken_where_their_readers_expect_it(text: str, width: int, wanted: str) -> None:
    assert wrap(text, width) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"能源价格见{LONG}，谢谢", f"能源价格见\n{LONG}\n，谢谢"),
        (f"见{LONG}。", f"见\n{LONG}\n。"),
        ("x" * 30 + "(" + LONG, "x" * 20 + "\n" + "x" * 10 + "(\n" + LONG),
        ("https://ja.wikipedia.example/wiki/" + "能源" * 20, "https://ja.wikipedia.example/wiki/" + "能源" * 20),
        ("能源价格上限能源价格上限 mailto:a@b.example?subject=" + "s" * 40,
         "能源价格上限能源价格\n上限\nmailto:a@b.example?subject=" + "s" * 40),
    ],
)  # fmt: skip
def test_an_address_is_whole_and_what_stands_against_it_is_not_part_of_it(text: str, wanted: str) -> None:
    assert wrap(text, 20) == wanted


def test_the_first_line_may_begin_otherwise() -> None:
    assert wrap("one two three", 9, indent="  ", first="- ") == "- one two\n  three"


def test_a_line_of_code_keeps_its_blanks() -> None:
    assert wrap("a  =   b", 20, verbatim=True) == "a  =   b"
    assert wrap("alpha  =   beta   +  gamma", 15, indent="  ", verbatim=True) == "  alpha  =\n  beta   +\n  gamma"


def test_no_line_begins_like_somebody_elses_words() -> None:
    assert wrap("values of pH > 7 are", 11) == "values of\npH\u00a0> 7 are"


def test_soft_hyphens_and_zero_width_characters_go_but_joiners_stay() -> None:
    persian = "می\u200cخواهم"
    assert (
        wrap(f"Wärme\u00adplanung\ufeff a\u2060b\u200bc {persian} {FAMILY}") == f"Wärmeplanung abc {persian} {FAMILY}"
    )
    assert squeezed(f"\ufeffWärme\u00adplanung {persian}") == f"Wärmeplanung {persian}\n"


TEXT = st.text() | st.lists(
    st.sampled_from(
        ["能源价格", "、", "「", "」", "ー", "เ", "ะ", "한국어", FAMILY, "🇬🇧🇫🇷", "❤️", "1️⃣", "e\u0301", "क्षत्रिय", "word",
         "x" * 40, " ", "\u00a0", "\u3000", "\u200b", "\u200d", "\u00ad", "\u0300", ">", "%", "ក្ខុំ"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


def seen(text: str) -> str:
    """Without blanks, and without what is not shown."""
    return "".join(re.sub("[\u00ad\u034f\u180e\u200b\u2060-\u2065\ufeff]", "", text).split())


@given(TEXT, st.integers(10, 90), st.sampled_from(["", "  ", "| ", "> > "]), st.booleans())
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int, indent: str, verbatim: bool) -> None:
    wrapped = wrap(text, width, indent=indent, verbatim=verbatim)
    for line in wrapped.split("\n"):
        assert columns(line) <= width or "://" in line
        assert line == line.rstrip()
        assert (line + " " * len(indent)).startswith(indent)
    kept = "".join(line.removeprefix(indent.rstrip()) for line in wrapped.split("\n"))
    assert seen(kept) == seen(text)


@given(TEXT, st.integers(10, 30))
def test_no_grapheme_is_ever_broken(text: str, width: int) -> None:
    words = [seen(word) for word in text.replace("\u200b", "").split()]
    broken = [one for line in wrap(" ".join(words), width).split("\n") for one in wcwidth.iter_graphemes(line)]
    whole = [one for word in words for one in wcwidth.iter_graphemes(word)]
    assert [one.strip() for one in broken if one.strip()] == [one.strip() for one in whole if one.strip()]


@given(st.lists(st.sampled_from(["word", "能源价格", LONG, "x" * 100, "e\u0301" * 30, "👋🏽"]), max_size=20))
def test_an_address_is_never_broken(tokens: list[str]) -> None:
    assert wrap(" ".join(tokens), 40).count(LONG) == tokens.count(LONG)
    assert wrap("".join(tokens), 40).count(LONG) == "".join(tokens).count(LONG)


def test_a_word_of_ten_thousand_letters_fills_lines() -> None:
    for letter in ("x", "能", "ก", "ж", FAMILY, "e\u0301"):
        lines = wrap(letter * 10_000).split("\n")
        assert {columns(line) for line in lines[:-1]} == {WIDTH}
        assert "".join(lines) == letter * 10_000


def test_wide_characters_count_twice_and_marks_nothing() -> None:
    assert [columns(text) for text in ("abc", "能源", "e\u0301", "👋🏽", "")] == [3, 4, 1, 2, 0]


def test_mailed_text_has_no_blanks_at_its_ends_and_no_wide_gaps() -> None:
    assert squeezed("\n\na  \n\n\n\n\n\nb\t\n\n") == "a\n\n\nb\n"
    assert squeezed("a\n-- \nb\u2028c\u2029d\x85e\r\nf\rg") == "a\n—\nb\nc\nd\ne\nf\ng\n"  # "-- " begins a signature
