"""What digest writes itself raises nothing, in every look and language: not even advice."""

from __future__ import annotations

import pytest

from digest.check.letter import letter_of
from digest.check.rules import LETTER_RULES
from digest.config.settings import CheckSettings
from tests.render.mailed import LOOKS, mail


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ar", "zh-Hans"])
@pytest.mark.parametrize("look", LOOKS)
def test_the_mail_of_the_sample_raises_nothing(look: str, language: str) -> None:
    letter = letter_of(mail(look=look, language=language), clients=CheckSettings().clients)

    assert letter.language == language
    assert [one for rule in LETTER_RULES for one in rule(letter)] == []
