"""Mail servers on this machine, for real: an ordinary one (aiosmtpd), and one that fails as it is told.

    with smtp_server() as server:
        ...                      # server.host, server.port
        server.messages[0].data

Both write a message down before they answer 250, so what they hold is the truth about what arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import ssl
import tempfile
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message as it arrived."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    data: bytes

    @property
    def parsed(self) -> EmailMessage:
        """Read back by the standard library."""
        message = email.message_from_bytes(self.data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass(slots=True, kw_only=True)
class SmtpServer:
    """Where a server listens, and what it has received."""

    host: str = "127.0.0.1"
    port: int = 0
    security: Security = "none"
    ca_file: Path | None = None  # of the authority that signed its certificate
    messages: list[Received] = field(default_factory=list)
    connections: int = 0  # accepted so far

    @property
    def recipients(self) -> list[str]:
        """Every address that was delivered to, in order."""
        return [address for message in self.messages for address in message.rcpt_tos]

    def send_table(self, **more: Any) -> dict[str, Any]:
        """What ``[send]`` of digest.toml has to say to reach this server."""
        table: dict[str, Any] = {"host": self.host, "port": self.port, "security": self.security}
        if self.ca_file is not None:
            table["ca_file"] = str(self.ca_file)
        return table | more


@contextlib.contextmanager
def _in_thread(listen: Callable[[], Any]) -> Iterator[asyncio.Server]:
    """Run a server's event loop in a thread until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="smtp server", daemon=True)
    thread.start()
    server: asyncio.Server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)

    async def stop() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)

    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


# --- the ordinary one ------------------------------------------------------------------------------------------


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content
        assert isinstance(content, bytes)
        self.server.messages.append(
            Received(mail_from=str(envelope.mail_from), rcpt_tos=tuple(envelope.rcpt_tos), data=content)
        )
        return f"250 2.0.0 taken as {len(self.server.messages)}"


def _certificate(folder: Path, name: str, security: Security) -> tuple[ssl.SSLContext | None, Path | None]:
    if security == "none":
        return None, None
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return context, ca_file


@contextlib.contextmanager
def smtp_server(
    *,
    security: Security = "none",
    users: dict[str, str] | None = None,
    certificate_for: str = "localhost",
    tls_context: ssl.SSLContext | None = None,
) -> Iterator[SmtpServer]:
    """A server that takes every message.

    With ``security`` it has a certificate for ``certificate_for``, signed by the authority in ``server.ca_file``, or
    what ``tls_context`` has; with ``users`` (name to password) it wants a login.
    """

    def login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = users is not None and users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=good)  # "handled" and no success: aiosmtpd would never answer

    with tempfile.TemporaryDirectory(prefix="smtp-") as folder, warnings.catch_warnings():
        # aiosmtpd warns of its own workings at each login, and of logins without TLS, which we want to test.
        warnings.filterwarnings("ignore", message="Session.login_data is deprecated", category=DeprecationWarning)
        warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
        context, ca_file = _certificate(Path(folder), certificate_for, security)
        context = tls_context or context
        server = SmtpServer(host="127.0.0.1" if security == "none" else "localhost", security=security, ca_file=ca_file)

        def protocol() -> SMTP:
            server.connections += 1
            return SMTP(
                _Handler(server),
                hostname="mail.test",
                tls_context=context if security == "starttls" else None,
                require_starttls=security == "starttls",
                authenticator=login if users else None,
                auth_required=bool(users),
                auth_require_tls=security == "starttls",
            )

        async def listen() -> asyncio.Server:
            tls = context if security == "tls" else None
            return await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)

        with _in_thread(listen) as running:
            server.port = running.sockets[0].getsockname()[1]
            yield server


# --- the one that fails ----------------------------------------------------------------------------------------

Fault = Literal[
    "ok",
    "450",
    "451",
    "452",
    "454",
    "550",
    "552",
    "451-data",
    "452-data",
    "552-data",
    "554-data",
    "421",
    "421-data",
    "421-dot",
    "454-data",
    "550-drop",
    "drop-rcpt",
    "drop-data",
    "drop-body",
    "drop-dot",
    "drip",
    "silent",
    "silent-rcpt",
    "noise",
    "noise-rcpt",
    "endless-rcpt",
    "noise-data",
    "twice",
    "many-lines",
    "endless",
]
"""What happens to ``FAULT.anything@…``: a reply of that code at RCPT, at DATA (421) or after the body; the line dropped
at RCPT, after its refusal, at DATA, in the body, or after the dot although the message was taken; no answer, or
nonsense, at RCPT, at DATA, or after the dot; a taken message said to be taken twice, in many lines, in a line without
end, or in single bytes."""


@dataclass(slots=True, kw_only=True)
class FaultServer(SmtpServer):
    """Fails for the recipients whose local part begins with a fault, and for everyone as its fields say."""

    greeting: str = "220 faulty.test"
    mail_reply: str = "250 ok"
    rcpt_reply: str = "250 ok"
    taken_reply: str = "250 2.0.0 taken"
    extensions: tuple[str, ...] = ("SIZE 10000000",)
    data_anyway: bool = False  # a body is asked for although the sender or the recipient was refused
    per_connection: int = 0  # messages; then a 421 that nobody asked for. 0: any number
    delay_s: float = 0.0  # before each reply
    greeting_delay_s: float = 0.0
    replies: dict[str, str] = field(default_factory=dict)  # by command, instead of its own; after a 421 it hangs up
    drops: set[str] = field(default_factory=set)  # commands at which it hangs up; "." is the end of a body
    in_letters: bool = False  # every reply a byte at a time
    greylists: bool = False  # who is named for the first time is put off
    most_bytes: int = 0  # of a message, as announced or as it comes; 0: any
    quota: int = 0  # messages in all, then ``over_quota`` at RCPT; 0: any number
    over_quota: str = "450 4.7.1 too many messages for now"
    idle_s: float = 0.0  # after so long without a command it hangs up, saying so; 0: never
    heard: list[str] = field(default_factory=list)  # every command, in capitals, without what follows
    faults_left: dict[str, int] = field(default_factory=dict)  # a fault that is used up gives way to "ok"
    named: list[str] = field(default_factory=list)  # every address at RCPT

    def fault(self, recipient: str) -> str:
        name = recipient.partition("@")[0].partition(".")[0]
        if name in self.faults_left:
            self.faults_left[name] -= 1
            if self.faults_left[name] < 0:
                return "ok"
        return name


class _Dropped(Exception):  # noqa: N818
    pass


class _Dialogue:
    """One connection to the faulty server."""

    def __init__(self, server: FaultServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = self.recipient = self.fault = ""
        self.taken = 0

    async def say(self, *lines: str) -> None:
        if self.server.delay_s:
            await asyncio.sleep(self.server.delay_s)
        said = "".join(f"{line}\r\n" for line in lines).encode()
        for at in range(0, len(said), 1 if self.server.in_letters else len(said)):
            self.writer.write(said[at : at + 1] if self.server.in_letters else said)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def lines(self) -> AsyncIterator[bytes]:
        while True:
            try:
                line = await asyncio.wait_for(self.reader.readline(), self.server.idle_s or None)
            except TimeoutError:
                await self.say("421 4.4.2 idle for too long")
                raise _Dropped from None
            if not line:
                return
            yield line

    async def talk(self) -> None:
        await asyncio.sleep(self.server.greeting_delay_s)
        await self.say(self.server.greeting)
        if not self.server.greeting.startswith("220"):
            return
        async for line in self.lines():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            self.server.heard.append(verb.upper())
            if await self.misbehaves(verb.upper()):
                continue
            match verb.upper():
                case "EHLO":
                    names = ("faulty.test", *self.server.extensions)
                    await self.say(*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}")
                case "MAIL":
                    await self.mail(rest)
                case "RCPT":
                    await self.rcpt(_address(rest))
                case "DATA":
                    await self.data()
                case "RSET":
                    self.sender = ""
                    await self.say("250 ok")
                case "QUIT":
                    await self.say("221 bye")
                    return
                case _:
                    await self.say("250 ok")

    async def misbehaves(self, verb: str) -> bool:
        """Answer a command as the server's fields say, if they say anything about it."""
        if verb in self.server.drops:
            raise _Dropped
        reply = self.server.replies.get(verb)
        if reply is None:
            return False
        await self.say(reply)
        if reply.startswith("421"):
            raise _Dropped
        return True

    async def mail(self, rest: str) -> None:
        announced = int(rest.upper().partition("SIZE=")[2] or 0)
        too_big = 0 < self.server.most_bytes < announced
        reply = "552 5.3.4 larger than the limit here" if too_big else self.server.mail_reply
        if self.sender:
            await self.say("503 5.5.1 nested MAIL command")
            return
        self.sender = _address(rest) if reply.startswith("250") else ""
        self.recipient = self.fault = ""
        await self.say(reply)

    async def rcpt(self, recipient: str) -> None:
        self.fault = self.server.fault(recipient)
        if put_off := self.put_off(recipient):
            await self.say(put_off)
            return
        match self.fault:
            case "450" | "451" | "452" | "454" | "550" | "552" | "550-drop":
                await self.say(f"{self.fault[:3]} {self.fault[0]}.2.0 <{recipient}> no")
                if self.fault == "550-drop":
                    raise _Dropped
            case "drop-rcpt":
                raise _Dropped
            case "silent-rcpt":
                await asyncio.sleep(60)
            case "noise-rcpt":
                await self.say("what was that?")
            case "endless-rcpt":
                await self.say("250 " + "x" * 65_536)
            case "421":
                await self.say("421 4.3.2 closing down")
                raise _Dropped
            case _:
                await self.say(self.server.rcpt_reply)
                if self.server.rcpt_reply.startswith("250") and self.sender:
                    self.recipient = recipient

    def put_off(self, recipient: str) -> str:
        """What is said to somebody whose mail is not taken now, whoever it is; "": nothing."""
        known = recipient in self.server.named
        self.server.named.append(recipient)
        if self.server.greylists and not known:
            return "450 4.2.0 greylisted, come back in five minutes"
        return self.server.over_quota if 0 < self.server.quota <= len(self.server.messages) else ""

    async def data(self) -> None:
        if not self.recipient and not self.server.data_anyway:
            await self.say("503 5.5.1 no valid recipients")
            return
        match self.fault:
            case "drop-data":
                raise _Dropped
            case "421-data":
                await self.say("421 4.3.2 closing down")
                raise _Dropped
            case "noise-data":
                await self.say("250 what was that?")
                return
            case _:
                pass
        await self.say("354 go ahead")
        body: list[bytes] = []
        async for line in self.lines():
            if self.fault == "drop-body":
                raise _Dropped
            if line == b".\r\n":
                await self.answer(b"".join(body))
                return
            body.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        raise _Dropped  # by the client, before the dot: no message

    async def answer(self, data: bytes) -> None:
        sender, self.sender = self.sender, ""
        if not self.recipient:
            await self.say("554 5.5.1 no valid recipients")
            return
        if self.fault in {"451-data", "452-data", "454-data", "552-data", "554-data"}:
            await self.say(f"{self.fault[:3]} {self.fault[0]}.3.0 not this message")
            return
        if 0 < self.server.most_bytes < len(data):
            await self.say("552 5.3.4 larger than the limit here")
            return
        if self.fault == "421-dot":
            await self.say("421 4.3.2 closing down, not taken")
            raise _Dropped
        self.server.messages.append(Received(mail_from=sender, rcpt_tos=(self.recipient,), data=data))
        if "." in self.server.drops:
            raise _Dropped
        await self.confirm()
        self.taken += 1
        if self.taken == self.server.per_connection:
            await self.say("421 4.7.0 that is enough for one connection")
            raise _Dropped

    async def confirm(self) -> None:
        """Say that a message was taken, or not quite."""
        match self.fault:
            case "drop-dot":
                raise _Dropped
            case "silent":
                await asyncio.sleep(60)
            case "noise":
                await self.say("what was that?")
            case "twice":
                await self.say("250 2.0.0 taken", "250 2.0.0 taken")
            case "many-lines":
                await self.say(*["250-2.0.0 taken"] * 50, "250 2.0.0 with all that goes with it")
            case "endless":
                await self.say("250 " + "x" * 100_000)
            case "drip":
                for letter in "250 2.0.0 taken, a letter at a time\r\n":
                    self.writer.write(letter.encode())
                    await self.writer.drain()
            case _:
                await self.say(self.server.taken_reply)


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


@contextlib.contextmanager
def fault_server(
    *,
    greeting: str = "220 faulty.test",
    mail_reply: str = "250 ok",
    rcpt_reply: str = "250 ok",
    faults_left: dict[str, int] | None = None,
    pipelining: bool = False,
    data_anyway: bool = False,
) -> Iterator[FaultServer]:
    """A server in clear text that fails as the recipients' local parts (see Fault) and the arguments say."""
    server = FaultServer(
        greeting=greeting, mail_reply=mail_reply, rcpt_reply=rcpt_reply, faults_left=dict(faults_left or {}),
        extensions=("SIZE 10000000", *(("PIPELINING",) if pipelining else ())), data_anyway=data_anyway,
    )  # fmt: skip

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        with contextlib.suppress(_Dropped, ConnectionError, asyncio.CancelledError):
            await _Dialogue(server, reader, writer).talk()
        writer.close()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    with _in_thread(listen) as running:
        server.port = running.sockets[0].getsockname()[1]
        yield server
