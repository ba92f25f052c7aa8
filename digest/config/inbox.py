"""``[inbox]`` of digest.toml: the mailbox that bounces and wishes to leave come to."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from digest.config.checks import Address, Variable
from digest.config.table import Table, WrongKeyError

MOST_BEFORE_AT = 19  # characters: digest adds 45 that name mailing and reader, and RFC 5321 allows 64


class InboxSettings(Table, frozen=True, kw_only=True):
    """``[inbox]``: where it is, and how it is opened. The password never stands here."""

    kind: Literal["imap", "maildir", "mbox"]
    address: Address | None = None  # messages come back to address+…@; None: to from, and Message-IDs must tell
    path: str = ""  # of a maildir or mbox: below the project folder or absolute
    host: str = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str = ""
    password_env: Variable = "DIGEST_IMAP_PASSWORD"  # noqa: S105  the name of a variable
    ca_file: str = ""  # certificates to trust besides the system's
    folder: str = "INBOX"
    timeout_s: Annotated[float, Meta(gt=0.0, le=600.0)] = 60.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind == "imap":
            if not self.host:
                raise WrongKeyError('kind = "imap" needs a host', key="host", beside=("kind",))
            if not self.username:
                raise WrongKeyError('kind = "imap" needs a username', key="username", beside=("kind",))
        elif not self.path:
            raise WrongKeyError(f'kind = "{self.kind}" needs a path', key="path", beside=("kind",))
        if self.security == "none" and self.host and self.host not in {"localhost", "127.0.0.1", "::1", "[::1]"}:
            msg = '"none" is for a server on this machine only; use "tls" or "starttls"'
            raise WrongKeyError(msg, key="security", beside=("host",))
        for key in ("folder", "username"):
            if not getattr(self, key).isprintable():
                raise WrongKeyError("has a control character in it", key=key)
        if self.address is not None and len(self.address.rpartition("@")[0].rpartition("<")[2]) > MOST_BEFORE_AT:
            msg = f"has more than {MOST_BEFORE_AT} characters before the @, and digest must add 45 of its own"
            raise WrongKeyError(msg, key="address")
