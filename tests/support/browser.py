"""A real browser for tests: Chromium's headless shell, spoken to over a pipe (Chrome DevTools Protocol).

It has a fresh profile each time and no network: every host name is unknown to it.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

NAMES = ("chromium-headless-shell", "chrome-headless-shell")
"""Not the full chromium: it lays out nothing narrower than 500 px."""
ANSWER_S = 30.0

Mode = Literal["light", "dark", "forced"]
"""forced: the program inverts a page that knows nothing of the dark, as Gmail does on a telephone."""


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
    path = browser_path()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        to_read, to_write = os.pipe(), os.pipe()
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (to_read[0], to_write[1])]
        process = subprocess.Popen(
            [path, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
             "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=lambda: [os.dup2(fd, target) for fd, target in zip(theirs, (3, 4), strict=True)],  # noqa: PLW1509
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for descriptor in (*theirs, to_read[0], to_write[1]):
            os.close(descriptor)
        try:
            yield Browser(to_read[1], to_write[0])
        finally:
            os.close(to_read[1])
            os.close(to_write[0])
            process.terminate()
            process.wait(timeout=20)


class Browser:
    """One page in it."""

    def __init__(self, to_it: int, from_it: int) -> None:
        self._to_it, self._from_it = to_it, from_it
        self._rest = b""
        self._number = 0
        self._events: list[dict[str, Any]] = []
        self._session: str | None = None
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")
        self._ask("Network.enable")

    def open(self, path: Path, *, width: int = 600, height: int = 800, mode: Mode = "light") -> None:
        """Show a file at a width of so many CSS pixels."""
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if mode == "dark" else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("Emulation.setAutoDarkModeOverride", enabled=mode == "forced")
        self._events.clear()
        self._ask("Page.navigate", url=path.resolve().as_uri())
        self._wait("Page.loadEventFired")

    def evaluate(self, script: str) -> Any:
        """What a JavaScript expression gives in the page."""
        answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def sideways(self) -> int:
        """The pixels by which the page is wider than the window; 0 if nobody has to scroll sideways."""
        return int(self.evaluate("Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"))

    def dialogs(self) -> list[str]:
        """What the page's scripts said in alerts: there should be none."""
        return [
            event["params"]["message"] for event in self._events if event["method"] == "Page.javascriptDialogOpening"
        ]

    def requests(self) -> list[str]:
        """The addresses the page asked for, its own first."""
        asked = [event for event in self._events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in asked]

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG."""
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _ask(self, method: str, **params: object) -> dict[str, Any]:
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to_it, data) :]
        number = self._number
        answer = self._until(lambda said: said.get("id") == number, method)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _wait(self, method: str) -> None:
        if not any(event["method"] == method for event in self._events):
            self._until(lambda said: said.get("method") == method, method)

    def _until(self, wanted: Any, what: str) -> dict[str, Any]:
        end = time.monotonic() + ANSWER_S
        while True:
            for said in self._said(end, what):
                if "method" in said:
                    self._events.append(said)
                    if said["method"] == "Page.javascriptDialogOpening":
                        self._tell("Page.handleJavaScriptDialog", accept=True)
                if wanted(said):
                    return said

    def _tell(self, method: str, **params: object) -> None:
        """Ask, and take no interest in the answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, "sessionId": self._session}
        os.write(self._to_it, json.dumps(message).encode() + b"\0")

    def _said(self, end: float, what: str) -> Iterator[dict[str, Any]]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from_it], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"the browser did not answer within {ANSWER_S} s: {what}")
            data = os.read(self._from_it, 1 << 16)
            if not data:
                raise AssertionError(f"the browser ended: {what}")
            self._rest += data
        one, _, self._rest = self._rest.partition(b"\0")
        yield json.loads(one)
