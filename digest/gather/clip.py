"""One article from the web as a file in ``feeds/clips/``: the page as it came, and above it from where and when.

The first line is the comment that browsers write ("saved from url"), so the file is read like any saved page, by
digest and by whoever opens it. Of a PDF it is the last line: readers look for the end of such a file somewhere in its
last 1,024 bytes (PDF Reference 1.7, implementation note 18).
"""

from __future__ import annotations

import codecs
import importlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from digest.gather.files.document import Document, UnreadableError, decoded
from digest.gather.folder import FOLDER, LocalFile, is_feed_file
from digest.text.urls import shown_url, url_key

if TYPE_CHECKING:
    from digest.gather.web.answers import Answer
    from digest.model import Entry

CLIPS: Final = f"{FOLDER}/clips"
ACCEPT: Final = "text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.1"

_SAVED: Final = re.compile(rb"saved from url=\(\d{1,6}\)(\S+) \S+(?: asked=(\S+))?")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PAGE: Final = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|title|meta|article|main|p)\b")
_PASSWORD: Final = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN: Final = re.compile(r"(?:^|[/._-])(?:log-?in|sign-?in|sso|auth|account)(?:$|[/._?-])", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]*>([^<]{0,300})", re.IGNORECASE)
_NOT_FOUND: Final = re.compile(
    r"\s*(?:error\s*)?(?:404|page not found|not found|seite nicht gefunden|page introuvable)\b", re.IGNORECASE
)
_ROBOT: Final = re.compile(
    r"just a moment|attention required|are you (?:a )?(?:human|robot)|verify(?:ing)? (?:that )?you|captcha|"
    r"checking your browser|access (?:to this page )?(?:has been )?denied",
    re.IGNORECASE,
)
_SHORT: Final = 800
"""Letters; a page that asks for something has fewer, an article that has a login in its margin has more."""
_SAVE_IT: Final = "open it in your browser and save the page (HTML only) into feeds/"
_SAYS_NOTHING: Final = frozenset(["", "text/plain", "application/octet-stream"])
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_LOOKED_AT = 300_000  # bytes of a page, for what it is if it is no article
_NOTED = 9_000  # bytes at either end of a file that hold the note: two addresses
_LONGEST_ASKED = 500
_LONGEST_SLUG = 60
_SHORTEST_SLUG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A file to be, and the entry it will be read as."""

    name: str  # of the file
    data: bytes
    entry: Entry
    url: str  # where it came from, after redirects


def make_clip(answer: Answer, *, asked: str, title: str | None, zone: ZoneInfo, now: datetime) -> Clip:
    """The file of a web page or a PDF.

    Args:
        answer: with a body.
        asked: the address that was given.
        title: to be used instead of the page's own; None: the page's. A PDF keeps its own.
        zone: of the newsletter; the file's name begins with the day there.
        now: the time of clipping.

    Raises:
        UnreadableError: it is no article; says what it is, and what to do.
    """
    kind = _kind(answer)
    note = _note(answer.url, asked, now)
    data = (
        answer.body.rstrip(b"\r\n") + f"\n% {note}\n".encode()
        if kind == "pdf"
        else _page(answer.body, note, charset=_charset(answer), title=title)
    )
    document = Document(path=f"{CLIPS}/clip.{kind}", data=data, modified=now, zone=zone, now=now)
    entry = _read(document, kind, answer, asked)
    day = now.astimezone(zone).date().isoformat()
    return Clip(name=f"{day}-{_slug(entry.title, answer.url)}.{kind}", data=data, entry=entry, url=answer.url)


def clipped(root: Path, urls: Collection[str]) -> str | None:
    """The clip that was made of one of these addresses, below the project folder; None if there is none."""
    keys = {url_key(url) for url in urls}
    folder = root / CLIPS
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or not path.is_file():
            continue
        if keys & {url_key(url) for url in _saved_from(path)}:
            return path.relative_to(root).as_posix()
    return None


def free_path(root: Path, name: str) -> str:
    """A path in the folder of clips that no file has, below the project folder."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    wanted, number = f"{CLIPS}/{name}", 2
    while (root / wanted).exists():
        wanted, number = f"{CLIPS}/{stem}-{number}{suffix}", number + 1
    return wanted


def _kind(answer: Answer) -> str:
    """``html`` or ``pdf``."""
    said = ((answer.headers.content_type if answer.headers else None) or "").partition(";")[0].strip().lower()
    if answer.body[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if not answer.body.strip():
        raise UnreadableError("is empty")
    start = decoded(answer.body[:4096]).encode("utf-8", "replace")
    if b"jsonfeed.org/version" in start or is_feed_file(LocalFile(path="x.clip", data=start, modified=_EPOCH)):
        raise UnreadableError("is a feed, no article", hint=f"`digest add {answer.url}` adds it")
    if "html" in said or (said in _SAYS_NOTHING and _PAGE.search(start)):
        return "html"
    major = said.partition("/")[0]
    what = {"image": "a picture", "audio": "a sound", "video": "a film"}.get(major, said or "nothing that is known")
    raise UnreadableError(
        f"is {what}, no article",
        hint="save the text as .txt or .md into feeds/" if major == "text" else "web pages and PDFs can be clipped",
    )


def _note(url: str, asked: str, now: datetime) -> str:
    """What browsers write into the first line of a page they save, and when that was."""
    place = _bare(url)
    asked_as = f" asked={_bare(asked)}" if url_key(asked) != url_key(url) and len(asked) < _LONGEST_ASKED else ""
    return f"saved from url=({len(place):04d}){place} {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}{asked_as}"


def _bare(url: str) -> str:
    """An address that neither ends a comment nor is two words."""
    return re.sub(r"[\s<>]", lambda found: quote(found[0]), shown_url(url))


def _page(body: bytes, note: str, *, charset: str | None, title: str | None) -> bytes:
    """The page below a line that says where it is from, and whatever else was not in it.

    The encoding that only the server told goes with it (it wins over the page's own: HTML §13.2.3.2), and a title
    that was given stands before all others, so that it is the one.
    """
    line = f"<!-- {note} -->"
    line += f'<meta charset="{charset}">' if charset and not _is_utf8(body) else ""
    line += f'<meta property="og:title" content="{escape(title)}">' if title else ""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return mark + f"{line}\n".encode(name) + body[len(mark) :]
    if b"\0" in body[:2]:
        mark, name = _MARKS[1] if body[1] == 0 else _MARKS[2]
        return mark + f"{line}\n".encode(name) + body
    return f"{line}\n".encode("ascii", "xmlcharrefreplace") + body


def _charset(answer: Answer) -> str | None:
    said = (answer.headers.content_type if answer.headers else None) or ""
    found = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", said, re.IGNORECASE)
    return found[1] if found else None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read(document: Document, kind: str, answer: Answer, asked: str) -> Entry:
    """The entry that the file will be read as."""
    reader = importlib.import_module(f"digest.gather.files.{'page' if kind == 'html' else kind}")
    html = decoded(answer.body[:_MOST_LOOKED_AT], _charset(answer)) if kind == "html" else ""
    try:
        entry: Entry = reader.read(document)
    except UnreadableError as error:
        if why := _instead_of_article(html, answer, asked):
            raise UnreadableError(why[0], hint=why[1]) from error
        raise UnreadableError(error.message, hint=_SAVE_IT if kind == "html" else error.hint) from error
    if kind == "html" and len(entry.text) < _SHORT and (why := _instead_of_article(html, answer, asked)):
        raise UnreadableError(why[0], hint=why[1])
    return entry


def _instead_of_article(html: str, answer: Answer, asked: str) -> tuple[str, str] | None:
    """What a page with little text is, and what to do; None: an article, for all one can see."""
    title = found[1] if (found := _TITLE.search(html)) else ""
    led = urlsplit(answer.url)
    led_away = url_key(answer.url) != url_key(asked)
    if _PASSWORD.search(html) or (led_away and _LOGIN.search(led.path)):
        return "is a login page", _SAVE_IT
    if led_away and (led.hostname or "").startswith("consent."):
        return "asks for consent first", _SAVE_IT
    if _ROBOT.search(title):
        return "asks for a person at a browser", _SAVE_IT
    if _NOT_FOUND.match(title):
        return "says that there is no such page", "check the address"
    if "enable javascript" in html.lower() or "requires javascript" in html.lower():
        return "shows its text only to browsers that run its scripts", _SAVE_IT
    return None


def _saved_from(path: Path) -> list[str]:
    """The addresses that a clip notes; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            start = file.read(_NOTED)
            file.seek(max(0, path.stat().st_size - _NOTED))
            whole = start.replace(b"\0", b"") + b"\n" + file.read(_NOTED)
    except OSError:
        return []
    return [url.decode("utf-8", "replace") for found in _SAVED.finditer(whole) for url in found.groups() if url]


def _slug(title: str, url: str) -> str:
    """The title in the letters that every disk takes; the address' last words for one that has none of them."""
    place = urlsplit(url)
    for text in (title, unquote(place.path.rstrip("/").rpartition("/")[2].partition(".")[0]), place.hostname or ""):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", plain)).strip("-")
        if len(slug) > _LONGEST_SLUG:
            slug = slug[: _LONGEST_SLUG + 1].rpartition("-")[0] or slug[:_LONGEST_SLUG]
        if len(slug) >= _SHORTEST_SLUG:
            return slug
    return "page"
