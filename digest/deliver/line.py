"""One connection to a mail server, and one message over it.

The point of no return is the final dot: until then a failure is safe to try again, from then on nobody can know
whether the server has the message (RFC 1047). So the body and its dot are sent apart.
"""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from digest.deliver.message import one_line

DETAIL = 500  # characters of a server's reply that are kept

Result = Literal["sent", "deferred", "failed", "uncertain", "again", "stop"]
"""sent: 250. deferred: a 4xx for this recipient or body. failed: a 5xx for it. uncertain: no answer after the final
dot. again: the line dropped or the server was not ready before that dot. stop: the server refuses the sender, whoever
the recipient is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of handing over one message."""

    result: Result
    code: int | None = None  # the SMTP reply code; None: there was no reply
    detail: str = ""


class Line(smtplib.SMTP):
    """A connection that sends a body in two steps, so that it is known whether the final dot had left."""

    @property
    def alive(self) -> bool:
        return self.sock is not None

    def write_body(self, data: bytes) -> None:
        """Everything but the final dot, dots at line starts doubled (RFC 5321 §4.5.2). ``data`` has CRLF line ends."""
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        self._push((b"." if stuffed.startswith(b".") else b"") + stuffed + (b"" if data.endswith(b"\r\n") else b"\r\n"))

    def write_dot(self) -> tuple[int, bytes]:
        """The final dot, and the server's word on the message."""
        self._push(b".\r\n")
        return self.getreply()

    def _push(self, data: bytes) -> None:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        self.sock.sendall(data)


class TlsLine(smtplib.SMTP_SSL, Line):
    """The same over TLS from the start."""


def hand_over(line: Line, sender: str, recipient: str, data: bytes, on_body: Callable[[], None]) -> Outcome:
    """Hand one message to the server. ``on_body`` is called when all is agreed and the body is about to leave.

    After anything but a clean reply the line is closed: what it would say next could belong to this message.
    Errors of ``on_body`` pass through, and then no body has left.
    """
    try:
        outcome = _agree(line, sender, recipient, len(data))
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        return Outcome(result="again", detail=why(error))
    if outcome is None:
        try:
            on_body()
        except BaseException:
            line.close()
            raise
        outcome = _body(line, data)
    if outcome.result == "again":
        line.close()
    elif line.alive and outcome.result != "sent":
        with contextlib.suppress(OSError, smtplib.SMTPException):
            line.rset()  # closes the line itself if that fails
    return outcome


def _agree(line: Line, sender: str, recipient: str, size: int) -> Outcome | None:
    """MAIL, RCPT, DATA; None: the server waits for the body."""
    option = f" SIZE={size}" if line.has_extn("size") else ""
    for step, command in (
        ("mail", f"MAIL FROM:<{sender}>{option}"),
        ("rcpt", f"RCPT TO:<{recipient}>"),
        ("data", "DATA"),
    ):
        code, reply = line.docmd(command)
        if code == 354 if step == "data" else code // 100 == 2:
            continue
        if code // 100 not in {4, 5}:
            line.close()  # no reply that fits: we no longer know which question it answers
            return Outcome(result="again", detail=f"unexpected reply to {step.upper()}: {_reply(code, reply)}")
        return Outcome(result=_refusal(step, code), code=code, detail=_text(reply))
    return None


def _refusal(step: str, code: int) -> Result:
    if code == 421:
        return "again"
    if step == "mail":  # nobody was named yet, so nobody is to blame
        return "stop" if code >= 500 else "again"
    if code in {530, 535, 538}:  # wants a login or encryption, whoever the recipient is (RFC 4954 §6)
        return "stop"
    return "failed" if code >= 500 else "deferred"


def _body(line: Line, data: bytes) -> Outcome:
    try:
        line.write_body(data)
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        return Outcome(result="again", detail=why(error))
    try:
        code, reply = line.write_dot()
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
