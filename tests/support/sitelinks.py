"""A walk over a site on disk: where its pages, style sheets and feeds lead within it, and whether that is there.

A site has to work from a folder and below any address. So a way within it is relative and ends in the name of a file;
addresses that begin with the one it is published at are followed too, as a server would.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

WAYS = {"href", "src", "poster", "action", "data"}
SHEETS = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")


@dataclass
class _Page:
    """What a page has that matters here."""

    ways: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.page.ids.append(value or "")
            elif name in WAYS and value is not None:
                self.page.ways.append(value)
            elif name == "srcset" and value:
                self.page.ways += [one.split()[0] for one in value.split(",") if one.strip()]
            elif name == "style" and value:
                self.page.ways += SHEETS.findall(value)

    def handle_data(self, data: str) -> None:
        if self._style:
            self.page.ways += SHEETS.findall(data)


class SiteLinks:
    """The links of a site.

    Args of the constructor: ``site``: its folder; ``url``: the address it is published at, if it has one.
    """

    def __init__(self, site: Path, *, url: str = "") -> None:
        self.followed = 0  # links within the site
        self.dead: list[str] = []  # "page: address: what is wrong"
        self._url = url
        self._files = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
        self._pages = {
            place: _read(path) for place, path in sorted(self._files.items()) if path.suffix in {".html", ".htm"}
        }
        for place, page in self._pages.items():
            self.dead += [f"{place}: #{one}: twice" for one, count in Counter(page.ids).items() if count > 1]
            self._follow(place, page.ways)
        for place, path in sorted(self._files.items()):
            self._follow(place, _others(path))

    def _follow(self, place: str, ways: list[str]) -> None:
        for way in ways:
            fault = self._fault(place, way)
            if fault:
                self.dead.append(f"{place}: {way}: {fault}")

    def _fault(self, place: str, way: str) -> str:
        """What is wrong with a link; nothing if it leads to what is there, or out of the site."""
        if self._url and way.startswith(self._url):
            way = way.removeprefix(self._url)
            path, _, fragment = way.partition("#")
            path = path.partition("?")[0]
            return self._missing(f"{path}index.html" if not path or path.endswith("/") else path, fragment)
        parts = urlsplit(way)
        if parts.scheme or parts.netloc:
            return ""
        if parts.path.startswith("/"):
            return "works at one address only"
        if not parts.path:
            return self._missing(place, parts.fragment)
        if parts.path.endswith(("/", "/.", "/..")) or parts.path in {".", ".."}:
            return "is a folder, which without a server opens no page"
        target = normpath(join(dirname(place), parts.path))
        return "leads out of the site" if target.startswith("..") else self._missing(target, parts.fragment)

    def _missing(self, target: str, fragment: str) -> str:
        self.followed += 1
        name, called = unquote(target), unquote(fragment)
        if name not in self._files:
            return "is not there"
        if called and name in self._pages and called not in {*self._pages[name].ids, "top"}:
            return "has no such place"
        return ""


def _read(path: Path) -> _Page:
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    reader.close()
    return reader.page


def _others(path: Path) -> list[str]:
    """Where style sheets, feeds and site maps lead."""
    if path.suffix == ".css":
        return SHEETS.findall(path.read_text("utf-8"))
    if path.suffix == ".xml":
        return list(_of_xml(ET.parse(path).getroot()))
    if path.name == "feed.json":
        return list(_of_json(json.loads(path.read_text("utf-8"))))
    if path.name == "robots.txt":
        return re.findall(r"(?m)^Sitemap:\s*(\S+)", path.read_text("utf-8"))
    return []


def _of_xml(root: ET.Element) -> Iterator[str]:
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name == "loc":
            yield element.text or ""
        elif name == "link" and element.get("href"):
            yield element.get("href", "")
        elif name in {"logo", "icon"}:
            yield element.text or ""
        elif name == "content" and element.get("type") == "html":
            yield from _absolute(element.text or "")


def _of_json(feed: dict[str, object]) -> Iterator[str]:
    items = feed["items"]
    assert isinstance(items, list)
    for one in (feed, *items):
        yield from (one[key] for key in ("home_page_url", "feed_url", "icon", "url") if key in one)
    for item in items:
        yield from _absolute(item["content_html"])


def _absolute(html: str) -> list[str]:
    """What can be followed of the HTML of an entry: a reader of feeds has nothing to put before the others."""
    reader = _Reader()
    reader.feed(html)
    return [way for way in reader.page.ways if urlsplit(way).scheme]
