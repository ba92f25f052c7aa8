"""A person at a browser with JavaScript, on a site that a server on this machine gives out."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.preview import browser as shipped
from digest.preview.tab import Mode, Tab, View
from tests.support.browser import browser_path

PATIENCE_S = 20.0
KEYS = {"Tab": 9, "Enter": 13, "ArrowDown": 40, "End": 35}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the parent
        """Nothing: what was asked for is seen in the browser."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder that is given out as any host of files does; it ends in a slash."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def visiting() -> Iterator[Visitor]:
    """A browser for the length of a block."""
    with shipped.running_browser(browser_path(), web=True) as tab:
        yield Visitor(tab)


class Visitor:
    """Acts through the keyboard and the mouse; looks at the page as scripts can."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._view = View(width_px=1200)
        tab.ask("Network.enable")
        tab.ask("Runtime.enable")

    def looks(self, *, width: int = 1200, mode: Mode = "light") -> None:
        self._view = View(width_px=width, mode=mode)

    def scripts(self, *, allowed: bool) -> None:
        self._tab.ask("Emulation.setScriptExecutionDisabled", value=not allowed)

    def opens(self, address: str) -> None:
        self._tab.show(address, self._view)

    def clicks(self, selector: str, *, number: int = 0) -> None:
        one = f"document.querySelectorAll({selector!r})[{number}]"
        self.asked(f"{one}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        box = self.asked(f"{one}.getClientRects()[0].toJSON()")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind in ("mousePressed", "mouseReleased"):
            self._tab.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def types(self, text: str) -> None:
        self._tab.ask("Input.insertText", text=text)

    def strikes(self, *keys: str) -> None:
        for key in keys:
            for kind in ("keyDown", "keyUp"):
                more = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
                self._tab.ask(
                    "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key], **more
                )

    def chooses(self, selector: str, value: str) -> None:
        """As the list of a select does, which is the system's and out of reach."""
        self.asked(
            f"(one => {{ one.value = {value!r}; one.dispatchEvent(new Event('change', {{bubbles: true}})); }})"
            f"(document.querySelector({selector!r}))"
        )

    def goes_back(self) -> None:
        history = self._tab.ask("Page.getNavigationHistory")
        self._tab.ask("Page.navigateToHistoryEntry", entryId=history["entries"][history["currentIndex"] - 1]["id"])

    def waits(self, condition: str) -> None:
        """Until a JavaScript expression is true."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(AssertionError):  # while one page gives way to the next
                if self.asked(f"Boolean({condition})"):
                    return
            time.sleep(0.02)
        raise AssertionError(
            f"in vain: {condition}; {self.asked('document.body.innerText')[:2000]!r}; {self.complaints()}"
        )

    def asked(self, script: str) -> Any:
        """What an expression gives in the page."""
        answer = self._tab.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def texts(self, selector: str) -> list[str]:
        """What can be read in each element; nothing of those that are hidden."""
        seen = f"[...document.querySelectorAll({selector!r})].filter(one => one.checkVisibility())"
        found = self.asked(f"{seen}.map(one => one.innerText)")
        assert isinstance(found, list)
        return found

    def text(self, selector: str) -> str:
        return " ".join(self.texts(selector))

    @property
    def place(self) -> str:
        history = self._tab.ask("Page.getNavigationHistory")
        return str(history["entries"][history["currentIndex"]]["url"])

    def photographs(self, path: Path) -> None:
        path.write_bytes(self._tab.picture(self._view))

    def complaints(self) -> list[str]:
        """What the browser said in its console since the page was opened: errors and what a policy forbade."""
        told = [event["params"] for event in self._tab.events if event["method"] == "Runtime.consoleAPICalled"]
        thrown = [event["params"] for event in self._tab.events if event["method"] == "Runtime.exceptionThrown"]
        return [str(one["args"]) for one in told if one["type"] in {"error", "warning"}] + [str(one) for one in thrown]

    def loaded(self) -> dict[str, int]:
        """The bytes that came over the line, by address, since the page was opened."""
        asked = {
            event["params"]["requestId"]: event["params"]["request"]["url"]
            for event in self._tab.events
            if event["method"] == "Network.requestWillBeSent"
        }
        bytes_of: dict[str, int] = {}
        for event in self._tab.events:
            if event["method"] == "Network.loadingFinished" and event["params"]["requestId"] in asked:
                address = asked[event["params"]["requestId"]]
                bytes_of[address] = bytes_of.get(address, 0) + int(event["params"]["encodedDataLength"])
        return bytes_of
