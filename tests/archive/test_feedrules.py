"""The rules that feeds are held against find each fault: one is put into a good feed at a time."""

from __future__ import annotations

import json

import pytest

from tests.archive.feedrules import atom_faults
from tests.archive.feedtexts import html_faults
from tests.archive.jsonfeedrules import json_faults

GOOD = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>https://tide.example/</id>
<title>The Tide Table</title>
<subtitle>Harbours, weekly</subtitle>
<updated>2026-11-20T07:05:00Z</updated>
<author><name>The Tide Table</name></author>
<logo>https://tide.example/logo.png</logo>
<link rel="self" type="application/atom+xml" href="https://tide.example/feed.xml"/>
<link rel="alternate" type="text/html" href="https://tide.example/"/>
<entry>
<id>https://tide.example/2026-W47/</id>
<title>Quay rents fall</title>
<published>2026-11-20T07:00:00Z</published>
<updated>2026-11-20T07:05:00Z</updated>
<link rel="alternate" type="text/html" href="https://tide.example/2026-W47/"/>
<link rel="via" href="https://port.example/rents" title="Port Office"/>
<category term="Harbours"/>
<summary>For the second year.</summary>
<content type="html" xml:base="https://tide.example/2026-W47/">&lt;p&gt;Rents &lt;em&gt;fell.&lt;/em&gt;&lt;/p&gt;
</content>
</entry>
<entry>
<id>urn:uuid:1f2e3d4c-5b6a-7089-90ab-cdef01234567</id>
<title>A quiet week</title>
<updated>2026-11-13T07:05:00.25+01:00</updated>
<content type="html">&lt;p&gt;Nothing.&lt;/p&gt;</content>
</entry>
</feed>
"""

NOTHING = '<content type="html">&lt;p&gt;Nothing.&lt;/p&gt;</content>'
HOME = 'href="https://tide.example/"'
ATOM_FAULTS = [
    ("SAXError", "</feed>", ""),
    ("SAXError", "Quay rents", "Quay \x07rents"),
    ("SAXError", "Quay rents", "Quay & rents"),
    ("UndefinedElement", 'xmlns="http://www.w3.org/2005/Atom"', 'xmlns="http://purl.org/atom/ns#"'),
    ("NoEncoding", '<?xml version="1.0" encoding="utf-8"?>\n', ""),
    ("UnusualEncoding", 'encoding="utf-8"', 'encoding="ascii"'),
    ("ContainsDoctype", "<feed ", "<!DOCTYPE feed><feed "),
    ("BadCharacters", "Quay rents", "Quay \x85 rents"),
    ("BadCharacters", "Quay rents", "Quay \ufffd rents"),
    ("BadCharacters", 'title="Port Office"', 'title="Port \x92 Office"'),
    ("UndefinedElement", "<category ", "<description/><category "),
    ("UndefinedElement", "<title>Quay rents fall", "<title><b>Quay</b> rents fall"),
    ("UndefinedElement", "<subtitle>", "<published>2026-11-20T07:00:00Z</published><subtitle>"),
    ("UnexpectedAttribute", '<category term="Harbours"', '<category term="Harbours" name="x"'),
    ("UnexpectedAttribute", "<entry>", '<entry version="1">'),
    ("UnexpectedText", "<author><name>", "<author>by <name>"),
    ("DuplicateElement", "<updated>2026-11-20T07:05:00Z</updated>", "<updated>2026-11-20T07:05:00Z</updated>" * 2),
    ("DuplicateElement", "<title>Quay", "<title>Two</title><title>Quay"),
    ("DuplicateElement", "<name>The", "<name>x</name><name>The"),
    ("DuplicateElement", "<summary>", "<summary>x</summary><summary>"),
    ("AtomLinkNotEmpty", 'href="https://tide.example/"/>', 'href="https://tide.example/">home</link>'),
    ("AtomLinkNotEmpty", '<category term="Harbours"/>', '<category term="Harbours">Harbours</category>'),
    ("MissingElement: feed/id", "<id>https://tide.example/</id>", ""),
    ("MissingElement: feed/title", "<title>The Tide Table</title>", ""),
    ("MissingElement: feed/updated", "<updated>2026-11-20T07:05:00Z</updated>\n<author>", "<author>"),
    ("MissingElement: feed/author", "<author><name>The Tide Table</name></author>", ""),
    ("MissingElement: author/name", "<author><name>The Tide Table</name></author>", "<author><name/></author>"),
    ("MissingElement: entry/id", "<id>https://tide.example/2026-W47/</id>", ""),
    ("MissingElement: entry/title", "<title>Quay rents fall</title>", ""),
    ("MissingElement: entry/updated", "<updated>2026-11-20T07:05:00Z</updated>\n<link", "<link"),
    ("MisplacedMetadata", "</feed>", "<rights>None.</rights></feed>"),
    ("MissingDCLanguage", ' xml:lang="en"', ""),
    ("MissingSelf", 'rel="self"', 'rel="related"'),
    ("MissingAlternateLink", f'rel="alternate" type="text/html" {HOME}', f'rel="up" {HOME}'),
    ("DuplicateAtomLink", '<link rel="self"', f'<link type="text/html" {HOME}/><link rel="self"'),
    ("DuplicateAtomLink", '<link rel="via"', f'<link type="text/html" {HOME}/><link rel="via"'),
    ("UpdatedBeforeEntry", "<updated>2026-11-20T07:05:00Z", "<updated>2026-11-19T00:00:00Z"),
    ("UpdatedBeforePublished", "<published>2026-11-20T07:00:00Z", "<published>2026-11-20T07:05:01Z"),
    ("MissingTextualContent", NOTHING, ""),
    ("MissingContentOrAlternate", NOTHING, "<summary>None</summary>"),
    ("MissingTextualContent", NOTHING, '<content src="https://a.example/"/>'),
    ("ContentNotEmpty", '<content type="html">', '<content src="https://a.example/" type="text/html">'),
    ("FeedHistoryRelInEntry", '<link rel="via"', '<link rel="next" href="https://tide.example/2"/><link rel="via"'),
    ("DuplicateEntries", "<id>https://tide.example/2026-W47/</id>", "<id>https://tide.example/</id>"),
    ("DuplicateEntries", "urn:uuid:1f2e3d4c-5b6a-7089-90ab-cdef01234567", "https://tide.example/2026-W47/"),
    ("DuplicateUpdated", "2026-11-13T07:05:00.25+01:00", "2026-11-20T07:05:00Z"),
    ("InvalidLanguage", 'xml:lang="en"', 'xml:lang="english"'),
    ("InvalidURIAttribute", 'xml:base="https://tide.example/2026-W47/"', 'xml:base="https://tide.example/2026 W47/"'),
    ("NotBlank: id", "<id>https://tide.example/2026-W47/</id>", "<id> </id>"),
    ("UnexpectedWhitespace: id", "<id>https://tide.example/2026-W47/", "<id>https://tide.example/2026-W47/\n"),
    ("InvalidFullLink", "<id>https://tide.example/2026-W47/", "<id>2026-W47/"),
    ("InvalidFullLink", "<id>https://tide.example/2026-W47/", "<id>https://tide.example/week 47/"),
    ("InvalidURN", "urn:uuid:1f2e3d4c-5b6a", "urn:uuid:1f2e3d4c-5b6"),
    ("NonCanonicalURI", "<id>https://tide.example/2026-W47/", "<id>https://Tide.example/2026-W47/"),
    ("NonCanonicalURI", "<id>https://tide.example/2026-W47/", "<id>https://tide.example:443/2026-W47/"),
    ("NonCanonicalURI", "<id>https://tide.example/2026-W47/", "<id>https://tide.example/a/../2026-W47/"),
    ("NonCanonicalURI", "<id>https://tide.example/2026-W47/", "<id>https://tide.example/%c3%a4/"),
    ("NonCanonicalURI", "<id>https://tide.example/2026-W47/", "<id>https://tide.example/%41/"),
    ("InvalidRFC3339Date", "2026-11-13T07:05:00.25+01:00", "2026-11-13T07:05:00"),
    ("InvalidRFC3339Date", "2026-11-13T07:05:00.25+01:00", "2026-11-13"),
    ("InvalidRFC3339Date", "2026-11-13T07:05:00.25+01:00", "2026-02-30T07:05:00Z"),
    ("InvalidRFC3339Date", "2026-11-13T07:05:00.25+01:00", "Fri, 13 Nov 2026 07:05:00 GMT"),
    ("InvalidRFC3339Date", "<published>2026-11-20T07:00:00Z", "<published> 2026-11-20T07:00:00Z"),
    ("ImplausibleDate", "2026-11-13T07:05:00.25+01:00", "1970-01-01T00:00:00Z"),
    ("InvalidURI: logo", "<logo>https://tide.example/logo.png", "<logo>logo.png"),
    ("InvalidContact", "</name></author>", "</name><email>nobody</email></author>"),
    ("InvalidURI: uri", "</name></author>", "</name><uri>tide.example</uri></author>"),
    ("MissingAttribute", '<category term="Harbours"/>', "<category/>"),
    ("MissingHref", 'rel="via" href="https://port.example/rents"', 'rel="via"'),
    ("InvalidURIAttribute", "https://port.example/rents", "https://port.example/the rents"),
    ("InvalidURIAttribute", "https://port.example/rents", ""),
    ("RelativeSelf", "https://tide.example/feed.xml", "feed.xml"),
    ("ContainsRelRef: link", "https://port.example/rents", "rents"),
    ("AttrNotBlank: link/rel", 'rel="via"', 'rel=""'),
    ("UnregisteredAtomLinkRel", 'rel="via"', 'rel="source"'),
    ("InvalidMIMEType", 'type="text/html" href="https://tide.example/"', 'type="html" href="https://tide.example/"'),
    ("SelfNotAtom", 'rel="self" type="application/atom+xml"', 'rel="self" type="text/html"'),
    ("InvalidLanguage", 'rel="via"', 'rel="via" hreflang="en_GB"'),
    ("AttrNotBlank: link/title", 'title="Port Office"', 'title=" "'),
    ("ContainsHTML", 'title="Port Office"', 'title="Port &lt;b&gt;Office&lt;/b&gt;"'),
    ("InvalidNonNegativeInteger", 'rel="via"', 'rel="via" length="-1"'),
    ("InvalidTextType", "<title>Quay", '<title type="text/html">Quay'),
    ("InvalidTextType", '<content type="html">', '<content type="markdown">'),
    ("MissingXhtmlDiv", '<content type="html">', '<content type="xhtml">'),
    ("NotBlank: title", "<title>Quay rents fall</title>", "<title> </title>"),
    ("NotBlank: content", "&lt;p&gt;Nothing.&lt;/p&gt;", ""),
    ("ContainsUndeclaredHTML", "Quay rents", "Quay &lt;b&gt;rents&lt;/b&gt;"),
    ("ContainsUndeclaredHTML", "Quay rents", "Quay &amp;amp; rents"),
    ("SecurityRisk", "Nothing.", "&lt;script&gt;x()&lt;/script&gt;"),
    ("ContainsRelRef: href in content", "Nothing.", '&lt;a href="x.html"&gt;Nothing.&lt;/a&gt;'),
]  # fmt: skip

HTML_FAULTS = [
    ("SecurityRisk", "<style>p { color: red }</style>"),
    ("SecurityRisk", '<iframe src="https://tide.example/"></iframe>'),
    ("NotHtml: <o:p>", "<o:p>Rents</o:p>"),
    ("NotHtml: <p> is not closed", "<p>Rents"),
    ("NotHtml: </p>", "<p><em>Rents</p></em>"),
    ("NotHtml: a comment", "<p>Rents<!-- fell --></p>"),
    ("NotHtml: an attribute twice", '<p dir="auto" dir="ltr">Rents</p>'),
    ("NotHtml: a picture without alt", '<img src="https://tide.example/quay.png">'),
    ("NotHtml: datetime", '<time datetime="yesterday">then</time>'),
    ("DangerousStyleAttr", '<p style="color:red">Rents</p>'),
    ("SecurityRiskAttr: onclick", '<p onclick="x()">Rents</p>'),
    ("SecurityRiskAttr: javascript", '<a href="javascript:x()">Rents</a>'),
    ("SecurityRiskAttr: data", '<img src="data:image/png;base64,AA==" alt="">'),
    ("ContainsRelRef: src", '<img src="images/quay.png" alt="">'),
    ("ContainsRelRef: href", '<a href="#rents">Rents</a>'),
    ("ContainsRelRef: href", '<a href="//tide.example/">Rents</a>'),
    ("InvalidLanguage", '<p lang="deutsch!">Mieten</p>'),
]

ITEM = {
    "id": "https://tide.example/2026-W47/",
    "url": "https://tide.example/2026-W47/",
    "external_url": "https://port.example/rents",
    "title": "Quay rents fall",
    "content_html": "<p>Rents <em>fell</em>.</p>",
    "summary": "For the second year.",
    "date_published": "2026-11-20T07:00:00Z",
    "date_modified": "2026-11-20T07:05:00Z",
    "tags": ["Harbours"],
    "language": "en-GB",
}
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "The Tide Table",
    "home_page_url": "https://tide.example/",
    "feed_url": "https://tide.example/feed.json",
    "description": "Harbours, weekly",
    "icon": "https://tide.example/logo.png",
    "authors": [{"name": "The Tide Table"}],
    "language": "en",
    "items": [ITEM, {"id": "2", "content_text": "Nothing <b>bold</b>."}],
}

FEED_FAULTS: list[tuple[str, dict[str, object]]] = [
    ("missing: feed.version", {"version": None}),
    ("missing: feed.title", {"title": None}),
    ("missing: feed.items", {"items": None}),
    ("recommended: feed.home_page_url", {"home_page_url": None}),
    ("recommended: feed.feed_url", {"feed_url": None}),
    ("version", {"version": "https://jsonfeed.org/version/1"}),
    ("type: feed.title", {"title": 7}),
    ("blank: feed.title", {"title": " "}),
    ("html: feed.title", {"title": "The <b>Tide</b> Table"}),
    ("html: feed.description", {"description": "Tides &amp; quays"}),
    ("address: feed.home_page_url", {"home_page_url": "index.html"}),
    ("address: feed.feed_url", {"feed_url": "/feed.json"}),
    ("address: feed.icon", {"icon": "logo.png"}),
    ("address: feed.favicon", {"favicon": "logo.png"}),
    ("loop", {"next_url": "https://tide.example/feed.json"}),
    ("type: feed.authors", {"authors": {"name": "x"}}),
    ("type: feed.authors", {"authors": ["x"]}),
    ("missing: feed.author", {"authors": [{}]}),
    ("unknown: feed.author.email", {"authors": [{"name": "x", "email": "x@tide.example"}]}),
    ("unknown: feed.author", {"author": {"name": "x"}}),
    ("language", {"language": "English"}),
    ("type: feed.expired", {"expired": "no"}),
    ("missing: hub.type", {"hubs": [{"url": "https://hub.example/"}]}),
    ("type: feed.items", {"items": {}}),
    ("type: an item", {"items": ["x"]}),
    ("unknown: feed.link", {"link": "https://tide.example/"}),
    ("extension", {"_": {}}),
    ("extension", {"_a.b": {}}),
    ("repeated: id", {"items": [ITEM, ITEM]}),
]
ITEM_FAULTS: list[tuple[str, dict[str, object]]] = [
    ("missing: item.id", {"id": None}),
    ("type: item.id", {"id": 7}),
    ("blank: item.id", {"id": ""}),
    ("address: item.url", {"url": "2026-W47/"}),
    ("address: item.external_url", {"external_url": "port.example/rents"}),
    ("missing: item.content_html", {"content_html": None}),
    ("type: item.content_html", {"content_html": ["<p>x</p>"]}),
    ("html: SecurityRisk", {"content_html": "<script>x()</script>"}),
    ("html: ContainsRelRef", {"content_html": '<img src="x.png" alt="">'}),
    ("html: item.title", {"title": "Quay <i>rents</i>"}),
    ("html: item.summary", {"summary": "Second&nbsp;year"}),
    ("address: item.image", {"image": "quay.png"}),
    ("time: item.date_published", {"date_published": "2026-11-20"}),
    ("time: item.date_modified", {"date_modified": "2026-11-20T07:05:00"}),
    ("time: modified", {"date_modified": "2026-11-20T06:59:59Z"}),
    ("type: item.tags", {"tags": "Harbours"}),
    ("type: item.tags", {"tags": ["Harbours", ""]}),
    ("repeated: item.tags", {"tags": ["Harbours", "Harbours"]}),
    ("language: item", {"language": "en_GB"}),
    ("missing: attachment.mime_type", {"attachments": [{"url": "https://tide.example/a.mp3"}]}),
    ("type: attachment.mime_type", {"attachments": [{"url": "https://tide.example/a.mp3", "mime_type": "mp3"}]}),
    ("type: attachment.size_in_bytes", {"attachments": [{"size_in_bytes": "7"}]}),
    ("missing: item.author", {"authors": [{}]}),
    ("unknown: item.guid", {"guid": "7"}),
]  # fmt: skip


def without_none(values: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


def test_good_feeds_have_no_fault() -> None:
    assert atom_faults(GOOD.encode()) == []
    assert json_faults(json.dumps(JSON).encode()) == []


@pytest.mark.parametrize(
    ("fault", "good", "bad"), ATOM_FAULTS, ids=[f"{n} {one[0]}" for n, one in enumerate(ATOM_FAULTS)]
)
def test_a_fault_in_an_atom_feed_is_found(fault: str, good: str, bad: str) -> None:
    assert good in GOOD
    found = atom_faults(GOOD.replace(good, bad, 1).encode())
    assert any(one.startswith(fault) for one in found), found


@pytest.mark.parametrize(("fault", "html"), HTML_FAULTS)
def test_a_fault_in_the_html_of_an_entry_is_found(fault: str, html: str) -> None:
    assert any(one.startswith(fault) for one in html_faults(html, has_base=False))


@pytest.mark.parametrize(("fault", "change"), FEED_FAULTS)
def test_a_fault_in_a_json_feed_is_found(fault: str, change: dict[str, object]) -> None:
    found = json_faults(json.dumps(without_none(JSON | change)).encode())
    assert any(one.startswith(fault) for one in found), found


@pytest.mark.parametrize(("fault", "change"), ITEM_FAULTS)
def test_a_fault_in_an_item_of_a_json_feed_is_found(fault: str, change: dict[str, object]) -> None:
    found = json_faults(json.dumps(JSON | {"items": [without_none(ITEM | change)]}).encode())
    assert any(one.startswith(fault) for one in found), found


@pytest.mark.parametrize(
    ("fault", "data"),
    [
        ("encoding", json.dumps(JSON).encode("utf-16")),
        ("encoding", b"\xef\xbb\xbf" + json.dumps(JSON).encode()),
        ("encoding", json.dumps(JSON | {"title": "Tide \ud83d"}).encode()),
        ("syntax", json.dumps(JSON).encode()[:-1]),
        ("type: a feed", b"[]"),
        ("doubled: title", json.dumps(JSON).replace('"icon"', '"title"').encode()),
        ("order", json.dumps(dict(reversed(JSON.items()))).encode()),
    ],
)
def test_what_is_no_good_json_is_found(fault: str, data: bytes) -> None:
    assert any(one.startswith(fault) for one in json_faults(data)), json_faults(data)
