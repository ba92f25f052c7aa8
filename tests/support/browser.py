"""A real browser for tests: digest's own driver (digest.preview), with scripts allowed and questions to ask.

It has a fresh profile each time and no network: every host name is unknown to it.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.preview import browser as shipped
from digest.preview.tab import Event, Mode, Tab, View

__all__ = ["Browser", "Mode", "browser_path", "running_browser"]

NAMES = ("chromium-headless-shell", "chrome-headless-shell")
"""What the figures of the tests were measured with."""


def browser_path() -> str:
    """The browser; without one the test is skipped, or fails where CI is set."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    message = "no chromium-headless-shell here (Debian: apt-get install chromium-headless-shell)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """A browser for the length of a block."""
    with shipped.running_browser(browser_path(), heed=_close_dialogs) as tab:
        yield Browser(tab)


def _close_dialogs(tab: Tab, event: Event) -> None:
    if event["method"] == "Page.javascriptDialogOpening":
        tab.tell("Page.handleJavaScriptDialog", accept=True)


class Browser:
    """One page in it."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._view = View(width_px=600)
        tab.ask("Network.enable")

    def open(self, path: Path, *, width: int = 600, height: int = 800, mode: Mode = "light") -> None:
        """Show a file at a width of so many CSS pixels."""
        self._view = View(width_px=width, height_px=height, mode=mode)
        self._tab.show(path.resolve().as_uri(), self._view)

    def evaluate(self, script: str) -> Any:
        """What a JavaScript expression gives in the page."""
        answer = self._tab.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def sideways(self) -> int:
        """The pixels by which the page is wider than the window; 0 if nobody has to scroll sideways."""
        # Not innerWidth: where a telephone is played, that grows with what is too wide.
        root = "document.documentElement"
        return int(self.evaluate(f"Math.max(0, {root}.scrollWidth - {root}.clientWidth)"))

    def dialogs(self) -> list[str]:
        """What the page's scripts said in alerts: there should be none."""
        return [event["params"]["message"] for event in self._events("Page.javascriptDialogOpening")]

    def requests(self) -> list[str]:
        """The addresses the page asked for, its own first."""
        return [event["params"]["request"]["url"] for event in self._events("Network.requestWillBeSent")]

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG, all of its width."""
        path.write_bytes(self._tab.picture(self._view, width_px=self._tab.size()[0]))

    def printed(self) -> bytes:
        """The page as a PDF on A4, without backgrounds, as people print."""
        answer = self._tab.ask("Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69)
        return base64.b64decode(answer["data"])

    def _events(self, method: str) -> list[Event]:
        return [event for event in self._tab.events if event["method"] == method]
