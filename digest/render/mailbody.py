"""Clean HTML as it may stand in a mail: every tag carries its own style, and nothing needs a style sheet.

What is kept and what is renamed follows the support tables of caniemail.com for Gmail, Outlook (Word), Apple Mail and
Yahoo: elements such as ``article`` lose their style there, a link may lead nowhere, Word reads no width but an image's
attribute.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from urllib.parse import urlsplit

from digest.model import Html
from digest.render.markup import Tag, walk
from digest.render.tablecells import Cell, changed, columns_of_numbers, widths
from digest.render.tablerows import fitting
from digest.render.theme import Theme
from digest.text.nesting import VOID

IMAGE_WIDTH = 536
"""Pixels: the mail's 600 less 32 on either side."""


_PADDING, _PADDING_RTL = "padding:7px 12px 7px 0", "padding:7px 0 7px 12px"  # of a cell: the gap to the next


@functools.cache
def _styles(theme: Theme) -> dict[str, str]:
    """What stands on each tag; colours are those of the day."""
    light, heading = theme.light, f"font-family:{theme.heading_font}"
    mono = f"font-family:{theme.mono_font}"
    above = f"margin:20px 0 8px;{heading};font-size:17px;line-height:1.3"
    cell = f"{_PADDING};border-bottom:1px solid {light.rule};vertical-align:top;text-align:left"
    beside = f"margin:0 0 12px;padding:0 16px;border-left:3px solid {light.rule}"
    return {
        "p": "margin:0 0 12px",
        "ul": "margin:0 0 12px;padding:0 22px",
        "ol": "margin:0 0 12px;padding:0 22px",
        "li": "margin:0 0 5px",
        "blockquote": f"{beside};{heading};font-style:italic",
        "pre": f"margin:0 0 12px;white-space:pre-wrap;word-break:break-word;{mono};font-size:13px",
        "code": f"{mono};font-size:90%",
        "code in pre": mono,
        "table": "width:100%;border-collapse:collapse;margin:0 0 14px;font-size:14px;line-height:1.4",
        "caption": f"padding:0 0 6px;text-align:left;font-size:13px;color:{light.muted}",
        "th": cell,
        "td": cell,
        "hr": f"border:0;border-top:1px solid {light.rule};margin:20px 0",
        "h2": above,
        "h3": above,
        "h4": above,
        "h5": above,
        "h6": above,
        "a": f"color:{light.accent};text-decoration:underline",
        "figcaption": f"margin:0 0 12px;font-size:13px;color:{light.muted}",
        "dt": "margin:0 0 2px",
        "dd": "margin:0 22px 8px",
    }


_CLASSES = {"a": "a", "blockquote": "r", "hr": "r", "td": "r", "th": "r", "figcaption": "m", "caption": "m"}
"""What the template's style sheet recolours in the dark: accent, rule, muted."""
_DIVS = ("section", "article", "header", "footer", "main", "aside", "address", "details", "figure", "figcaption", "dl")
_RENAMED = {
    **dict.fromkeys(_DIVS, "div"),
    **dict.fromkeys(("kbd", "samp", "var"), "code"),
    "h1": "h2",
    "summary": "p",
    "dt": "p",
    "dd": "div",
}
_KEPT = frozenset(
    {
        *("p", "div", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "a"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"),
        *("em", "strong", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small", "cite", "abbr"),
    }
)
_LAST_CELL = re.compile(rf'(.*<t[dh](?=[ >])(?:[^<>"]|"[^"]*")*? style=")(?:{_PADDING}|{_PADDING_RTL})', re.DOTALL)
_HEAD = re.compile(r"<th(?=[ >])")
_CAPTION = re.compile(r"<caption([^<>]*)>(.*?)</caption>", re.DOTALL)
_TABLE = re.compile(r"<table\b[^<>]*>.*?</table>", re.DOTALL)
_CELLS = frozenset({"td", "th"})
_SIDES = frozenset({"left", "center", "right"})
_SIDE = re.compile(r"(?<=text-align:)[a-z]+")
_MAY_BE_EMPTY = frozenset({"td", "th", "tr", "thead", "tbody", "tfoot"})
_ATTRIBUTES = ("lang", "dir")
_NUMBERS = {"colspan": 20, "rowspan": 200, "start": 999_999}
"""Attributes that are numbers, and their most: a browser lays out a cell of 1,000 columns if it is told to."""
_INDENTED = frozenset({"ul", "ol", "blockquote", "dd"})
_MOST_INDENTED = 3
"""Of what stands in each other and moves in: at 22 pixels on either side, more leave a telephone no line to read."""
_ROOM, _GAP, _LETTER = 280, 12, 8
"""Pixels: of a line on the narrowest telephone, between columns, and of a letter of a table at its widest."""
_INDENT = 44
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(r"(?:\s*<br>){3,}")
_ANY_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:[^<>"]|"[^"]*+")*+>')


@dataclass(slots=True)
class _Open:
    """An element whose end has not come."""

    tag: Tag
    inside: list[str] = field(default_factory=list)


def dressed(source: Html, theme: Theme, *, rtl: bool = False) -> Html:
    """Clean HTML with its styles on its tags.

    A mail has no place of its own, so links and images that are not absolute go (a link's text and an image's
    description stay). So do links without a text, empty elements, and tags that mail readers do not know.

    Args:
        source: clean HTML.
        theme: whose colours and fonts it wears.
        rtl: whether the text runs from the right: borders change sides.
    """
    styles = _styles(theme)
    path = [_Open(Tag("", {}))]
    indents = pres = 0
    for part in walk(_with_sides(fitting(source), "left" if rtl else "right")):
        if isinstance(part, str):
            path[-1].inside.append(escape(part if pres else _BLANKS.sub(" ", part), quote=False))
        elif part.name in VOID:
            path[-1].inside.append(_void(part, styles))
        elif not part.closes:
            path.append(_Open(part))
            indents += part.name in _INDENTED
            pres += part.name == "pre"
        elif len(path) > 1:
            done = path.pop()
            inside = "".join(done.inside)
            path[-1].inside.append(_element(done.tag, inside, styles, rtl=rtl, indents=indents))
            indents -= done.tag.name in _INDENTED
            pres -= done.tag.name == "pre"
    return Html(_BREAKS.sub("<br><br>", "".join(path[0].inside)).strip())


def _element(tag: Tag, inside: str, styles: Mapping[str, str], *, rtl: bool, indents: int) -> str:
    """``indents``: how many elements around it, itself included, move in."""
    name = _RENAMED.get(tag.name, tag.name)
    if tag.name == "q":
        return f"“{inside}”"
    if name not in _KEPT or (name == "a" and not _is_link(tag, inside)):
        return inside
    if name not in _MAY_BE_EMPTY and not _is_seen(inside):
        return " " if inside else ""
    attributes = _attributes(tag, name)
    before = ""
    if name == "table" and "<th" not in inside:
        before, inside = _titled(inside)
        attributes |= {"role": "presentation", "cellpadding": "0", "cellspacing": "0", "border": "0"}
    elif name == "tr":
        inside = _LAST_CELL.sub(r"\1padding:7px 0", _with_scopes(inside), count=1)
    style = _style(tag, name, styles, rtl=rtl, flat=indents > _MOST_INDENTED)
    if name == "pre":  # its letters are small enough
        inside = inside.replace(f'<code style="{styles["code"]}">', f'<code style="{styles["code in pre"]}">')
    if name == "table" and _keeps_words(inside, _ROOM - _INDENT * min(indents, _MOST_INDENTED)):
        style += ";word-break:normal;overflow-wrap:normal"
    if style:
        attributes["style"] = style
    look = _CLASSES.get(tag.name) or _CLASSES.get(name)
    if look:
        attributes["class"] = look
    return f"{before}<{name}{_written(attributes)}>{inside}</{name}>"


def _attributes(tag: Tag, name: str) -> dict[str, str]:
    """Those of its own that it keeps."""
    kept = {key: tag.attributes[key] for key in _ATTRIBUTES if key in tag.attributes}
    kept |= {key: tag.attributes[key] for key, most in _NUMBERS.items() if _is_number(tag.attributes.get(key), most)}
    return kept | ({"href": tag.attributes["href"]} if name == "a" else {})


def _style(tag: Tag, name: str, styles: Mapping[str, str], *, rtl: bool, flat: bool) -> str:
    """``flat``: without moving in."""
    style = styles.get(tag.name) or styles.get(name) or ""
    if style and flat and tag.name in _INDENTED:
        return "margin:0 0 5px;padding:0"
    if rtl:
        style = style.replace("left", "right").replace(_PADDING, _PADDING_RTL)
    side = tag.attributes.get("align", "").lower()
    return _SIDE.sub(side, style) if name in _CELLS and side in _SIDES else style


def _with_sides(source: str, end: str) -> Html:
    """Columns of numbers at the end of their cells, where their source does not say otherwise."""
    if "<table" not in source:
        return Html(source)

    def number(cell: Cell) -> Cell:
        said = "" if "align=" in cell.attributes else f' align="{end}"'
        kept = cell.inside if cell.name == "th" or "<" in cell.inside else cell.inside.replace(" ", "&nbsp;")
        return replace(cell, attributes=cell.attributes + said, inside=kept)

    return Html(_TABLE.sub(lambda table: changed(table[0], columns_of_numbers(table[0]), number), source))


def _keeps_words(table: str, room: int) -> bool:
    """Whether all words of a table fit a line of so many pixels: a mail's own rule would break "Share" into two."""
    found = widths(table)
    return found is not None and sum(found) * _LETTER + _GAP * (len(found) - 1) <= room


def _with_scopes(row: str) -> str:
    """A row whose heads say what they are the heads of: of its columns, or, where it has other cells, of itself."""
    if "<td" not in row:
        return _HEAD.sub('<th scope="col"', row)
    return _HEAD.sub('<th scope="row"', row, count=1) if row.lstrip().startswith("<th") else row


def _titled(table: str) -> tuple[str, str]:
    """Of a table without heads, which only lays out: what its caption says, to stand before it, and the rest."""
    found = _CAPTION.search(table)
    return (f"<div{found[1]}>{found[2]}</div>", table.replace(found[0], "", 1)) if found else ("", table)


def _is_number(value: str | None, most: int) -> bool:
    return value is not None and value.isascii() and value.isdigit() and len(value) < 7 and 0 < int(value) <= most


def _void(tag: Tag, styles: Mapping[str, str]) -> str:
    if tag.name == "wbr":
        return ""
    if tag.name == "br":
        return "<br>"
    if tag.name == "hr":
        return f'<hr class="r" style="{styles["hr"]}">'
    alt = tag.attributes.get("alt", "").strip()
    return image(tag.attributes.get("src", ""), alt, tag.attributes.get("width", "")) or (escape(alt) if alt else "")


def image(src: str, alt: str, width: str = "") -> str:
    """An ``img`` tag every mail reader sizes well; nothing if ``src`` is no web address.

    Args:
        src: the address.
        alt: what it shows; empty if it only decorates.
        width: pixels, if known.
    """
    if not _is_web(src):
        return ""
    known = int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0
    style = "max-width:100%;height:auto" if known else "width:auto;max-width:100%;height:auto"
    if not known or known > 64:  # smaller ones stand in a line of text
        style = f"display:block;margin:0 0 12px;{style}"
    attributes = {"src": src, "alt": alt, "width": str(min(known or IMAGE_WIDTH, IMAGE_WIDTH)), "style": style}
    return f"<img{_written(attributes)}>"


def _is_link(tag: Tag, inside: str) -> bool:
    href = tag.attributes.get("href", "")
    described = re.search(r'<img [^>]*alt="[^"]', inside)
    return (_is_web(href) or href.lower().startswith("mailto:")) and bool(_text(inside) or described)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[": browsers may go there, urllib will not
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _is_seen(inside: str) -> bool:
    return bool(_text(inside)) or "<img " in inside or "<hr " in inside


def _text(inside: str) -> str:
    return _ANY_TAG.sub("", inside).strip()


def _written(attributes: dict[str, str]) -> str:
    quoted = ((name, escape(value, quote=False).replace('"', "&quot;")) for name, value in attributes.items())
    return "".join(f' {name}="{value}"' for name, value in quoted)
