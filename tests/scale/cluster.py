"""A newsletter whose store is on a server, a mail server that writes down whom it took, and workers that come and go.

The sink writes each recipient down before it answers, so its log is the truth about what arrived. The ledger is asked
by SQL, beside whatever the workers do.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psycopg

from digest.store.database import open_store
from digest.store.issues import all_issues
from tests.bench.sending.letters import sink
from tests.support.cli import digest
from tests.support.postgres import Cluster
from tests.support.project import make_project, rss

HOME = Path(__file__).parents[2]
CONNECTIONS = 4
TAKEOVER_S = 3
PATIENCE_S = 120.0
LOOK_S = 0.02
SETTLED = ("sent", "failed", "uncertain", "suppressed")
PERIODIC = ("todo", "doing")  # of a job that comes again by itself, these are no debt

Process = subprocess.Popen[bytes]

_SUBJECTS = ("the dredging", "the night ferry", "the pilots’ pay", "the heat plan", "the grain quay", "the new lock")
_CONFIG = """\
[newsletter]
title = "The Harbour Brief"
from = "The Harbour Brief <brief@harbour.example>"

[check]
block = ["embargo"]

[publish]
search = false

[gather]
allow_private = true

[store]
url = "{url}"

[scale]
mail_at_once = {mail_at_once}
takeover_seconds = {takeover_s}

[send]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
"""
_READERS = """
    INSERT INTO subscriber (id, address, address_key, name, topics, state, added, changed)
    SELECT i, 'reader.' || i || '@readers.example', 'reader.' || i || '@readers.example', 'Reader ' || i, '[]',
           'active', now(), now() FROM generate_series(1, {count}) AS i
"""
_IN_HAND = "SELECT count(*) FROM delivery WHERE state IN ('claimed', 'sending') AND owner LIKE %s"
_SILENT = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
        AND backend_xid IS NOT NULL AND state_change < clock_timestamp() - interval '50 ms'
"""
_JOBS = "SELECT status::text, count(*) FROM procrastinate_jobs WHERE queue_name = ANY(%s) GROUP BY status"


def address(number: int) -> str:
    """Of the reader with this subscriber id."""
    return f"reader.{number}@readers.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a mailing, by the sink's log and the ledger."""

    lost: int  # nobody has it from us, and the ledger holds it neither uncertain, failed nor suppressed
    doubled: int  # in the log more than once
    invented: int  # in the log, and not marked as sent or uncertain
    uncertain: int
    arrived: int
    states: dict[str, int]

    @property
    def is_whole(self) -> bool:
        return not (self.lost or self.doubled or self.invented)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A newsletter with an issue that is approved and published, to be copied for each trial."""

    server: Cluster
    folder: Path
    database: str
    issue: str


def print_issue(server: Cluster, folder: Path) -> Printed:
    """Make the newsletter below ``folder`` with a store of its own.

    Raises:
        RuntimeError: a step failed.
    """
    url = server.empty()
    day = format_datetime(datetime.now(UTC) - timedelta(hours=1))
    items = [
        f"<item><title>The harbour council votes on {subject}</title><link>https://harbour.example/{number}</link>"
        f"<guid>https://harbour.example/{number}</guid><pubDate>{day}</pubDate><description>The council will vote on "
        f"{subject} in {number + 2} weeks. Both unions asked for a date. Nobody was surprised.</description></item>"
        for number, subject in enumerate(_SUBJECTS)
    ]
    make_project(folder, config=_config(url, port=9), feeds='[[feed]]\npath = "harbour.xml"\n',
                 files={"feeds/harbour.xml": rss(*items, title="Harbour Watch")})  # fmt: skip
    steps = (["fetch"], ["draft"], ["approve", "--by", "the bench", "--offline"], ["publish"])
    ran = [digest(*step, root=folder) for step in steps]
    if any(one.code not in {0, 3} for one in ran):
        raise RuntimeError("\n".join(one.err for one in ran))
    store = open_store(url, folder)
    with store.read() as connection:
        (record,) = all_issues(connection)
    store.close()
    return Printed(server=server, folder=folder, database=url.partition("@/")[2].partition("?")[0], issue=record.name)


def _config(
    url: str, *, port: int, connections: int = CONNECTIONS, mail_at_once: int = 4, takeover_s: float = TAKEOVER_S
) -> str:
    return _CONFIG.format(url=url, port=port, connections=connections, mail_at_once=mail_at_once, takeover_s=takeover_s)


@dataclass(kw_only=True)
class Company:
    """One mailing, and everybody who works at it."""

    server: Cluster
    database: str
    root: Path
    issue: str
    people: int
    log: Path
    workers: list[Process] = field(default_factory=list)
    held: list[int] = field(default_factory=list)  # how many recipients each kill left in doubt

    # -- who works

    def hire(self, *options: str, watched: Path | None = None) -> Process:
        """Start a worker; ``watched``: where it is to write down which function called which."""
        name = self.root / f"worker-{len(self.workers)}.txt"
        script = ["-m", "digest"] if watched is None else ["-m", "tests.bench.scaling.watched", str(watched)]
        with name.open("wb") as file:
            one = subprocess.Popen(
                [sys.executable, *script, "-C", str(self.root), "worker", *options], stdout=file, stderr=file, cwd=HOME
            )
        self.workers.append(one)
        return one

    def said(self, one: Process) -> str:
        """What a worker has told so far."""
        return (self.root / f"worker-{self.workers.index(one)}.txt").read_text("utf-8", "replace")

    def hand_over(self) -> None:
        """Leave the issue to the workers."""
        done = self.digest("send", self.issue, "--workers", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr

    def digest(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command of the newsletter, as a process of its own."""
        command = [sys.executable, "-m", "digest", "-C", str(self.root), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=HOME, timeout=PATIENCE_S)

    def kill(self, one: Process) -> int:
        """Kill a worker with -9; how many recipients that leaves in doubt."""
        one.send_signal(signal.SIGKILL)
        one.wait()
        time.sleep(0.1)  # its last statements may still be with the server
        rows = self.ask("SELECT count(*) FROM delivery WHERE state = 'sending' AND owner LIKE %s", f"%:{one.pid}:%")
        self.held.append(int(rows[0][0]))
        return self.held[-1]

    def freeze(self, one: Process, *, in_transaction: bool = False) -> None:
        """Stop a worker that has recipients in its hands, and perhaps a transaction, so that it holds them asleep."""
        while True:
            self.wait_until(lambda: self.at_work(one), why="it is at work")
            one.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            if self.at_work(one) and self._is_in_transaction() == in_transaction:
                return
            one.send_signal(signal.SIGCONT)
            time.sleep(0.03)

    def _is_in_transaction(self) -> bool:
        """Whether somebody has begun to write and says nothing."""
        return bool(self.ask(_SILENT)[0][0])

    def at_work(self, one: Process) -> bool:
        """Whether a worker has claimed recipients who are not settled."""
        return bool(self.ask(_IN_HAND, f"%:{one.pid}:%")[0][0])

    def dismiss(self, *some: Process) -> list[int]:
        """Ask workers, or all, to end in order, once they have begun; their exit codes."""
        leaving = [one for one in some or self.workers if one.poll() is None]
        for one in leaving:
            self.wait_until(lambda one=one: self.has_begun(one) or one.poll() is not None, why="it has begun")  # type: ignore[misc]
            one.send_signal(signal.SIGTERM)
        return [one.wait(PATIENCE_S) for one in leaving]

    # -- what is known

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """One question to the store, past digest."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()

    def ask_nothing(self, statement: str) -> None:
        """Change something in the store, past digest."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def dsn(self) -> str:
        return f"host={self.server.folder} user=digest dbname={self.database}"

    def received(self) -> int:
        try:
            return self.log.read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def states(self) -> dict[str, int]:
        """Recipients by state."""
        return {state: int(count) for state, count in self.ask("SELECT state, count(*) FROM delivery GROUP BY state")}

    def jobs(self, *queues: str) -> dict[str, int]:
        """Jobs of these queues by status."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return {status: int(count) for status, count in connection.execute(_JOBS, [list(queues)]).fetchall()}

    def found(self) -> Found:
        """Hold the ledger against the sink's log."""
        arrived = Counter(self.log.read_text("ascii").split()) if self.log.exists() else Counter[str]()
        rows = dict(self.ask("SELECT address, state FROM delivery"))
        kept = {"uncertain", "failed", "suppressed"}
        lost = sum(name not in arrived and state not in kept for name, state in rows.items())
        return Found(
            lost=lost + abs(self.people - len(rows)),
            doubled=sum(times > 1 for times in arrived.values()),
            invented=sum(rows.get(name) not in {"sent", "uncertain"} for name in arrived),
            uncertain=sum(state == "uncertain" for state in rows.values()),
            arrived=len(arrived),
            states=dict(Counter(rows.values())),
        )

    # -- waiting

    def wait_until(self, what: Callable[[], bool], *, why: str) -> None:
        """Look until it is so.

        Raises:
            AssertionError: it is not so for long, or nobody is left who could bring it about.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not what():
            alive = any(one.poll() is None for one in self.workers)
            assert alive and time.monotonic() < deadline, f"{why}: {self.told()}"  # noqa: PT018
            time.sleep(LOOK_S)

    def wait_for(self, count: int) -> None:
        """Until the sink has so many."""
        self.wait_until(lambda: self.received() >= count, why=f"{count} of {self.people} arrived")

    def wait_for_the_end(self) -> Found:
        """Until every recipient is settled and no batch is left, in the queue or in work."""
        self.wait_until(self._is_settled, why="every recipient is settled")
        self.wait_until(lambda: not self.jobs_left(), why="no batch is left")
        return self.found()

    def has_begun(self, one: Process) -> bool:
        """Whether a worker has said that it takes jobs."""
        return "takes jobs" in self.said(one)

    def _is_settled(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):  # the server is being started again
            states = self.states()
            return sum(states.values()) == sum(states.get(name, 0) for name in SETTLED) == self.people
        return False

    def jobs_left(self) -> int:
        """Batches of readers that are not done, and jobs of any kind that failed."""
        with contextlib.suppress(psycopg.OperationalError):
            mail, all_of_them = self.jobs("mail"), self.jobs("mail", "control", "desk", "fetch")
            return sum(mail.get(status, 0) for status in PERIODIC) + all_of_them.get("failed", 0)
        return -1

    def told(self) -> str:
        """All there is to look at when something went wrong."""
        lines = [f"{self.received()} received"]
        with contextlib.suppress(psycopg.Error):
            lines += [f"states {self.states()}", f"jobs {self.jobs('mail', 'control', 'desk', 'fetch')}"]
        lines += [f"--- worker {one.pid} ended {one.poll()}\n{self.said(one)[-4000:]}" for one in self.workers]
        return "\n".join(lines)


@contextlib.contextmanager
def company(
    printed: Printed,
    root: Path,
    *,
    people: int,
    delay_ms: float = 3.0,
    connections: int = CONNECTIONS,
    mail_at_once: int = 4,
    takeover_s: float = TAKEOVER_S,
) -> Iterator[Company]:
    """A copy of the newsletter with so many readers and a mail server; the workers end with the block."""
    server = printed.server
    database = f"company_{root.name.replace('-', '_')}_{time.monotonic_ns()}".lower()[:60]
    database = re.sub(r"\W", "_", database)
    server.execute(f"CREATE DATABASE {database} TEMPLATE {printed.database} STRATEGY file_copy")
    newsroom = root / "brief"
    shutil.copytree(printed.folder, newsroom, ignore=shutil.ignore_patterns("*.lock"))
    log = root / "arrived"
    with sink(log=log, delay_ms=delay_ms) as port:
        config = _config(
            server.url(database),
            port=port,
            connections=connections,
            mail_at_once=mail_at_once,
            takeover_s=takeover_s,
        )
        (newsroom / "digest.toml").write_text(config, "utf-8")
        server.execute(_READERS.format(count=people), database=database)
        made = Company(server=server, database=database, root=newsroom, issue=printed.issue, people=people, log=log)
        try:
            yield made
        finally:
            for one in made.workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGCONT)
                one.kill()
                one.wait()
            server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
