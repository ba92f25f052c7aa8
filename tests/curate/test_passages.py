import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.passages import LOOK_AT, is_quotable, passages
from digest.text.sentences import folded
from tests.curate.making import entry

FEES = "The port authority will raise its fees by four per cent in January."


def quotable(text: str, language: str = "en") -> list[str]:
    return [one.text for one in passages(entry("Fees", text=text), "text", language) if is_quotable(one)]


@pytest.mark.parametrize(
    "line",
    [
        "Who pays for the northern channel in the end?",
        "¿Quién paga por el canal del norte al final?",
        "谁来支付北航道的疏浚费用呢？",
        "The lines called it “a blow to everyone who ships here.",
        "The lines called it (at first a blow to everyone.",
        "“A blow to everyone who ships here.”",
        "had asked for a delay of a year.",
        "-hands meeting of the pilots was the first.",
        "3. The port authority raises its fees.",
        "2) The port authority raises its fees.",
        "The problem was solved on Monday. rust says the cranes work.",
        "The lines had asked for a delay of…",
        "The lines had asked for a delay of [...]",
        "Late fees rise.",  # three words
        "The channel was cleared at last.The pilots were glad of it.",
        "[Slides] Ellen Grey, Jon Lane, Ada Quill, and Tom Brink.",
    ],
)
def test_what_is_no_whole_sentence_of_the_writers_is_not_quoted(line: str) -> None:
    assert quotable(f"{FEES}\n\n{line}") == [FEES]


def test_the_third_of_october_begins_a_german_sentence() -> None:
    text = "3. Oktober ist der Tag, an dem der Hafen schließt."

    assert quotable(text, "de") == [text]


def test_a_quotation_of_several_sentences_is_one_passage() -> None:
    said = '"We have to dredge the channel. Nobody else will pay for it," said Ellen Grey.'
    found = list(passages(entry("Fees", text=f"{FEES} {said} The work begins in May."), "text", "en"))

    assert [one.text for one in found] == [FEES, said, "The work begins in May."]
    assert [one.sentences for one in found] == [1, 2, 1]


def test_a_quotation_belongs_to_the_line_that_says_whose_it_is() -> None:
    said = "Ellen Grey, the harbour master, said:\n\n“We have to dredge the channel. It is late.”"
    text = f"{FEES}\n\n{said}\n\nWork begins."
    one = list(passages(entry("Fees", text=text), "text", "en"))[1]

    assert one.text == "Ellen Grey, the harbour master, said: “We have to dredge the channel. It is late.”"
    assert text[one.start : one.end] == said
    assert is_quotable(one)
    assert one.sentences == 2


def test_a_quotation_that_never_ends_is_not_joined() -> None:
    text = "“We have to dredge the channel. It is late.\n\n“Nobody else will pay for the channel.”"

    assert [one.sentences for one in passages(entry("Fees", text=text), "text", "en")] == [1, 1, 1]


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("ROTTERDAM, Jan. 5 — ", FEES),
        ("MOSUL, Iraq/BAGHDAD (Reuters) - ", FEES),
        ("16:05 ", FEES),
        ("10.15am BST: ", "“It is the worst night here,” said Ellen Grey."),
        ("Thursday, May 7, 2026 ", FEES),
    ],
)
def test_a_dateline_and_the_time_in_a_live_blog_are_no_part_of_a_sentence(before: str, line: str) -> None:
    assert quotable(before + line) == [line]


@pytest.mark.parametrize("after", [" [2] ", " [2][13] ", " [2]\n"])
def test_the_mark_of_a_note_to_the_sentence_before_is_no_part_of_the_next(after: str) -> None:
    text = f"{FEES}{after}Shipping lines protest."
    first, second = passages(entry("Fees", text=text), "text", "en")

    assert (first.text, second.text) == (FEES, "Shipping lines protest.")
    assert text[second.start : second.end] == second.text


def test_a_paragraph_that_ends_with_a_call_loses_the_call_only() -> None:
    assert quotable(f"{FEES} Read more (12 May 2026)") == [FEES]


def test_nouns_with_capitals_are_no_names_in_german() -> None:
    text = "Hafen, Fluss und Kanal: Gebühren steigen."

    assert quotable(text, "de") == [text]


def test_the_title_said_again_is_no_passage() -> None:
    assert [one.text for one in passages(entry("Port fees rise!", text=f"Port fees rise\n\n{FEES}"), "text", "en")] == [
        FEES
    ]


def test_no_more_than_the_beginning_is_read() -> None:
    text = " ".join(f"The port raises fee number {number} in January." for number in range(100))

    assert len(list(passages(entry("Fees", text=text), "text", "en"))) == LOOK_AT


PIECES = st.sampled_from(
    [
        "The fees rise.",
        "“We pay.",
        "They do.”",
        "said:",
        "\n\n",
        "\n",
        "\r\n",
        "  ",
        "- ",
        "1. ",
        "(",
        ")",
        '"',
        "„Ja.“",
        "。",
        "Mr.",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.lists(PIECES).map("".join), st.text()), st.sampled_from(["en", "de", "ja", "xx"]))
def test_a_passage_is_a_slice_and_none_overlaps_another(text: str, language: str) -> None:
    at = 0
    for number, one in enumerate(passages(entry("Fees", text=text), "text", language)):
        assert at <= one.start < one.end
        assert folded(text[one.start : one.end]) == one.text
        assert one.number == number
        at = one.end
