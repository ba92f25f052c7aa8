"""The pictures that are taken of an issue: which there are, and how each is taken."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from digest.disk import inside
from digest.errors import ProjectError
from digest.preview.browser import running_browser
from digest.preview.tab import LIMIT_S, Event, Mode, Tab, View

Part = Literal["mail", "text", "page"]
PATIENCE_S: Final = 10.0  # with pictures on the web

HOST: Final = "http://preview.invalid/"
"""Where the browser believes an issue to be (RFC 6761 §6.4: nobody has such a host). Not https: a picture that a
newsletter on the editor's own machine serves without it would be asked for in another way than it is written."""

_TEXT_WINDOW: Final = """<!doctype html><html><head><meta charset="utf-8"><title>Text part</title><style>
body {{ margin: 0; padding: 28px; background: #ffffff; color: #1b1f24 }}
pre {{ margin: 0 auto; width: 72ch; font: 14px/1.5 ui-monospace, Menlo, Consolas, "Noto Sans Mono", "DejaVu Sans Mono",
"Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext }}
</style></head><body><pre>{text}</pre></body></html>"""

# What Gmail does not heed, and without which a program inverts a mail by itself (measured; see tests/preview).
_SCHEMES = re.compile(
    r"""<style\b.*?</style\s*>|<meta\b[^>]*\bname\s*=\s*["']?(?:supported-)?color-schemes?\b[^>]*>""",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture to be taken."""

    part: Part
    width_px: int  # of the window, in CSS pixels
    mode: Mode = "light"
    pictures: bool = True  # False: as a mail program shows it that loads none

    @property
    def name(self) -> str:
        """The name of its file, without ``.png``."""
        if self.part == "text":
            return "text"
        return f"{self.part}-{self.width_px}-{self.mode if self.pictures else 'images-off'}"

    @property
    def view(self) -> View:
        return View(width_px=self.width_px, mode=self.mode, scale=2 if self.width_px < 500 else 1)


SHOTS: Final = (
    *(Shot(part="mail", width_px=375, mode=mode) for mode in ("light", "dark", "forced")),
    Shot(part="text", width_px=680),  # 72 columns of 14 px, and margins
    *(Shot(part="mail", width_px=600, mode=mode) for mode in ("light", "dark", "forced")),
    Shot(part="mail", width_px=600, pictures=False),
    Shot(part="page", width_px=375),
    Shot(part="page", width_px=1000),
    Shot(part="page", width_px=1000, mode="dark"),
)
"""Every look is shown in these, in this order."""

EDITION_SHOTS: Final = (Shot(part="mail", width_px=375), Shot(part="mail", width_px=600))
"""A slice of the issue is shown in these: what it shares with the whole is in the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitter:
    """What pictures are taken of: an issue, or a slice of it, in one look."""

    look: str
    mail: str  # HTML
    text: str
    page: str  # HTML
    variant: str = ""  # the slice that it is; empty: the whole issue

    @property
    def shots(self) -> tuple[Shot, ...]:
        return EDITION_SHOTS if self.variant else SHOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture, taken."""

    look: str
    shot: Shot
    png: bytes
    too_wide_px: int  # by how much the content is wider than the window; 0 if nobody must scroll sideways
    not_loaded: tuple[str, ...]  # the addresses of the pictures that are missing in it
    variant: str = ""  # as of its sitter

    @property
    def name(self) -> str:
        """The name of its file, without ``.png``."""
        return f"edition-{self.variant}-{self.shot.name}" if self.variant else self.shot.name


def take(
    sitters: tuple[Sitter, ...],
    *,
    browser: str,
    folder: Path,
    published: str,
    remote: bool = False,
    limit_s: float = LIMIT_S,
) -> Iterator[Picture]:
    """Take every picture of every sitter, one after another.

    No script runs. Nothing is loaded but the issue's own pictures, from the disk; with ``remote`` those on the web too,
    but not those on private addresses, which the browser itself refuses.

    Args:
        sitters: what is looked at.
        browser: the path of a Chromium.
        folder: where the issue's page and its pictures lie.
        published: the web address that this folder will have; empty if it will have none.
        remote: whether pictures on the web are loaded too.
        limit_s: seconds that the browser may take for one answer.

    Raises:
        DigestError: the browser ended, or gave no answer in time.
    """
    places = {address: folder for address in (HOST, published) if address}
    desk = _Desk(places=places, remote=remote)
    with running_browser(browser, web=remote, limit_s=limit_s, heed=desk.heed) as tab:
        tab.ask("Emulation.setScriptExecutionDisabled", value=True)
        tab.ask("Fetch.enable", patterns=[{"urlPattern": "*"}])
        tab.ask("Network.enable")
        for sitter in sitters:
            for shot in sitter.shots:
                yield _picture(tab, desk, sitter, shot)


def document(sitter: Sitter, shot: Shot) -> str:
    """The HTML that a picture shows."""
    if shot.part == "text":
        return _TEXT_WINDOW.format(text=escape(sitter.text))
    html = sitter.mail if shot.part == "mail" else sitter.page
    return _SCHEMES.sub("", html) if shot.mode == "forced" else html


def _picture(tab: Tab, desk: _Desk, sitter: Sitter, shot: Shot) -> Picture:
    address = f"{HOST}{shot.name}.html"
    desk.lay_out(address, document(sitter, shot), pictures=shot.pictures)
    tab.show(address, shot.view, patience_s=PATIENCE_S if desk.remote else None)
    desk.give_up()
    return Picture(
        look=sitter.look,
        shot=shot,
        too_wide_px=max(0, tab.size()[0] - shot.width_px),
        png=tab.picture(shot.view),
        not_loaded=tuple(desk.not_loaded),
        variant=sitter.variant,
    )


class _Desk:
    """Answers what the browser asks for: from memory, from the disk, or not at all."""

    def __init__(self, *, places: Mapping[str, Path], remote: bool) -> None:
        self._places, self.remote = places, remote
        self._address, self._html, self._pictures = "", b"", True
        self._awaited: dict[str, str] = {}  # from the web: the browser's name for the request → the address
        self._given_up: set[str] = set()
        self.not_loaded: dict[str, None] = {}

    def lay_out(self, address: str, html: str, *, pictures: bool) -> None:
        """Make ready what is looked at next."""
        self._address, self._html, self._pictures = address, html.encode("utf-8", "replace"), pictures
        self.not_loaded = {}

    def give_up(self) -> None:
        """Wait for what has not come by now in no later picture either."""
        self._given_up |= set(self._awaited.values())
        self.not_loaded |= dict.fromkeys(self._awaited.values())
        self._awaited = {}

    def heed(self, tab: Tab, event: Event) -> None:
        """Answer a request, or hear what became of one."""
        told = event["params"]
        if event["method"] == "Fetch.requestPaused":
            self._answer(tab, told)
        elif event["method"] == "Network.loadingFinished":
            self._awaited.pop(told["requestId"], None)
        elif event["method"] == "Network.loadingFailed" and (address := self._awaited.pop(told["requestId"], None)):
            self.not_loaded[address] = None

    def _answer(self, tab: Tab, asked: Event) -> None:
        number, address, kind = asked["requestId"], asked["request"]["url"], asked["resourceType"]
        if address == self._address:
            _give(tab, number, self._html, "text/html; charset=utf-8")
            return
        if kind == "Image" and self._pictures:
            found = local_file(address, self._places)
            if found:
                _give(
                    tab, number, found.read_bytes(), mimetypes.guess_type(found.name)[0] or "application/octet-stream"
                )
                return
            if self.remote and address not in self._given_up and urlsplit(address).scheme in {"http", "https"}:
                self._awaited[asked["networkId"]] = address
                tab.tell("Fetch.continueRequest", requestId=number)
                return
            self.not_loaded[address] = None
        tab.tell("Fetch.failRequest", requestId=number, errorReason="BlockedByClient")


def local_file(address: str, places: Mapping[str, Path]) -> Path | None:
    """The file of an address that lies in one of the places; None if there is none, or it would lie outside."""
    bare = address.partition("#")[0].partition("?")[0]
    for start, folder in places.items():
        if bare.startswith(start):
            try:
                path = inside(folder, unquote(bare.removeprefix(start)))
            except (ProjectError, ValueError):  # ValueError: a NUL
                return None
            return path if path.is_file() else None
    return None


def _give(tab: Tab, number: str, data: bytes, kind: str) -> None:
    tab.tell(
        "Fetch.fulfillRequest",
        requestId=number,
        responseCode=200,
        responseHeaders=[{"name": "Content-Type", "value": kind}],
        body=base64.b64encode(data).decode("ascii"),
    )
