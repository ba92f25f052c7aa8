"""Opens the mailbox of digest.toml and reads it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING

from digest.deliver.claims import Proofs
from digest.deliver.inbox import Reading, read_inbox
from digest.deliver.keys import known_keyring
from digest.deliver.letterbox import Box, MailboxFile, Maildir
from digest.deliver.verp import SECRET
from digest.errors import LoginError, StateError
from digest.store.database import get_meta

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.project import Project


def look_into_inbox(
    project: Project, environ: Mapping[str, str], *, now: datetime, dry_run: bool = False
) -> tuple[Reading, ...]:
    """Read what came back since the last time.

    Raises:
        StateError: digest.toml names no mailbox, or there is none.
        ConnectError, LoginError: its server is out of reach.
    """
    with project.store.read() as connection:
        proofs = _proofs(project, connection, now=now)
    with _opened(project, environ, now=now, read_only=dry_run) as box:
        return tuple(read_inbox(project.store, box, proofs, now=now, dry_run=dry_run))


def _proofs(project: Project, connection: Connection, *, now: datetime) -> Proofs | None:
    """What our mails can be known by; None: none was ever sent."""
    secret, keyring = get_meta(connection, SECRET), known_keyring(connection)
    if secret is None or keyring is None:
        return None
    inbox = project.settings.inbox
    address = parseaddr(inbox.address or "")[1] if inbox else ""
    return Proofs(return_address=address, secret=secret, keyring=keyring, now=now)


@contextlib.contextmanager
def _opened(project: Project, environ: Mapping[str, str], *, now: datetime, read_only: bool) -> Iterator[Box]:
    inbox = project.settings.inbox
    if inbox is None:
        raise StateError(
            "digest.toml names no mailbox",
            hint='write [inbox] with kind = "imap", host and username; or kind = "maildir" and path',
        )
    if inbox.kind != "imap":
        path = project.root / Path(inbox.path).expanduser()
        yield Maildir(path) if inbox.kind == "maildir" else MailboxFile(path)
        return
    password = environ.get(inbox.password_env, "")
    if not password:
        raise LoginError(
            f"{inbox.host}: there is no password for {inbox.username}",
            host=inbox.host,
            username=inbox.username,
            hint=f"set the environment variable {inbox.password_env}",
        )
    from digest.deliver.imapbox import ImapBox  # noqa: PLC0415  a mailbox on this machine needs no server

    with contextlib.closing(
        ImapBox(inbox, root=project.root, password=password, now=now, read_only=read_only)
    ) as server:
        yield server
