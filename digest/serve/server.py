"""Runs the pages on a port until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from digest.deliver import keys
from digest.errors import DigestError, StateError
from digest.production.mailout import open_transport
from digest.serve.app import make_app
from digest.serve.health import Health
from digest.serve.letters import Letters
from digest.serve.limits import networks
from digest.serve.metrics import Metrics
from digest.serve.outbox import Outbox
from digest.serve.pages import Pages
from digest.serve.reception import Reception
from digest.serve.records import Records

if TYPE_CHECKING:
    from digest.config.serve import ServeSettings
    from digest.deliver.tokens import Keyring
    from digest.project import Project

HEAD_BYTES = 16 * 1024  # of a request, before its body
HEAD_WITHIN_S = 10.0
IDLE_S = 10
ENDING_S = 10  # for what is asked to be answered
CONNECTIONS = 1000


class Unhurried(H11Protocol):
    """A line whose request must be there in time: drip by drip, a few clients would hold all lines for ever."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        if self._limit is None and not self._is_answering():
            self._arm()
        super().data_received(data)
        if self._is_answering():
            self._disarm()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # it may begin with a request that came along with the last one
        self._disarm()
        if not self._is_answering():
            self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        return cycle is not None and not cycle.response_complete

    def _arm(self) -> None:
        self._limit = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)

    def _disarm(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but an end that was asked for is a good one: the signal is not raised once more."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def serve(
    project: Project,
    environ: Mapping[str, str],
    *,
    clock: Callable[[], datetime],
    host: str | None = None,
    port: int | None = None,
    on_ready: Callable[[str], None],
) -> None:
    """Answer until SIGINT or SIGTERM.

    Args:
        project: the newsletter.
        environ: for the mail server's password.
        clock: the time now.
        host: instead of the one in digest.toml.
        port: likewise; 0: any that is free.
        on_ready: told where it listens, as ``http://127.0.0.1:8025``.

    Raises:
        StateError: digest.toml has no [serve].
        ConnectError, LoginError: there is no way to send mail, which subscribing needs.
        TemplateError: a template is wrong.
        DigestError: the port cannot be had.
    """
    settings = project.settings.serve
    if settings is None:
        raise StateError(
            "digest.toml does not say under which address the pages are",
            hint='write [serve] with url = "https://news.example.org/"',
        )
    with _listening(host or settings.host, settings.port if port is None else port) as listener:
        name, number = listener.getsockname()[:2]
        shown = f"http://{f'[{name}]' if ':' in name else name}:{number}"
        asyncio.run(_run(project, settings, environ, clock=clock, listener=listener, ready=lambda: on_ready(shown)))


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=512)
    except OSError as error:
        raise DigestError(
            f"cannot listen on {host}, port {port}: {error.strerror}",
            hint="another program may have it; name another with --port, or in [serve] of digest.toml",
        ) from error
    with listener:
        yield listener


async def _run(
    project: Project,
    settings: ServeSettings,
    environ: Mapping[str, str],
    *,
    clock: Callable[[], datetime],
    listener: socket.socket,
    ready: Callable[[], None],
) -> None:
    def keyring() -> Keyring:
        with project.store.read() as connection:
            found = keys.known_keyring(connection)
        if found is None:
            raise StateError("the store has no keys for links", hint="start `digest serve` anew, and it makes them")
        return found

    with project.store.write() as connection:  # now: whoever only looks at a page never writes
        keys.keyring(connection, now=clock(), fresh=lambda: secrets.token_hex(32))
    pages = Pages(project.settings, settings, root=project.root, site=project.site_dir)
    letters = Letters(project.settings, url=settings.url, root=project.root)
    with open_transport(project, environ) as transport:
        outbox = Outbox(project.store, transport, letters, keyring=keyring, clock=clock,
                        per_hour=settings.mails_per_hour)  # fmt: skip
        records = Records(project.store)
        reception = Reception(records, pages, outbox, proxies=networks(settings.proxies), clock=clock)
        metrics = Metrics(project, allowed=networks(settings.metrics), clock=clock)
        config = uvicorn.Config(
            make_app(reception, pages, settings, site=project.site_dir, health=Health(records), metrics=metrics),
            http=Unhurried,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,  # it would write the links down
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=HEAD_BYTES,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=ENDING_S,
        )
        sending = asyncio.create_task(outbox.run())
        ready()
        try:
            await _Server(config).serve(sockets=[listener])
        finally:
            outbox.end()  # before the transport is closed that it hands a mail to
            await sending
