"""What work cost: processor time, also of a database's own processes, and bytes written, whatever the clock said.

Several engineers, or a slow disk, make the clock lie; the kernel's accounts of a process do not. Linux only: they are
read from ``/proc`` (proc(5)).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.store.database import Store
    from tests.support.postgres import Cluster

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, kw_only=True)
class Spent:
    """What a block took."""

    wall_s: float = 0.0
    cpu_s: float = 0.0  # of this process
    server_cpu_s: float = 0.0  # of the database's processes; 0.0: there are none
    wal_bytes: float = 0.0  # of a server's log; of SQLite what it wrote, to its log and from there into its file


@contextlib.contextmanager
def spending(store: Store, server: Cluster | None) -> Iterator[Spent]:
    """Fills in what the block took, at its end."""
    spent = Spent()
    wall, cpu = time.perf_counter(), time.process_time()
    theirs, log = _server_cpu_s(server), _written(store)
    yield spent
    spent.wall_s = time.perf_counter() - wall
    spent.cpu_s = time.process_time() - cpu
    spent.server_cpu_s = _server_cpu_s(server) - theirs
    spent.wal_bytes = _written(store) - log


def _written(store: Store) -> float:
    if store.path is not None:
        # Of write() and pwrite() alone: what goes through send() to a mail server is not in it.
        told = dict(line.split(": ") for line in Path("/proc/self/io").read_text("ascii").splitlines())
        return float(told["wchar"])
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").scalar()
    return float(found or 0)


def _server_cpu_s(server: Cluster | None) -> float:
    """Of the postmaster, of the processes it has and of those it had."""
    if server is None or server.process is None:
        return 0.0
    master = server.process.pid
    pids = [master, *map(int, Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split())]
    return sum(_cpu_s(pid, ended=pid == master) for pid in pids)


def _cpu_s(pid: int, *, ended: bool) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:  # it has just ended
        return 0.0
    own, children = fields[11:13], fields[13:15]  # utime, stime; those of children that were waited for
    return sum(map(int, [*own, *(children if ended else [])])) * _TICK_S


def table_bytes(store: Store, *tables: str) -> int:
    """Of tables and their indexes, as they lie on the disk, free room included."""
    with store.read() as connection:
        if store.path is None:
            sizes = [connection.exec_driver_sql(f"SELECT pg_total_relation_size('{name}')").scalar() for name in tables]
            return sum(size or 0 for size in sizes)
        names = ", ".join(f"'{name}'" for name in tables)
        query = (
            f"SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name IN ({names}))"
        )
        return connection.exec_driver_sql(query).scalar() or 0
