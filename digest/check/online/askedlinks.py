"""Which addresses of an issue are asked whether they still lead somewhere, and where each of them stands. Pure."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from digest.text.urls import LONGEST, url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.check.galley import Galley, Part
    from digest.model import Issue, Mail

_LEADS: Final = {"a": "href", "area": "href", "img": "src"}
_WEB: Final = re.compile(r"(?i)https?://[^/?#]")
_WRITTEN: Final = re.compile(r"(?i)https?://[^\s<>\"\]]+")
_AFTER: Final = ").,;:!?'*_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an address stands."""

    line: int | None = None  # 1-based
    part: Part = "issue"
    foreign: bool = False  # in what a source wrote or shows: a full text, a picture; the line is the source's


NOWHERE: Final = Place()


def asked_links(issue: Issue, mail: Mail, *, own: str) -> tuple[str, ...]:
    """Every web address that readers can follow or see, once, without fragment, in the order of the mail.

    The sources of stories the mail had no room for come last: the page has them. Addresses of the newsletter's own site
    are asked only if the editor wrote them: until the issue is published its own page is not there.

    Args:
        issue: what the issue file says.
        mail: the issue as a mail.
        own: where the newsletter's site is; empty: it has none.
    """
    sources = (ref.url for story in issue.stories for ref in story.sources if ref.url)
    printed = (url for url, _ in addresses(mail.html))
    found = dict.fromkeys(url.strip().partition("#")[0] for url in (*printed, *sources))
    return tuple(url for url in found if _is_web(url) and not (own and _is_made_by_digest(url, issue, own)))


def _is_made_by_digest(url: str, issue: Issue, own: str) -> bool:
    """Whether an address is of the newsletter's site, and none that the editor wrote."""
    if not url.startswith(own):
        return False
    if url.startswith(f"{own}{quote(issue.name)}/"):
        return True
    return all(url != one.partition("#")[0] for found in _WRITTEN.findall(issue.text) for one in _readings(found))


def addresses(markup: str) -> tuple[tuple[str, int], ...]:
    """What a document links to and shows, with its lines, in order; relative ones too."""
    reader = _Reader()
    with suppress(AssertionError):  # what html.parser raises for some broken declarations (<![x)
        reader.feed(markup)
        reader.close()
    return tuple(reader.found)


class Places:
    """The place of every address in an issue."""

    def __init__(self, galley: Galley) -> None:
        self._places: dict[str, Place] = {}
        for url, place in _standing(galley):
            self._places.setdefault(_key(url), place)

    def of(self, url: str) -> Place:
        """Where an address stands first: as a source, in the editor's text, in a source's own, or in the furniture."""
        return self._places.get(_key(url), NOWHERE)


def _standing(galley: Galley) -> Iterator[tuple[str, Place]]:
    stories = galley.issue.stories
    refs = [ref for story in stories for ref in story.sources]
    for ref in refs:
        if ref.url:
            yield ref.url, Place(line=ref.line)
    for number, line in enumerate(galley.issue.text.split("\n"), 1):  # as the parser counts
        for found in _WRITTEN.finditer(line):
            yield from ((url, Place(line=number)) for url in _readings(found.group()))
    for ref in refs:
        entry = galley.entries.get(ref.entry_id or "")
        if entry:
            told = [url for url, _ in addresses(entry.body)] + [entry.image_url or ""]
            yield from ((url, Place(line=ref.line, foreign=True)) for url in told if url)
    newsletter = galley.settings.newsletter
    for found in _WRITTEN.finditer(f"{newsletter.description} {newsletter.address}"):
        yield from ((url, Place(part="settings")) for url in _readings(found.group()))
    yield from ((url, Place(line=line, part="html")) for url, line in addresses(galley.mail.html))


def _readings(written: str) -> Iterable[str]:
    """What Markdown may take for the address where this stands: brackets and full stops may be its own or not."""
    text = html.unescape(written)
    yield text
    while text and text[-1] in _AFTER:
        text = text[:-1]
        yield text
    if ")" in text:  # [words](address) and more
        yield text.partition(")")[0]
    if "\\" in text:
        yield text.replace("\\", "")


def _key(url: str) -> str:
    return url_key(url.partition("#")[0])


def _is_web(url: str) -> bool:
    if not _WEB.match(url) or len(url) > LONGEST:
        return False
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # brackets that hold no address
        return False


class _Reader(HTMLParser):
    """Collects addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = _LEADS.get(tag)
        if name:
            self.found += [(value, self.getpos()[0]) for key, value in attrs if key == name and value]
