"""What a recipient costs: a row of the list, a row of the ledger, and a message that leaves with its marks written."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from digest.deliver.delivery import deliver
from digest.deliver.leases import sender
from digest.deliver.ledger import Ledger
from digest.deliver.smtp import Transport
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient
from digest.model import Delivery
from digest.store import schema
from digest.store.database import Store, open_store
from tests.bench.growing.meter import spending, table_bytes
from tests.bench.sending.letters import NOON, letter, open_mailing, settings, sink, stamp
from tests.support.postgres import Cluster

CONNECTIONS = 8
SQLITE = "sqlite:///state/digest.db"
SWEEPS = 20  # looks for whoever is still due; one takes less than the kernel counts in
_AT_ONCE = 5000


class Clock:
    """The machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def subscribe(store: Store, people: int) -> None:
    """Fill the list with so many active readers."""
    listed = {"address_sha256": "0" * 64, "reason": "complaint", "at": NOON}
    with store.write() as connection:
        connection.execute(insert(schema.suppression), listed)  # every list has some: then all are held against them
        for start in range(1, people + 1, _AT_ONCE):
            rows = [_reader(number) for number in range(start, min(start + _AT_ONCE, people + 1))]
            connection.execute(insert(schema.subscriber), rows)


def _reader(number: int) -> dict[str, Any]:
    address = f"reader.{number}@readers.example"
    return {"id": number, "address": address, "address_key": address, "name": f"Reader {number}", "topics": [],
            "state": "active", "added": NOON, "changed": NOON}  # fmt: skip


@contextlib.contextmanager
def frozen(url: str, root: Path, people: int) -> Iterator[Store]:
    """A store with a mailing to so many, of which none has left."""
    with contextlib.closing(open_store(url, root)) as store:
        subscribe(store, people)
        with Ledger(store) as ledger:
            open_mailing(ledger)
        yield store


def recipients(server: Cluster | None, people: int) -> dict[str, float]:
    """The figures of one kind of store, SQLite without a ``server``: microseconds and bytes for each recipient."""
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        root = Path(folder)
        with contextlib.closing(open_store(server.fresh() if server else SQLITE, root)) as store:
            subscribe(store, people)
            listed = table_bytes(store, "subscriber")
            with spending(store, server) as freezing, Ledger(store) as ledger:
                open_mailing(ledger)
            waiting = table_bytes(store, "delivery")
            with spending(store, server) as sending:
                sent = send(store, root, port)
            if sent != people:
                msg = f"{sent} of {people} messages left"
                raise RuntimeError(msg)
            settled = table_bytes(store, "delivery")
            with spending(store, server) as sweeping, Ledger(store) as ledger:
                for _ in range(SWEEPS):
                    (mailing,) = ledger.mailings()
                    ledger.ranges(mailing.id, now=NOON)
    each = {
        "list_bytes": listed,
        "us_freeze": (freezing.cpu_s + freezing.server_cpu_s) * 1e6,
        "us_send": sending.cpu_s * 1e6,
        "us_send_server": sending.server_cpu_s * 1e6,
        "bytes_frozen": waiting,
        "bytes": settled,
        "wal_bytes_freeze": freezing.wal_bytes,
        "wal_bytes": sending.wal_bytes,
        "us_sweep": (sweeping.cpu_s + sweeping.server_cpu_s) * 1e6 / SWEEPS,
    }
    prefix = "recipient_pg" if server else "recipient"
    told = {f"{prefix}_{name}": value / people for name, value in each.items()}
    return told | {f"{prefix}_per_s": people / sending.wall_s}


def send(store: Store, root: Path, port: int, *, connections: int = CONNECTIONS) -> int:
    """Send the mailing of a store to its end, as `digest send` does, and say how many messages left."""
    chosen = settings(port, connections)
    with sender(store, root) as owner, Ledger(store) as ledger, Transport(chosen, root=root) as transport:
        (mailing,) = ledger.mailings()
        marked = stamp(chosen, mailing.id)
        splice = Splice(letter(), marked, date=NOON)

        def render(row: Delivery) -> bytes:
            return splice.message(Recipient(subscriber_id=row.subscriber_id, address=row.address, name=row.name))

        tally = deliver(ledger, transport, render, mailing, owner=owner, clock=Clock(),
                        return_path=marked.envelope_sender)  # fmt: skip
    return tally.sent


def message() -> dict[str, float]:
    """The size of a message, and what a signature would add to making it."""
    chosen = settings(25, 1)
    splice = Splice(letter(), stamp(chosen, "bench"), date=NOON)
    return {"message_bytes": float(len(splice.message(Recipient(subscriber_id=1, address="a@b.example", name="A"))))}


@contextlib.contextmanager
def a_server() -> Iterator[Cluster]:
    """PostgreSQL as it comes: the disk is waited for, whole pages go to the log."""
    from tests.support.postgres import running

    with running(options=()) as server:
        yield server
