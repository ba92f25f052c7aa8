"""Document → Entry: what every reader's findings become, whatever the file was."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from digest.gather import embargo
from digest.gather.files.contacts import has_appendix, part
from digest.gather.files.document import FILES_ID, Document, UnreadableError
from digest.gather.quotes import quotes
from digest.gather.repair import body_text
from digest.model import Entry, Html
from digest.text.dates import EARLIEST_YEAR, LEAD
from digest.text.marks import link_marks, page_marks
from digest.text.plain import drop_controls, plain
from digest.text.titles import tidy_title, title_key
from digest.text.urls import url_key

_FIRST_BLOCK: Final = re.compile(
    r"\A((?:\s|<(?:div|section|article|header|main)\b[^<>]*>)*)<(h[1-6]|p)\b[^<>]*>(.*?)</\2>", re.DOTALL
)


def finish(document: Document, *, title: str, body: Html, url: str | None, published: datetime | None,
           text: str | None = None, summary: str = "", notices: tuple[str, ...] = (), lifted: bool = False,
           notes: tuple[str, ...] = (), **rest: Any) -> Entry:  # fmt: skip
    """The entry of a document; its id is given later, when all documents are known.

    A document dated ahead is held until then: somebody put it there, so unlike a feed's nonsense it is meant.
    Notices of an embargo are cut out wherever they still stand, and heeded; so is a title that the text repeats.
    Quotes, and what stands for editors below a release, are found in the text unless the reader has them already.

    Args:
        document: where it comes from.
        title: as it stands there.
        body: clean.
        url: clean; where the original is.
        published: as the document says; before 1990 counts as not said.
        text: the body's text, where it is less than the whole (without boilerplate).
        summary: the document's own.
        notices: of an embargo, that the reader has cut out already.
        lifted: the document says outright that there is no embargo.
        notes: what is doubtful so far.
        rest: other fields of the entry.

    Raises:
        UnreadableError: there is neither a title nor a text, or there is an embargo whose time cannot be read: then it
            must not get out by mistake.
    """
    text, summary = drop_controls(text) if text is not None else None, drop_controls(summary)
    heading, in_title = embargo.cut_title(tidy_title(title))
    body, in_body = embargo.cut_html(body)
    told, in_text = (body_text(body), ()) if text is None else embargo.cut_text(text)
    summary, in_summary = embargo.cut_text(summary)
    if not heading and not told:
        raise UnreadableError("holds no text")
    found = () if lifted else (*notices, *in_title, *in_body, *in_text, *in_summary)
    held = rest.pop("embargo", None) or _until(found, published or document.modified, document)
    heading = heading or first_words(told)
    body, told = _without_title(body, told, heading)
    if not rest.get("contact"):
        told, rest["contact"], sender = _without_appendix(told, rest.get("organisation"))
        rest["organisation"] = rest.get("organisation") or sender
    rest["quotes"] = rest.get("quotes") or quotes(told)
    if published is not None and published.year < EARLIEST_YEAR:
        notes, published = (*notes, f"its date cannot be meant: {published.date().isoformat()}"), None
    elif published is None:
        notes = (*notes, "no date")
    if held is None and published is not None and published > document.now + LEAD:
        held, notes = published, (*notes, f"dated ahead; held until {published:%Y-%m-%d %H:%M} UTC")
    return Entry(
        id="",
        source_id=FILES_ID,
        title=heading,
        url=url,
        url_key=url_key(url) if url else None,
        body=body,
        text=told,
        summary=summary,
        published=published,
        embargo=held,
        marks=(*link_marks(url), *page_marks(document.data)),
        path=document.path,
        fingerprint=sha256(document.data).hexdigest(),
        notes=notes,
        first_seen=document.now,
        **rest,
    )


def _until(notices: tuple[str, ...], near: datetime, document: Document) -> datetime | None:
    try:
        return embargo.until(notices, near=near, zone=document.zone)
    except embargo.EmbargoError as error:
        raise UnreadableError(str(error), hint=embargo.HINT) from error


def _without_title(body: Html, text: str, title: str) -> tuple[Html, str]:
    """Body and text without a first paragraph that is the title again, if more follows."""
    key = title_key(title)
    first, _, more = text.partition("\n\n")
    block = _FIRST_BLOCK.match(body)
    if block and title_key(plain(block[3])) == key and plain(body[block.end() :]):
        body = Html((block[1] + body[block.end() :]).strip())
    return body, more if more and title_key(first) == key else text


def _without_appendix(text: str, organisation: str | None) -> tuple[str, str, str | None]:
    """The text without what stands below it for editors only, whom to ask, and who the sender says it is.

    Only where a heading says so that nothing but a release has.
    """
    lines = text.split("\n")
    if not has_appendix(lines)[0]:
        return text, "", None
    parts = part(lines, organisation)
    article = "\n".join(parts.article).strip()
    return (article, parts.contact, parts.sender) if article else (text, "", None)


def first_words(text: str) -> str:
    """At most 100 characters of a text, whole words, for a title."""
    line = " ".join(drop_controls(text).split())
    return line if len(line) <= 100 else (line[:100].rpartition(" ")[0] or line[:99]) + "…"
