"""A person at a browser without JavaScript: they see pages, fill fields and press buttons, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.preview import browser as shipped
from digest.preview.tab import Mode, Tab, View
from tests.support.browser import browser_path


@contextlib.contextmanager
def browsing() -> Iterator[Tab]:
    """A browser that reaches servers on this machine."""
    with shipped.running_browser(browser_path(), web=True) as tab:
        yield tab


class Person:
    """Everything goes through the keyboard and the mouse of the browser."""

    def __init__(self, tab: Tab, *, width: int = 375, mode: Mode = "light") -> None:
        self._tab = tab
        self._view = View(width_px=width, height_px=800, mode=mode)
        self._scripts(allowed=False)

    def opens(self, address: str) -> None:
        self._tab.show(address, self._view)

    def presses(self, selector: str) -> None:
        """Press something that leads to another page, and wait for that."""
        x, y = self._middle(selector)
        self._tab.events.clear()
        for kind in ("mousePressed", "mouseReleased"):
            self._tab.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self._loaded()

    def ticks(self, selector: str) -> None:
        x, y = self._middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self._tab.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def types(self, selector: str, text: str) -> None:
        """Write at the end of a field."""
        self._tab.ask("DOM.focus", nodeId=self._node(selector))
        self.strikes("End", 35)
        self._tab.ask("Input.insertText", text=text)

    def tabs(self, times: int) -> None:
        """Press the tabulator."""
        for _ in range(times):
            self.strikes("Tab", 9)

    def strikes(self, key: str, code: int, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self._tab.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)

    def sends(self) -> None:
        """Press Enter in a field, which sends its form."""
        self._tab.events.clear()
        self.strikes("Enter", 13, "\r")
        self._loaded()

    def photographs(self, path: Path) -> None:
        path.write_bytes(self._tab.picture(self._view))

    @property
    def html(self) -> str:
        root = self._tab.ask("DOM.getDocument", depth=0)["root"]["nodeId"]
        found = self._tab.ask("DOM.getOuterHTML", nodeId=root)["outerHTML"]
        assert isinstance(found, str)
        return found

    @property
    def heading(self) -> str:
        told = self._tab.ask("DOM.getOuterHTML", nodeId=self._node("h1"))["outerHTML"]
        return str(told).partition(">")[2].partition("</h1>")[0]

    @property
    def place(self) -> str:
        history = self._tab.ask("Page.getNavigationHistory")
        return str(history["entries"][history["currentIndex"]]["url"])

    def _node(self, selector: str) -> int:
        root = self._tab.ask("DOM.getDocument", depth=0)["root"]["nodeId"]
        node = self._tab.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        assert node, f"there is no {selector}"
        return int(node)

    def _middle(self, selector: str) -> tuple[float, float]:
        node = self._node(selector)
        self._tab.ask("DOM.scrollIntoViewIfNeeded", nodeId=node)
        corners = self._tab.ask("DOM.getBoxModel", nodeId=node)["model"]["border"]
        return sum(corners[::2]) / 4, sum(corners[1::2]) / 4

    def _loaded(self) -> None:
        if not any(event["method"] == "Page.loadEventFired" for event in self._tab.events):
            self._tab._until(lambda message: message.get("method") == "Page.loadEventFired", "loading")

    # --- what a person cannot do: look inside ---

    def asked(self, script: str) -> Any:
        """What an expression gives in the page."""
        self._scripts(allowed=True)
        answer = self._tab.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        self._scripts(allowed=False)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def _scripts(self, *, allowed: bool) -> None:
        self._tab.ask("Emulation.setScriptExecutionDisabled", value=not allowed)
