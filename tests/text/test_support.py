"""What a source sentence carries passes; what turns it round, mixes two or adds a fact does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.sentences import sentences
from digest.text.support import Evidence, supported
from tests.support.corpus import corpora

TITLE = "Port fees rise"
TEXT = (
    "Ada Quill chairs the association of smaller lines. "
    "She said on Tuesday that the port authority will raise its fees by four per cent in January, after two years. "
    "“This is the last time we can absorb it,” said the chair, who has led the lines since 2019. "
    "Ferry crews on the northern route will not strike over Christmas, their union told the Harbour Daily. "
    "Tom Reyes denied that the dredger had been sold to Acme Lines for 3.2 million crowns. "
    "The council approved the plan with 12 votes to 4 after a long debate about the northern channel."
)
GERMAN = (
    "Die Hafenbehörde erhöht ihre Gebühren im Januar um vier Prozent. "
    "Die Fährleute streiken über Weihnachten nicht, teilte ihre Gewerkschaft am Dienstag mit."
)


@pytest.mark.parametrize(
    "sentence",
    [
        *sentences(TEXT, "en"),
        "The port authority will raise its fees by four per cent in January.",
        "Ada Quill said on Tuesday that the port authority will raise its fees by four per cent in January.",
        "Ferry crews on the northern route will not strike over Christmas.",
        "“This is the last time we can absorb it,” said the chair.",
        "The council approved the plan with 12 votes to 4 after a long debate.",
    ],
)
def test_what_a_source_says_is_supported(sentence: str) -> None:
    verdict = supported(sentence, [TITLE, TEXT], language="en")

    assert verdict.faults == ()
    assert verdict.supported
    assert verdict.source == 1
    assert verdict.sentence in TEXT


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("The port authority will raise its fees by five per cent in January.", "the number five"),
        ("The council approved the plan with 12 votes to 5 after a long debate.", "the number 5"),
        ("The council approved the plan with 4 votes to 12 after a long debate.", "another order"),
        ("The council rejected the plan with 12 votes to 4 after a long debate.", "stands where the source has"),
        ("Ferry crews on the northern route will strike over Christmas.", "“not”"),
        ("The port authority will not raise its fees by four per cent in January.", "“not”"),
        ("The dredger had been sold to Acme Lines for 3.2 million crowns.", "only after “denied”"),
        ("Bea Stone chairs the association of smaller lines.", "the name Bea Stone"),
        ("“This is the first time we can absorb it,” said the chair.", "the quotation"),
        ("The harbour master resigned.", "no source sentence says it"),
        ("Ada Quill chairs the union of the ferry crews on the northern route.", "no source sentence says it"),
        ("Zebras whisper at night.", "no source has a word of it"),
        ("Bea says the port authority will raise its fees by four per cent in January.", "it begins with “bea”"),
        ("She said.", "it says nothing"),
        ("!!!", "it says nothing"),
    ],
)
def test_what_no_source_says_is_not(sentence: str, fault: str) -> None:
    verdict = supported(sentence, [TITLE, TEXT], language="en")

    assert not verdict.supported
    assert any(fault in told for told in verdict.faults), verdict.faults


def test_a_name_from_far_away_is_not_the_one_that_is_meant() -> None:
    assert not supported("Ada Quill approved the plan with 12 votes to 4 after a long debate.", [TEXT]).supported


@pytest.mark.parametrize(
    ("language", "source", "sentence", "less"),
    [
        ("en", "Police arrested the suspected thief of the bronze bell on Monday.",
         "Police arrested the thief of the bronze bell on Monday.", "suspected thief"),
        ("en", "The ferry line may close its northern route before the summer, its chair said.",
         "The ferry line closes its northern route before the summer.", None),
        ("en", "The northern route may be closed before the summer, its chair said.",
         "The northern route is closed before the summer.", "may closed"),
        ("en", "Some experts believe that the old pier could have been built by monks.",
         "Experts believe that the old pier was built by monks.", "some experts"),
        ("de", "Die Polizei nahm den mutmaßlichen Dieb der Glocke am Montag fest.",
         "Die Polizei nahm den Dieb der Glocke am Montag fest.", "mutmasslichen dieb"),
        ("fr", "La police a arrêté le voleur présumé de la cloche lundi soir.",
         "La police a arrêté le voleur de la cloche lundi soir.", "présumé de"),
        ("es", "La policía detuvo al presunto ladrón de la campana el lunes por la noche.",
         "La policía detuvo al ladrón de la campana el lunes por la noche.", "presunto ladrón"),
    ],
)  # fmt: skip
def test_what_the_source_only_supposes_is_not_stated(
    language: str, source: str, sentence: str, less: str | None
) -> None:
    verdict = supported(sentence, [source], language=language)

    assert supported(source, [source], language=language).supported
    assert not verdict.supported or less is None
    assert less is None or any(f"the source says “{less}”" in told for told in verdict.faults), verdict.faults


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("The bell was found in May 2019 under the old pier, the police said on Monday.",
         "The bell was found in May 2019 under the old pier."),
        ("The chair, who could not be reached, leads the association of smaller lines.",
         "The chair leads the association of smaller lines."),
        ("The suspected thief of the bronze bell was arrested on the northern pier by two officers of the port.",
         "The alleged thief of the bronze bell was arrested on the northern pier by two officers of the port."),
    ],
)  # fmt: skip
def test_what_is_left_out_with_all_it_was_about_does_no_harm(source: str, sentence: str) -> None:
    assert supported(sentence, [source], language="en").faults == ()


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("Die Hafenbehörde erhöht ihre Gebühren um vier Prozent.", True),
        ("Die Hafenbehörde senkt ihre Gebühren im Januar um vier Prozent.", False),
        ("Die Fährleute streiken über Weihnachten nicht.", True),
        ("Die Fährleute streiken über Weihnachten.", False),
    ],
)
def test_another_language_is_held_to_the_same(sentence: str, passes: bool) -> None:
    assert supported(sentence, [GERMAN], language="de").supported is passes


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [("港湾当局は一月に料金を引き上げる。", True), ("船会社は来年の延期を求めて抗議した。", False)],
)
def test_scripts_without_blanks_are_held_to_the_same(sentence: str, passes: bool) -> None:
    source = "港湾当局は一月に料金を引き上げると発表した。船会社は一年の延期を求めていた。"

    assert supported(sentence, [source], language="ja").supported is passes


def test_without_sources_nothing_is_supported() -> None:
    assert not supported(TEXT, []).supported
    assert not supported(TEXT, ["", " \n"]).supported


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gets_a_verdict(sentence: str, sources: list[str]) -> None:
    verdict = supported(sentence, sources)

    assert verdict.supported is (not verdict.faults)
    assert 0.0 <= verdict.words <= 1.0 + 1e-9
    assert 0.0 <= verdict.pairs <= 1.0 + 1e-9


def test_evidence_is_taken_apart_once_for_many_sentences() -> None:
    evidence = Evidence([TITLE, TEXT], language="en")

    for sentence in sentences(TEXT, "en"):
        assert evidence.verdict(sentence) == supported(sentence, [TITLE, TEXT], language="en")


def test_readers_agree_with_what_passes() -> None:
    rows = corpora() / "briefing" / "qags" / "cnndm.jsonl"
    bench = Path(__file__).parents[1] / "bench" / "support.py"

    told = json.loads(
        subprocess.run([sys.executable, bench, rows, "--json"], check=True, capture_output=True, text=True).stdout
    )

    assert told["supported_share"] >= 0.88
    assert told["passed_share"] >= 0.65
