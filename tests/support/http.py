"""A real web server for tests: one thread, pages by path, every request in a log."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Page:
    """What a path answers. With validators it answers 304 to the requests that know them."""

    body: bytes = b""
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = "application/xml"
    headers: dict[str, str] = field(default_factory=dict)
    encoded: bytes | None = None  # goes out as gzip instead of the body
    gzipped: bool = False
    delay_s: float = 0.0
    drip_s: float = 0.0  # between one byte and the next
    cut: int | None = None  # bytes after which the line drops


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    started: float  # time.monotonic()
    ended: float
    status: int
    sent: int  # bytes of the body


class Site:
    """The pages of a server, and who asked for them."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[Request] = []
        self.url = ""
        self.port = 0

    def add(self, path: str, page: Page) -> str:
        """Put a page at a path and give its address."""
        self.pages[path] = page
        return self.url + path

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """A server on 127.0.0.1 for the length of a block."""
    site = Site()

    class Handler(_Handler):
        pages_of = site

    server = _Server(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    site.url = f"http://127.0.0.1:{site.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a handler that drips does not hold up the test's end

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages_of: Site

    def do_GET(self) -> None:
        started = time.monotonic()
        page = self.pages_of.pages.get(self.path, Page(b"nothing here", status=404, content_type="text/plain"))
        time.sleep(page.delay_s)
        status = 304 if page.status == 200 and self._knows(page) else page.status
        sent = 0
        try:
            sent = self._answer(page, status)
        finally:
            self.pages_of.requests.append(
                Request(
                    method=self.command,
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    started=started,
                    ended=time.monotonic(),
                    status=status,
                    sent=sent,
                )
            )

    def _knows(self, page: Page) -> bool:
        """RFC 9110 §13.2.2: If-None-Match decides where it is given."""
        if self.headers.get("If-None-Match") is not None:
            return page.etag is not None and self.headers["If-None-Match"] == page.etag
        return page.last_modified is not None and self.headers.get("If-Modified-Since") == page.last_modified

    def _answer(self, page: Page, status: int) -> int:
        body = b"" if status == 304 else page.body
        self.send_response(status)
        if status != 304 and (page.gzipped or page.encoded is not None):
            body = page.encoded if page.encoded is not None else gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        if page.content_type:
            self.send_header("Content-Type", page.content_type)
        for name, value in (("ETag", page.etag), ("Last-Modified", page.last_modified), *page.headers.items()):
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if page.cut is not None:
            body = body[: page.cut]
            self.close_connection = True
        if not page.drip_s:
            self.wfile.write(body)
            return len(body)
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            time.sleep(page.drip_s)
        return len(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
        """The log is in ``Site.requests``."""
