"""Clean HTML as it may stand in a mail: every tag carries its own style, and nothing needs a style sheet.

What is kept and what is renamed follows the support tables of caniemail.com for Gmail, Outlook (Word), Apple Mail and
Yahoo: elements such as ``article`` lose their style there, a link may lead nowhere, Word reads no width but an image's
attribute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from digest.model import Html
from digest.render.markup import Tag, walk

IMAGE_WIDTH = 536
"""Pixels: the mail's 600 less 32 on either side."""

_SERIF = "font-family:Georgia,'Times New Roman',serif"
_MONO = "font-family:Consolas,Menlo,monospace"
_HEADING = f"margin:20px 0 8px;{_SERIF};font-size:17px;line-height:1.3"
_CELL = "padding:7px 12px 7px 0;border-bottom:1px solid #d9d4c9;vertical-align:top;text-align:left"
_STYLES = {
    "p": "margin:0 0 12px",
    "ul": "margin:0 0 12px;padding:0 22px",
    "ol": "margin:0 0 12px;padding:0 22px",
    "li": "margin:0 0 5px",
    "blockquote": f"margin:0 0 12px;padding:0 16px;border-left:3px solid #d9d4c9;{_SERIF};font-style:italic",
    "pre": f"margin:0 0 12px;white-space:pre-wrap;word-break:break-word;{_MONO};font-size:13px",
    "code": f"{_MONO};font-size:90%",
    "table": "width:100%;border-collapse:collapse;margin:0 0 14px;font-size:14px;line-height:1.4",
    "caption": "padding:0 0 6px;text-align:left;font-size:13px;color:#59636e",
    "th": _CELL,
    "td": _CELL,
    "hr": "border:0;border-top:1px solid #d9d4c9;margin:20px 0",
    "h3": _HEADING,
    "h4": _HEADING,
    "h5": _HEADING,
    "h6": _HEADING,
    "a": "color:#9c2f1b;text-decoration:underline",
    "figcaption": "margin:0 0 12px;font-size:13px;color:#59636e",
    "dd": "margin:0 0 8px;padding:0 22px",
}
_CLASSES = {"a": "a", "blockquote": "r", "hr": "r", "td": "r", "th": "r", "figcaption": "m", "caption": "m"}
"""What the template's style sheet recolours in the dark: accent, rule, muted."""
_DIVS = ("section", "article", "header", "footer", "main", "aside", "address", "details", "figure", "figcaption", "dl")
_RENAMED = {
    **dict.fromkeys(_DIVS, "div"),
    **dict.fromkeys(("kbd", "samp", "var"), "code"),
    "h1": "h3",
    "h2": "h3",
    "summary": "p",
    "dt": "p",
    "dd": "div",
}
_KEPT = frozenset(
    {
        *("p", "div", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "a"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"),
        *("em", "strong", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small", "cite", "abbr"),
    }
)
_MAY_BE_EMPTY = frozenset({"td", "th", "tr", "thead", "tbody", "tfoot"})
_INLINE = frozenset(
    {"a", "code", "em", "strong", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small", "cite", "abbr"}
)
_ATTRIBUTES = ("lang", "dir", "colspan", "rowspan", "start")
_VOID = frozenset({"br", "hr", "img", "wbr"})
_ANY_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:[^<>"]|"[^"]*+")*+>')


@dataclass(slots=True)
class _Open:
    """An element whose end has not come."""

    tag: Tag
    inside: list[str] = field(default_factory=list)


def dressed(source: Html, *, rtl: bool = False) -> Html:
    """Clean HTML with its styles on its tags.

    A mail has no place of its own, so links and images that are not absolute go (a link's text and an image's
    description stay). So do links without a text, empty elements, and tags that mail readers do not know.

    Args:
        source: clean HTML.
        rtl: whether the text runs from the right: borders change sides.
    """
    path = [_Open(Tag("", {}))]
    for part in walk(source):
        if isinstance(part, str):
            path[-1].inside.append(escape(part, quote=False))
        elif part.name in _VOID:
            path[-1].inside.append(_void(part))
        elif not part.closes:
            path.append(_Open(part))
        elif len(path) > 1:
            done = path.pop()
            path[-1].inside.append(_element(done.tag, "".join(done.inside), rtl=rtl))
    return Html("".join(path[0].inside).strip())


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


def _element(tag: Tag, inside: str, *, rtl: bool) -> str:
    name = _RENAMED.get(tag.name, tag.name)
    if tag.name == "q":
        return f"“{inside}”"
    if name not in _KEPT or (name == "a" and not _is_link(tag, inside)):
        return inside
    if name not in _MAY_BE_EMPTY and not _is_seen(inside):
        return " " if inside else ""
    attributes = {key: tag.attributes[key] for key in _ATTRIBUTES if key in tag.attributes}
    if name == "a":
        attributes["href"] = tag.attributes["href"]
    if name == "table" and "<th" not in inside:
        attributes["role"] = "presentation"
    style = _STYLES.get(tag.name) or _STYLES.get(name)
    if style:
        attributes["style"] = style.replace("left", "right") if rtl else style
    look = _CLASSES.get(tag.name) or _CLASSES.get(name)
    if look:
        attributes["class"] = look
    return f"<{name}{_written(attributes)}>{inside}</{name}>"


def _void(tag: Tag) -> str:
    if tag.name == "wbr":
        return ""
    if tag.name == "br":
        return "<br>"
    if tag.name == "hr":
        return f'<hr class="r" style="{_STYLES["hr"]}">'
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
