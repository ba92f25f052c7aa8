import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.boilerplate import without_dateline
from digest.curate.summary import summarise, summary_of, told
from digest.model import Quote
from digest.text.provenance import is_verbatim
from digest.text.sentences import sentences
from digest.text.words import count_words
from tests.curate.making import BODY, entry

FEES = "The port authority will raise its fees by four per cent in January."
DREDGING = "The authority said that dredging the northern channel has cost more than it planned."


def short(language: str = "en", words: int = 65, **given: object) -> str:
    return summarise(entry("Fees", **given), words=words, language=language)


def test_the_sentences_that_say_most_stand_in_the_order_of_the_text() -> None:
    assert short(text=BODY, words=40) == (
        f"{FEES} Shipping lines had asked for a year's delay. "
        "The authority said that dredging the northern channel has cost more than it planned."
    )


def test_it_keeps_to_the_limit_of_words_and_takes_whole_sentences() -> None:
    assert short(text=BODY, words=21) == f"{FEES} Shipping lines had asked for a year's delay."
    assert short(text=BODY, words=13) == FEES


def test_a_sentence_that_stands_alone_may_be_half_as_long_again_up_to_thirty_words() -> None:
    long = "The port authority will raise its fees " + "and its tolls " * 8 + "in January."

    assert count_words(FEES) == 13
    assert short(text=FEES, words=9) == FEES
    assert short(text=FEES, words=8) == ""
    assert count_words(long) == 33
    assert short(text=long, words=29) == ""
    assert short(text=long, words=33) == long


def test_the_sources_own_summary_opens_if_it_is_whole() -> None:
    own = "Fees at the port go up. Shipping lines protest."

    assert short(summary=own, text=BODY, words=30) == f"{own} {DREDGING}"


def test_the_sources_own_summary_stands_alone_if_it_says_enough() -> None:
    own = "Fees at the port go up for the first time in ten years. Shipping lines protest, and two harbours follow."

    assert short(summary=own, text=BODY) == own


def test_a_summary_that_was_cut_gives_way_to_the_text() -> None:
    assert short(summary="Fees at the port go up. Shipping lines pro…", text=BODY, words=13) == FEES


def test_a_summary_that_cannot_open_gives_way_to_the_text() -> None:
    assert short(summary="He said the fees were late.", text=BODY, words=13) == FEES


def test_of_a_cut_summary_without_a_text_the_whole_sentences_are_left() -> None:
    assert short(summary="Fees at the port go up. Shipping lines pro [...]") == "Fees at the port go up."


def test_a_text_that_begins_with_its_standfirst_goes_on() -> None:
    own = "Fees at the port go up for the first time in ten years, and shipping lines protest against the raise."

    assert short(summary=own, text=f"{own}\n\n{BODY}", words=40) == f"{own} {DREDGING}"
    assert short(summary=own, text=BODY, words=40) == own


def test_a_summary_of_one_clause_is_a_paragraph_of_its_own() -> None:
    clause = "Shipping lines protest as the port raises its fees"

    assert short(summary=clause) == clause
    assert short(text=clause) == clause
    assert short(summary=clause, text=BODY, words=25) == f"{clause}\n\n{FEES}"
    assert short(summary=clause, text=f"{clause}\n\n{BODY}", words=25) == f"{clause}\n\n{FEES}"


@pytest.mark.parametrize(
    "cut",
    [
        "Shipping lines protest as the port raises the",
        "Shipping lines protest as the port raises its…",
        "Shipping lines protest as the port raises its fees,",
        "Shipping lines protest",
        "and lines protest as the port raises fees",
        "Shipping lines said: “The port raises its fees",
        "The port authority will raise its fees by four",  # the text shows how it goes on
        "Betwixt tides we find a way to cram in talk about " + ", ".join(["fees, tolls and pilots"] * 8) + " and mona",
    ],
)
def test_a_clause_that_looks_cut_does_not(cut: str) -> None:
    assert short(summary=cut, text=BODY, words=13) == FEES


def test_the_title_said_again_is_no_summary() -> None:
    found = summarise(
        entry("Port fees rise!", summary="Port fees rise", text=f"Port fees rise\n\n{FEES}"), words=65, language="en"
    )

    assert found == FEES


@pytest.mark.parametrize(
    "line",
    [
        "By Ana Ruiz",
        "Photo: Ana Ruiz",
        "Subscribe to our newsletter for more.",
        "© 2026 The Quay.",
        "Cranes stand idle in the port on Monday. Ana Ruiz/Getty Images",
        "Fees",
        "What it means",
    ],
)
def test_lines_that_are_not_of_the_article_are_left_out(line: str) -> None:
    assert short(text=f"{line}\n\n{FEES}") == FEES
    assert short(text=f"{FEES}\n\n{line}") == FEES


def test_what_follows_the_notes_to_editors_is_not_read() -> None:
    assert short(text=f"{FEES}\n\nNotes to editors\n\nThe port authority was founded in 1911.") == FEES


def test_a_dateline_is_not_of_the_sentence() -> None:
    assert short(text=f"ROTTERDAM, Jan. 5 — {FEES}") == FEES


@pytest.mark.parametrize(
    "broken",
    [
        "Shipping lines had asked for",
        "Shipping lines had asked for…",
        "Shipping lines had asked for [...]",
        "The lines called it “a blow.",
        "The lines called it (at first a blow.",
        "“A blow to everyone who ships here.”",  # nobody says it
        "had asked for a delay of a year.",
        ", they had asked for a delay of a year.",
    ],
)
def test_a_broken_sentence_is_left_out(broken: str) -> None:
    assert short(text=f"{FEES}\n\n{broken}") == FEES
    assert short(text=f"{broken}\n\n{FEES}") == FEES


def test_what_leans_on_a_sentence_that_is_left_out_is_left_out_too() -> None:
    text = f"{FEES}\n\n“A blow to trade.\n\nThis surprised the lines.\n\nTwo harbours follow in March."

    assert short(text=text) == f"{FEES} Two harbours follow in March."


def test_he_said_never_comes_first() -> None:
    assert short(text=f"He said the fees were late.\n\n{FEES}") == FEES
    assert short(text="Mr. Lane runs the port of the city. He said fees would rise.") == (
        "Mr. Lane runs the port of the city. He said fees would rise."
    )


def test_no_question_is_asked() -> None:
    assert short(text=f"Who pays for the northern channel? {FEES}") == FEES


def test_a_release_gives_its_standfirst_and_a_quotation_with_its_speaker() -> None:
    standfirst = "Ships that call at the port of Saltmouth will pay four per cent more from January."
    said = "“Dredging the channel has cost the port more than we planned,” said Ellen Grey, the harbour master."
    text = (
        f"{standfirst}\n\n{BODY}\n\n“It is a good day.” Nobody was named.\n\n{said}\n\nShe added that ships are late."
    )
    release = entry("Saltmouth raises its port fees", summary=standfirst, text=text, kind="Press release",
                    quotes=(Quote(text="Dredging the channel has cost the port more than we planned",
                                  speaker="Ellen Grey"),))  # fmt: skip
    found = summary_of((release,), words=65, language="en")

    assert found[0].shown == standfirst
    assert said in [sentence.shown for sentence in found]


def test_what_is_said_in_the_paragraph_below_goes_with_who_says_it() -> None:
    said = "Ellen Grey, the harbour master, said:\n\n“The channel is silting up. We have to dredge the channel.”"
    release = entry("Port to dredge its channel", text=f"{FEES}\n\n{said}\n\nThe work begins in May.", kind="Release",
                    quotes=(Quote(text="The channel is silting up. We have to dredge the channel.",
                                  speaker="Ellen Grey"),))  # fmt: skip
    found = summary_of((release,), words=65, language="en")

    assert [sentence.shown for sentence in found] == [FEES, said.replace("\n\n", " ")]
    assert found[1].text == said


def test_sentences_of_several_entries_are_told_with_their_sources() -> None:
    lead = entry("Port fees rise", text="The port raises its fees by four per cent in January.")
    other = entry("Fees at the port to rise", text="Shipping lines wanted the higher fees put off for a year.")
    found = summary_of((lead, other), words=65, language="en")
    names = {lead.id: "Harbour Daily", other.id: "The Courier"}

    assert [sentence.entry_id for sentence in found] == [lead.id, other.id]
    assert told(found, names) == (
        "The port raises its fees by four per cent in January. (Harbour Daily) "
        "Shipping lines wanted the higher fees put off for a year. (The Courier)"
    )
    assert told(found[:1], names) == found[0].shown
    assert told(found[1:], names) == f"{found[1].shown} (The Courier)"


def test_two_entries_of_one_source_need_no_names() -> None:
    lead = entry("Port fees rise", text="The port raises its fees by four per cent in January.")
    other = entry("Fees at the port to rise", text="Shipping lines wanted the higher fees put off for a year.")
    third = entry("Fees", text="Ellen Grey of the pilots welcomed the higher fees on Monday.")
    found = summary_of((lead, other, third), words=65, language="en")

    assert "(" not in told(found, dict.fromkeys((lead.id, other.id, third.id), "Harbour Daily"))
    names = {lead.id: "Harbour Daily", other.id: "Harbour Daily", third.id: "The Courier"}
    assert re.findall(r"\(.*?\)", told(found, names)) == ["(Harbour Daily)", "(The Courier)"]


@pytest.mark.parametrize(("who", "sentences_told"), [("She", 1), ("The harbour master", 2)])
def test_she_does_not_come_after_another_source(who: str, sentences_told: int) -> None:
    lead = entry("Port fees rise", text="The port raises its fees by four per cent in January.")
    other = entry("Fees at the port to rise", text=f"{who} wanted the higher fees put off for a year.")

    assert len(summary_of((lead, other), words=65, language="en")) == sentences_told


def test_what_two_entries_both_say_is_said_once() -> None:
    lead = entry("Port fees rise", text="The port raises its fees by four per cent in January.")
    other = entry("Port fees up", text="The port will raise its fees by four per cent in January, it said.")

    assert len(summary_of((lead, other), words=65, language="en")) == 1


def test_a_summary_has_no_more_sentences_than_asked_for() -> None:
    one = summary_of((entry("Fees", text=BODY),), words=65, language="en", most=1)

    assert len(one) == 1
    assert summary_of((), words=65, language="en") == ()


def test_mixed_quotation_marks_are_closed() -> None:
    said = 'The lines called it “a blow" to trade on Monday.'

    assert short(text=said) == said


def test_german_and_french_quotations_are_closed() -> None:
    german = "„Wir zahlen mehr“, sagte die Reederei am Montag."
    french = "« Nous payons plus », a dit la compagnie lundi matin."

    assert short(text=german, language="de") == german
    assert short(text=french, language="fr") == french


def test_a_script_without_spaces_is_joined_without_spaces_and_measured() -> None:
    text = "港湾局は一月から料金を四パーセント引き上げる。海運会社は一年の延期を求めていた。"

    assert short(text=text, language="ja") == text
    assert short(text=text, language="ja", words=15) == "港湾局は一月から料金を四パーセント引き上げる。"


def test_an_entry_that_says_nothing_has_no_summary() -> None:
    assert short() == ""
    assert short(text="Read more") == ""


PIECES = st.sampled_from(
    [
        FEES,
        "He said so.",
        "“Go.",
        "”",
        "Read more",
        "Mr.",
        "A heading",
        "\n\n",
        "\n",
        "…",
        "It was late.",
        "(so",
        "by",
        "。",
    ]
)


@settings(deadline=None)
@given(
    st.lists(PIECES).map(" ".join), st.lists(PIECES).map(" ".join), st.integers(5, 60), st.sampled_from(["en", "ja"])
)
def test_every_sentence_stands_where_it_says_it_does(own: str, text: str, words: int, language: str) -> None:
    entries = (entry("Fees", summary=own, text=text), entry("More fees", text=own))
    found = summary_of(entries, words=words, language=language)

    assert all(is_verbatim(sentence, entries) for sentence in found)
    assert summary_of(entries, words=words, language=language) == found
    assert sum(count_words(sentence.shown) for sentence in found) <= max(words, min(30, words * 3 // 2))


@settings(deadline=None)
@given(st.lists(PIECES).map(" ".join), st.lists(PIECES).map(" ".join), st.booleans(), st.integers(5, 60))
def test_every_sentence_is_the_sources_and_the_limit_is_kept(own: str, text: str, begins: bool, words: int) -> None:
    whole = f"{own}\n\n{text}" if begins else text
    found = summarise(entry("Fees", summary=own, text=whole), words=words, language="en")

    _is_verbatim(found, own, whole, words)


def _is_verbatim(summary: str, own: str, text: str, words: int) -> None:
    known = {without_dateline(sentence) for sentence in (*sentences(own, "en"), *sentences(text, "en"))}
    assert count_words(summary) <= words * 1.5
    left, count = summary, 0
    while left:
        sentence = max((sentence for sentence in known if left.startswith(sentence)), key=len, default=None)
        assert sentence, left
        left, count = left.removeprefix(sentence).lstrip(), count + 1
    assert count <= 3
    assert not re.search(r"(…|\.\.\.|\[\.\.\.\])\W*$", summary)


@pytest.mark.corpora
def test_summaries_of_real_articles_are_whole_and_verbatim() -> None:
    folder = os.environ.get("DIGEST_CORPORA")
    if not folder:
        pytest.skip("DIGEST_CORPORA names no folder of documents")
    rows = [
        json.loads(row) for row in Path(folder, "briefing/basil/dev.clusters.jsonl").read_text("utf-8").splitlines()
    ]
    made = [summarise(entry(row["title"] or "", text=row["text"]), words=65, language="en") for row in rows]

    for row, summary in zip(rows, made, strict=True):
        _is_verbatim(summary, "", row["text"], 65)
        assert sum(summary.count(mark) for mark in '“”"') % 2 == 0
    assert sum(map(bool, made)) >= 0.97 * len(rows)


@pytest.mark.corpora
def test_the_standfirst_of_a_real_release_comes_first() -> None:
    folder = os.environ.get("DIGEST_CORPORA")
    if not folder:
        pytest.skip("DIGEST_CORPORA names no folder of documents")
    lines = Path(folder, "press/chatham-house-2025-03-24.txt").read_text("utf-8").splitlines()
    release = entry(lines[2], summary=lines[4], text="\n\n".join(lines[4:]), source_id="local")
    found = summarise(release, words=65, language="en")

    assert found.startswith(lines[4])
    assert len(sentences(found, "en")) == 3
    assert sentences(found, "en")[2] in "\n".join(lines[5:])
