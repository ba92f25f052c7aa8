"""A sender of a mailing on a server, to be killed: python -m tests.deliver.sender_on_a_server URL ROOT PORT LEASE_S."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from digest.deliver.delivery import deliver
from digest.deliver.leases import sender
from digest.deliver.ledger import Ledger
from digest.deliver.smtp import Transport
from digest.errors import DigestError
from digest.model import Delivery
from digest.store.database import open_store
from tests.deliver.helpers import NOON, SHA, settings

CONNECTIONS = 4


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def render(row: Delivery) -> bytes:
    return f"To: {row.address}\r\nSubject: Dues\r\n\r\n{'The dues rise. ' * 100}\r\n".encode()


def main(url: str, root: str, port: str, lease_s: str) -> int:
    chosen = settings(host="127.0.0.1", port=int(port), security="none", connections=CONNECTIONS)
    store = open_store(url, Path(root))
    try:
        with (
            sender(store, Path(root), lease_s=float(lease_s)) as owner,
            Ledger(store) as ledger,
            Transport(chosen, root=Path(root)) as transport,
        ):
            mailing = ledger.open_mailing("2026-W47", "issue", SHA, ("all",), now=NOON)
            print("ready", flush=True)
            tally = deliver(ledger, transport, render, mailing, owner=owner, clock=Clock())
            print(tally, flush=True)
    except DigestError as error:
        print(type(error).__name__, error.message, flush=True)
        return 3
    finally:
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
