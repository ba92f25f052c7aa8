import pytest

from digest.curate.leaning import is_personal, leans, reports_nobody

LEANING = [
    ("en", "He said the fees were late."),
    ("en", "However, the lines had asked for a delay."),
    ("en", "This surprised the shipping lines."),
    ("en", "“That is a blow to trade,” the owner said."),
    ("en", "But the fees will rise."),
    ("en", "“The channel is silting up,” he said."),
    ("en", "The fees are too high, she added."),
    ("en", "The lines, however, had asked for a delay."),
    ("en", "As a result the fees rise."),
    ("en", "The latter will pay more."),
    ("en", "Their owners protest."),
    ("en", "Prior to the vote she had run the port for four years."),
    ("en", "In 2013, he moved to Selby."),
    ("en", "I think he likes the port."),
    ("en", "Unfortunately the port is closed."),
    ("en", "There are also fees for pilots."),
    ("de", "Er will ein Gutachten abwarten."),
    ("de", "„Wir zahlen mehr“, sagte er."),
    ("de", "Diese Gebühren steigen."),
    ("fr", "Il a ajouté que la mesure serait revue."),
    ("fr", "« Nous payons plus », explique-t-il."),
    ("es", "Sin embargo, las tasas suben."),
    ("es", "«No podemos pagar», dijo."),
    ("it", "Questa misura è nuova."),
    ("pt", "No entanto, as taxas sobem."),
    ("nl", "Hij wil de haven sluiten."),
    ("ru", "Он также сообщил о тарифах."),
    ("ja", "しかし、料金は上がる。"),
    ("zh", "但是费用会上涨。"),
    ("ko", "그러나 요금이 오른다."),
    ("ar", "وقال مدير الهيئة إن التكاليف ارتفعت."),
]
STANDING = [
    ("en", "This week the port raises its fees."),
    ("en", "This study compares 310 towns."),
    ("en", "Italian ports raise their fees."),
    ("en", "“The channel is silting up,” said Ellen Grey."),
    ("en", "Earlier this month the port closed."),
    ("en", "On Monday Ellen Grey said she would raise the fees."),
    ("en", "In Selby the fees fell, and the harbour master said he was glad."),
    ("en", "There are four ports on the coast."),
    ("de", "Erneut steigen die Gebühren."),
    ("de", "Eisenbahner streiken am Montag."),
    ("fr", "Ilse Roche dirige le port."),
    ("es", "Es la primera vez que suben las tasas."),
    ("ja", "港湾局は料金を引き上げる。"),
    ("zh", "港务局提高费用。"),
    ("xx", "However, nobody knows this language."),
]


@pytest.mark.parametrize(("language", "sentence"), LEANING)
def test_a_sentence_that_needs_the_one_before_leans_on_it(language: str, sentence: str) -> None:
    assert leans(sentence, language)


@pytest.mark.parametrize(("language", "sentence"), STANDING)
def test_a_sentence_that_only_begins_alike_stands_alone(language: str, sentence: str) -> None:
    assert not leans(sentence, language)


def test_what_he_said_opens_no_text() -> None:
    assert reports_nobody("He said the fees were late.", "en")
    assert reports_nobody("“They added a day,” and so on.", "en")
    assert not reports_nobody("He is the first pilot of the port.", "en")
    assert reports_nobody("Sie sagte am Montag zu.", "de")


def test_a_writer_who_says_i_or_you_is_personal_and_one_who_is_quoted_is_not() -> None:
    assert is_personal("I took the oars for a week.", "en")
    assert is_personal("Here is what your port needs.", "en")
    assert not is_personal("“I took the oars for a week,” said Karl Wendt.", "en")
    assert not is_personal("We compare 310 towns on these lines.", "en")
    assert is_personal("Ich habe das Boot gerudert.", "de")
    assert not is_personal("„Ich rudere“, sagte Karl Wendt.", "de")
