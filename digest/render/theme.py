"""What a look is filled with: colours by day and by night, fonts, logo, footer.

A look brings its own in ``theme.toml``; ``[theme]`` in digest.toml wins, key by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from digest.config.load import read_table
from digest.config.theme import ThemeSettings
from digest.errors import TemplateError
from digest.model import Html
from digest.render.markup import block

if TYPE_CHECKING:
    from pathlib import Path

    from digest.config.settings import Settings
    from digest.render.templates import Templates

FILE = "theme.toml"
LOGO_WIDTH = 160  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one scheme, each ``#rrggbb``."""

    wash: str  # behind everything
    paper: str  # what the text stands on
    box: str  # of what is set apart
    ink: str
    muted: str
    accent: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """The newsletter's picture of itself."""

    source: str  # as digest.toml says: a path below the newsletter's folder, or a web address
    alt: str
    width: int  # pixels, as shown

    @property
    def is_file(self) -> bool:
        """Whether it is the editor's own file, which is published beside the issue."""
        return not self.source.lower().startswith(("http://", "https://"))

    @property
    def name(self) -> str:
        """What the file is called beside the issue."""
        return f"logo{PurePosixPath(self.source).suffix.lower()}"

    def address(self, base: str | None) -> str:
        """Where it is found from the issue's page at ``base``; None: relative to the page."""
        return (base or "") + self.name if self.is_file else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """All of it."""

    light: Palette
    dark: Palette
    text_font: str  # CSS, as after "font-family:"
    heading_font: str
    mono_font: str
    logo: Logo | None
    footer: Html  # the editor's words above the postal address; empty if there are none


def make_theme(templates: Templates, settings: Settings) -> Theme:
    """The look's theme with what digest.toml changes.

    Raises:
        TemplateError: a ``theme.toml`` is no TOML, holds a key that there is not, or a value that cannot be.
    """
    values: dict[str, object] = {}
    for path in reversed(templates.files(FILE)):
        values |= _read(path, templates.shown(str(path)))
    values |= _set(settings.theme)
    logo = str(values.get("logo") or "")
    return Theme(
        light=_palette(values, ""),
        dark=_palette(values, "_dark"),
        text_font=str(values["text_font"]),
        heading_font=str(values["heading_font"]),
        mono_font=str(values["mono_font"]),
        logo=_logo(logo, values, settings) if logo else None,
        footer=block(str(values.get("footer") or "")),
    )


def _palette(values: dict[str, object], scheme: str) -> Palette:
    return Palette(**{name: str(values[name + scheme]) for name in Palette.__dataclass_fields__})


def _logo(source: str, values: dict[str, object], settings: Settings) -> Logo:
    width = values.get("logo_width")
    return Logo(
        source=source,
        alt=str(values.get("logo_alt") or settings.newsletter.title),
        width=width if isinstance(width, int) else LOGO_WIDTH,
    )


def _read(path: Path, shown: str) -> dict[str, object]:
    told, _, problems = read_table(path.parent, path.name, ThemeSettings)
    if told is None:
        first = problems[0]
        message = f"{first.where}: {first.message}" if first.where else first.message
        raise TemplateError(
            message, template=shown, line=first.line, hint=first.hint or "correct it; nothing was written"
        )
    return _set(told)


def _set(theme: ThemeSettings) -> dict[str, object]:
    """What it says, without what it leaves to others."""
    return {name: value for name in theme.__struct_fields__ if (value := getattr(theme, name)) is not None}
