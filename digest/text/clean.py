"""Foreign HTML to HTML that may stand in a mail: one pass of nh3 (ammonia) with an allow-list."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import nh3

from digest.model import Html
from digest.text.nesting import flat, shallow
from digest.text.plain import drop_controls

TAGS: Final = frozenset(
    """
    p br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var
    table caption thead tbody tfoot tr td th img figure figcaption a
    em strong b i u s del ins sub sup small mark q cite abbr dfn bdi bdo ruby rt rp wbr
    div section article header footer main aside address details summary
    """.split()  # noqa: SIM905  read by people
)
"""Blocks without looks of their own (``div``, ``section`` …) stay: without them two paragraphs become one."""

ATTRIBUTES: Final = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "ol": {"start"},
}
_GONE_WITH_CONTENT: Final = frozenset(
    """
    script style iframe object embed applet svg math template noembed noframes title
    textarea select option button audio video canvas map
    """.split()  # noqa: SIM905  read by people
)
_SCHEMES: Final = frozenset(["http", "https", "mailto"])
# Of what nh3 writes: attributes are always quoted, text never holds a bare "<".
_ANY_TAG: Final = re.compile(r'<(?:[^<>"]|"[^"]*+")*+>')
_BLANK_LINES: Final = re.compile(r"\n\s*\n")
_IMG: Final = re.compile(r'<img\b(?:[^<>"]|"[^"]*+")*+>')
_SRC: Final = re.compile(r' src="\s*https?://', re.IGNORECASE)
_PIXEL: Final = re.compile(r' (?:width|height)="\s*0*[01](?:px)?\s*"', re.IGNORECASE)
_PERHAPS_EMPTY: Final = re.compile(
    r"""src(?:\s*(?:\Z|["'/])|\s+[^\s=]|\s*=\s*(?:"(?:[\s']*+"|[^"]*+\Z)|'(?:[\s"]*+'|[^']*+\Z)|\Z))"""
)
"""A ``src`` that may have no value, or none but blanks and quotation marks; in lower case."""
_RAW_IMAGE: Final = re.compile(r"""<ima?ge?\b((?:[^<>"']|"[^"]*+"|'[^']*+')*+)>""", re.IGNORECASE)
_RAW_ATTRIBUTE: Final = re.compile(r"""([^\s"'/=]++)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s"']*+))?""")
_UNSEEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![-\w])(?:width|height)\s*:\s*[01](?:px)?\s*(?:[;!]|\Z)",
    re.IGNORECASE,
)


def clean(html: str, *, base: str | None = None) -> Html:
    """HTML with nothing in it but text, structure, links and pictures; cleaning it again changes nothing.

    Links and pictures are http, https or (links) mailto; relative addresses are resolved against ``base``, and
    dropped without one. Scripts, styles, forms, frames, comments, classes, ids, handlers and tracking pixels (a
    width or height of 0 or 1, or hidden) go, and the tags of what is nested deeper than any document means it (see
    digest.text.nesting).
    """
    text = drop_controls(html)
    if "<" not in text and "&" not in text and not text.startswith("\ufeff"):
        return Html(_escaped(text))  # all that nh3 would do
    cleaner = _cleaner(base if base and base.startswith(("http://", "https://")) else None)
    safe = cleaner.clean(shallow(_without_hidden(text)))
    if "#" in text and "&#" in text:  # no named entity stands for a control character
        safe = drop_controls(safe)
    if "<img" in safe:
        safe = _without_pixels(safe)
    safe = flat(safe)
    # The newline that follows <pre> is not part of it (HTML §13.1.2.5), so a second pass would eat the next one.
    return Html(re.sub(r"(<pre[^<>]*>)\n+", r"\1", safe) if "<pre" in safe else safe)


def paragraphs(text: str) -> Html:
    """Plain text as clean HTML: a paragraph for each run of lines, parted by blank ones."""
    parts = (
        [part for part in _BLANK_LINES.split(text) if part.strip()] if "\n" in text else [text] if text.strip() else []
    )
    escaped = [_escaped(part) for part in parts]
    return Html(drop_controls("".join([f"<p>{part}</p>" for part in escaped])))


def _escaped(text: str) -> str:
    """As nh3 writes text."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("\u00a0", "&nbsp;")


@lru_cache(maxsize=256)
def _cleaner(base: str | None) -> nh3.Cleaner:
    try:
        return _make(("rewrite_with_base", base) if base else _without_base)
    except ValueError:  # a base that is no URL
        return _make(_without_base)


def _make(relative: object) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(_GONE_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(_SCHEMES),
        url_relative=relative,  # type: ignore[arg-type]
        link_rel=None,
        strip_comments=True,
    )


def _without_base(url: str) -> str | None:
    return f"https:{url}" if re.match(r"//[^/]", url) else None


def _without_hidden(html: str) -> str:
    """Without pictures that their source hides, and those of no address: what says so does not survive the cleaning.

    A picture that nobody sees counts readers; one whose address is empty would be the page itself.
    """
    if "<im" not in html and "<IM" not in html and "<Im" not in html and "<iM" not in html:
        return html
    return _RAW_IMAGE.sub(lambda image: "" if _is_hidden(image[1]) else image[0], html)


def _is_hidden(attributes: str) -> bool:
    small = attributes.lower()
    if "style" not in small and "hidden" not in small and not _PERHAPS_EMPTY.search(small):
        return False
    said = {name.lower(): value.strip("\"' ") for name, value in _RAW_ATTRIBUTE.findall(attributes)}
    return "hidden" in said or said.get("src") == "" or _UNSEEN.search(said.get("style", "")) is not None


def _without_pixels(safe: str) -> str:
    images = _IMG.findall(safe)
    if len(images) != safe.count("<img"):  # one stands in an attribute
        return _ANY_TAG.sub(lambda tag: tag[0] if not tag[0].startswith("<img") or _is_shown(tag[0]) else "", safe)
    if all(map(_is_shown, images)):
        return safe
    return _IMG.sub(lambda tag: tag[0] if _is_shown(tag[0]) else "", safe)


def _is_shown(image: str) -> bool:
    return _SRC.search(image) is not None and _PIXEL.search(image) is None
