"""``[theme]`` of digest.toml, and the ``theme.toml`` of a look: colours, fonts, logo, footer."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from digest.config.checks import is_web
from digest.config.table import Table

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FONTS = re.compile(r"[A-Za-z0-9 ,'_-]+")


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        # Six digits: Gmail drops a whole style for some of the newer ways to write a colour (caniemail, css-rgb).
        raise ValueError('is no colour; write it with six digits, such as "#9c2f1b"')
    return value.lower()


def _fonts(value: str) -> str:
    if not _FONTS.fullmatch(value) or value.count("'") % 2:
        raise ValueError("is no list of fonts; write one such as \"Georgia, 'Times New Roman', serif\"")
    return re.sub(r"\s*,\s*", ",", value.strip())


def _picture(value: str) -> str:
    path, login = value, False
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", value):
        if not is_web(value):
            raise ValueError('is neither a file nor a web address; write "feeds/logo.png", or one with https://')
        parts = urlsplit(value)
        path, login = parts.path, "@" in parts.netloc
    if login:
        raise ValueError("holds a name or a password, which every reader would get")
    if value and not path.lower().endswith((".png", ".jpg", ".jpeg", ".gif")):
        raise ValueError("must be a PNG, JPEG or GIF; Outlook and Gmail show nothing else everywhere")
    return value


Colour = Annotated[str, _colour]
Fonts = Annotated[str, _fonts]
Picture = Annotated[str, _picture]


class ThemeSettings(Table, frozen=True, kw_only=True):
    """Values that a look is filled with; what is not set is the look's own."""

    wash: Colour | None = None  # behind everything
    paper: Colour | None = None  # what the text stands on
    box: Colour | None = None  # of what is set apart: the list at a glance, "Why it matters"
    ink: Colour | None = None
    muted: Colour | None = None  # dates, sources, the footer
    accent: Colour | None = None  # links, kickers
    rule: Colour | None = None  # thin lines
    wash_dark: Colour | None = None
    paper_dark: Colour | None = None
    box_dark: Colour | None = None
    ink_dark: Colour | None = None
    muted_dark: Colour | None = None
    accent_dark: Colour | None = None
    rule_dark: Colour | None = None
    text_font: Fonts | None = None
    heading_font: Fonts | None = None
    mono_font: Fonts | None = None
    logo: Picture | None = (
        None  # a file below the newsletter's folder, or an address; empty: none, whatever the look has
    )
    logo_alt: str | None = None  # None: the newsletter's title
    logo_width: Annotated[int, Meta(ge=16, le=536)] | None = None  # pixels, as shown
    footer: str | None = None  # Markdown, above the postal address
