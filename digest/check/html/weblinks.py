"""Rules about links: that they say where they lead, lead there, and take nobody along.

Sources: WCAG 2.2, 2.4.4; the yearly reports of the Email Markup Consortium (empty and vague links); caniemail on
anchors within a mail; WHATWG URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.elements import BLOCKS, HEADINGS
from digest.check.html.foreign import runs_script
from digest.check.html.hosts import host_of, is_number, is_private, pretended
from digest.check.html.vague import is_vague
from digest.check.online.shorteners import is_shortened
from digest.check.remarks import shortened, tag
from digest.model import PREFERENCES_MARK, UNSUBSCRIBE_MARK
from digest.text.urls import clean_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.galley import Part
    from digest.check.html.document import Element
    from digest.check.letter import Letter

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WITH_HOST = re.compile(r"(?i)https?://(?!https?(?::|/|\Z))[^/\\]")
_UNWRITTEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\"<>\\^`\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TEMPLATE = re.compile(r"\{\{|\{%|\*\||%%|<%|\$\{|\[\[")
_MAILBOX = re.compile(r"[^\s@,<>]+@[^\s@,<>]+\.[^\s@,.<>]+\Z")
_SHOWN_ADDRESS = re.compile(r"(?i)(?:https?://|(?=www\.))((?:[\w-]+\.)+[a-z]{2,})(?:[/?#:]\S*)?\Z")
_SHOWN_NAME = re.compile(r"(?i)((?:[\w-]+\.)+(?:com|org|net|gov|edu|info|biz|eu|uk|de|fr|es|example))(?:/\S*)?\Z")
_CLICKS = re.compile(
    r"(?i)https?://(?:[\w.-]+\.list-manage\.com/track/|click\.|clicks\.|track\.|email\.mg\.|trk\.|(?:[\w-]+\.)*"
    r"(?:mandrillapp|sendgrid|mailchimp|hubspotlinks|createsend1?|cmail\d+|awstrack|mailgun|sparkpostmail)\.\w+/|[^/]+/ls/click\b)"
)
_REHEARSAL = re.compile(r"(?i)https?://(?:[\w-]+\.)*(?:staging|stage|preprod|uat)\.(?:[\w-]+\.)+[a-z]{2,}(?:[:/?#]|\Z)")
_WRITTEN = re.compile(r"(?i)https?://[^\s<>\"]+")
_ARROWS = " \t\n\u00a0\u200b\u200c\u200d\ufeff.,:;!?…·•|-–—>»›→⟶➔➜▸▶«‹←<()[]\"'“”„"


def link_name(letter: Letter) -> Iterator[Remark]:
    """A link says where it leads, also when it is read out alone."""
    for link in _links(letter):
        said = _said(link)
        if not said.strip(_ARROWS):
            yield Remark(rule="link-name", part="html", line=link.line, hint="write what it leads to, or an alt text",
                         message=f"a link without words: {shortened(link.get('href'), 50)}")  # fmt: skip
        elif is_vague(said.strip(_ARROWS)):
            yield Remark(rule="link-name", part="html", line=link.line, hint="name what it leads to",
                         message=f"the link text “{shortened(said, 40)}” says nothing")  # fmt: skip


def link_target(letter: Letter) -> Iterator[Remark]:
    """A link leads to a whole address that every reader can reach."""
    anchors = {one.get(key) for one in letter.document.all() for key in ("id", "name") if one.get(key)}
    for link in letter.document.all("a", "area"):
        href = link.attributes.get("href")
        if href is None:
            if link.text and not link.get("name") and not link.get("id"):
                yield Remark(rule="link-target", part="html", line=link.line, hint='write href="https://…"',
                             message=f"a link that leads nowhere: {shortened(link.text, 40)}")  # fmt: skip
        elif href.strip().startswith("#"):
            yield from _in_mail(link, href.strip(), anchors)
        elif not runs_script(href) and (said := _wrong_target(href)):
            yield Remark(rule="link-target", part="html", line=link.line, message=f"{said[0]}: {shortened(href, 60)}",
                         hint=said[1])  # fmt: skip
        elif _REHEARSAL.match(href.strip()):
            yield Remark(rule="link-target", part="html", line=link.line, advice=True, hint="link to the real site",
                         message=f"an address of a site for trying things out: {shortened(href, 60)}")  # fmt: skip
        elif not href.isascii():
            yield Remark(rule="link-target", part="html", line=link.line, advice=True,
                         message=f"an address with letters that some mail programs cut off: {shortened(href, 60)}",
                         hint="write them as %…, as the browser copies them")  # fmt: skip


def _in_mail(link: Element, href: str, anchors: set[str]) -> Iterator[Remark]:
    if href in {"#", "#!"}:
        yield Remark(rule="link-target", part="html", line=link.line, hint='write href="https://…"',
                     message=f"a link that leads nowhere: {shortened(link.text, 40) or href}")  # fmt: skip
    elif href[1:] not in anchors:
        yield Remark(rule="link-target", part="html", line=link.line, hint="link to the web page",
                     message=f"there is nothing named {shortened(href, 40)} in the mail")  # fmt: skip
    else:
        yield Remark(rule="link-target", part="html", line=link.line, hint="link to the web page",
                     message=f"{shortened(href, 40)} is in the mail; Gmail's app does not go there")  # fmt: skip


def _wrong_target(href: str) -> tuple[str, str] | None:
    """What is wrong with an address, and what to do; None: nothing."""
    plain = href.strip()
    if plain in {UNSUBSCRIBE_MARK, PREFERENCES_MARK} or _TEMPLATE.search(plain):
        return None  # filled in later, or a finding of another rule
    if not plain:
        return "a link without an address", 'write href="https://…"'
    scheme = _SCHEME.match(plain)
    kind = scheme.group(1).lower() if scheme else ""
    if kind in {"http", "https"}:
        return _wrong_address(plain, href)
    if kind == "mailto":
        boxes = plain.partition(":")[2].partition("?")[0]
        good = all(_MAILBOX.match(box.strip()) for box in boxes.replace("%40", "@").split(",")) or (
            not boxes and "to=" in plain
        )
        return None if good else ("no mail address", "write mailto:name@example.org")
    if kind in {"tel", "sms"}:
        return None if re.search(r"\d", plain) else ("no telephone number", "write tel:+44…")
    if kind and "." not in kind:
        return f"an address that begins with {kind}: leads nowhere for most readers", "link to a web address"
    return "a relative address", "write an address that begins with https://"


def _wrong_address(plain: str, href: str) -> tuple[str, str] | None:
    if _UNWRITTEN.search(plain) or href != plain:
        return "an address with a blank or another sign that must be written as %…", "write %20 for a blank"
    if not host_of(plain) or not _WITH_HOST.match(plain):
        return "an address without a host", "write an address that begins with https://"
    if is_private(plain):
        return "an address that only your own network knows", "link to a public address"
    return None


def link_attributes(letter: Letter) -> Iterator[Remark]:
    """Links open as the mail program likes, and report to nobody."""
    for link in letter.document.all("a", "area", "form", "base"):
        if link.get("target") and link.get("target").lower() != "_blank":
            yield Remark(rule="link-attributes", part="html", line=link.line, hint="take target away",
                         message=f"target=\"{shortened(link.get('target'), 20)}\" on {tag(link)}")  # fmt: skip
        for name in ("ping", "attributionsrc", "download"):
            if name in link.attributes:
                yield Remark(rule="link-attributes", part="html", line=link.line, hint=f"take {name} away",
                             message=f"{name} on {tag(link)}")  # fmt: skip


def deceptive_link(letter: Letter) -> Iterator[Remark]:
    """A link leads to the host it shows; else mail programs warn that somebody is fishing for passwords."""
    for link in _links(letter):
        href = link.get("href")
        if not re.match(r"(?i)https?:", href):
            continue
        host = host_of(href)
        shown = _SHOWN_ADDRESS.match(_said(link)) or _SHOWN_NAME.match(_said(link))
        if shown and not _same_house(shown.group(1).lower(), host) and "@" not in _said(link):
            yield Remark(rule="deceptive-link", part="html", line=link.line, hint="let both be the same",
                         message=f"shows {shortened(shown.group(1), 30)}, leads to {shortened(host, 40)}")  # fmt: skip
        elif "@" in re.split(r"[/?#]", href.partition("//")[2], maxsplit=1)[0]:
            yield Remark(rule="deceptive-link", part="html", line=link.line, hint="take what stands before @ away",
                         message=f"a name or password stands before the host {shortened(host, 40)}")  # fmt: skip
        elif is_number(href) and not is_private(href):
            yield Remark(rule="deceptive-link", part="html", line=link.line, hint="link to a name",
                         message=f"a bare number for a host: {shortened(host, 40)}")  # fmt: skip
        elif seems := pretended(host):
            yield Remark(rule="deceptive-link", part="html", line=link.line, hint="look whether that is the right host",
                         message=f"letters that look like others: {shortened(f'{seems} ({host})')}")  # fmt: skip


def link_twins(letter: Letter) -> Iterator[Remark]:
    """Links that say the same lead to the same place; those told apart by their sentence are left in peace."""
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    blocks: dict[Element, str] = {}
    for link in _links(letter):
        said = _said(link).casefold().strip(_ARROWS)
        href = link.get("href")
        block = _block(link)
        if block not in blocks:
            blocks[block] = block.text.casefold().strip(_ARROWS)
        if not said or is_vague(said) or block.name in HEADINGS or blocks[block] != said:
            continue
        other, line = seen.setdefault((said, host_of(href)), (href, link.line))
        if other != href:
            yield Remark(rule="link-twins", part="html", line=link.line, advice=True,
                         message=f"“{shortened(said, 40)}” leads elsewhere in line {line}",
                         hint="say what is different about it")  # fmt: skip


def insecure_link(letter: Letter) -> Iterator[Remark]:
    """http:// is read by whoever is on the way, and marked as insecure by browsers."""
    for part, line, url in _addresses(letter):
        if url.lower().startswith("http:") and host_of(url) and not is_private(url):
            yield Remark(rule="insecure-link", part=part, line=line, advice=True,
                         message=f"an address over http://: {shortened(url, 60)}",
                         hint="write https:// if the site has it; most have")  # fmt: skip


def tracking(letter: Letter) -> Iterator[Remark]:
    """Addresses say where they lead, not who came from where."""
    for part, line, url in _addresses(letter):
        clean = clean_url(url) if re.match(r"(?i)https?:", url) else url
        if clean and clean != re.sub(r"\s", "", url) and len(clean) < len(url):
            yield Remark(rule="tracking", part=part, line=line, advice=True,
                         message=f"{shortened(url, 80)} carries tracking parameters",
                         hint=f"use {shortened(clean, 200)}")  # fmt: skip
        elif _CLICKS.match(url):
            yield Remark(rule="tracking", part=part, line=line, advice=True,
                         message=f"{shortened(url, 60)} counts clicks and leads elsewhere",
                         hint="use the address it leads to")  # fmt: skip


def shortener(letter: Letter) -> Iterator[Remark]:
    """A short address hides where it leads; spam filters know that, too."""
    for part, line, url in _addresses(letter):
        if is_shortened(url):
            yield Remark(rule="shortener", part=part, line=line,
                         message=f"{shortened(url, 60)} does not say where it leads",
                         hint="use the address it leads to")  # fmt: skip


def _addresses(letter: Letter) -> Iterator[tuple[Part, int, str]]:
    """Where the links of both parts lead; of the text part only what the HTML part does not have."""
    known = set()
    for link in _links(letter):
        known.add(link.get("href"))
        yield "html", link.line, link.get("href")
    for number, line in enumerate(letter.text.split("\n"), 1):
        for found in _WRITTEN.finditer(line):
            url = found.group().rstrip(").,;:!?'*_]")
            if url not in known and found.group() not in known:
                yield "text", number, url


def _links(letter: Letter) -> Iterator[Element]:
    return (link for link in letter.document.all("a", "area") if "href" in link.attributes)


def _said(link: Element) -> str:
    """Its words as a screen reader says them, with the alt texts of its pictures."""
    alts = " ".join(image.get("alt") for image in (link, *link.elements()) if image.name in {"img", "area"})
    return link.get("aria-label") or f"{link.text} {alts}".strip()


def _block(link: Element) -> Element:
    """The block it stands in, whose other words tell it from links of the same text."""
    names = BLOCKS | {"td", "th", "li", "body", "#document"}
    return next((above for above in link.ancestors() if above.name in names), link)


def _same_house(shown: str, host: str) -> bool:
    """Whether two hosts are one, or one is above the other."""
    one, other = shown.removeprefix("www."), host.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


WEBLINK_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    link_name, link_target, link_attributes, deceptive_link, link_twins, insecure_link, tracking, shortener,
)  # fmt: skip
