"""Who sends. In SQLite one at a time, by a lock; on a server any number, each with a lease that it keeps renewing.

A lease says that its owner is alive. When it has run out, its rows are anybody's to take over, and every mark its owner
makes after that (a process that slept, a machine that was cut off) finds the row no longer its own: that is what keeps
messages from going out twice, not the lease's time. Time is the server's, so no two clocks are compared.

The table of leases is one that a crash of the server empties (UNLOGGED), and a crash may take the last marks as well,
which are not waited for. So a row of an owner without a lease is in doubt, and one whose lease has merely run out is
not; and an owner whose lease is gone claims and gives back nothing any more: it cannot know what of its own is lost.
"""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from digest.deliver.lock import boot_id, owner, send_lock
from digest.errors import BusyError, StoreError
from digest.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.store.database import Store

LEASE_S = 60.0  # a sender that died is noticed so late; one that was only slow may be taken for dead, and loses nothing
KEPT = timedelta(days=30)  # a lease that ran out, for whoever looks after a mailing that was left so long

_lease = schema.lease.c


@contextlib.contextmanager
def sender(store: Store, root: Path, *, lease_s: float = LEASE_S) -> Iterator[str]:
    """Be a sender of the project in ``root``; gives the name to sign rows with, which nobody else ever has.

    Raises:
        BusyError: the store is in SQLite, and there is another sender.
        StoreError: the lock or the lease cannot be had.
    """
    name = owner(boot_id(), os.getpid())
    if store.path is not None:
        with send_lock(root):
            yield name
        return
    # Containers share a boot id and number their processes alike; a process that lost its lease is somebody new.
    name = f"{name}:{uuid.uuid4().hex[:12]}"
    with store.share() as connection:
        connection.execute(delete(schema.lease).where(_lease.until < func.now() - KEPT))
        connection.execute(insert(schema.lease).values(owner=name, until=func.now() + timedelta(seconds=lease_s)))
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(store, name, lease_s, over), name="lease", daemon=True)
    keeper.start()
    try:
        yield name
    finally:
        over.set()
        keeper.join()
        with contextlib.suppress(StoreError):  # then it runs out by itself
            _renew(store, name, 0.0)


@contextlib.contextmanager
def nobody_sends(store: Store, root: Path) -> Iterator[None]:
    """Do what must not happen under a sender's hands. In SQLite none begins meanwhile; on a server none has begun.

    Raises:
        BusyError: somebody is sending.
    """
    with send_lock(root):
        if store.path is None:
            with store.read() as connection:
                found = connection.scalar(select(_lease.owner).where(_lease.until > func.now()).limit(1))
            if found:
                raise BusyError(
                    f"{store.name}: another digest is sending",
                    hint="wait for it to finish, or a minute if it was killed; see `digest send --status`",
                )
        yield


def is_known(name: ColumnElement[str] | ColumnElement[str | None]) -> ColumnElement[bool]:
    """Whether this owner has a lease, alive or run out: then no mark of it was lost."""
    return exists().where(_lease.owner == name)


def is_live(name: ColumnElement[str] | ColumnElement[str | None]) -> ColumnElement[bool]:
    """Whether this owner's lease has not run out."""
    return exists().where(_lease.owner == name, _lease.until > func.now())


def _keep(store: Store, name: str, lease_s: float, over: threading.Event) -> None:
    while not over.wait(lease_s / 4):
        with contextlib.suppress(StoreError):  # the server is gone for now: the next time, perhaps
            if not _renew(store, name, lease_s):
                return  # it crashed, and came back without us


def _renew(store: Store, name: str, lease_s: float) -> bool:
    until = func.now() + timedelta(seconds=lease_s)
    with store.share() as connection:
        return bool(connection.execute(update(schema.lease).where(_lease.owner == name).values(until=until)).rowcount)
