"""What takes the messages: a mail server (smtp.py), a folder (folder.py) or this machine's own mailer (sendmail.py)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self

from digest.config.settings import Settings
from digest.deliver.folder import FolderCarrier
from digest.deliver.line import Envelope, Outcome
from digest.deliver.password import password
from digest.deliver.sendmail import SendmailCarrier
from digest.deliver.smtp import Transport
from digest.deliver.stamp import sender_address
from digest.errors import ConnectError


class Way(Protocol):
    """One connection, or what stands for one."""

    @property
    def alive(self) -> bool: ...

    @property
    def worn(self) -> bool:
        """Whether it has carried enough: the next message goes another."""
        ...

    def hand_over(
        self, envelope: Envelope, data: bytes, on_body: Callable[[], None], following: Envelope | None = None
    ) -> Outcome:
        """See digest.deliver.line.hand_over."""
        ...


class Carrier(Protocol):
    """Lends ways to its threads and sets the pace. Close it at the end."""

    @property
    def sender(self) -> str:
        """The newsletter's own address: the envelope's sender, unless each message has one of its own."""
        ...

    @property
    def connections(self) -> int:
        """How many ways are wanted at once."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def check(self) -> None:
        """Find out whether it would take messages.

        Raises:
            ConnectError: it is not there, or not safe.
            LoginError: it does not let us in.
        """
        ...

    @property
    def asks_ahead(self) -> bool:
        """Whether a message's recipient may be named with the message before: not if it then has to wait."""
        ...

    def connection(self) -> AbstractContextManager[Way]:
        """Borrow a way. Raises as check."""
        ...

    def pace(self, stop: threading.Event) -> None:
        """Wait for a message's turn, unless ``stop`` is set meanwhile."""
        ...

    def slow(self) -> None:
        """It asked for less."""
        ...

    def close(self) -> None: ...


def open_carrier(settings: Settings, *, root: Path, environ: Mapping[str, str]) -> Carrier:
    """What ``[send] transport`` names.

    Raises:
        ConnectError: a mail server, and digest.toml says not which.
        LoginError: it wants a password that is nowhere to be found.
    """
    send, sender = settings.send, sender_address(settings)
    if send.transport == "folder":
        return FolderCarrier(root / Path(send.folder).expanduser(), sender=sender)
    if send.transport == "sendmail":
        return SendmailCarrier(
            send.sendmail,
            sender=sender,
            connections=send.connections,
            per_second=send.rate_per_second,
            timeout_s=send.timeout_s,
        )
    if not send.host:
        raise ConnectError(
            "digest.toml names no mail server",
            host="", port=send.port, security=send.security,
            hint='write host = "smtp.example.org" (and username, if it wants one) under [send]',
        )  # fmt: skip
    return Transport(settings, root=root, password=password(send, root, environ))
