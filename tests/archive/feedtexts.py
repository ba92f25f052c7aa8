"""What feeds of either format hold: times, addresses, languages, and the HTML of an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-[A-Za-z0-9]{5,8})*")
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w.+-]+=(\"[^\"]*\"|[\w.+-]+))*")
_ESCAPES = re.compile(r"%(?![0-9A-F]{2})|%(4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A]|3[0-9]|2D|2E|5F|7E)")
_VOID = {"area", "br", "col", "hr", "img", "wbr"}
_TAGS = set(
    """a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt
    em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q rp rt ruby s samp section
    small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr""".split()  # noqa: SIM905
)
_RISKY = set(
    """applet base body button embed form frame frameset head html iframe input link meta noscript object script select
    style svg math template textarea title video audio""".split()  # noqa: SIM905
)
_ATTRIBUTES = set(
    """abbr align alt cite class colspan datetime decoding dir headers height href hreflang id lang loading open rel
    reversed rowspan scope span src start tabindex title type valign value width""".split()  # noqa: SIM905
)


def time_of(text: str) -> datetime | None:
    """The time that RFC 3339 writes so; None if it writes none so, or there is no such time."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_absolute(address: str) -> bool:
    if not _SCHEME.fullmatch(address):
        return False
    parts = urlsplit(address)
    return bool(parts.netloc) if parts.scheme in {"http", "https"} else True


def is_canonical(address: str) -> bool:
    """RFC 4287 §4.2.6.1: an id is written in one way only."""
    parts = urlsplit(address)
    if address.partition(":")[0] != parts.scheme or address.endswith("#"):
        return False
    if parts.scheme not in {"http", "https"}:
        return True
    port = {"http": ":80", "https": ":443"}[parts.scheme]
    segments = parts.path.split("/")
    return (
        parts.netloc == parts.netloc.lower()
        and not parts.netloc.endswith(port)
        and parts.path.startswith("/")
        and not {".", ".."} & set(segments)
        and not _ESCAPES.search(address)
    )


def is_language(tag: str) -> bool:
    return bool(_LANGUAGE.fullmatch(tag))


def is_mime(type_: str) -> bool:
    return bool(_MIME.fullmatch(type_))


def looks_like_html(text: str) -> bool:
    """Whether plain text would be taken for HTML: a tag that there is, or a character reference."""
    tags = (found[1].lower() in _TAGS | _RISKY for found in re.finditer(r"</?([A-Za-z][A-Za-z0-9]*)[^<>]*>", text))
    return any(tags) or bool(re.search(r"&(#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|nbsp|apos);", text))


def html_faults(html: str, *, has_base: bool) -> list[str]:
    """What is wrong with the HTML of an entry."""
    reader = _Reader(has_base=has_base)
    reader.feed(html)
    reader.close()
    reader.faults += [f"NotHtml: <{name}> is not closed" for name in reader.open]
    return reader.faults


class _Reader(HTMLParser):
    def __init__(self, *, has_base: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self._has_base = has_base

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _RISKY:
            self.faults.append(f"SecurityRisk: <{tag}>")
        elif tag not in _TAGS:
            self.faults.append(f"NotHtml: <{tag}>")
        if tag not in _VOID:
            self.open.append(tag)
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.faults.append(f"NotHtml: an attribute twice in <{tag}>")
        if tag == "img" and "alt" not in names:
            self.faults.append("NotHtml: a picture without alt")
        for name, value in attrs:
            self.faults += _attribute(name, value or "", has_base=self._has_base)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(f"NotHtml: </{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"NotHtml: a comment: {data[:20]}")


def _attribute(name: str, value: str, *, has_base: bool) -> Iterator[str]:
    if name == "style":
        yield "DangerousStyleAttr: style"
    elif name not in _ATTRIBUTES:
        yield f"SecurityRiskAttr: {name}"
    elif name in {"href", "src", "cite"}:
        scheme = value.strip().partition(":")[0].lower()
        if scheme in {"javascript", "vbscript", "data", "file"}:
            yield f"SecurityRiskAttr: {scheme}:"
        elif not is_absolute(value) and not has_base:
            yield f"ContainsRelRef: {name}"
    elif name == "datetime" and not re.match(r"\d{4}(-\d\d){0,2}", value):
        yield "NotHtml: datetime"
    elif name in {"lang", "hreflang"} and not is_language(value):
        yield f"InvalidLanguage: {name}"
