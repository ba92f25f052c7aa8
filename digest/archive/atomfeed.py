"""A feed as Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from digest.archive.feeditems import ATOM, FeedHead, FeedItem, last_updated, moment


def atom_feed(head: FeedHead, items: Sequence[FeedItem]) -> bytes:
    """The items in the given order, in UTF-8; the same items give the same bytes.

    Every title, summary and content is escaped text, never CDATA: nothing that an entry says can end it.

    Args:
        head: what the feed says of itself.
        items: as ``digest.archive.feeditems`` makes them: without characters that XML forbids.
    """
    feed = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": head.language})
    _add(feed, "id", head.id)
    _add(feed, "title", head.title)
    if head.description:
        _add(feed, "subtitle", head.description)
    _add(feed, "updated", moment(last_updated(items)))
    _add(_add(feed, "author"), "name", head.author)
    if head.logo:
        _add(feed, "logo", head.logo)
    # Without an address on the web it is relative, on which the W3C's validator advises (RelativeSelf), as it does on
    # having none (MissingSelf). Both are valid: RFC 4287 §4.1.1 only wishes for it.
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{head.folder}{ATOM}")
    _add(feed, "link", rel="alternate", type="text/html", href=head.home)
    for item in items:
        _entry(_add(feed, "entry"), item, head)
    ET.indent(feed)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode").encode() + b"\n"


def _entry(entry: ET.Element, item: FeedItem, head: FeedHead) -> None:
    if item.language != head.language:
        entry.set("xml:lang", item.language)
    _add(entry, "id", item.id)
    _add(entry, "title", item.title)
    _add(entry, "published", moment(item.published))
    _add(entry, "updated", moment(item.updated))
    _add(entry, "link", rel="alternate", type="text/html", href=item.url)
    for source in item.sources:
        title = {"title": source.label} if source.label else {}
        _add(entry, "link", rel="via", href=source.url, **title)
    for tag in item.tags:
        _add(entry, "category", term=tag)
    if item.summary:
        _add(entry, "summary", item.summary)
    # Relative addresses in the content are those of the page (XML Base).
    content = _add(entry, "content", item.content, **{"type": "html", "xml:base": item.base})
    if item.language != head.language:
        content.set("xml:lang", head.language)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    if text:
        child.text = text
    return child
