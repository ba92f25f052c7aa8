"""Rules about the addresses and pictures that the editor put into the issue file, and where they stand there.

The mail has them too; what is said of it there is not said again (digest.check.gate).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.hosts import is_private
from digest.check.html.vague import is_vague
from digest.check.issue.printed import printed_lines
from digest.check.online.shorteners import is_shortened
from digest.check.remarks import shortened
from digest.text.urls import clean_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.galley import Galley
    from digest.check.issue.picturefile import PictureFile

_IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)")
_LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\(\s*(?:<([^<>]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))")
_BARE = re.compile(r"(?<![(\[<\"'=\w])<?(https?://[^\s<>\"\]]+)")
_HTML = re.compile(r"(?i)<a\b[^>]*\bhref\s*=\s*[\"']?([^\"'\s>]+)")
_EMPTY_LINK = re.compile(r"(?<!!)\[\s*\]\([^()\s]+\)")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_AFTER = ").,;:!?'*_"
_MAIL = re.compile(r"mailto:[^\s@]+@[^\s@]+\.[^\s@]+\Z|tel:\+?[\d\s().-]+\Z", re.IGNORECASE)
_MOST_BYTES = 1_000_000
"""Of one picture; on a phone's line that is some seconds."""
_LEAST_PX = 100
_WIDEST_PX = 2400
"""Twice the 600 px of a mail on a screen of twice the density; more is weight that nobody sees."""
_SHOWN = frozenset({"png", "jpeg", "gif"})
_SAYS_NOTHING = re.compile(
    r"(?i)(?:image|picture|photo|img|pic|graphic|logo|bild|foto|grafik|imagen|untitled)?[\s\d_.-]*\Z|[\w%-]+\.(?:png|jpe?g|gif|webp)\Z"
)


def link(galley: Galley) -> Iterator[Remark]:
    """Addresses are those of pages that every reader can reach."""
    for line, url in _written(galley):
        if _MAIL.match(url):
            continue
        if clean_url(url) is None:
            yield Remark(rule="link", line=line, message=f"{shortened(url, 80) or 'nothing'} is no web address",
                         hint="an address begins with https://")  # fmt: skip
        elif is_private(url):
            yield Remark(rule="link", line=line, message=f"{shortened(url, 80)} is known on your own network only",
                         hint="link to a public address")  # fmt: skip


def insecure_link(galley: Galley) -> Iterator[Remark]:
    """http:// is read by whoever is on the way, and marked as insecure by browsers."""
    for line, url in _written(galley):
        if url.lower().startswith("http:") and clean_url(url) and not is_private(url):
            yield Remark(rule="insecure-link", line=line, message=f"{shortened(url, 80)} begins with http://",
                         advice=True, hint="write https:// if the site has it; most have")  # fmt: skip


def tracking(galley: Galley) -> Iterator[Remark]:
    """Addresses say where they lead, not who came from where."""
    for line, url in _written(galley):
        clean = clean_url(url)
        if clean is not None and clean != url:
            yield Remark(rule="tracking", line=line, message=f"{shortened(url, 120)} carries tracking parameters",
                         hint=f"use {clean}", advice=True)  # fmt: skip


def shortener(galley: Galley) -> Iterator[Remark]:
    """A short address hides where it leads; spam filters know that, too."""
    for line, url in _written(galley):
        if is_shortened(url):
            yield Remark(rule="shortener", line=line, message=f"{url} does not say where it leads",
                         hint="use the address it leads to")  # fmt: skip


def link_text(galley: Galley) -> Iterator[Remark]:
    """A link says where it leads, also when it is read out alone."""
    for line in printed_lines(galley):
        for found in _LINK.finditer(_CODE.sub("", line.text)) if line.kind != "code" else ():
            said = found.group(1)
            if is_vague(said.strip(" *_.…:→›»>")):
                yield Remark(rule="link-text", line=line.number, message=f"the link text “{said}” says nothing",
                             hint="name what it leads to")  # fmt: skip
        for found in _EMPTY_LINK.finditer(_CODE.sub("", line.text)) if line.kind != "code" else ():
            yield Remark(rule="link-text", line=line.number, message=f"a link without a text: {found.group()[:60]}",
                         hint="write between the brackets what it leads to")  # fmt: skip


def alt(galley: Galley) -> Iterator[Remark]:
    """Pictures in the editor's text say what they show."""
    for line in printed_lines(galley):
        for found in _IMAGE.finditer(_CODE.sub("", line.text)) if line.kind != "code" else ():
            said = found.group(1).strip()
            if not said:
                yield Remark(rule="alt", line=line.number, message="a picture without a description",
                             hint="write it between the brackets: ![what it shows](…)")  # fmt: skip
            elif _SAYS_NOTHING.match(said):
                yield Remark(rule="alt", line=line.number, message=f"the description “{said}” says nothing",
                             hint="say what the picture shows", advice=True)  # fmt: skip


def picture(galley: Galley) -> Iterator[Remark]:
    """The editor's own pictures are files that every mail program shows, and not too heavy."""
    told: set[str] = set()
    for line in printed_lines(galley):
        for found in _IMAGE.finditer(line.text):
            file = galley.pictures.get(found.group(2))
            if file and found.group(2) not in told:
                told.add(found.group(2))
                for message, hint in _wrong_picture(file):
                    yield Remark(rule="picture", line=line.number, message=f"{found.group(2)} {message}", hint=hint)


def _wrong_picture(file: PictureFile) -> Iterator[tuple[str, str]]:
    if file.kind not in _SHOWN:
        kind = file.kind.upper() if file.kind else "no picture, or a broken one"
        yield f"is {kind}: many mail programs do not show it", "save it as PNG or JPEG"
        return
    if file.size > _MOST_BYTES:
        yield f"has {file.size:,} bytes", "save it smaller: 200,000 bytes do for 1,200 pixels"
    if file.width is None or file.height is None or not file.width or not file.height:
        yield "is broken", "save it again"
    elif file.width > _WIDEST_PX:
        yield f"is {file.width} pixels wide; 1,200 are enough", "save it smaller"
    elif file.width < _LEAST_PX:
        yield f"is {file.width} pixels wide", "use a larger one"


def _written(galley: Galley) -> Iterator[tuple[int, str]]:
    """The addresses that the issue file prints, and their lines: sources first."""
    for story in galley.issue.stories:
        for ref in story.sources:
            if ref.url:
                yield ref.line, ref.url
    for line in printed_lines(galley):
        if line.kind in {"text", "heading", "front"}:
            yield from ((line.number, url) for url in _in_text(line.text))


def _in_text(markdown: str) -> Iterator[str]:
    text = _CODE.sub(lambda found: " " * len(found.group()), markdown)
    spans = [found.span() for found in (*_LINK.finditer(text), *_IMAGE.finditer(text), *_HTML.finditer(text))]
    for found in _LINK.finditer(text):
        yield (found.group(2) or found.group(3) or "").strip()
    for found in _HTML.finditer(text):
        yield found.group(1)
    for found in _BARE.finditer(text):
        if not any(start <= found.start() < end for start, end in spans):
            yield found.group(1).rstrip(_AFTER)


ADDRESS_RULES: tuple[Callable[[Galley], Iterator[Remark]], ...] = (
    link, insecure_link, tracking, shortener, link_text, alt, picture,
)  # fmt: skip
