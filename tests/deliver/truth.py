"""What the ledger says held against what a server has: its own record, made before it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from digest.deliver.ledger import Ledger


def agrees(ledger: Ledger, mailing_id: str, received: Iterable[str]) -> Counter[str]:
    """Nobody lost, nobody doubled, nobody unaccounted for; the number of recipients in each state.

    Who is called sent has it once. Who is uncertain has it once or not. Everybody else does not have it.
    """
    had = Counter(received)
    rows = ledger.rows(mailing_id)
    assert set(had) <= {row.address for row in rows}
    for row in rows:
        allowed = {"sent": {1}, "uncertain": {0, 1}, "sending": {0, 1}}.get(row.state, {0})
        assert had[row.address] in allowed, f"{row.address} is {row.state} and was delivered {had[row.address]} times"
    tally = ledger.tally(mailing_id)
    assert tally.total == len(rows)
    return Counter(row.state for row in rows)
