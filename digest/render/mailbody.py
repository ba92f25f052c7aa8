"""Clean HTML as it may stand in a mail: every tag carries its own style, and nothing needs a style sheet.

What is kept and what is renamed follows the support tables of caniemail.com for Gmail, Outlook (Word), Apple Mail and
Yahoo: elements such as ``article`` lose their style there, a link may lead nowhere, Word reads no width but an image's
attribute.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from digest.model import Html
from digest.render.markup import Tag, walk
from digest.render.tablecells import columns_of_numbers, widths, with_attribute
from digest.render.tablerows import fitting
from digest.render.theme import Theme

IMAGE_WIDTH = 536
"""Pixels: the mail's 600 less 32 on either side."""


@functools.cache
def _styles(theme: Theme) -> dict[str, str]:
    """What stands on each tag; colours are those of the day."""
    light, heading = theme.light, f"font-family:{theme.heading_font}"
    mono = f"font-family:{theme.mono_font}"
    above = f"margin:20px 0 8px;{heading};font-size:17px;line-height:1.3"
    cell = f"padding:7px 12px 7px 0;border-bottom:1px solid {light.rule};vertical-align:top;text-align:left"
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
_HEAD = re.compile(r"<th(?=[ >])")
_CAPTION = re.compile(r"<caption([^<>]*)>(.*?)</caption>", re.DOTALL)
_TABLE = re.compile(r"<table\b[^<>]*>.*?</table>", re.DOTALL)
_CELLS = frozenset({"td", "th"})
_SIDES = frozenset({"left", "center", "right"})
_SIDE = re.compile(r"(?<=text-align:)[a-z]+")
_MAY_BE_EMPTY = frozenset({"td", "th", "tr", "thead", "tbody", "tfoot"})
_INLINE = frozenset(
    {"a", "code", "em", "strong", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small", "cite", "abbr"}
)
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
_VOID = frozenset({"br", "hr", "img", "wbr"})
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
        elif part.name in _VOID:
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


def shortened(source: Html, most: int) -> Html:
    """The first blocks of dressed HTML, as many as fit in ``most`` bytes, but always one."""
    end, size, seen = 0, 0, 0
    inside: list[str] = []
    containers: list[str] = []
    for found in _ANY_TAG.finditer(source):
        name = found[2]
        size, seen = size + len(source[seen : found.end()].encode()), found.end()
        if found[1]:
            inside.pop()
        elif name not in _VOID:
            inside.append(name)
        if not (found[1] or name == "hr") or name in _INLINE or set(inside) - {"div"}:
            continue  # no block of the text ends here
        if end and size > most:
            break
        end, containers = found.end(), list(inside)
    if not end or not _is_seen(source[end:]):
        return source
    return Html(source[:end] + "</div>" * len(containers))


def _element(tag: Tag, inside: str, styles: Mapping[str, str], *, rtl: bool, indents: int) -> str:
    """``indents``: how many elements around it, itself included, move in."""
    name = _RENAMED.get(tag.name, tag.name)
    if tag.name == "q":
        return f"“{inside}”"
    if name not in _KEPT or (name == "a" and not _is_link(tag, inside)):
        return inside
    if name not in _MAY_BE_EMPTY and not _is_seen(inside):
        return " " if inside else ""
    attributes = {key: tag.attributes[key] for key in _ATTRIBUTES if key in tag.attributes}
    attributes |= {
        key: tag.attributes[key] for key, most in _NUMBERS.items() if _is_number(tag.attributes.get(key), most)
    }
    if name == "a":
        attributes["href"] = tag.attributes["href"]
    before = ""
    if name == "table" and "<th" not in inside:
        before, inside = _titled(inside)
        attributes |= {"role": "presentation", "cellpadding": "0", "cellspacing": "0", "border": "0"}
    elif name == "tr":
        inside = _with_scopes(inside)
    style = _style(tag.name, name, styles, flat=indents > _MOST_INDENTED)
    if name == "pre":  # its letters are small enough
        inside = inside.replace(f'<code style="{styles["code"]}">', f'<code style="{styles["code in pre"]}">')
    if style:
        attributes["style"] = _turned(style) if rtl else style
    if name in _CELLS and (side := tag.attributes.get("align", "").lower()) in _SIDES:
        attributes["style"] = _SIDE.sub(side, attributes["style"])
    elif name == "table" and _keeps_words(inside, _ROOM - _INDENT * min(indents, _MOST_INDENTED)):
        attributes["style"] += ";word-break:normal;overflow-wrap:normal"
    look = _CLASSES.get(tag.name) or _CLASSES.get(name)
    if look:
        attributes["class"] = look
    return f"{before}<{name}{_written(attributes)}>{inside}</{name}>"


def _style(written: str, name: str, styles: Mapping[str, str], *, flat: bool) -> str | None:
    style = styles.get(written) or styles.get(name)
    return "margin:0 0 5px;padding:0" if style and flat and written in _INDENTED else style


def _turned(style: str) -> str:
    """A style for text that runs from the right."""
    return style.replace("left", "right").replace("7px 12px 7px 0", "7px 0 7px 12px")


def _with_sides(source: str, end: str) -> Html:
    """Columns of numbers at the end of their cells, where their source does not say otherwise."""
    if "<table" not in source:
        return Html(source)

    def one(found: re.Match[str]) -> str:
        said = columns_of_numbers(found[0])
        return with_attribute(found[0], said, lambda cell: "" if "align=" in cell.attributes else f' align="{end}"')

    return Html(_TABLE.sub(one, source))


def _keeps_words(table: str, room: int) -> bool:
    """Whether all words of a table fit a line of so many pixels: a mail's own rule would break "Share" into two."""
    found = widths(table, columns_of_numbers(table))
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
