"""A PostgreSQL server of our own, on a Unix socket and on loopback: made, used and removed by the tests.

Debian's binaries are enough (package ``postgresql``); no cluster of the system is touched. Where there are none, tests
that ask for a ``cluster`` are skipped; in CI they fail.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import delete, func, insert, make_url, update

from digest.store import schema
from digest.store.database import Store, open_store

FAST = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""Enough where nobody pulls the plug: what the processes wrote, the kernel still has."""

PASSWORD = "quay/side: 7 @ dawn"
"""What ``digest`` must say over TCP; it has what an address must spell otherwise."""

USUAL = 5432
_numbers = itertools.count(1)


def binary(name: str) -> str | None:
    """The path of one of PostgreSQL's programs; Debian keeps them out of PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(debian[-1]) if debian else shutil.which(name)


def missing(what: str) -> NoReturn:
    """Skip the test for what is not on this machine; where all of it must be, fail."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def _account() -> dict[str, Any]:
    """As whom the server runs: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    missing("there is no user to run PostgreSQL as")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Cluster:
    """A server that can be stopped, killed and started again."""

    def __init__(self, folder: Path, *, options: tuple[str, ...] = FAST, port: int | None = None) -> None:
        self.folder = folder
        self.options = options
        self.account = _account()
        self.process: subprocess.Popen[bytes] | None = None
        self.template: str | None = None
        self.port = port  # on loopback; None: it listens on its socket only
        if self.account:
            os.chown(folder, self.account["user"], self.account["group"])
        # Letters are sorted as people do, so that a test shows where the store would not sort them by their bytes.
        how = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en", "--encoding=UTF8")
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)  # the server's user reads it, and nobody else comes into the folder
        auth = ("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}")
        self._run("initdb", "--pgdata", str(self.data), "--username=digest", *auth, "--no-sync", *how)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [binary(name) or name, *words], check=False, capture_output=True, text=True, cwd=self.folder, **self.account
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        loopback = ("-c", "listen_addresses=127.0.0.1", "-p", str(self.port))
        where = ("-k", str(self.folder), *(loopback if self.port else ("-c", "listen_addresses=")))
        words = ("-D", str(self.data), *where, "-c", "max_connections=60")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [binary("postgres") or "postgres", *words, *self.options], stdout=log, stderr=log, cwd=self.folder,
                **self.account,
            )  # fmt: skip
        while subprocess.run(
            [binary("pg_isready") or "pg_isready", "-q", "-h", str(self.folder), "-p", str(self.port or USUAL)],
            check=False,
        ).returncode:
            assert self.process.poll() is None, (self.folder / "log").read_text()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT breaks the connections off and shuts down in order; SIGQUIT does not, as a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Do one thing as the server's master, and give the rows."""
        with psycopg.connect(
            host=str(self.folder), port=self.port or USUAL, user="digest", dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str) -> str:
        port = f"&port={self.port}" if self.port else ""
        return f"postgresql://digest@/{database}?host={self.folder}{port}"

    def loopback(self, database: str, *, password: str = PASSWORD) -> str:
        """The address of a database by TCP, where the server asks for a password."""
        return f"postgresql://digest:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def empty(self) -> str:
        """The address of a new database with nothing in it."""
        name = f"empty_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def fresh(self) -> str:
        """The address of a new store: a copy of one made once, in a tenth of the time."""
        if self.template is None:
            self.execute("CREATE DATABASE template_digest")
            open_store(self.url("template_digest"), self.folder).close()
            self.template = "template_digest"
        return self._copy(self.template)

    def copy(self, url: str) -> str:
        """The address of a copy of a database that nobody is connected to."""
        return self._copy(str(make_url(url).database))

    def _copy(self, template: str) -> str:
        name = f"digest_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def clear(self, url: str) -> None:
        """Take everything out of a database."""
        self.drop(url)
        self.execute(f"CREATE DATABASE {make_url(url).database}")

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it: each takes ten megabytes."""
        self.execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


@contextlib.contextmanager
def running(*, options: tuple[str, ...] = FAST, port: int | None = None) -> Iterator[Cluster]:
    """A new server, until the end of the block; with a port it listens on loopback too.

    The test is skipped where there is no PostgreSQL, and fails in CI.
    """
    if not binary("postgres") or not binary("initdb"):
        missing("there is no PostgreSQL here: install Debian's package postgresql")
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-", dir="/tmp"))
    try:
        cluster = Cluster(folder, options=options, port=port)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop(signal.SIGQUIT)  # nobody wants it any more
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server for all tests of this process."""
    with running() as one:
        yield one


def let_leases_run_out(store: Store) -> None:
    """As a minute after the last sender died."""
    with store.write() as connection:
        connection.execute(update(schema.lease).values(until=func.now() - timedelta(seconds=1)))


def lend(store: Store, *owners: str, seconds: float = 3600) -> None:
    """Give these senders leases for so long from now; less than nothing: they ran out."""
    until = func.now() + timedelta(seconds=seconds)
    with store.write() as connection:
        connection.execute(delete(schema.lease).where(schema.lease.c.owner.in_(owners)))
        if store.path is None:  # SQLite knows no leases
            for owner in owners:
                connection.execute(insert(schema.lease).values(owner=owner, until=until))
