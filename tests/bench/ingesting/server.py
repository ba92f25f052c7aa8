"""A web server that costs next to nothing: every answer is made before the first request.

It runs in a process of its own and listens at many loopback addresses, because a polite reader opens one connection
to each. Run by hand: ``python -m tests.bench.ingesting.server PLAN``, PLAN being the JSON file of a ``Plan``; it
prints its addresses as JSON and stops when its standard input ends.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self

from tests.bench.ingesting.bodies import with_new_item

Mode = Literal["normal", "new", "bare"]
"""normal: as captured, with validators. new: with one new item in nearly every feed, and other validators.
bare: the same bodies as "new", from a server that has no validators and so never says 304."""

HOSTS = 50
_DATES = {"normal": b"Tue, 17 Feb 2026 06:00:00 GMT", "new": b"Tue, 17 Feb 2026 07:00:00 GMT"}
_KNOWN_TAG = re.compile(rb"\r\nif-none-match:[ \t]*([^\r]*)", re.IGNORECASE)
_KNOWN_DATE = re.compile(rb"\r\nif-modified-since:[ \t]*([^\r]*)", re.IGNORECASE)
_CONTROL = b"/control/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is served: ``shares[n]`` is the place in ``documents`` of the body that feed ``n`` serves."""

    documents: tuple[str, ...]
    shares: tuple[int, ...]

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps({"documents": self.documents, "shares": self.shares}), "utf-8")
        return path

    @classmethod
    def read(cls, path: Path) -> Self:
        held = json.loads(path.read_text("utf-8"))
        return cls(documents=tuple(held["documents"]), shares=tuple(held["shares"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The answers of one state of one document, whole."""

    etag: bytes
    modified: bytes
    full: bytes
    bare: bytes
    unchanged: bytes

    def knows(self, head: bytes) -> bool:
        """RFC 9110 §13.2.2: If-None-Match decides where it is given."""
        tag = _KNOWN_TAG.search(head)
        if tag:
            return tag[1].strip() == self.etag
        date = _KNOWN_DATE.search(head)
        return date is not None and date[1].strip() == self.modified


def _page(body: bytes, state: Literal["normal", "new"]) -> _Page:
    etag, modified, packed = b'"%s"' % sha256(body).hexdigest()[:20].encode(), _DATES[state], gzip.compress(body, 6)
    validators = b"ETag: %s\r\nLast-Modified: %s\r\n" % (etag, modified)
    rest = b"Content-Type: application/xml\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    return _Page(
        etag=etag,
        modified=modified,
        full=b"HTTP/1.1 200 OK\r\n" + validators + rest + packed,
        bare=b"HTTP/1.1 200 OK\r\n" + rest + packed,
        unchanged=b"HTTP/1.1 304 Not Modified\r\n" + validators + b"\r\n",
    )


class _Site:
    """All documents in both states, the mode, and what was answered since it was last set."""

    def __init__(self, plan: Plan) -> None:
        bodies = [Path(name).read_bytes() for name in plan.documents]
        later = [with_new_item(body) for body in bodies]
        self._shares = plan.shares
        self._normal = [_page(body, "normal") for body in bodies]
        self._new = [
            _page(body, "new") if body is not None else before
            for body, before in zip(later, self._normal, strict=True)
        ]  # fmt: skip
        self._renewed = sum(later[share] is not None for share in plan.shares)
        self._mode = "normal"
        self._counts = {"full": 0, "unchanged": 0}

    def answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if path.startswith(_CONTROL):
            return self._control(path.removeprefix(_CONTROL).decode())
        pages = self._normal if self._mode == "normal" else self._new
        page = pages[self._shares[int(path[1:])]]
        if self._mode != "bare" and page.knows(head):
            self._counts["unchanged"] += 1
            return page.unchanged
        self._counts["full"] += 1
        return page.bare if self._mode == "bare" else page.full

    def _control(self, mode: str) -> bytes:
        """Answer what was asked for so far, and count from nought in the new mode."""
        said = json.dumps(self._counts | {"renewed": self._renewed}).encode()
        self._mode, self._counts = mode, {"full": 0, "unchanged": 0}
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said)


class _Connection(asyncio.Protocol):
    def __init__(self, site: _Site) -> None:
        self._site = site
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head, self._waiting = self._waiting[:end], self._waiting[end + 4 :]
            if self._transport is not None:
                self._transport.write(self._site.answer(head))


def _sockets() -> list[socket.socket]:
    """One listening socket for each host: 127.0.0.1 … 127.0.0.50, or ports of 127.0.0.1 where there are no others."""
    found = []
    for number in range(1, HOSTS + 1):
        listening = socket.socket()
        try:
            listening.bind((f"127.0.0.{number}", 0))
        except OSError:  # macOS has only the first
            listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        found.append(listening)
    return found


async def _serve(site: _Site) -> None:
    loop = asyncio.get_running_loop()
    sockets = _sockets()
    for listening in sockets:
        await loop.create_server(lambda: _Connection(site), sock=listening, backlog=256)
    print(json.dumps([f"http://{host}:{port}" for host, port in (one.getsockname() for one in sockets)]), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class Server:
    """The server's process, for the length of a block."""

    def __init__(self, plan: Path, *, root: Path) -> None:
        self._command = [sys.executable, "-m", "tests.bench.ingesting.server", str(plan)]
        self._root = root
        self._feeds = len(Plan.read(plan).shares)
        self.addresses: list[str] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, cwd=self._root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.addresses = json.loads(self._process.stdout.readline())
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.communicate(timeout=30)

    @property
    def feeds(self) -> list[str]:
        """The address of every feed, by its number."""
        return [f"{self.addresses[number % len(self.addresses)]}/{number}" for number in range(self._feeds)]

    def turn(self, mode: Mode) -> dict[str, int]:
        """Change the mode, and say how many requests got a body and how many a 304 since the last change.

        ``renewed`` is the number of feeds that have a new item in the modes "new" and "bare".
        """
        with urllib.request.urlopen(f"{self.addresses[0]}/control/{mode}", timeout=30) as answer:
            counts: dict[str, int] = json.load(answer)
        return counts


if __name__ == "__main__":
    asyncio.run(_serve(_Site(Plan.read(Path(sys.argv[1])))))
