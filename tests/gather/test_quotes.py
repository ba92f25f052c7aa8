from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.quotes import quotes
from digest.model import Quote

Pairs = list[tuple[str, str | None]]


def pairs(text: str) -> Pairs:
    return [(quote.text, quote.speaker) for quote in quotes(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“It is a good day for us,” said Max Müller.", [("It is a good day for us", "Max Müller")]),
        ('"It is a good day for us", says Jane O\'Neill of X.', [("It is a good day for us", "Jane O'Neill")]),
        ("“It is a good day,” Jane Roe, head of X, said on Monday.", [("It is a good day", "Jane Roe")]),
        ("‘It’s a good day for workers’ rights,’ said Jane Roe.",
         [("It’s a good day for workers’ rights", "Jane Roe")]),
        ("'It's a good day for us,' said Jane Roe.", [("It's a good day for us", "Jane Roe")]),
        ("Jane Roe, chief of X, said: “It is a good day for all.”", [("It is a good day for all.", "Jane Roe")]),
        ("Jane van der Berg told reporters: “It is a good day.”", [("It is a good day.", "Jane van der Berg")]),
        ("Commenting on the UK Launch, Jane Roe, head of Acme Corp, said: “We are glad.”",
         [("We are glad.", "Jane Roe")]),
        ("Welcoming it, the Mayor of London, Jane Roe, said: “We are glad.”", [("We are glad.", "Jane Roe")]),
        ("Acme CEO Jane Roe said: “We are glad.”", [("We are glad.", "Jane Roe")]),
        ("Yesterday Jane Roe said: “We are glad.”", [("We are glad.", "Jane Roe")]),
        ("Professor Sir John Smith, who led the work, added: “We are glad.”",
         [("We are glad.", "Professor Sir John Smith")]),
        ("“We will see,” said the head of the Institute of Examples, Jane Roe.", [("We will see", "Jane Roe")]),
        ("“We will see,” said the European Commission.", [("We will see", "European Commission")]),
        ("A spokesperson for the Board said: “We will see.”",
         [("We will see.", "spokesperson for the Board")]),
        ("“We will see,” a Board of Examples spokesperson said.", [("We will see", "Board of Examples spokesperson")]),
        ("According to Jane Roe, “this is the best of all the years we had”.",
         [("this is the best of all the years we had", "Jane Roe")]),
        ("“We will see what it says, all of us together,” said the minister.",
         [("We will see what it says, all of us together", None)]),
        ("Jane Roe, CEO, and Max Low, CFO, said: “We are glad.”", [("We are glad.", None)]),
        ("Jane Roe said the “good” thing.", []),
        ("A “good” day.", []),
        ("The book “How to be good and not be bad at all” was read by everyone.", []),
        ("He kept thinking: what if “nothing at all comes of it and we are lost.” Then he slept.", []),
        ("“It is over now.” Jane Roe said the plan had failed.", []),
        ('Boards of 5" and of 6" are said to be good.', []),
    ],
)  # fmt: skip
def test_words_and_speaker_in_english(text: str, expected: Pairs) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("„Wir freuen uns sehr“, sagte die Direktorin Jane Müller am Montag.",
         [("Wir freuen uns sehr", "Jane Müller")]),
        ("Dazu sagt Jane Müller: „Das ist ein guter Tag.“", [("Das ist ein guter Tag.", "Jane Müller")]),
        ("Dazu Jane Müller, Leiterin des X: „Das ist ein guter Tag.“", [("Das ist ein guter Tag.", "Jane Müller")]),
        ("„Das ist ein guter Tag“, so Jane Müller.", [("Das ist ein guter Tag", "Jane Müller")]),
        ("»Das ist ein guter Tag«, sagte Jane Müller.", [("Das ist ein guter Tag", "Jane Müller")]),
        ("« Nous sommes fiers », a déclaré Jeanne Roy, directrice.", [("Nous sommes fiers", "Jeanne Roy")]),
        ("Jeanne Roy, présidente, déclare : « Nous sommes fiers. »", [("Nous sommes fiers.", "Jeanne Roy")]),
        ("« Nous sommes fiers », a déclaré Jeanne Roy. « Tout va bien », a-t-elle ajouté.",
         [("Nous sommes fiers", "Jeanne Roy"), ("Tout va bien", "Jeanne Roy")]),
        ("« Nous sommes prêts, a déclaré Jeanne Roy. Nous irons loin. »",
         [("Nous sommes prêts", "Jeanne Roy"), ("Nous irons loin.", "Jeanne Roy")]),
        ("«Es un buen día», dijo Ana Ruiz, directora. «Seguiremos así», añadió.",
         [("Es un buen día", "Ana Ruiz"), ("Seguiremos así", "Ana Ruiz")]),
        ("«Es un buen día», ha afirmado la directora, Ana Ruiz.", [("Es un buen día", "Ana Ruiz")]),
    ],
)  # fmt: skip
def test_words_and_speaker_in_other_languages(text: str, expected: Pairs) -> None:
    assert pairs(text) == expected


def test_the_block_of_a_release_speaks_with_one_voice() -> None:
    """The name above a colon; every paragraph opens, only the last closes; or each closes."""
    expected = [("We are glad. It works.", "Jane Roe"), ("It will work for all.", "Jane Roe")]
    lead = "Commenting on the launch, Jane Roe, head of X, said:"
    assert pairs(f"{lead}\n\n“We are glad. It works.\n\n“It will work for all.”\n\nText.") == expected
    assert pairs(f"{lead}\n\n“We are glad. It works.”\n\n“It will work for all.”\n\nText.") == expected
    assert pairs(f'{lead}\n\n"We are glad. It works.\n\n"It will work for all."\n\nText.') == expected
    assert pairs("“We are glad. It works.\n\n“It will work for all,” said Jane Roe.")[0] == expected[0]
    assert pairs("“We are glad. It works.”\n\n– Jane Roe, head of X") == expected[:1]


def test_a_quotation_in_two_parts_is_two_quotes_of_one_speaker() -> None:
    assert pairs("“We are glad,” said Jane Roe, head of X. “It works.” Max Low differs.") == [
        ("We are glad", "Jane Roe"),
        ("It works.", "Jane Roe"),
    ]
    assert pairs("“We are glad,” Jane Roe said, “and it works.”")[1] == ("and it works.", "Jane Roe")
    assert pairs("“We are glad,” said Jane Roe. Max Low said: “I am not.”")[1] == ("I am not.", "Max Low")


def test_a_surname_is_the_person_of_that_name_who_spoke_before() -> None:
    text = "Dr Ada Marsh said: “We looked.”\n\nMarsh added: “It took long.”\n\n“It was worth it,” Dr Marsh said."
    assert {speaker for _, speaker in pairs(text)} == {"Dr Ada Marsh"}
    two = "Ada Marsh said: “We looked.”\n\nTom Marsh said: “I did not.”\n\n“So it goes,” Marsh said."
    assert pairs(two)[2] == ("So it goes", "Marsh")


@pytest.mark.parametrize(
    ("between", "speaker"),
    [
        ("", "Jane Roe"),
        ("The plan costs nothing. ", "Jane Roe"),
        ("Her chief Max Low disagrees. ", None),
        ("The minister said: “No comment from us today.” ", None),
    ],
)
def test_a_pronoun_is_the_last_speaker_only_if_it_can_be_nobody_else(between: str, speaker: str | None) -> None:
    found = pairs(f"“We are glad of it,” said Jane Roe.\n\n{between}“It will go on for years,” she added.")
    assert found[-1] == ("It will go on for years", speaker)
    assert pairs("Jane Roe is happy. “It will go on for years,” she said.") == [("It will go on for years", None)]


def test_a_quotation_within_one_belongs_to_it() -> None:
    text = "“He said ‘go home’ and “never come back” to me,” said Jane Roe."
    assert pairs(text) == [("He said ‘go home’ and “never come back” to me", "Jane Roe")]


PIECES = st.sampled_from(
    ["“", "”", "„", "«", "»", '"', "‘", "’", "'", " ", "\n\n", "\n", ", ", ". ", ": ", "said ", "she said", "Jane Roe",
     "Max", "We are glad of it.", "sagte ", "a déclaré ", "dijo ", "and ", "the head of ", "– ", "said: ", "\u00a0"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80))
def test_every_quote_and_every_speaker_stands_in_the_text(text: str) -> None:
    for quote in quotes(text):
        assert quote.text
        assert quote.text in text
        assert quote.text == quote.text.strip()
        assert quote.speaker is None or quote.speaker in " ".join(text.split())
    assert len(set(quotes(text))) == len(quotes(text))


@pytest.mark.parametrize(
    "text",
    ["“" * 20_000, '"a ' * 20_000, "“a” said " * 10_000, "A " * 20_000 + "“a b c.”", "“a b c,” said " + "A b," * 20_000,
     "« a, dit A. b »" * 5_000,
     "“x.\n\n" * 10_000],
)  # fmt: skip
def test_a_text_made_to_be_slow_comes_to_an_end(text: str) -> None:
    """In time that grows with its length; else this would run for hours."""
    assert all(quote.text in text for quote in quotes(text))


def test_a_text_without_marks_has_no_quotes() -> None:
    assert quotes("Jane Roe said that it is a good day.") == ()
    assert quotes("") == ()
    assert quotes("“We are glad,” said Jane Roe.") == (Quote(text="We are glad", speaker="Jane Roe"),)
