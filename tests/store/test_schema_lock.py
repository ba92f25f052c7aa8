"""Nothing is migrated under those who are at work, and an older digest goes on with nothing that was migrated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, make_url, text

from digest.errors import BusyError, StaleError, StoreError
from digest.store import holds, schema
from digest.store.database import Store, open_store
from digest.store.migrate import alembic_config
from digest.store.postgres import PostgresStore
from digest.store.transactions import Held, migrate, revision_of
from digest.store.transfermarks import mark_moved
from tests.support.postgres import Cluster

BEFORE = "0009"
OLD = """
import sys
from pathlib import Path
from digest.errors import DigestError
from digest.store import schema

schema.HEAD = sys.argv[3]  # all that this digest knows
from digest.store.database import open_store

try:
    store = open_store(sys.argv[1], Path(sys.argv[2]))
    for _ in sys.stdin if len(sys.argv) > 4 else [""]:
        with store.steady():
            print("at work", flush=True)
            if len(sys.argv) > 4:
                sys.stdin.readline()
        print("done", flush=True)
except DigestError as error:
    print(type(error).__name__, error.message, "|", error.hint, flush=True)
    sys.exit(error.exit_code)
"""
KILLED_AS_IT_MIGRATES = """
import os, sys
from pathlib import Path
from sqlalchemy import Engine, event
from digest.store.database import open_store

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, statement, *rest):
    if "CREATE TABLE worker" in statement:
        os.kill(os.getpid(), 9)

open_store(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.fixture
def older(cluster: Cluster) -> str:
    """The address of a store as the digest before left it."""
    url = cluster.empty()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    store = PostgresStore(engine, name="older")
    with store.write() as connection:
        command.upgrade(alembic_config(connection), BEFORE)
        store.finish(connection)
    store.close()
    return url


def revision(cluster: Cluster, url: str) -> str:
    ((found,),) = cluster.execute("SELECT version_num FROM alembic_version", database=make_url(url).database or "")
    return str(found)


def tables(cluster: Cluster, url: str) -> set[str]:
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return {str(row[0]) for row in cluster.execute(asked, database=make_url(url).database or "")}


class Worker:
    """A process of an older digest, which does a job whenever it is told, and lives on."""

    def __init__(self, url: str, root: Path) -> None:
        words = [sys.executable, "-c", OLD, url, str(root), BEFORE, "until told"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self) -> str:
        """Have it begin or end a job; what it says."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


@contextmanager
def old_worker(url: str, root: Path) -> Iterator[Worker]:
    worker = Worker(url, root)
    with worker.process:
        try:
            yield worker
        finally:
            worker.process.kill()


def test_a_job_keeps_the_schema_and_the_newer_digest_says_what_to_stop(
    cluster: Cluster, older: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "SCHEMA_WAIT_S", 0.1)
    with old_worker(older, tmp_path) as worker:
        assert worker.tell() == "at work\n"
        with pytest.raises(BusyError, match="is to be migrated or moved, and is in use: 1 at work from") as caught:
            open_store(older, tmp_path)
        assert "stop every `digest worker`" in (caught.value.hint or "")
        assert revision(cluster, older) == BEFORE
        assert worker.tell() == "done\n"


def test_who_migrates_waits_for_the_job_and_the_older_worker_refuses_the_next(
    cluster: Cluster, older: str, tmp_path: Path
) -> None:
    with old_worker(older, tmp_path) as worker:
        assert worker.tell() == "at work\n"
        code = "import sys; from pathlib import Path; from digest.store.database import open_store\n"
        code += "open_store(sys.argv[1], Path(sys.argv[2])).close()"
        with subprocess.Popen([sys.executable, "-c", code, older, str(tmp_path)]) as newer:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while cluster.execute(waiting) == [(0,)]:
                assert newer.poll() is None
            assert worker.tell() == "done\n"
            assert newer.wait() == 0
        assert revision(cluster, older) == schema.HEAD

        refused = worker.tell()
        assert refused.startswith("StaleError ")
        assert f"was migrated by a newer digest (schema {schema.HEAD}, this one knows {BEFORE})" in refused
        assert "install the same digest here and start this again; nothing was changed" in refused
        assert worker.process.wait() == 1


def test_an_older_worker_does_not_start_on_a_newer_store(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.fresh()
    words = [sys.executable, "-c", OLD, url, str(tmp_path), BEFORE]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)

    assert ran.returncode == 1
    assert ran.stdout.startswith("StaleError ")
    assert f"newer digest (schema {schema.HEAD}, this one knows {BEFORE})" in ran.stdout
    assert revision(cluster, url) == schema.HEAD


def test_a_store_that_is_not_what_was_opened_is_left_alone(store: Store) -> None:
    for found, said in (("9999", "newer digest"), (BEFORE, "is not what was opened")):
        with store.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": found})
        with pytest.raises(StaleError, match=said) as caught, store.steady():
            pytest.fail("it has another schema")
        assert "nothing was changed" in (caught.value.hint or "")
        assert caught.value.exit_code == 1


def test_a_store_that_was_moved_away_says_where_it_is(store: Store) -> None:
    with store.write() as connection:
        mark_moved(connection, "postgresql://desk@db.example/brief")
    with pytest.raises(StoreError, match="was moved to postgresql://desk@db.example/brief"), store.steady():
        pytest.fail("its contents are elsewhere")


def test_being_alone_keeps_the_schema_as_well(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "SCHEMA_WAIT_S", 0.1)
    ours, theirs = (open_store(url, tmp_path) for url in [cluster.fresh()] * 2)
    with ours.alone("work", wait_s=0, busy="b", hint="h"), pytest.raises(BusyError, match="in use"), theirs.migrating():
        pytest.fail("somebody is at work")
    with theirs.migrating(), pytest.raises(BusyError, match="is being migrated"), ours.steady():
        pytest.fail("it is being migrated")
    with ours.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StaleError), ours.alone("work", wait_s=0, busy="b", hint="h"):
        pytest.fail("it is another schema")
    ours.close()
    theirs.close()


def test_several_that_open_an_older_store_at_once_migrate_it_once(cluster: Cluster, older: str, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from digest.store.database import open_store\n"
    code += "open_store(sys.argv[1], Path(sys.argv[2])).close()"
    opening = [subprocess.Popen([sys.executable, "-c", code, older, str(tmp_path)]) for _ in range(3)]

    assert [one.wait() for one in opening] == [0, 0, 0]
    assert revision(cluster, older) == schema.HEAD
    assert "worker" in tables(cluster, older)


def test_a_migration_that_was_killed_leaves_the_store_as_it_was(cluster: Cluster, older: str, tmp_path: Path) -> None:
    before = tables(cluster, older)
    killed = subprocess.run([sys.executable, "-c", KILLED_AS_IT_MIGRATES, older, str(tmp_path)], check=False)

    assert killed.returncode == -9
    assert (revision(cluster, older), tables(cluster, older)) == (BEFORE, before)
    open_store(older, tmp_path).close()
    assert revision(cluster, older) == schema.HEAD


def test_a_newer_digest_that_was_quicker_to_migrate_is_named(cluster: Cluster, older: str) -> None:
    engine = create_engine(make_url(older).set(drivername="postgresql+psycopg"))

    class Overtaken(PostgresStore):
        """One that waits for the lock while a still newer digest has it."""

        def migrating(self) -> Held:
            cluster.execute("UPDATE alembic_version SET version_num = '9999'", database=engine.url.database or "")
            return super().migrating()

    store = Overtaken(engine, name="older")
    with pytest.raises(StoreError, match="newer digest"):
        migrate(store)
    with store.read() as connection:
        assert revision_of(connection) == "9999"
    store.close()
