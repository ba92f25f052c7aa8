"""A mailbox on an IMAP server (RFC 3501), opened over verified TLS."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from digest.config.inbox import InboxSettings
from digest.deliver.bounces import MAX_BYTES
from digest.deliver.headers import one_line
from digest.deliver.letterbox import Known, Letter, unknown
from digest.errors import ConnectError, LoginError

LOOK_BACK = timedelta(days=60)  # older mails are not asked for: a server's list of them may be longer than a line
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapBox:
    """A folder on a server. Use as a context manager, so that the line is closed."""

    def __init__(self, inbox: InboxSettings, *, root: Path, password: str, now: datetime, read_only: bool) -> None:
        self._inbox = inbox
        since = now - LOOK_BACK
        self._since = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"  # in English whatever the locale
        with self._named_errors():
            self._server = self._open(root)
        try:
            with self._named_errors():
                self._login(password)
                self._validity = self._select(read_only=read_only)
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        return f"{self._inbox.username} at {self._inbox.host}, {self._inbox.folder}"

    def letters(self, known: Known) -> Iterator[Letter]:
        with self._named_errors():
            _, found = self._server.uid("SEARCH", "SINCE", self._since)
        uids = sorted(int(one) for one in (found[0] or b"").split() if one.isdigit())
        inbox = self._inbox
        head = f"imap:{inbox.host}:{inbox.username}:{inbox.folder}:{self._validity}:"
        for place in unknown([f"{head}{uid}" for uid in uids], known):
            raw = self._fetch(place.rpartition(":")[2])
            if raw is not None:
                yield Letter(place=place, raw=raw)

    def mark(self, letters: Sequence[Letter]) -> None:
        uids = ",".join(letter.place.rpartition(":")[2] for letter in letters)
        if uids:
            with self._named_errors():
                self._server.uid("STORE", uids, "+FLAGS.SILENT", "(\\Seen)")

    def close(self) -> None:
        """Say goodbye; nothing is expunged."""
        try:
            self._server.logout()
        except (OSError, imaplib.IMAP4.error):
            self._server.shutdown()  # logout leaves the line open where the server does not answer

    # -- opening

    def _open(self, root: Path) -> imaplib.IMAP4:
        inbox = self._inbox
        host = inbox.host.strip("[]")
        if inbox.security == "none":
            return imaplib.IMAP4(host, inbox.port, timeout=inbox.timeout_s)
        context = ssl.create_default_context()  # imaplib's own verifies nothing
        if inbox.ca_file:
            context.load_verify_locations(root / Path(inbox.ca_file).expanduser())
        if inbox.security == "tls":
            return imaplib.IMAP4_SSL(host, inbox.port, ssl_context=context, timeout=inbox.timeout_s)
        server = imaplib.IMAP4(host, inbox.port, timeout=inbox.timeout_s)
        try:
            server.starttls(ssl_context=context)
        except BaseException:
            with contextlib.suppress(OSError):  # a handshake that fails has closed the line, and its reason is ours
                server.shutdown()
            raise
        return server

    def _login(self, password: str) -> None:
        inbox = self._inbox
        user = '"' + re.sub(r'(["\\])', r"\\\1", inbox.username) + '"'  # imaplib quotes the password only
        try:
            self._server.login(user, password)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
            raise LoginError(
                f"{inbox.host}: login as {inbox.username}: {one_line(str(error))}",
                host=inbox.host,
                username=inbox.username,
                hint=f"check username, and the password in {inbox.password_env}; many providers want an app password",
            ) from error

    def _select(self, *, read_only: bool) -> str:
        folder = '"' + re.sub(r'(["\\])', r"\\\1", utf7(self._inbox.folder)) + '"'
        answer, said = self._server.select(folder, readonly=read_only)
        if answer != "OK":
            raise self._unreachable(
                f"folder {self._inbox.folder}: {one_line(repr(said[0]))}", hint="check [inbox] folder"
            )
        _, validity = self._server.response("UIDVALIDITY")
        return (validity[0] or b"0").decode("ascii", "replace") if validity else "0"

    def _fetch(self, uid: str) -> bytes | None:
        with self._named_errors():
            _, answer = self._server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
        found: list[Any] = [one for one in answer if isinstance(one, tuple)]
        return found[0][1] if found else None  # None: deleted meanwhile

    def _unreachable(self, reason: str, *, hint: str) -> ConnectError:
        inbox = self._inbox
        return ConnectError(f"{inbox.host}:{inbox.port}: {reason}", host=inbox.host, port=inbox.port,
                            security=inbox.security, hint=hint)  # fmt: skip

    @contextlib.contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise self._unreachable(
                f"its certificate is not good: {error.verify_message}",
                hint="check [inbox] host; for a certificate of your own, name it in [inbox] ca_file",
            ) from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._unreachable(
                one_line(str(error)) or type(error).__name__,
                hint="check [inbox] host, port and security; nothing that was read is lost",
            ) from error


def utf7(folder: str) -> str:
    """A folder's name as IMAP spells it (RFC 3501 §5.1.3)."""

    def shifted(match: re.Match[str]) -> str:
        letters = base64.b64encode(match.group().encode("utf-16-be")).decode("ascii")
        return f"&{letters.rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, folder.replace("&", "&-"))
