import pytest

from digest.text.language import base_language, guess_language

ALL = ("en", "de", "fr", "es", "it", "nl", "pt")


@pytest.mark.parametrize(
    ("tag", "code"), [("en-GB", "en"), ("DE", "de"), ("pt_BR", "pt"), ("zh-Hant-TW", "zh"), (None, "fr"), ("", "fr")]
)
def test_the_code_is_the_head_of_the_tag(tag: str | None, code: str) -> None:
    assert base_language(tag, "fr-CH") == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The board told the ministry that it was ready to pay for the repairs and to wait."),
        ("de", "Der Rat hat die Pläne nicht vorgestellt, und das ist für die Region von Bedeutung."),
        ("fr", "Le conseil a retiré le projet qui est dans les mains des élus pour une année."),
        ("es", "El consejo retiró los planes por la crisis y las dudas del sector, como se dijo para el año."),
        ("it", "Il consiglio della regione non ha approvato il piano che gli uffici hanno scritto per il porto."),
    ],
)
def test_a_paragraph_shows_its_language(code: str, text: str) -> None:
    assert guess_language(text, ALL) == code


def test_too_little_text_shows_nothing() -> None:
    assert guess_language("Port strike: talks resume", ALL) is None
    assert guess_language("", ALL) is None


def test_only_candidates_are_found() -> None:
    assert guess_language("Der Rat hat die Pläne nicht und das ist für den Ort von Gewicht.", ("en", "xx")) is None
