"""One connection to a mail server, and one message over it.

The point of no return is the final dot: until then a failure is safe to try again, from then on nobody can know
whether the server has the message (RFC 1047). So the body and its dot are sent apart.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from digest.deliver.headers import one_line

MAX_MESSAGES = 100  # over one connection: more than 100 some servers answer with 421
MAX_REFUSALS = 5  # over one connection: two bad replies each; after 10 Postfix slows down, after 20 it hangs up
DETAIL = 500  # characters of a server's reply that are kept

Result = Literal["sent", "deferred", "failed", "uncertain", "again", "stop"]
"""sent: 250. deferred: a 4xx for this recipient or body. failed: a 5xx for it. uncertain: no answer after the final
dot. again: the line dropped or the server was not ready before that dot. stop: the server refuses the sender, whoever
the recipient is."""

_STEPS = ("mail", "rcpt", "data")


class Envelope(NamedTuple):
    """Who a message is from and for, as the server is told (RFC 5321 §2.3.1); ASCII."""

    sender: str  # where it comes back to
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of handing over one message."""

    result: Result
    code: int | None = None  # the SMTP reply code; None: there was no reply
    detail: str = ""

    @property
    def is_about_us(self) -> bool:
        """Whether the server takes nothing more from us for now, whoever it is for.

        421, 454 ("daily quota"), and 550 5.4.5, as Gmail says it (https://support.google.com/a/answer/3726730).
        """
        return self.code in {421, 454} or (self.code == 550 and self.detail.startswith("5.4.5"))

    @property
    def throttles(self) -> bool:
        """Whether the server asks for less: 421, 454, and a 450 that is not about the one mailbox (RFC 3463 §3)."""
        return self.code in {421, 454} or (self.code == 450 and not self.detail.startswith(("4.1.", "4.2.")))


class Line(smtplib.SMTP):
    """A connection that sends a body in two steps, so that it is known whether the final dot had left."""

    asked: Envelope | None = None  # for whom MAIL, RCPT and DATA have left already, with the dot of the message before
    taken = 0  # messages handed over so far
    refusals = 0

    @property
    def alive(self) -> bool:
        return self.sock is not None

    @property
    def worn(self) -> bool:
        """Whether it is time for a new connection."""
        return self.taken >= MAX_MESSAGES or self.refusals >= MAX_REFUSALS

    def in_step(self) -> bool:
        """Whether nothing came that was not asked for, such as a 421 on an idle line: it would pass for an answer."""
        if self.sock is None or self.file is None:
            return False
        self.sock.settimeout(0)
        try:
            if not self.file.peek(1):  # nothing, or the end
                self.sock.recv(1)  # which one: nothing is an error, the end is not
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        else:
            return False
        finally:
            self.sock.settimeout(self.timeout)

    @property
    def pipelines(self) -> bool:
        """Whether several commands may leave in one write (RFC 2920)."""
        return self.has_extn("pipelining")

    def ask(self, *commands: str, written: bool = False) -> Iterator[tuple[int, bytes]]:
        """The replies to commands, which leave in one write if they may, else one by one; or have left (``written``).

        Every reply must be read, or the next ones are taken for answers to something else.
        """
        if self.pipelines:
            if not written:
                self.write(lines_of(commands))
            for _ in commands:
                yield self.getreply()
        else:
            for command in commands:
                self.write(lines_of([command]))
                yield self.getreply()

    def write_dot(self, then: bytes = b"") -> tuple[int, bytes]:
        """The final dot, with the commands of the next message behind it; and the server's word on this message."""
        self.write(b".\r\n" + then)
        return self.getreply()

    def hand_over(
        self, envelope: Envelope, data: bytes, on_body: Callable[[], None], following: Envelope | None = None
    ) -> Outcome:
        return hand_over(self, envelope, data, on_body, following)

    def write(self, data: bytes) -> None:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        self.sock.sendall(data)


class TlsLine(smtplib.SMTP_SSL, Line):
    """The same over TLS from the start."""


def lines_of(commands: Iterable[str]) -> bytes:
    """Commands as they go over the wire.

    Raises:
        ValueError: one would be two.
    """
    text = "".join(f"{command}\r\n" for command in commands)
    if any("\r" in command or "\n" in command for command in commands):
        raise ValueError(f"a command of more than one line: {text!r}")
    return text.encode("ascii")


def stuffed(data: bytes) -> bytes:
    """A message with the dots at line starts doubled (RFC 5321 §4.5.2). It has CRLF line ends, the last one too."""
    doubled = (b"." if data.startswith(b".") else b"") + data.replace(b"\r\n.", b"\r\n..")
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def unstuffed(data: bytes) -> bytes:
    """The message that ``stuffed`` made this of, for whoever is not a mail server."""
    return re.sub(rb"(?m)^\.", b"", data)


def hand_over(
    line: Line, envelope: Envelope, data: bytes, on_body: Callable[[], None], following: Envelope | None = None
) -> Outcome:
    """Hand one message to the server. ``on_body`` is called when all is agreed and the body is about to leave.

    After anything but a clean reply the line is closed: what it would say next could belong to this message.
    Errors of ``on_body`` pass through, and then no body has left.

    Args:
        data: as it goes over the wire (see ``stuffed``); what build_message and Splice write is so already.
        following: the envelope of the next message over this line. The server is asked about it in the same write as
            the dot (RFC 2920 §3.1 allows that), which saves waiting once. It commits to nothing: only its own body
            makes it a message. While ``line.asked`` is set, the line is good for that message or for nothing.
    """
    line.taken += 1
    asked, line.asked = line.asked, None
    if (asked is None and not line.in_step()) or asked not in {None, envelope}:
        line.close()
        return Outcome(result="again", detail="the server spoke, or hung up, before it was asked")
    size = len(data)
    outcome = _agree(line, envelope, size, asked=asked is not None)
    if outcome is None:
        try:
            on_body()
        except BaseException:
            line.close()
            raise
        goes_on = following and line.pipelines and not line.worn
        ahead = lines_of(_commands(line, following, size)) if following and goes_on else b""
        outcome = _body(line, data, ahead)
        line.asked = following if ahead else None
    if outcome.result == "again":
        line.close()
    elif line.alive and outcome.result != "sent":
        line.refusals += 1
        if line.asked:
            return outcome
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if line.rset()[0] != 250:  # it still holds the sender, and would take the next one for a nested MAIL
                line.close()
    return outcome


def _commands(line: Line, envelope: Envelope, size: int) -> tuple[str, str, str]:
    option = f" SIZE={size}" if line.has_extn("size") else ""
    return f"MAIL FROM:<{envelope.sender}>{option}", f"RCPT TO:<{envelope.recipient}>", "DATA"


def _agree(line: Line, envelope: Envelope, size: int, *, asked: bool) -> Outcome | None:
    """MAIL, RCPT, DATA; None: the server waits for the body."""
    refusal: Outcome | None = None
    replies = line.ask(*_commands(line, envelope, size), written=asked)
    try:
        for step, (code, reply) in zip(_STEPS, replies, strict=False):
            if step == "data" and code == 354:
                return refusal and _take_back(line, refusal)
            if step != "data" and code // 100 == 2:
                continue
            # It hangs up, or we no longer know what it answers; or it does not like to be asked ahead.
            if code == 421 or code // 100 not in {4, 5} or (asked and step == "mail" and code == 503):
                line.close()
                return refusal or _misfit(step, code, reply)
            refusal = refusal or Outcome(result=_refusal(step, code), code=code, detail=_text(reply))
            if not line.pipelines:
                break  # nothing more was asked
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        return refusal or Outcome(result="again", detail=why(error))
    return refusal


def _misfit(step: str, code: int, reply: bytes) -> Outcome:
    if code == 421:
        return Outcome(result="again", code=code, detail=_text(reply))
    return Outcome(result="again", detail=f"unexpected reply to {step.upper()}: {_reply(code, reply)}")


def _take_back(line: Line, refusal: Outcome) -> Outcome:
    """The server wants a body although it has refused: it gets none.

    RFC 2920 §3.1 says to send a lone dot if no recipient was taken. If it was the sender that was refused, nobody
    knows what this server would do with an empty message, so the line is dropped.
    """
    if refusal.result not in {"failed", "deferred"}:
        line.close()
        return refusal
    try:
        code, _ = line.write_dot()
    except (OSError, smtplib.SMTPException):
        line.close()
    else:
        if code == 421 or code // 100 not in {2, 4, 5}:
            line.close()
    return refusal


def _refusal(step: str, code: int) -> Result:
    if code == 421:
        return "again"
    if step == "mail":  # nobody was named yet, so nobody is to blame
        return "stop" if code >= 500 else "again"
    if code in {530, 535, 538}:  # wants a login or encryption, whoever the recipient is (RFC 4954 §6)
        return "stop"
    return "failed" if code >= 500 else "deferred"


def _body(line: Line, data: bytes, ahead: bytes) -> Outcome:
    try:
        line.write(data)
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        return Outcome(result="again", detail=why(error))
    try:
        code, reply = line.write_dot(ahead)
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        return Outcome(result="uncertain", detail=f"no answer after the message: {why(error)}")
    if code // 100 == 2:
        return Outcome(result="sent", code=code, detail=_text(reply))
    if code // 100 in {4, 5}:
        return Outcome(result=_refusal("body", code), code=code, detail=_text(reply))
    line.close()
    return Outcome(result="uncertain", detail=f"unexpected answer after the message: {_reply(code, reply)}")


def _text(reply: bytes) -> str:
    return one_line(reply.decode("utf-8", "replace"))[:DETAIL]


def _reply(code: int, reply: bytes) -> str:
    return f"{code} {_text(reply)}" if code > 0 else _text(reply) or "nothing"


def why(error: Exception) -> str:
    """What a failed connection, or a reply that is a refusal, has to say for itself, in one line."""
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps some
        return "the server did not answer in time"
    if isinstance(error, smtplib.SMTPResponseException):
        raw = error.smtp_error
        return _reply(error.smtp_code, raw if isinstance(raw, bytes) else raw.encode())
    return one_line(str(error))[:DETAIL] or type(error).__name__
