"""The theme.toml of a look: what is wrong with it is told with its line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from digest.config.theme import ThemeSettings
from digest.errors import TemplateError
from digest.render.templates import Templates
from digest.render.theme import Theme, make_theme
from tests.support.sample import sample_settings


def theme_of(root: Path, written: bytes, *, logo: str | None = None) -> Theme:
    """The theme of a project's own look with this theme.toml, and of digest.toml with this logo."""
    folder = root / "templates" / "brief"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "theme.toml").write_bytes(written)
    settings = msgspec.structs.replace(sample_settings(), theme=ThemeSettings(logo=logo))
    return make_theme(Templates("brief", root), settings)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b'wash = "#ffffff"\naccent = "blue"\n', "templates/brief/theme.toml:2: accent: is no colour"),
        (b'\n\nlogo = "art.svg"\n', "templates/brief/theme.toml:3: logo: must be a PNG"),
        (b'ink = "#000000"\ncolour = 1\n', "templates/brief/theme.toml:2: colour: there is no such key"),
        (b'ink = "#000000"\nwash = "#fff\n', "templates/brief/theme.toml:2: is not valid TOML"),
        (b"\xff\xfe", "templates/brief/theme.toml: is not UTF-8"),
        (b"logo_width = " + b"9" * 5000, "templates/brief/theme.toml: is not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, written: bytes, said: str) -> None:
    with pytest.raises(TemplateError) as refused:
        theme_of(tmp_path, written)
    assert refused.value.message.startswith(said)
    assert refused.value.hint


def test_what_an_editors_program_puts_before_the_text_is_no_mistake(tmp_path: Path) -> None:
    assert theme_of(tmp_path, b'\xef\xbb\xbfaccent = "#0A0B0C"\n').light.accent == "#0a0b0c"


def test_an_empty_logo_takes_the_looks_own_away(tmp_path: Path) -> None:
    assert theme_of(tmp_path, b'logo = "art/logo.png"\n').logo is not None
    assert theme_of(tmp_path, b'logo = "art/logo.png"\n', logo="").logo is None
