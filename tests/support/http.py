"""A real web server for tests: one thread, pages by path, every request in a log."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
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
    known: tuple[str, ...] = ()  # ETags of before, of the same content: they are answered 304 with the new ETag
    last_modified: str | None = None
    content_type: str | None = "application/xml"
    headers: dict[str, str] = field(default_factory=dict)
    encoded: bytes | None = None  # goes out packed as ``encoding`` instead of the body
    encoding: str = "gzip"
    gzipped: bool = False
    length: int | None = None  # what Content-Length says, if not the truth
    raw: bytes | None = None  # goes out instead of everything, and then the line drops
    endless: bytes | None = None  # goes out after the body (or after raw) again and again, until the client hangs up
    delay_s: float = 0.0
    drip_s: float = 0.0  # between one byte and the next
    cut: int | None = None  # bytes after which the line drops
    head: int | None = None  # the status of an answer to HEAD, if it is another one; 0: the line drops


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
    line: int  # the client's port: the same for requests over one connection


class Site:
    """The pages of a server, and who asked for them."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.url = ""
        self.port = 0
        self.closed: dict[int, float] = {}  # Request.line → time.monotonic() when its connection ended
        self._requests: list[Request] = []
        self._under_way = 0
        self._done = threading.Condition()

    @property
    def requests(self) -> list[Request]:
        """Every request, once the answers that are under way have gone out: a client may be quicker than the log."""
        with self._done:
            self._done.wait_for(lambda: self._under_way == 0, timeout=5)
        return self._requests

    def begin(self) -> None:
        """A request has come."""
        with self._done:
            self._under_way += 1

    def end(self, request: Request) -> None:
        """It has been answered, or as much of it as the client wanted."""
        with self._done:
            self._requests.append(request)
            self._under_way -= 1
            self._done.notify_all()

    def add(self, path: str, page: Page) -> str:
        """Put a page at a path and give its address."""
        self.pages[path] = page
        return self.url + path

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]


@contextlib.contextmanager
def serving(*, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A server for the length of a block.

    Args:
        host: an address of this machine; another one than 127.0.0.1 is another host to whoever asks.
        context: makes it speak TLS.
    """
    site = Site()

    class Handler(_Handler):
        pages_of = site

    server = _Server((host, 0), Handler)
    server.context = context
    site.port = server.server_address[1]
    site.url = f"{'https' if context else 'http'}://{host}:{site.port}"
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
    context: ssl.SSLContext | None = None

    def finish_request(self, request: object, client_address: object) -> None:
        """In the thread of the connection: a client that breaks off its handshake holds up nobody else."""
        if self.context is None:
            super().finish_request(request, client_address)  # type: ignore[arg-type]  # as socketserver calls it
            return
        assert isinstance(request, socket.socket)
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages_of: Site

    def finish(self) -> None:
        self.pages_of.closed[self.client_address[1]] = time.monotonic()
        super().finish()

    def do_GET(self) -> None:
        started = time.monotonic()
        self.pages_of.begin()
        page = self.pages_of.pages.get(self.path, Page(b"nothing here", status=404, content_type="text/plain"))
        time.sleep(page.delay_s)
        status = 304 if page.status == 200 and self._knows(page) else page.status
        if self.command == "HEAD" and page.head is not None:
            status = page.head
        sent = 0
        try:
            if status:
                sent = self._answer(page, status)
            else:
                self.close_connection = True
        finally:
            self.pages_of.end(
                Request(
                    method=self.command,
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    started=started,
                    ended=time.monotonic(),
                    status=status,
                    sent=sent,
                    line=self.client_address[1],
                )
            )

    do_HEAD = do_GET  # noqa: N815  as the base class wants it

    def _knows(self, page: Page) -> bool:
        """RFC 9110 §13.2.2: If-None-Match decides where it is given."""
        if self.headers.get("If-None-Match") is not None:
            return self.headers["If-None-Match"] in {page.etag, *page.known} - {None}
        return page.last_modified is not None and self.headers.get("If-Modified-Since") == page.last_modified

    def _answer(self, page: Page, status: int) -> int:
        if page.raw is not None:
            self.close_connection = True
            return self._write(page.raw, page)
        body = b"" if status == 304 else page.body
        self.send_response_only(status)
        self.send_header("Server", "test")
        if "Date" not in page.headers:
            self.send_header("Date", self.date_time_string())
        if status != 304 and (page.gzipped or page.encoded is not None):
            body = page.encoded if page.encoded is not None else gzip.compress(body)
            self.send_header("Content-Encoding", page.encoding)
        if page.content_type:
            self.send_header("Content-Type", page.content_type)
        for name, value in (("ETag", page.etag), ("Last-Modified", page.last_modified), *page.headers.items()):
            if value is not None:
                self.send_header(name, value)
        if page.endless is None:
            self.send_header("Content-Length", str(len(body) if page.length is None else page.length))
        self.end_headers()
        if self.command == "HEAD":
            return 0
        if page.cut is not None or page.endless is not None:
            body = body[: page.cut]
            self.close_connection = True
        return self._write(body, page)

    def _write(self, data: bytes, page: Page) -> int:
        step = 1 if page.drip_s else max(len(data), 1)
        for place in range(0, len(data), step):
            self.wfile.write(data[place : place + step])
            self.wfile.flush()
            time.sleep(page.drip_s)
        sent = len(data)
        while page.endless is not None:
            self.wfile.write(page.endless)
            sent += len(page.endless)
        return sent

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
        """The log is in ``Site.requests``."""
