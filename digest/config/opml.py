"""OPML, the form in which feed readers give each other their lists of feeds: read as they write it, and written.

What was seen: Feedly, Inoreader and The Old Reader list a feed once for each of its folders; Thunderbird and Apple
Podcasts put everything into one folder that says nothing; FreshRSS lists pages that it scrapes; ``xmlUrl`` comes in
any case, ``feed:`` before addresses, ``&`` and ``&nbsp;`` bare in titles, and "utf-16" declared by files in UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html.entities import html5
from typing import Final
from urllib.parse import quote, unquote, urlsplit
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from digest.errors import UsageError
from digest.model import Source
from digest.text.titles import tidy_title

OURS: Final = "urn:digest:feeds"
"""The namespace of what feeds.toml says and OPML has no word for."""
MOST_DEEP: Final = 100

_SCRAPED: Final = re.compile(r"(?:html|xml|json)\+", re.IGNORECASE)
"""FreshRSS: the address is a page, and the list says how to cut it up."""
_EMPTY_WORDS: Final = frozenset({
    "", "feeds", "my feeds", "all feeds", "rss feeds", "rss", "subscriptions", "all", "uncategorized", "uncategorised",
    "blogs & news feeds",
})  # fmt: skip
"""What folders are called that hold everything, or what is in no folder (Apple Podcasts, Miniflux, FreshRSS,
Thunderbird); in lower case."""
_SCHEME: Final = re.compile(r"\A(feeds?|itpcs?|pcasts?|podcasts?)://(?=.)|\Afeed:(?=https?://)", re.IGNORECASE)
_DECLARED: Final = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_ENTITY: Final = re.compile(r"&(#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,30})?(;?)")
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_NAMES: Final = frozenset(["amp", "lt", "gt", "quot", "apos"])
_LISTS: Final = ("include", "exclude", "marks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as the file lists it, as a table of feeds.toml without its section."""

    feed: dict[str, str | float | list[str]]  # url, and what else is said
    folders: tuple[str, ...]  # that it lies in, outermost first
    line: int

    @property
    def url(self) -> str:
        return str(self.feed["url"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something in the file that is no feed, and why."""

    what: str
    message: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFolder:
    """All that an OPML file lists."""

    outlines: tuple[Outline, ...]
    refused: tuple[Refused, ...]


def read_opml(data: bytes, *, path: str) -> FeedFolder:
    """Read an OPML file of version 1.0, 1.1 or 2.0 (opml.org/spec2.opml), as feed readers write it.

    Args:
        data: the file's bytes, in any encoding that it declares.
        path: for messages.

    Raises:
        UsageError: it is no OPML, is not well-formed even after the usual repairs, or declares entities, which may
            be made to fill the memory (CWE-776) or to read other files (CWE-611).
    """
    text = _decoded(data)
    if not re.search(r"<(?:[\w.-]+:)?(?:opml|outlineDocument)[\s>]", text[:20_000], re.IGNORECASE):
        raise UsageError(f"{path}: is no OPML file", hint="export the list of feeds as OPML from your feed reader")
    try:
        return _parse(text, path)
    except expat.ExpatError:
        try:
            return _parse(_repaired(text), path)
        except expat.ExpatError as error:
            why = expat.errors.messages.get(error.code, "not well-formed")
            raise UsageError(f"{path}:{error.lineno}: is not well-formed XML: {why}",
                             hint="export it again, or correct that line") from error  # fmt: skip


def write_opml(
    sources: Iterable[Source], *, title: str, sections: Sequence[str], names: Mapping[str, str], now: datetime
) -> str:
    """The OPML 2.0 file of a list of feeds: in a folder a section, with their tags as categories.

    Reading it gives the same list. Logins are left out: such files are given away.

    Args:
        sources: feeds on the web.
        title: the newsletter's.
        sections: their titles, in order.
        names: by a source's id, what to call a feed that the list gives no name.
        now: stands in its head.
    """
    listed = list(sources)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:digest="{OURS}">',
        f"  <head><title>{escape(_printable(title))}</title><dateCreated>{format_datetime(now)}</dateCreated></head>",
        "  <body>",
    ]
    lines += [f"    {_outline(source, names)}" for source in listed if source.section is None]
    for section in dict.fromkeys((*sections, *(source.section for source in listed if source.section))):
        inside = [source for source in listed if source.section == section]
        if inside:
            shown = quoteattr(_printable(section))
            lines += [f"    <outline text={shown} title={shown}>"]
            lines += [f"      {_outline(source, names)}" for source in inside]
            lines += ["    </outline>"]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def placed(folders: Iterable[str], sections: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """What a feed's folders, outermost first, mean here: the innermost that is a section, and the others as tags."""
    titles = {tidy_title(title).casefold(): title for title in sections}
    section, tags = None, []
    for name in folders:
        if name.casefold() in titles:
            section = titles[name.casefold()]
        elif name.casefold() not in _EMPTY_WORDS:
            tags.append(name)
    return section, tuple(dict.fromkeys(tags))


def web_address(raw: str) -> str | None:
    """The http(s) address that ``feed://…``, ``feed:https://…``, ``itpc://…`` and the like mean; None for others."""
    text = "".join(raw.split())
    if found := _SCHEME.match(text):
        secure = (found[1] or "").lower().endswith("s")
        text = (("https://" if secure else "http://") if found[1] else "") + text[found.end() :]
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a bracket that closes no IPv6 address, a port that is no number
        return None
    return text if good else None


@dataclass(slots=True)
class _Reader:
    """What has been read so far."""

    path: str
    line: Callable[[], int]
    open: list[str | None] = field(default_factory=list)  # the folders' names; None: an outline that is a feed
    outlines: list[Outline] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) != "outline":
            return
        given = {key.lower(): value for key, value in attributes.items()}
        title = given.get("title", "").strip() or given.get("text", "").strip()
        is_feed = "xmlurl" in given or _kind(given) in {"rss", "atom", "include", "link"}
        if is_feed:
            self._take(given, title)
        self.open.append(None if is_feed else tidy_title(title))
        if len(self.open) > MOST_DEEP:
            raise UsageError(f"{self.path}:{self.line()}: folders are nested deeper than {MOST_DEEP}")

    def end(self, name: str) -> None:
        if _local(name) == "outline":
            self.open.pop()

    def _take(self, given: Mapping[str, str], title: str) -> None:
        address = given.get("xmlurl", "").strip() or given.get("url", "").strip()
        url = web_address(address)
        shown = tidy_title(title) or address[:200] or "a feed without a name"
        if _kind(given) == "include":
            self._refuse(shown, "is another list of feeds; import that file as well")
        elif _kind(given) == "link" and not given.get("xmlurl", "").strip():
            self._refuse(shown, "is a link to a page, no feed")
        elif _SCRAPED.match(_kind(given)):
            self._refuse(shown, "is a page that FreshRSS cuts up, no feed")
        elif not address:
            self._refuse(shown, "has no address")
        elif url is None:
            self._refuse(shown, f"{address[:200]} is no web address")
        else:
            folders = tuple(name for name in self.open if name)
            self.outlines.append(Outline(feed=_feed(url, title, given), folders=folders, line=self.line()))

    def _refuse(self, what: str, message: str) -> None:
        self.refused.append(Refused(what=what, message=message, line=self.line()))


def _parse(text: str, path: str) -> FeedFolder:
    parser = expat.ParserCreate("utf-8")  # the declared encoding is that of the bytes we had
    stripped = text.lstrip()
    skipped = text[: len(text) - len(stripped)].count("\n")
    reader = _Reader(path=path, line=lambda: parser.CurrentLineNumber + skipped)

    def refuse_entity(*_: object) -> None:
        raise UsageError(f"{path}:{reader.line()}: declares entities of its own, which no list of feeds needs",
                         hint="this may be an attack: ask who made the file")  # fmt: skip

    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.EntityDeclHandler = refuse_entity
    try:
        parser.Parse(stripped.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        error.lineno += skipped
        raise
    return FeedFolder(outlines=tuple(reader.outlines), refused=tuple(reader.refused))


def _feed(url: str, title: str, given: Mapping[str, str]) -> dict[str, str | float | list[str]]:
    """The table that feeds.toml would have: what every reader writes, and what only digest does."""
    name = unquote(given["digest:name"]) if "digest:name" in given else tidy_title(title)
    ours = {key: given.get(f"digest:{key}", "") for key in ("id", "language", "weight", "max_entries", *_LISTS)}
    feed: dict[str, str | float | list[str]] = {"url": url}
    feed |= {"id": ours["id"]} if ours["id"] else {}
    feed |= {"name": name} if name and name != url else {}
    tags = [tag for path in given.get("category", "").split(",") for tag in path.split("/")]
    tags = [unquote(tag.strip()) for tag in tags if tag.strip()]
    feed |= {"tags": list(dict.fromkeys(tags))} if tags else {}
    feed |= {"language": ours["language"]} if ours["language"] else {}
    feed |= {key: _unpacked(ours[key]) for key in _LISTS if ours[key]}
    try:
        feed |= {"weight": float(ours["weight"])} if ours["weight"] else {}
        feed |= {"max_entries": int(ours["max_entries"])} if ours["max_entries"] else {}
    except ValueError:  # somebody else's namespace happens to have our prefix
        pass
    return feed


def _outline(source: Source, names: Mapping[str, str]) -> str:
    shown = _printable(source.name or names.get(source.id, "") or source.id)
    given = {"type": "rss", "text": shown, "title": shown, "xmlUrl": _printable(source.location)}
    if source.tags:
        given["category"] = _packed(source.tags)
    given["digest:id"] = source.id
    if source.name != tidy_title(shown):
        given["digest:name"] = quote(source.name, safe=" ")
    given |= {f"digest:{key}": _packed(getattr(source, key)) for key in _LISTS if getattr(source, key)}
    given |= {"digest:language": source.language} if source.language else {}
    given |= {"digest:weight": repr(source.weight)} if source.weight != 1.0 else {}
    given |= {"digest:max_entries": str(source.max_entries)} if source.max_entries else {}
    return f"<outline {' '.join(f'{key}={quoteattr(value)}' for key, value in given.items())}/>"


def _packed(words: Iterable[str]) -> str:
    """Words as categories: commas part them, slashes would part their pieces (OPML 2.0, "category")."""
    return ",".join(_quoted(word) for word in words)


def _unpacked(text: str) -> list[str]:
    return [unquote(word) for word in text.split(",")]


def _quoted(word: str) -> str:
    kept = re.sub(r"[%,/]", lambda found: f"%{ord(found[0]):02X}", word)
    kept = _NO_XML.sub(lambda found: quote(found[0], errors="replace"), kept)
    ends = re.compile(r"\A\s+|\s+\Z")
    return ends.sub(lambda found: quote(found[0]), kept)


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 §2.2 has no place for."""
    return _NO_XML.sub("", text)


def _kind(given: Mapping[str, str]) -> str:
    return given.get("type", "").strip().lower()


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _decoded(data: bytes) -> str:
    """The file as text: a byte order mark, what it declares, UTF-8, Windows-1252, whichever fits first.

    A declared UTF-16 that the bytes are not is left over from a program that made the text before it chose the bytes.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    for start, name in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if data.startswith(start):
            return data.decode(name, "replace")
    declared = _DECLARED.match(data[:400])
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    for name in ("utf-8" if encoding.replace("_", "-").startswith(("utf-16", "utf-32")) else encoding, "utf-8"):
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")


def _repaired(text: str) -> str:
    """Without what makes such files break most: a bare "&", names of HTML's entities, control characters."""

    def one(found: re.Match[str]) -> str:
        name, end = found[1] or "", found[2]
        if end and (name in _XML_NAMES or name.startswith("#")):
            return "" if name.startswith("#") and not _is_character(name) else found[0]
        known = html5.get(f"{name};") if end else None
        return escape(known) if known else f"&amp;{found[0][1:]}"

    return _ENTITY.sub(one, _NO_XML.sub("", text))


def _is_character(name: str) -> bool:
    number = int(f"0{name[1:]}", 16) if name[1:2] == "x" else int(name[1:])
    return number < 0x110000 and not _NO_XML.match(chr(number))
