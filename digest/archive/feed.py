"""The archive as an Atom 1.0 feed (RFC 4287): one full entry an issue."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import quote
from xml.etree import ElementTree as ET

from digest.archive.published import PublishedIssue
from digest.config.settings import Newsletter, Settings
from digest.text.plain import drop_controls

NEWEST = 50
"""Issues in the feed: nearly a year of weeks, with full texts still well under a megabyte."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # RFC 4287 §4.1.1 wants a date even of a feed with nothing in it


def atom_feed(issues: Sequence[PublishedIssue], *, settings: Settings) -> bytes:
    """The newest issues, newest first, as Atom in UTF-8; well-formed whatever the issues hold.

    An entry's id is the address of its page. A newsletter without an address on the web gets ids made of its title
    and the issue's name, so it has to keep its title.
    """
    newsletter = settings.newsletter
    newest = sorted(issues, key=lambda one: (one.issued, one.record.number, one.record.name), reverse=True)[:NEWEST]
    feed = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": newsletter.language})
    _add(feed, "id", newsletter.url or _urn(newsletter))
    _add(feed, "title", newsletter.title)
    if newsletter.description:
        _add(feed, "subtitle", newsletter.description)
    _add(feed, "updated", _moment(max((one.issued for one in newest), default=NEVER)))
    _add(_add(feed, "author"), "name", parseaddr(newsletter.sender)[0] or newsletter.title)
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{newsletter.url}feed.xml")
    _add(feed, "link", rel="alternate", type="text/html", href=newsletter.url or "index.html")
    for one in newest:
        _entry(feed, one, newsletter)
    ET.indent(feed)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode").encode() + b"\n"


def _entry(feed: ET.Element, one: PublishedIssue, newsletter: Newsletter) -> None:
    issue, name = one.issue, one.record.name
    page = f"{newsletter.url}{quote(name)}/"
    entry = _add(feed, "entry")
    _add(entry, "id", page if newsletter.url else _urn(newsletter, name))
    _add(entry, "title", issue.subject or issue.title or f"{newsletter.title} {name}")
    _add(entry, "published", _moment(one.issued))
    _add(entry, "updated", _moment(one.issued))
    _add(entry, "link", rel="alternate", type="text/html", href=page if newsletter.url else f"{page}index.html")
    if issue.preheader:
        _add(entry, "summary", issue.preheader)
    # Relative addresses in the content are those of the page (XML Base).
    _add(entry, "content", one.content, **{"type": "html", "xml:base": page})


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    if text:
        child.text = drop_controls(text)
    return child


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _urn(newsletter: Newsletter, name: str = "") -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{newsletter.title}\n{name}").urn
