"""The text of an issue file made of a past letter: its sections, its stories, and all of its words in their order.

Headings become sections and stories only where they certainly are such. Everything else is text, in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape as html_escape
from html import unescape
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from digest.gather.past.furniture import HERE
from digest.gather.past.letter import PastLetter, Picture
from digest.model import Html
from digest.text.markdown import escape
from digest.text.markdownize import Piece
from digest.text.mdlines import link_to
from digest.text.plain import drop_controls
from digest.text.titles import title_key
from digest.text.urls import clean_url

_IMG: Final = re.compile(r'<img\b((?:[^<>"]|"[^"]*+")*+)>')
_SRC: Final = re.compile(rf' src="{HERE}([^"]*)"')
_ALT: Final = re.compile(r' alt="([^"]*)"')
_SHARES: Final = re.compile(
    r"facebook\.com/(?:sharer|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?status)|linkedin\.com/share|wa\.me/|"
    r"api\.whatsapp|pinterest\.[a-z]+/pin|reddit\.com/submit|getpocket\.com/(?:save|edit)|bsky\.app/intent|t\.me/share",
    re.IGNORECASE,
)
_BENCHES: Final = frozenset({"next week", "candidates"})
"""Sections of an issue file that are not printed: see ``digest.edit.issuefile``."""
_LEAST_HEADLINES = 3  # bold lines; fewer may be emphasis
_LONGEST_HEADLINE = 160
_MOST_SOURCES = 6
_EARLY = 4  # blocks in which a letter says its own title
_UNSEEN = "&#8288;"  # U+2060: no blank, no word

Structure = tuple[int | None, int | None]
"""The levels of the headings that are sections, and of those that are stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """What an issue is called."""

    name: str  # "2019-03-14"
    title: str  # of the newsletter
    subject: str
    preheader: str
    section: str  # of stories that stand in none
    headlines: frozenset[str] = frozenset()  # sections, in lower case, that print no more than headlines of a story


def with_pictures(html: Html, letter: PastLetter) -> tuple[Html, dict[str, Picture]]:
    """Tidied HTML that shows the pictures that came with the letter, and what these are called beside the issue.

    One that did not come stays where it was on the web, if that is known; else its words take its place.
    """
    found: dict[str, Picture] = {}

    def one(image: re.Match[str]) -> str:
        local = _SRC.search(image[1])
        if local is None:
            return image[0]
        written = unescape(local[1])
        kept = letter.pictures.get(written) or letter.pictures.get(unquote(written))
        if kept:
            name = picture_name(written, kept)
            found[name] = kept
            return image[0].replace(local[0], f' src="{quote(name)}"')
        url = clean_url(written, letter.base) if letter.base and not written.startswith("cid:") else None
        if url:
            return image[0].replace(local[0], f' src="{html_escape(url)}"')
        words = _ALT.search(image[1])
        return words[1] if words else ""

    return Html(_IMG.sub(one, html)), found


def picture_name(written: str, picture: Picture) -> str:
    """What a picture is called beside its issue: by its content, and by the words of its name that are safe."""
    last = unquote(written.removeprefix("cid:").partition("?")[0]).rpartition("/")[2].partition("@")[0]
    stem = re.sub(r"\.[A-Za-z]{3,4}$", "", last)
    words = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:40].strip("-")
    return f"pictures/{picture.sha256[:12]}{'-' if words else ''}{words}.{picture.kind}"


def compose(told: Sequence[Piece], titles: Titles) -> str:
    """The text of an issue file; it is the caller's to read it."""
    pieces = _without_titles(told, titles)
    pieces = _headlined(pieces)
    section_level, story_level = structure(pieces)
    front = {
        "issue": titles.name,
        "title": titles.title,
        "subject": titles.subject,
        "preheader": titles.preheader,
    }
    head = "".join(f"{key}: {_value(value)}\n" for key, value in front.items() if value)
    body = "\n\n".join(_body(pieces, titles, section_level, story_level))
    return f"---\n{head}---\n\n{body}\n"


def structure(pieces: Sequence[Piece]) -> Structure:
    """Which headings are sections and which stories, by how they stand below each other."""
    levels = [one.level for one in pieces if one.level]
    if not levels:
        return None, None
    top, *rest = sorted(set(levels))
    if not rest:
        return (None, top) if len(levels) > 1 else (top, None)
    parents = bearing = 0
    for place, level in enumerate(levels):
        if level == top:
            parents += 1
            bearing += place + 1 < len(levels) and levels[place + 1] > top
    return (top, rest[0]) if bearing * 2 >= parents else (None, top)


def _without_titles(told: Sequence[Piece], titles: Titles) -> list[Piece]:
    """The blocks without those at the beginning that say what the issue is called: the page says it above them."""
    own = {title_key(titles.subject), title_key(titles.title)} - {""}
    gone: set[int] = set()
    for place, one in enumerate(told[:_EARLY]):
        if one.words and title_key(one.words) in own and (one.level or one.is_bold):
            gone.add(place)
            own.discard(title_key(one.words))
        elif one.words:
            break
    return [one for place, one in enumerate(told) if place not in gone]


def _headlined(pieces: list[Piece]) -> list[Piece]:
    """The blocks with bold lines that are links as headings, where a letter without headings has several of them."""
    if any(one.level for one in pieces):
        return pieces
    places = {
        place
        for place, (one, after) in enumerate(zip(pieces, [*pieces[1:], None], strict=True))
        if one.is_bold and len(one.links) == 1 and len(one.words) <= _LONGEST_HEADLINE
        and after is not None and not after.is_bold and after.words
    }  # fmt: skip
    if len(places) < _LEAST_HEADLINES:
        return pieces
    return [
        replace(one, markdown=escape(one.words), level=3) if place in places else one
        for place, one in enumerate(pieces)
    ]


def _body(pieces: Sequence[Piece], titles: Titles, section_level: int | None, story_level: int | None) -> Iterator[str]:
    in_section = False
    option = ""
    links: list[str] = []  # of the story that is being told

    for one, after in zip(pieces, [*pieces[1:], None], strict=True):
        if one.level and one.level == section_level and after is not None and after.level != section_level:
            yield from _sources(links)
            links = []
            in_section = True
            option = _option(one.words, titles)
            yield f"## {_unbenched(one.markdown)}"
        elif one.level and one.level == story_level:
            yield from _sources(links)
            links = [*(one.links or ("",))]
            if not in_section:
                in_section = True
                option = _option(titles.section, titles)
                yield f"## {escape(titles.section)}"
            yield f"### {one.markdown}{option}"
        else:
            if links:
                links += one.links
            yield (
                f"{_hashes(one.level, story_level or section_level or 1)} {one.markdown}" if one.level else one.markdown
            )
    yield from _sources(links)


def _option(section: str, titles: Titles) -> str:
    """What makes a story of a section be printed whole."""
    return " {.summary}" if section.casefold() in titles.headlines else ""


def _hashes(level: int, outer: int) -> str:
    """Headings of no section and no story begin at four hashes; fewer would be one."""
    return "#" * min(6, 4 + max(0, level - outer - 1))


def _sources(links: Sequence[str]) -> Iterator[str]:
    """The source lines of a story: the first link to each site; the others stand in its text."""
    sites: dict[str, str] = {}
    for link in links:
        if link and not _SHARES.search(link):
            sites.setdefault(_host(link), link)
    if sites:
        lines = [f"- {link_to(escape(host), link)}" for host, link in [*sites.items()][:_MOST_SOURCES]]
        yield "Sources:\n\n" + "\n".join(lines)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")


def _unbenched(title: str) -> str:
    """A section's title that is not taken for one of those that are not printed."""
    return title + _UNSEEN if title.strip(" *_:").casefold() in _BENCHES else title


def _value(text: str) -> str:
    """A value of the front matter: one line, no comment, and quotation marks that stay."""
    line = " ".join(drop_controls(text).replace("<!--", "<! --").split())
    return f'"{line}"' if line[:1] == line[-1:] == '"' and len(line) > 1 else line
