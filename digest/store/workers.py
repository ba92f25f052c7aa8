"""The processes of ``digest worker`` that share a store: who they are, and when each last gave a sign.

All times are the server's, so no two clocks are compared. Only a store on PostgreSQL has workers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select, update

from digest.store.schema import worker as table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process of ``digest worker``. ``started`` and ``seen`` are told by the store, never to it."""

    name: str  # nobody else ever has it
    host: str
    pid: int  # on that host
    version: str  # of digest
    queues: tuple[str, ...]
    numbers: tuple[int, ...] = ()  # procrastinate_workers.id, of which one process may have several
    started: datetime | None = None
    seen: datetime | None = None
    ending: bool = False  # it was told to stop, and finishes what it began


def enter(connection: Connection, worker: Worker) -> None:
    """Note a worker that begins, or begins anew: whatever was noted under its name is replaced."""
    leave(connection, worker.name)
    told = {key: getattr(worker, key) for key in ("name", "host", "pid", "version", "ending")}
    lists = {"queues": list(worker.queues), "numbers": list(worker.numbers)}
    connection.execute(insert(table).values(**told, **lists, started=func.now(), seen=func.now()))


def seen(connection: Connection, name: str, *, ending: bool = False, numbers: Sequence[int] = ()) -> bool:
    """Note a sign of life; False: it was taken for dead, and has to ``enter`` anew.

    Args:
        connection: of a transaction that writes.
        name: of the worker.
        ending: it takes no more jobs.
        numbers: under which the queue knows it by now.
    """
    told = {"seen": func.now(), "ending": ending, "numbers": list(numbers)}
    query = update(table).where(table.c.name == name).values(**told)
    return bool(connection.execute(query).rowcount)


def leave(connection: Connection, name: str) -> None:
    """Forget a worker that has ended in order."""
    connection.execute(delete(table).where(table.c.name == name))


def all_workers(connection: Connection) -> tuple[Worker, ...]:
    """Every worker that has not left, by host and process; some may be dead."""
    rows = connection.execute(select(table).order_by(table.c.host, table.c.pid, table.c.name)).mappings()
    return tuple(map(_worker, rows))


def live_workers(connection: Connection, silent_s: float) -> tuple[Worker, ...]:
    """Those that have given a sign within so many seconds."""
    alive = select(table).where(table.c.seen >= func.now() - timedelta(seconds=silent_s))
    return tuple(map(_worker, connection.execute(alive.order_by(table.c.name)).mappings()))


def drop_dead(connection: Connection, silent_s: float) -> int:
    """Forget the workers that have given no sign for so many seconds; say how many they were."""
    silent = table.c.seen < func.now() - timedelta(seconds=silent_s)
    return connection.execute(delete(table).where(silent)).rowcount


def _worker(row: RowMapping) -> Worker:
    lists = {"queues": tuple(row["queues"]), "numbers": tuple(row["numbers"])}
    return Worker(**{**row, **lists})
