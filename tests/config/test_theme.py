from __future__ import annotations

import pytest

from digest.config.table import TableError, table_of
from digest.config.theme import ThemeSettings


@pytest.mark.parametrize(
    "logo",
    [
        "art/logo.png",
        "LOGO.JPEG",
        "",  # none, whatever the look has
        "https://cdn.example/logo.gif",
        "https://cdn.example/logo.png?size=2x#top",
        "http://[2001:db8::1]:8080/logo.jpg",
    ],
)
def test_a_logo_is_a_file_or_an_address(logo: str) -> None:
    assert table_of(ThemeSettings, {"logo": logo}).logo == logo


@pytest.mark.parametrize(
    ("logo", "said"),
    [
        ("art/logo.svg", "must be a PNG, JPEG or GIF"),
        ("https://cdn.example/picture?name=logo.png", "must be a PNG, JPEG or GIF"),
        ("file:///srv/logo.png", "is neither a file nor a web address"),
        ("ftp://cdn.example/logo.png", "is neither a file nor a web address"),
        ("//cdn.example/logo.png", "is neither a file nor a web address"),
        ("data:image/png;base64,logo.png", "is neither a file nor a web address"),
        ("https://[cdn.example/logo.png", "is neither a file nor a web address"),
        ("https://ada:secret@cdn.example/logo.png", "holds a name or a password"),
    ],
)
def test_a_logo_that_readers_would_not_see_or_should_not_is_refused(logo: str, said: str) -> None:
    with pytest.raises(TableError, match=said) as refused:
        table_of(ThemeSettings, {"logo": logo})
    assert "secret" not in str(refused.value)
