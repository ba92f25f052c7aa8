"""Feed documents that hypothesis invents, and real ones that it breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st

_NAMESPACES: Final = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "atom": "http://www.w3.org/2005/Atom",
        "media": "http://search.yahoo.com/mrss/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
        "georss": "http://www.georss.org/georss",
        "xhtml": "http://www.w3.org/1999/xhtml",
        "my": "https://example.org/my",
    }.items()
)
_RDF: Final = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
_ROOTS: Final = (
    (f'<rss version="2.0" {_RDF} %s><channel>', "</channel></rss>"),
    (f"<rss {_RDF} %s>", "</rss>"),
    (f'<feed xmlns="http://www.w3.org/2005/Atom" {_RDF} %s>', "</feed>"),
    (f'<feed version="0.3" xmlns="http://purl.org/atom/ns#" {_RDF} %s>', "</feed>"),
    (f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" {_RDF} %s>', "</rdf:RDF>"),
)
TEXTS: Final = (
    "description", "summary", "content:encoded", "itunes:summary", "rights", "dc:title", "atom:title", "media:title",
)  # fmt: skip
"""Elements whose text feedparser collects apart; one inside another upsets it for the rest of the document."""
_NAMING: Final = ("title", "link", "guid", "id", "atom:link")
_FLAT: Final = (
    *_NAMING, *TEXTS, "pubDate", "updated", "published", "dc:date", "author", "category", "comments", "enclosure",
    "dc:creator", "media:thumbnail", "itunes:image", "georss:point", "my:x", "source", "generator", "name",
)  # fmt: skip
_GROUPS: Final = ("media:group", "media:content", "author", "contributor", "my:x", "image", "georss:where", "xhtml:div")
_IN_GROUPS: Final = (
    "name",
    "email",
    "uri",
    "url",
    "media:thumbnail",
    "media:credit",
    "my:x",
    "b",
    "p",
    "a",
    "svg",
    "math",
)
_WORDS: Final = (
    "", "a", "Tide tables", "https://example.org/a", "/relative", "x &amp; y", "&lt;b&gt;bold&lt;/b&gt;", "&#160;", "é",
    "<![CDATA[<item>none</item>]]>", "<!-- <item> -->", "<?pi <entry> ?>", "2026-11-18T10:00:00Z", "a/>", "]]", "\n  ",
    "Wed, 18 Nov 2026 09:30:00 +0100", "&lt;script&gt;x&lt;/script&gt;", "\"q\" 'q'", "urn:x:1", "\u202eleft",
    "it\x92s \x93so\x94", "Ã© â\x80\x99", "\x81 café",
)  # fmt: skip
_ATTRIBUTES: Final = (
    'type="html"', 'type="text"', 'rel="alternate"', 'rel="enclosure"', 'href="/h"', 'xml:base="https://base.example/x/"',
    'href="https://example.org/?a=1&amp;b=2"', 'xml:lang="de"', 'isPermaLink="false"', 'url="https://example.org/p.jpg"',
    't=">"', "t='/>'", "t='\"'", 'xmlns:z="https://example.org/z"', 'xmlns=""', 'mode="escaped"', 'term="t"',
    'xmlns:media="http://search.yahoo.com/mrss"', 'rdf:about="https://example.org/r"', 'src="https://example.org/s"',
    'TYPE="Text/HTML"', 'Rel="Self"', 'HREF="/H"', 'my:term="m"', 'itunes:href="/i"', 'dc:type="D"',
    'xmlns:xl="http://www.w3.org/1999/xlink"',
)  # fmt: skip


def _element(name: str, attributes: Sequence[str], inside: Sequence[str]) -> str:
    by_name = {attribute.partition("=")[0]: attribute for attribute in attributes}
    head = " ".join([name, *by_name.values()])
    return f"<{head}>{''.join(inside)}</{name}>" if any(inside) else f"<{head}/>"


def _elements(names: Sequence[str], inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    attributes = st.lists(st.sampled_from(_ATTRIBUTES), max_size=2)
    return st.builds(_element, st.sampled_from(names), attributes, st.lists(inside, max_size=3))


_WORD: Final = st.sampled_from(_WORDS)
_CHILD: Final = st.one_of(
    _elements(_FLAT, _WORD),
    _elements(_NAMING, _WORD),
    _elements(_GROUPS, st.one_of(_WORD, _elements(_IN_GROUPS, _WORD))),
)
_ITEM: Final = _elements(("item", "item", "entry", "Item"), _CHILD)
_ANYTHING: Final[st.SearchStrategy[str]] = st.deferred(
    lambda: _elements(
        (*_FLAT, *_GROUPS, *_IN_GROUPS, "item", "entry", "channel", "textInput"), st.one_of(_WORD, _ANYTHING)
    )
)


def _document(root: tuple[str, str], head: Sequence[str], items: Sequence[str], base: str) -> bytes:
    return (root[0] % (_NAMESPACES + base) + "".join([*head, *items]) + root[1]).encode()


_BASE: Final = st.sampled_from(["", ' xml:base="https://root.example/"', ' xml:lang="fr"'])
_HEAD: Final = st.lists(_elements(("title", "link", "language", "description", "my:x", "image"), _WORD), max_size=3)

well_made: st.SearchStrategy[bytes] = st.builds(
    _document, st.sampled_from(_ROOTS), _HEAD, st.lists(_ITEM, max_size=6), _BASE
)
"""Well-formed documents whose items and texts do not stand in one another, with everything else that feeds may hold."""

odd: st.SearchStrategy[bytes] = st.builds(
    _document, st.sampled_from(_ROOTS), _HEAD, st.lists(st.one_of(_ITEM, _ANYTHING), max_size=6), _BASE
)
"""Well-formed documents in which anything stands in anything."""

_PIECES: Final = (
    b"\0", b"&nbsp;", b"&#0;", b"&#xD800;", b"&amp;amp;lt;", b"<item>", b"</item>", b"<entry/>", b"]]>", b"<![CDATA[",
    b"<!--", b"-->", b"<!DOCTYPE x [<!ENTITY e 'e'>]>", b"&e;", b"\xff\xfe", b"\xed\xa0\x80", b"\x81", b"<?xml?>",
    b'<?xml version="1.0" encoding="utf-16"?>', b"<x:y>", b' xmlns:a=""', b"\xe2\x80\xae", b"<b>", b"'", b'"', b"{",
    b"99999999999999999999", b"Mon, 32 Foo 99999 25:61:61 +9999", b"http://[::1", b"//\xc3\xa9", b"javascript:x",
)  # fmt: skip
_ENCODINGS: Final = (
    b"utf-8",
    b"utf-16",
    b"utf-7",
    b"iso-8859-1",
    b"windows-1252",
    b"shift_jis",
    b"ebcdic",
    b"idna",
    b"hex",
    b"",
)


@st.composite
def broken(draw: st.DrawFn, bodies: Sequence[bytes]) -> bytes:
    """One of these documents after up to four accidents."""
    body = draw(st.sampled_from(bodies))
    for _ in range(draw(st.integers(1, 4))):
        body = _accident(draw, body, bodies)
    return body


def _accident(draw: st.DrawFn, body: bytes, bodies: Sequence[bytes]) -> bytes:
    first, second = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
    match draw(st.integers(0, 7)):
        case 0:  # some bits turn over
            return body[:first] + bytes([draw(st.integers(0, 255))]) + body[first + 1 :]
        case 1:  # the line drops
            return body[:first]
        case 2:  # something is lost
            return body[:first] + body[second:]
        case 3:  # something comes twice
            return body[:second] + body[first:]
        case 4:  # it says another encoding than it has
            declared = b'<?xml version="1.0" encoding="' + draw(st.sampled_from(_ENCODINGS)) + b'"?>'
            return declared + body[body.find(b"?>") + 2 :] if body.startswith(b"<?xml") else declared + body
        case 5:  # the beginning of one is followed by the end of another
            other = draw(st.sampled_from(bodies))
            return body[:first] + other[draw(st.integers(0, len(other))) :]
        case _:  # something gets in
            return body[:first] + draw(st.sampled_from(_PIECES)) + body[first:]
