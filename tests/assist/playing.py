"""A server that speaks as an OpenAI-compatible endpoint does and plays whatever part a test gives it."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Reply:
    """What goes out."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drip_s: float = 0.0  # between one byte and the next
    cut: int | None = None  # bytes after which the line drops
    head_drip_s: float = 0.0  # between one byte of a header and the next, without end


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    question: dict[str, Any]

    @property
    def stories(self) -> list[dict[str, Any]]:
        """The stories that stand as JSON between the two marks."""
        mark, data, again = self.question["messages"][1]["content"].split("\n")
        assert mark == again
        return json.loads(data)  # type: ignore[no-any-return]


class Model:
    """Plays the part that ``play`` is; every request is in ``asked``."""

    def __init__(self, play: Callable[[Asked, int], Reply]) -> None:
        self.play = play
        self.asked: list[Asked] = []
        self.url = ""
        self.said: list[str] = []  # before it was asked
        self.waits: list[float] = []  # between attempts, if these were only noted
        self.over = threading.Event()
        self._lock = threading.Lock()

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
        return self.play(asked, number)


def says(text: str, *, usage: dict[str, Any] | None = None) -> Reply:
    """An answer in the shape of OpenAI's."""
    told = {"choices": [{"message": {"role": "assistant", "content": text}}]}
    return Reply(json.dumps(told | ({} if usage is None else {"usage": usage})).encode())


def summaries(*stories: list[str], usage: dict[str, Any] | None = None) -> Reply:
    """The sentences of each story, in order, as the question wants them."""
    rows = [{"story": str(number), "sentences": lines} for number, lines in enumerate(stories, 1)]
    return says(json.dumps({"summaries": rows}), usage=usage)


@contextlib.contextmanager
def playing(play: Callable[[Asked, int], Reply], *, tls: ssl.SSLContext | None = None) -> Iterator[Model]:
    """The server for the length of a block; with ``tls``, at https://localhost."""
    model = Model(play)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = model.reply(Asked(path=self.path, headers=headers, question=json.loads(body)))
            model.over.wait(reply.delay_s)
            with contextlib.suppress(OSError):
                send(self, reply, model.over)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    model.url = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{server.server_port}/v1"
    try:
        yield model
    finally:
        model.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
        time.sleep(0)


def send(handler: BaseHTTPRequestHandler, reply: Reply, over: threading.Event) -> None:
    """Play a reply, until all is over."""
    if reply.head_drip_s:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not over.wait(reply.head_drip_s):
            handler.wfile.write(b"x")
        return
    handler.send_response(reply.status)
    for name, value in ({"Content-Length": str(len(reply.body))} | reply.headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    body = reply.body[: reply.cut]
    if not reply.drip_s:
        handler.wfile.write(body)
        return
    for byte in body:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        if over.wait(reply.drip_s):
            return
