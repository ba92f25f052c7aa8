from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from digest.disk import shipped
from digest.errors import TemplateError
from digest.render.furniture import language_name, long_date, words
from digest.text.direction import direction

DAY = date(2025, 3, 24)


def own(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / "templates" / "words"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("language", "also"),
    [("en", "Also in"), ("de", "Auch bei"), ("de-AT", "Auch bei"), ("fr", "Également dans"), ("es-MX", "También en"),
     ("it", "Also in"), ("zh-Hant-HK", "Also in")],
)  # fmt: skip
def test_the_words_follow_the_language_and_fall_back_to_english(tmp_path: Path, language: str, also: str) -> None:
    assert words(language, tmp_path).also == also


def test_every_shipped_language_has_every_word() -> None:
    tables = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in shipped("templates").glob("words/*.toml")}
    assert set(tables) >= {"en", "de", "fr", "es"}
    assert [name for name, table in tables.items() if set(table) != set(tables["en"])] == []


def test_a_project_adds_a_language_and_changes_single_words(tmp_path: Path) -> None:
    own(tmp_path, "it.toml", 'also = "Anche su"')
    own(tmp_path, "de-AT.toml", 'unsubscribe = "Abmelden"')
    assert (words("it", tmp_path).also, words("it", tmp_path).why) == ("Anche su", "Why it matters")
    assert (words("de-AT", tmp_path).unsubscribe, words("de-AT", tmp_path).also) == ("Abmelden", "Auch bei")
    assert words("de", tmp_path).unsubscribe == "Abbestellen"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("also = ", "Invalid value"),
        ('alos = "x"', "alos: no such word"),
        ("also = 3", "also: no such word"),
        ('issue = "Numero"', "must hold {number}"),
        ('also = "in {x}"', "must hold no"),
    ],
)
def test_a_wrong_file_of_words_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        words("it", own(tmp_path, "it.toml", text))
    assert said in caught.value.message
    assert "it.toml" in caught.value.template


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("en", "24 March 2025"), ("en-US", "March 24, 2025"), ("de", "24. März 2025"), ("fr-CA", "24 mars 2025"),
     ("es", "24 de marzo de 2025"), ("zh-Hans", "2025年3月24日"), ("tlh", "24 March 2025"),
     ("pt-BR-x-own", "24 de março de 2025")],
)  # fmt: skip
def test_a_date_is_written_as_people_write_it(language: str, wanted: str) -> None:
    assert long_date(DAY, language) == wanted


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("en", "ltr"), ("ar", "rtl"), ("ar-EG", "rtl"), ("he", "rtl"), ("fa-IR", "rtl"), ("dv", "rtl"), ("zh-Hant", "ltr"),
     ("az-Arab", "rtl"), ("ku-Latn", "ltr"), ("ur-Latn", "ltr"), ("pa-Arab-PK", "rtl"), ("AR", "rtl"),
     ("uz-Cyrl", "ltr")],
)  # fmt: skip
def test_the_direction_follows_the_script(language: str, wanted: str) -> None:
    assert direction(language) == wanted


def test_languages_are_named_in_the_newsletters() -> None:
    assert language_name("de", "en") == "German"
    assert language_name("de-AT", "de") == "Deutsch"
    assert language_name("ar", "fr") == "arabe"
    assert language_name("xx", "en") == "xx"
