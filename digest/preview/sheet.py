"""The contact sheet: one page, opened from the disk, that shows every picture side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final

from digest.preview.shots import Picture, Shot

FRAME_PX: Final = {375: 264, 600: 316, 680: 316, 1000: 440}
"""How wide a picture is shown, by the width of its window."""

_MODES: Final = {"light": "Light", "dark": "Dark", "forced": "Forced dark"}
_NOTES: Final = {
    "forced": "as programs show it that invert by themselves",
    "images-off": "as programs show it until the reader allows pictures",
}

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #eceae5; --card: #ffffff; --ink: #1b1f24; --muted: #5b636d; --rule: #d6d2c9;
  --warn: #9c2f1b }
@media (prefers-color-scheme: dark) { :root { --ground: #101214; --card: #1a1d20; --ink: #e8e6e1; --muted: #a3a9b0;
  --rule: #33373c; --warn: #f0a58f } }
* { box-sizing: border-box }
body { margin: 0; padding: 32px 36px 64px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif }
h1, h2, h3, p, figure { margin: 0; font-weight: inherit }
h1 { font-size: 22px; line-height: 1.25; font-weight: 700; letter-spacing: -.01em }
header p { color: var(--muted) }
.inbox { display: flex; gap: 16px; align-items: baseline; max-width: 1020px; margin: 20px 0 0; padding: 12px 16px;
  background: var(--card); border: 1px solid var(--rule); border-radius: 8px; overflow: hidden; white-space: nowrap }
.inbox b { flex: none; max-width: 12em; overflow: hidden; text-overflow: ellipsis }
.inbox span { overflow: hidden; text-overflow: ellipsis }
.inbox i { font-style: normal; color: var(--muted) }
nav { display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 20px 0 0 }
nav a, figcaption a { color: inherit; text-underline-offset: .2em; text-decoration-color: var(--muted) }
h2 { margin: 44px 0 0; padding: 14px 0 0; border-top: 2px solid var(--ink); font-size: 19px; font-weight: 700 }
h3 { margin: 28px 0 12px; font-size: 13px; font-weight: 700; color: var(--muted) }
.groups, .row { display: flex; flex-wrap: wrap; gap: 0 40px; align-items: flex-start }
.row { gap: 28px 24px }
section { max-width: 100% }
@media (min-width: 1100px) { .row { flex-wrap: nowrap } figure { flex: 0 1 auto; min-width: 0 } }
figcaption { margin: 10px 2px 0; font-size: 13px }
figcaption small { display: block; font-size: 12px; color: var(--muted) }
figcaption .warn { color: var(--warn); font-weight: 700 }
.frame { height: 560px; overflow-y: auto; overscroll-behavior-y: auto; background: var(--card); border-radius: 8px;
  box-shadow: 0 0 0 1px var(--rule), 0 2px 10px #0000001a; scrollbar-width: thin }
.phone .frame { border-radius: 20px }
.frame:focus-visible, a:focus-visible { outline: 2px solid var(--warn); outline-offset: 3px }
img { display: block; width: 100%; height: auto }
@media print { .frame { height: auto; overflow: visible } }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the sheet says above the pictures."""

    newsletter: str
    issue: str
    subject: str
    preheader: str
    look: str  # the newsletter's own


def contact_sheet(pictures: Sequence[Picture], *, heading: Heading, paths: Sequence[str]) -> str:
    """The sheet as HTML.

    Args:
        pictures: in the order they are shown, those of a look together.
        heading: the words above them.
        paths: of each picture's file from the sheet, as a URL.
    """
    looks = list(dict.fromkeys(picture.look for picture in pictures))
    shown = list(zip(pictures, paths, strict=True))
    whole = [pair for pair in shown if not pair[0].variant]
    editions = [pair for pair in shown if pair[0].variant]
    parts = [_top(heading, looks)]
    for look, own in groupby(whole, key=lambda pair: pair[0].look):
        if len(looks) > 1:
            used = ", the newsletter’s own" if look == heading.look else ""
            parts.append(f'<h2 id="{escape(look)}">{escape(look)}{used}</h2>')
        groups = [_row(title, list(row)) for title, row in groupby(own, key=lambda pair: _title(pair[0].shot))]
        parts.append('<div class="groups">\n' + "\n".join(groups) + "\n</div>")
    if editions:
        parts.append("<h2>Editions, for those who follow some topics</h2>")
        groups = [_row(escape(name), list(row)) for name, row in groupby(editions, key=lambda pair: pair[0].variant)]
        parts.append('<div class="groups">\n' + "\n".join(groups) + "\n</div>")
    title = escape(f"{heading.newsletter}, {heading.issue}: pictures")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _top(heading: Heading, looks: Iterable[str]) -> str:
    looks = list(looks)
    said = f"The look {escape(heading.look)}" if len(looks) == 1 else f"{len(looks)} looks"
    links = "".join(f'<a href="#{escape(look)}">{escape(look)}</a>' for look in looks)
    nav = f'\n<nav aria-label="Looks">{links}</nav>' if len(looks) > 1 else ""
    return (
        f"<header>\n<h1>{escape(heading.newsletter)}, {escape(heading.issue)}</h1>\n"
        f"<p>{said}. Scroll inside a picture; its name opens it whole.</p>\n"
        f'<div class="inbox" dir="auto"><b>{escape(heading.newsletter)}</b><span>{escape(heading.subject)} '
        f"<i>{escape(heading.preheader)}</i></span></div>{nav}\n</header>"
    )


def _row(title: str, row: Sequence[tuple[Picture, str]]) -> str:
    figures = "\n".join(_figure(picture, path) for picture, path in row)
    return f'<section>\n<h3>{title}</h3>\n<div class="row">\n{figures}\n</div>\n</section>'


def _figure(picture: Picture, path: str) -> str:
    shot = picture.shot
    caption = _caption(shot)
    where = escape(path)
    noted = _NOTES.get(shot.mode if shot.pictures else "images-off")
    note = f"<small>{noted}</small>" if noted else ""
    wide = f'<small class="warn">{picture.too_wide_px} px wider than the window</small>' if picture.too_wide_px else ""
    phone = ' class="phone"' if shot.width_px < 500 else ""
    edition = f"edition {picture.variant}, " if picture.variant else ""
    label = escape(f"{picture.look}, {edition}{_title(shot)}, {caption}")
    return (
        f'<figure{phone} style="width:{FRAME_PX[shot.width_px]}px">\n'
        f'<div class="frame" tabindex="0" role="group" aria-label="{label}">'
        f'<img src="{where}" alt="{label}" loading="lazy"></div>\n'
        f'<figcaption><a href="{where}">{caption}</a>{note}{wide}</figcaption>\n</figure>'
    )


def _title(shot: Shot) -> str:
    device = "telephone" if shot.width_px < 500 else "window"
    if shot.part == "text":
        return "Text part"
    return f"{shot.part.capitalize()}, {device} of {shot.width_px} px"


def _caption(shot: Shot) -> str:
    if shot.part == "text":
        return "72 columns"
    return _MODES[shot.mode] if shot.pictures else "Pictures off"
