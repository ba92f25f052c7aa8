"""What is wrong with an Atom feed: the rules of RFC 4287 and those of the W3C's feed validator, written anew.

A fault is called as that validator calls it (https://validator.w3.org/feed/docs/), where it knows it; it advises on
some of these only (RelativeSelf, DuplicateUpdated, ContainsRelRef …), and here they are faults like the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

from tests.archive.feedtexts import (
    html_faults,
    is_absolute,
    is_canonical,
    is_language,
    is_mime,
    looks_like_html,
    time_of,
)

ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"

PLAIN = {"name", "uri", "email"}
TEXTS = {"title", "subtitle", "summary", "rights"}
ONCE_IN_FEED = {"id", "title", "updated", "subtitle", "rights", "generator", "icon", "logo"}
ONCE_IN_ENTRY = {"id", "title", "updated", "published", "summary", "content", "rights", "source"}
MANY = {"author", "contributor", "category", "link"}
CHILDREN = {
    "feed": ONCE_IN_FEED | MANY | {"entry"},
    "entry": ONCE_IN_ENTRY | MANY,
    "author": PLAIN,
    "contributor": PLAIN,
}
ATTRIBUTES = {
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "category": {"term", "scheme", "label"},
    "content": {"type", "src"},
    "generator": {"uri", "version"},
    **{name: {"type"} for name in TEXTS},
}
# https://www.iana.org/assignments/link-relations as the validator has them
RELATIONS = {
    "alternate", "current", "describedby", "edit", "edit-media", "enclosure", "first", "hub", "last", "license",
    "next", "next-archive", "payment", "prev-archive", "previous", "related", "replies", "search", "self", "service",
    "up", "via",
}  # fmt: skip
PAGES = {"current", "first", "last", "next", "next-archive", "prev-archive", "previous"}  # RFC 5005: of feeds only
ATOM_TYPES = {"application/atom+xml", "application/rss+xml", "application/rdf+xml"}


def atom_faults(data: bytes) -> list[str]:
    """Every fault: its name and the element it is in; empty for a valid feed."""
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        return [f"SAXError: {error}"]
    if root.tag != f"{ATOM}feed":
        return [f"UndefinedElement: {root.tag}"]
    return [
        *_encoding(data),
        *_characters(root),
        *(fault for element in _elements(root) for fault in _shape(element)),
        *_feed(root),
        *(fault for entry in root.iter(f"{ATOM}entry") for fault in _entry(entry, root)),
        *_repeats(root),
        *(fault for element, base in _with_bases(root, "") for fault in _values(element, base)),
    ]


def _name(element: ET.Element) -> str:
    return element.tag.removeprefix(ATOM)


def _elements(root: ET.Element) -> Iterator[ET.Element]:
    return (element for element in root.iter() if element.tag.startswith(ATOM))


def _texts(parent: ET.Element, name: str) -> list[str]:
    return [(element.text or "").strip() for element in parent.findall(f"{ATOM}{name}")]


def _encoding(data: bytes) -> Iterator[str]:
    declared = re.match(rb'<\?xml version="1.0" encoding="([^"]+)"\?>', data)
    if not declared:
        yield "NoEncoding: feed"
    elif declared[1].lower() != b"utf-8":
        yield "UnusualEncoding: feed"
    if b"<!DOCTYPE" in data:
        yield "ContainsDoctype: feed"


def _characters(root: ET.Element) -> Iterator[str]:
    for element in root.iter():
        for text in (element.text or "", element.tail or "", *element.attrib.values()):
            if re.search("[\x80-\x9f\ufffd]", text):
                yield f"BadCharacters: {_name(element)}"


def _shape(element: ET.Element) -> Iterator[str]:
    """Which elements, attributes and texts stand where."""
    name = _name(element)
    own = CHILDREN.get(name, set())
    xhtml = element.get("type") == "xhtml"
    for child in element:
        is_ours = child.tag.startswith(ATOM) or name not in {"feed", "entry"}  # there stand extensions, too
        if is_ours and _name(child) not in own and not xhtml:
            yield f"UndefinedElement: {name}/{_name(child)}"
    for attribute in element.attrib:
        if attribute not in {f"{XML}lang", f"{XML}base", *ATTRIBUTES.get(name, set())}:
            yield f"UnexpectedAttribute: {name}/{attribute}"
    if own and any((text or "").strip() for text in (element.text, *(child.tail for child in element))):
        yield f"UnexpectedText: {name}"
    once = {"feed": ONCE_IN_FEED, "entry": ONCE_IN_ENTRY}.get(name, PLAIN)
    for child_name, count in Counter(_name(child) for child in element).items():
        if count > 1 and child_name in once:
            yield f"DuplicateElement: {name}/{child_name}"
    if name in {"link", "category"} and ((element.text or "").strip() or len(element)):
        yield f"AtomLinkNotEmpty: {name}"


def _missing(parent: ET.Element, *names: str) -> Iterator[str]:
    for name in names:
        if parent.find(f"{ATOM}{name}") is None:
            yield f"MissingElement: {_name(parent)}/{name}"


def _feed(root: ET.Element) -> Iterator[str]:
    yield from _missing(root, "id", "title", "updated")
    entries = root.findall(f"{ATOM}entry")
    authored = root.find(f"{ATOM}author") is not None
    if not authored and (not entries or any(entry.find(f"{ATOM}author") is None for entry in entries)):
        yield "MissingElement: feed/author"
    names = [_name(child) for child in root]
    if "entry" in names and set(names[names.index("entry") :]) != {"entry"}:
        yield "MisplacedMetadata: feed"
    if not root.get(f"{XML}lang"):
        yield "MissingDCLanguage: feed"
    links = root.findall(f"{ATOM}link")
    if not [link for link in links if link.get("rel") == "self"]:
        yield "MissingSelf: feed"
    if not [link for link in links if link.get("rel", "alternate") == "alternate"]:
        yield "MissingAlternateLink: feed"
    yield from _doubled_links(links, "feed")
    updates = [time for text in _texts(root, "updated") if (time := time_of(text))]
    newest = [time for entry in entries for text in _texts(entry, "updated") if (time := time_of(text))]
    if updates and newest and updates[0] < max(newest):
        yield "UpdatedBeforeEntry: feed/updated"


def _entry(entry: ET.Element, root: ET.Element) -> Iterator[str]:
    yield from _missing(entry, "id", "title", "updated")
    links = entry.findall(f"{ATOM}link")
    if entry.find(f"{ATOM}content") is None:
        if entry.find(f"{ATOM}summary") is None:
            yield "MissingTextualContent: entry"
        if not [link for link in links if link.get("rel", "alternate") == "alternate"]:
            yield "MissingContentOrAlternate: entry"
    elif entry.find(f"{ATOM}content[@src]") is not None and entry.find(f"{ATOM}summary") is None:
        yield "MissingTextualContent: entry"
    yield from _doubled_links([link for link in links if link.get("rel", "alternate") == "alternate"], "entry")
    yield from (f"FeedHistoryRelInEntry: {link.get('rel')}" for link in links if link.get("rel") in PAGES)
    said, changed = (([*map(time_of, _texts(entry, name)), None])[0] for name in ("published", "updated"))
    if said and changed and changed < said:
        yield "UpdatedBeforePublished: entry"
    if set(_texts(entry, "id")) & set(_texts(root, "id")):
        yield "DuplicateEntries: entry has the id of the feed"


def _doubled_links(links: Iterable[ET.Element], where: str) -> Iterator[str]:
    kinds = Counter((link.get("rel", "alternate"), link.get("type", ""), link.get("hreflang", "")) for link in links)
    yield from (f"DuplicateAtomLink: {where}/{kind}" for kind, count in kinds.items() if count > 1)


def _repeats(root: ET.Element) -> Iterator[str]:
    entries = root.findall(f"{ATOM}entry")
    for name, fault in (("id", "DuplicateEntries"), ("updated", "DuplicateUpdated")):
        counts = Counter(text for entry in entries for text in _texts(entry, name))
        yield from (f"{fault}: {text}" for text, count in counts.items() if count > 1)


def _with_bases(element: ET.Element, base: str) -> Iterator[tuple[ET.Element, str]]:
    """Each element of Atom with the nearest absolute xml:base."""
    own = element.get(f"{XML}base", "")
    base = own if is_absolute(own) else base
    if element.tag.startswith(ATOM):
        yield element, base
        for child in element:
            yield from _with_bases(child, base)


def _values(element: ET.Element, base: str) -> Iterator[str]:
    name, text = _name(element), element.text or ""
    language = element.get(f"{XML}lang")
    if language is not None and not is_language(language):
        yield f"InvalidLanguage: {name}"
    if re.search(r"[\s<>]", element.get(f"{XML}base", "")):
        yield f"InvalidURIAttribute: {name}/xml:base"
    if name == "link":
        yield from _link(element, base)
        yield from _link_extras(element)
    elif name in TEXTS | {"content"}:
        yield from _text(element, name, base)
    elif name in {"author", "contributor"} and not any(_texts(element, "name")):
        yield f"MissingElement: {name}/name"
    elif name == "category" and not element.get("term", "").strip():
        yield "MissingAttribute: category/term"
    else:
        yield from _simple(name, text)


def _simple(name: str, text: str) -> Iterator[str]:
    if name == "id":
        yield from _id(text)
    elif name in {"updated", "published"}:
        yield from _time(text, name)
    elif name in {"icon", "logo", "uri"} and not is_absolute(text):
        yield f"InvalidURI: {name}"
    elif name == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        yield "InvalidContact: email"


def _id(text: str) -> Iterator[str]:
    if not text.strip():
        yield "NotBlank: id"
    elif text != text.strip():
        yield "UnexpectedWhitespace: id"
    elif not is_absolute(text):
        yield "InvalidFullLink: id"
    elif text.lower().startswith("urn:uuid:") and not re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text
    ):
        yield "InvalidURN: id"
    elif not is_canonical(text):
        yield "NonCanonicalURI: id"


def _time(text: str, name: str) -> Iterator[str]:
    time = time_of(text)
    if time is None:
        yield f"InvalidRFC3339Date: {name}"
    elif time < datetime.fromisoformat("1990-01-01T00:00:00+00:00"):
        yield f"ImplausibleDate: {name}"


def _link(link: ET.Element, base: str) -> Iterator[str]:
    href, rel, type_ = link.get("href"), link.get("rel", "alternate"), link.get("type")
    if href is None:
        yield "MissingHref: link"
    elif not href.strip() or re.search(r'[\s<>"{}|\\^`]', href):
        yield "InvalidURIAttribute: link/href"
    elif not is_absolute(href) and not base:
        yield "RelativeSelf: link" if rel == "self" else "ContainsRelRef: link/href"
    if not rel.strip():
        yield "AttrNotBlank: link/rel"
    elif rel not in RELATIONS and not is_absolute(rel):
        yield "UnregisteredAtomLinkRel: link"
    if type_ is not None and not is_mime(type_):
        yield "InvalidMIMEType: link"
    elif type_ is not None and rel == "self" and type_ not in ATOM_TYPES:
        yield "SelfNotAtom: link"


def _link_extras(link: ET.Element) -> Iterator[str]:
    if "hreflang" in link.attrib and not is_language(link.get("hreflang", "")):
        yield "InvalidLanguage: link/hreflang"
    if "title" in link.attrib and not link.get("title", "").strip():
        yield "AttrNotBlank: link/title"
    elif looks_like_html(link.get("title", "")):
        yield "ContainsHTML: link/title"
    if "length" in link.attrib and not link.get("length", "").isdecimal():
        yield "InvalidNonNegativeInteger: link/length"


def _text(element: ET.Element, name: str, base: str) -> Iterator[str]:
    type_, text = element.get("type", "text"), element.text or ""
    if "src" in element.attrib:
        if text.strip() or len(element):
            yield f"ContentNotEmpty: {name}"
        return
    if type_ not in {"text", "html", "xhtml"} and (name != "content" or not is_mime(type_)):
        yield f"InvalidTextType: {name}"
    if type_ == "xhtml":
        if [child.tag for child in element] != ["{http://www.w3.org/1999/xhtml}div"]:
            yield f"MissingXhtmlDiv: {name}"
        return
    if not text.strip():
        yield f"NotBlank: {name}"
    if type_ == "text" and looks_like_html(text):
        yield f"ContainsUndeclaredHTML: {name}"
    if type_ == "html":
        yield from (f"{fault} in {name}" for fault in html_faults(text, has_base=bool(base)))
