"""A real forward proxy for tests: whole addresses for http, tunnels for https, every request in a log."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Proxy:
    """A running proxy, and what it was asked."""

    url: str = ""
    lines: list[str] = field(default_factory=list)  # request lines
    logins: list[str | None] = field(default_factory=list)  # Proxy-Authorization, one a request
    names: dict[str, tuple[str, int]] = field(default_factory=dict)  # host:port as asked for → where it really is
    refuses: int | None = None  # the status of a proxy that lets nobody through


@contextlib.contextmanager
def proxying() -> Iterator[Proxy]:
    """A proxy on 127.0.0.1 for the length of a block."""
    proxy = Proxy()

    class Handler(_Handler):
        of = proxy

    with _Server(("127.0.0.1", 0), Handler) as server:
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join(timeout=10)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no matter."""


class _Handler(socketserver.StreamRequestHandler):
    of: Proxy

    def handle(self) -> None:
        """One request a connection."""
        line = self.rfile.readline().decode("latin-1").strip()
        headers = []
        while (header := self.rfile.readline()) not in {b"\r\n", b""}:
            headers.append(header)
        named = {name.strip().lower(): value.strip() for name, _, value in (h.decode().partition(":") for h in headers)}
        self.of.lines.append(line)
        self.of.logins.append(named.get("proxy-authorization"))
        if self.of.refuses is not None:
            self.wfile.write(
                f"HTTP/1.1 {self.of.refuses} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            return
        method, target, _ = line.split(" ")
        if method == "CONNECT":
            with self._reach(target) as server:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._pump(server)
            return
        parts = urlsplit(target)
        with self._reach(parts.netloc) as server:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            kept = [h for h in headers if not h.lower().startswith((b"proxy-", b"connection:"))]
            server.sendall(b"".join([f"{method} {path} HTTP/1.1\r\n".encode(), *kept, b"Connection: close\r\n\r\n"]))
            self._pump(server)

    def _reach(self, place: str) -> socket.socket:
        host, _, port = place.rpartition(":") if ":" in place else (place, "", "80")
        return socket.create_connection(self.of.names.get(f"{host}:{port}", (host, int(port or 80))), timeout=10)

    def _pump(self, server: socket.socket) -> None:
        """Bytes both ways until one side has no more."""
        pair = {server: self.connection, self.connection: server}
        while True:
            ready, _, _ = select.select(list(pair), [], [], 10)
            for side in ready:
                data = side.recv(65536)
                if not data:
                    return
                pair[side].sendall(data)
            if not ready:
                return
