"""One tab of a Chromium, spoken to over a pipe: the Chrome DevTools Protocol, with the standard library only.

https://chromedevtools.github.io/devtools-protocol/ names the methods and the events.
"""

from __future__ import annotations

import base64
import json
import os
import select
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from digest.errors import DigestError

VARIABLE: Final = "DIGEST_CHROMIUM"
TALLEST_PX: Final = 60_000  # CSS pixels; Chromium takes no picture at all of a page several times as tall
LIMIT_S: Final = 30.0  # for one answer; a page of 50 stories takes half a second

Mode = Literal["light", "dark", "forced"]
"""forced: the program itself inverts a page that knows nothing of the dark, as Gmail does on a telephone."""
Event = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a page is looked at."""

    width_px: int  # of the window, in CSS pixels
    mode: Mode = "light"
    scale: float = 1.0  # pixels of the picture to one CSS pixel
    height_px: int = 800


class NoAnswerError(DigestError):
    """The browser did not answer in time."""


class Pipe:
    """Messages to and from it, each ended by a NUL."""

    def __init__(self, to_it: int, from_it: int, *, path: str, said: Path, limit_s: float) -> None:
        self._to_it, self._from_it, self._path, self._said, self.limit_s = to_it, from_it, path, said, limit_s
        self._in, self._out = b"", bytearray()
        os.set_blocking(to_it, False)
        os.set_blocking(from_it, False)

    def send(self, message: Mapping[str, object]) -> None:
        self._out += json.dumps(message).encode() + b"\0"

    def receive(self, deadline: float, late: str) -> Event:
        """The next message; what was to be sent is sent meanwhile.

        Raises:
            DigestError: it ended.
            NoAnswerError: it said nothing until the deadline; ``late`` says so.
        """
        while b"\0" not in self._in:
            wish = [self._to_it] if self._out else []
            ready = select.select([self._from_it], wish, [], max(0.0, deadline - time.monotonic()))
            if not any(ready):
                raise NoAnswerError(f"{self._path}: {late}", hint=other_browser())
            self._exchange(readable=bool(ready[0]), writable=bool(ready[1]))
        one, _, self._in = self._in.partition(b"\0")
        message: Event = json.loads(one)
        return message

    def _exchange(self, *, readable: bool, writable: bool) -> None:
        if readable:
            data = os.read(self._from_it, 1 << 20)
            if not data:
                raise self._ended()
            self._in += data
        elif writable:
            try:
                del self._out[: os.write(self._to_it, self._out)]
            except BrokenPipeError as error:
                raise self._ended() from error

    def _ended(self) -> DigestError:
        words = self._said.read_text("utf-8", "replace").strip().splitlines() if self._said.exists() else []
        # Chromium grumbles about the machine in many lines; one that tells of an end is worth more than the last.
        told = next((line for line in words if "FATAL" in line or "error while" in line), words[-1] if words else "")
        return DigestError(f"{self._path}: ended by itself{': ' + told[-300:] if told else ''}", hint=other_browser())


class Tab:
    """One page in it."""

    def __init__(self, pipe: Pipe, heed: Callable[[Tab, Event], object] | None = None) -> None:
        self._pipe, self._heed = pipe, heed
        self._number = 0
        self._session: str | None = None
        self.events: list[Event] = []  # since the last ``show``
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Call a method and give its result.

        Raises:
            DigestError: see ``running_browser``.
        """
        number = self.tell(method, **params)
        answer = self._until(lambda message: message.get("id") == number, method)
        if "error" in answer:
            raise DigestError(f"Chromium: {method}: {answer['error'].get('message')}", hint=other_browser())
        result: dict[str, Any] = answer["result"]
        return result

    def tell(self, method: str, **params: object) -> int:
        """Call a method and take no interest in what it gives; it leaves with the next question."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        self._pipe.send(message | ({"sessionId": self._session} if self._session else {}))
        return self._number

    def show(self, address: str, view: View, *, patience_s: float | None = None) -> None:
        """Load a page and wait until all of it is there; if given, for no longer than ``patience_s``."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=view.width_px,
            height=view.height_px,
            deviceScaleFactor=view.scale,
            mobile=view.width_px < 500,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if view.mode == "dark" else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.ask("Emulation.setAutoDarkModeOverride", enabled=view.mode == "forced")
        self.events.clear()
        failed = self.ask("Page.navigate", url=address).get("errorText")
        if failed:
            raise DigestError(f"Chromium: {address}: {failed}", hint=other_browser())
        if any(event["method"] == "Page.loadEventFired" for event in self.events):
            return
        try:
            self._until(lambda message: message.get("method") == "Page.loadEventFired", "loading", patience_s)
        except NoAnswerError:
            if patience_s is None:
                raise
            self.ask("Page.stopLoading")

    def size(self) -> tuple[int, int]:
        """Width and height of the whole page in CSS pixels; wider than the window if one must scroll sideways."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return round(size["width"]), round(size["height"])

    def picture(self, view: View, *, width_px: int | None = None) -> bytes:
        """The whole height of the page as a PNG, as wide as the window, or as ``width_px``.

        Without a graphics card no texture limits it, but memory does: below ``TALLEST_PX`` it is cut off.
        """
        clip = {
            "x": 0,
            "y": 0,
            "width": width_px or view.width_px,
            "height": min(self.size()[1], TALLEST_PX),
            "scale": 1,
        }
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shot["data"])

    def _until(self, wanted: Callable[[Event], bool], what: str, limit_s: float | None = None) -> Event:
        limit_s = self._pipe.limit_s if limit_s is None else limit_s
        deadline = time.monotonic() + limit_s
        while True:
            message = self._pipe.receive(deadline, f"no answer within {limit_s:g} seconds ({what})")
            if "method" in message:
                self.events.append(message)
                if self._heed:
                    self._heed(self, message)
            if wanted(message):
                return message


def other_browser() -> str:
    """What to do about one that does not work."""
    return f"{VARIABLE} names another Chromium, if you have one; `digest preview --page` opens the page without"
