"""The mail server that takes the messages, and the connections to it: secured, verified, logged in, used again.

RFC 5321 (SMTP), 3207 (STARTTLS), 8314 (TLS from the start), 4954 (AUTH). One message over one connection: line.py.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import re
import smtplib
import socket
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from digest.config.settings import Settings
from digest.deliver.line import Line, TlsLine, why
from digest.deliver.pace import Pace
from digest.deliver.stamp import sender_address
from digest.errors import ConnectError, LoginError

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)


def hello_name(hostname: str, own_address: str) -> str:
    """The name to say EHLO with: this machine's if it is a full one, else its address (RFC 5321 §4.1.4).

    Asking the DNS for one, as smtplib does, takes seconds on a machine that has none.
    """
    if re.fullmatch(r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?", hostname):
        return hostname
    return f"[IPv6:{own_address}]" if ":" in own_address else f"[{own_address}]"


def _leave(line: Line) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        if line.alive:
            line.quit()
    line.close()


# --- the server ------------------------------------------------------------------------------------------------


class Transport:
    """A mail server and the connections to it. Connections are kept and used again; threads may share a Transport."""

    def __init__(self, settings: Settings, *, root: Path, password: str | None = None) -> None:
        self.send = settings.send
        self.sender = sender_address(settings)
        self._password = password
        self._ca_file = root / Path(self.send.ca_file).expanduser() if self.send.ca_file else None
        self._context: ssl.SSLContext | None = None
        self._idle: list[Line] = []
        self._guard = threading.Lock()
        self._pace = Pace(self.send.rate_per_second)

    @property
    def connections(self) -> int:
        return self.send.connections

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self) -> None:
        """Connect, secure, log in, and leave again.

        Raises:
            ConnectError: no host is set, it cannot be reached, or not safely.
            LoginError: it does not take the login.
        """
        with self.connection() as line:
            try:
                line.noop()
            except (OSError, smtplib.SMTPException) as error:
                raise self._unreachable(f"dropped the line after the login: {why(error)}") from error
        self.close()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Line]:
        """Borrow a connection; it is kept for the next one if it is still good.

        Raises:
            ConnectError: as check.
            LoginError: as check.
        """
        line = self._kept() or self._open()
        try:
            yield line
        except BaseException:
            line.close()
            raise
        if line.asked:  # it waits for a message that does not come
            line.close()
        if line.alive and not line.worn:
            with self._guard:
                self._idle.append(line)
        else:
            _leave(line)

    def _kept(self) -> Line | None:
        """An idle connection that the server has not hung up meanwhile."""
        while True:
            with self._guard:
                line = self._idle.pop() if self._idle else None
            if line is None or line.in_step():
                return line
            line.close()

    def close(self) -> None:
        """Say goodbye on every idle connection."""
        with self._guard:
            idle, self._idle = self._idle, []
        for line in idle:
            _leave(line)

    def pace(self, stop: threading.Event) -> None:
        """Wait for this message's turn at ``rate_per_second``, unless ``stop`` is set meanwhile."""
        self._pace.wait(stop)

    @property
    def asks_ahead(self) -> bool:
        return self._pace.is_free

    def slow(self) -> None:
        """The server asked for less: half the rate, and back in some minutes."""
        self._pace.slow()
        log.info("slowed rate_per_second=%.1f", self._pace.rate())

    # -- opening

    def _open(self) -> Line:
        send = self.send
        if not send.host:
            raise self._unreachable(
                "there is no mail server", hint='set [send] host in digest.toml, such as host = "smtp.example.org"'
            )
        context = None if send.security == "none" else self._tls()
        with self._named_errors():
            line = self._connect(context)
        try:
            with self._named_errors():
                self._secure(line, context)
            if send.username:
                self._login(line)
        except BaseException:
            line.close()
            raise
        log.info("connected host=%s port=%d security=%s", send.host, send.port, send.security)
        return line

    def _tls(self) -> ssl.SSLContext:
        if self._context is not None:  # reading the system's certificates takes 20 ms
            return self._context
        context = ssl.create_default_context()  # smtplib's own verifies nothing
        if self._ca_file is not None:
            try:
                context.load_verify_locations(self._ca_file)
            except OSError as error:  # ssl.SSLError is one
                reason = f"{self._ca_file}: the certificates cannot be read: {error.strerror or error}"
                raise self._unreachable(reason, hint="[send] ca_file names a PEM file") from error
        self._context = context
        return context

    def _connect(self, context: ssl.SSLContext | None) -> Line:
        send, host = self.send, self.send.host.strip("[]")
        # A name is given because smtplib would otherwise ask the DNS for one; the right one follows.
        if send.security == "tls":
            line: Line = TlsLine(host, send.port, "localhost", timeout=send.timeout_s, context=context)
        else:
            line = Line(host, send.port, "localhost", timeout=send.timeout_s)
        if line.sock is not None:
            line.local_hostname = hello_name(socket.gethostname(), line.sock.getsockname()[0])
            # The final dot is a small packet of its own; Nagle's algorithm would hold it back for 40 ms.
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def _secure(self, line: Line, context: ssl.SSLContext | None) -> None:
        if self.send.security == "none":
            if line.sock is None or not ipaddress.ip_address(line.sock.getpeername()[0]).is_loopback:
                raise self._unreachable(
                    'security = "none" is for a server on this machine only', hint='use "starttls" or "tls"'
                )
        elif self.send.security == "starttls":
            line.ehlo_or_helo_if_needed()
            if not line.has_extn("starttls"):
                raise self._unreachable(
                    "does not offer STARTTLS, and nothing is sent in clear text",
                    hint='try port = 465 with security = "tls"; if it used to work, somebody may sit in between',
                )
            line.starttls(context=context)
        line.ehlo_or_helo_if_needed()

    def _login(self, line: Line) -> None:
        send = self.send
        hint = (
            f"check username, and the password in {send.password_env} or [send] password_file; "
            "many providers want an app password"
        )

        def refused(reason: str, advice: str = hint) -> LoginError:
            msg = f"{send.host}: login as {send.username}: {reason}"
            return LoginError(msg, host=send.host, username=send.username, hint=advice)

        try:
            line.login(send.username, self._password or "")
        except smtplib.SMTPNotSupportedError as error:
            raise refused("the server offers no login", "remove username, or use the submission port 587") from error
        except smtplib.SMTPResponseException as error:
            raise refused(why(error)) from error
        except UnicodeEncodeError as error:
            raise refused("user name or password has letters outside ASCII, which SMTP cannot carry") from error
        except (OSError, smtplib.SMTPException) as error:
            raise refused(why(error)) from error

    def _unreachable(self, reason: str, *, hint: str | None = None) -> ConnectError:
        send = self.send
        place = f"{send.host}:{send.port}: " if send.host else ""
        return ConnectError(f"{place}{reason}", host=send.host, port=send.port, security=send.security, hint=hint)

    @contextlib.contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except socket.gaierror as error:
            raise self._unreachable("unknown host", hint="check [send] host, and that you are online") from error
        except ConnectionRefusedError as error:
            raise self._unreachable("refuses the connection", hint="check [send] port; is the server up?") from error
        except TimeoutError as error:
            reason = f"no answer within {self.send.timeout_s:g} s"
            raise self._unreachable(reason, hint="check [send] port; some networks block it") from error
        except ssl.SSLCertVerificationError as error:
            raise self._unreachable(
                f"its certificate is not good: {error.verify_message}",
                hint="check [send] host; for a certificate of your own, name it in [send] ca_file",
            ) from error
        except ssl.SSLError as error:
            raise self._unreachable(
                f"TLS failed: {error.reason or error}",
                hint='port 465 usually wants security = "tls", port 587 "starttls"',
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._unreachable(why(error), hint="try again in a while; is this the right server?") from error
