"""From a web page to the addresses where its feed may be, best first. Pure; ``digest.gather.web.asking`` tries them.

What the page itself names comes first (``<link rel=alternate>``, then links that look like feeds); then the rules of
sites whose feeds are known but not named; then the places where feeds usually are. As Miniflux and NetNewsWire do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from digest.text.urls import clean_url

GUESSES: Final = ("feed.xml", "feed/", "atom.xml", "rss.xml", "index.xml", "feed.json")
MAX_NAMED: Final = 12
"""Some pages name a feed for each of hundreds of tags."""

_PAGE_LIMIT: Final = 2_000_000  # bytes that are searched for a channel's name, which YouTube writes far down
_LINKS_LIMIT: Final = 500_000  # characters whose links are read
_FEED_TYPES: Final = frozenset([
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
    "application/x-rss+xml", "text/rss+xml", "text/atom+xml",
])  # fmt: skip
_PERHAPS_TYPES: Final = frozenset(["application/json", "application/xml", "text/xml"])
"""What some call their feeds, and WordPress its interface for programs."""

_LOOKS_LIKE_FEED: Final = re.compile(
    r"(?i)(?:[./](?:rss|atom|rdf)|\.rss\.xml|/(?:feed|rss|atom|index)\.(?:xml|json)|/feed)/?\Z"
)
_CHANNEL: Final = re.compile(
    r'"(?:channelId|externalId|externalChannelId)"\s*:\s*"(UC[\w-]{22})"|/channel/(UC[\w-]{22})'
)
_CHARSET: Final = re.compile(rb"""(?i)charset\s*=\s*["']?\s*([\w.:-]{1,40})""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address where a feed may be."""

    url: str
    title: str = ""  # as the page names it
    how: Literal["named", "linked", "known site", "usual place"]


def candidates(page: bytes, url: str, *, content_type: str | None = None) -> tuple[Candidate, ...]:
    """Where the feed of a page may be, best first, each address once, the page's own not among them.

    Args:
        page: the document; only its first 2 MB are looked at, and the links of its first 0.5 MB.
        url: where it was found, after redirects.
        content_type: the header, if there was one; it may name the encoding.
    """
    reader = _PageReader(url)
    text = _decode(page[:_PAGE_LIMIT], content_type)
    with suppress(AssertionError):  # what html.parser raises for some broken declarations (<![x)
        reader.feed(text[:_LINKS_LIMIT])
    named = sorted(reader.named, key=lambda found: _is_of_comments(found.title, found.url))
    ordered = [*named[:MAX_NAMED], *_known_site(url, text), *reader.perhaps[:MAX_NAMED], *reader.linked[:MAX_NAMED]]
    return tuple(_once([*ordered, *_usual_places(reader.base), *_usual_places(url)], url))


class _PageReader(HTMLParser):
    """Collects what a page links to."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = url
        self.named: list[Candidate] = []
        self.perhaps: list[Candidate] = []
        self.linked: list[Candidate] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in reversed(attrs)}
        href = given.get("href", "")
        if not href or tag not in {"base", "link", "a", "area"}:
            return
        target = clean_url(re.sub(r"(?i)\Afeed:(?://)?(?=https?:)", "", href).replace("feed://", "https://"), self.base)
        if target is None:
            return
        if tag == "base":
            self.base = target
            return
        words = set(given.get("rel", "").lower().split())
        kind = given.get("type", "").partition(";")[0].strip().lower()
        found = Candidate(url=target, title=" ".join(given.get("title", "").split())[:200], how="named")
        if kind in _FEED_TYPES and (tag != "link" or words & {"alternate", "feed", "service.feed"}):
            self.named.append(found)
        elif tag == "link" and "alternate" in words and kind in _PERHAPS_TYPES:
            self.perhaps.append(found)
        elif tag != "link" and _LOOKS_LIKE_FEED.search(urlsplit(target).path):
            self.linked.append(replace(found, how="linked"))


def _once(found: Iterable[Candidate], page_url: str) -> Iterable[Candidate]:
    seen = {page_url.partition("#")[0]}
    for one in found:
        place = one.url.partition("#")[0]
        if place not in seen:
            seen.add(place)
            yield one


def _is_of_comments(title: str, url: str) -> bool:
    return "comment" in f"{title} {urlsplit(url).path}".lower() or "kommentar" in title.lower()


def _usual_places(url: str) -> list[Candidate]:
    """Beside the page, then at the top of its site."""
    parts = urlsplit(url)
    folder = urlunsplit((parts.scheme, parts.netloc, parts.path.rpartition("/")[0] + "/", "", ""))
    top = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
    return [Candidate(url=urljoin(place, name), how="usual place") for place in (folder, top) for name in GUESSES]


def _known_site(url: str, text: str) -> list[Candidate]:
    """The feeds of a page on a site that does not name them on it."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("old.")
    path = parts.path.rstrip("/")
    if host in {"youtube.com", "youtu.be"}:
        found = _youtube(path, parts.query, text)
    elif host == "github.com":
        found = _github(path)
    elif host == "reddit.com":
        found = [f"https://www.reddit.com{path}/.rss"]
    elif host == "medium.com" and path.startswith("/@"):
        found = [f"https://medium.com/feed{path}"]
    elif re.fullmatch(r"/@[\w.-]+|/tags/\w+", path) and "mastodon" in text[:200_000].lower():
        found = [f"{parts.scheme}://{parts.netloc}{path}.rss"]
    else:
        found = []
    return [Candidate(url=one, how="known site") for one in found]


def _youtube(path: str, query: str, text: str) -> list[str]:
    feeds = "https://www.youtube.com/feeds/videos.xml"
    playlist = re.search(r"(?:\A|&)list=([\w-]{10,60})", query)
    channel = re.match(r"/channel/(UC[\w-]{22})", path)
    if playlist and path == "/playlist":
        return [f"{feeds}?playlist_id={playlist[1]}"]
    if channel:
        return [f"{feeds}?channel_id={channel[1]}"]
    if user := re.match(r"/user/([\w.-]+)", path):
        return [f"{feeds}?user={user[1]}"]
    stated = _CHANNEL.search(text)  # of /@name, /c/name and videos only the page itself says whose they are
    return [f"{feeds}?channel_id={stated[1] or stated[2]}"] if stated else []


def _github(path: str) -> list[str]:
    steps = path.strip("/").split("/")
    if not steps[0]:
        return []
    if len(steps) == 1:
        return [f"https://github.com/{steps[0]}.atom"]
    repository = f"https://github.com/{steps[0]}/{steps[1]}"
    found = [f"{repository}/releases.atom", f"{repository}/commits.atom", f"{repository}/tags.atom"]
    if len(steps) > 3 and steps[2] in {"commits", "tree"}:
        return [f"{repository}/commits/{'/'.join(steps[3:])}.atom", *found]
    return [found[1], found[0], found[2]] if steps[2:3] == ["commits"] else found


def _decode(page: bytes, content_type: str | None) -> str:
    said = re.search(r"(?i)charset\s*=\s*\"?([\w.:-]{1,40})", content_type or "")
    inside = _CHARSET.search(page[:4096])
    for name in (said and said[1], inside and inside[1].decode("ascii")):
        with suppress(LookupError, UnicodeError):  # no such encoding, or none of text
            if name:
                return page.decode(name, "replace")
    return page.decode("utf-8", "replace")
