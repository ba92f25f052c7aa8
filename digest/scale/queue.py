"""The jobs that wait, in the store's own database: procrastinate's tables, written in the transaction at hand.

A job says what to look at and never what is true: the ledger and the feeds' rows are. So a job that is lost, doubled or
done twice changes nothing, and what it was about is found by the next planning.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from digest.errors import StateError, StoreError
from digest.store.database import get_meta, put_meta

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.store.database import Store

CONTROL, MAIL, DESK, FETCH = "control", "mail", "desk", "fetch"
QUEUES: Final = (MAIL, DESK, FETCH)
"""What a worker can be told to look at; at ``control``, the planning, each looks."""

REAPER_PRIORITY = 100
PRIORITY: Final = {CONTROL: 90, MAIL: 50, DESK: 20, FETCH: 0}
"""A fetch of jobs goes through the waiting ones by priority, and 200,000 of another queue that stand before it made it
ten times slower: mail stands before feeds, and what finds the dead before all."""

BATCH = 500
"""Readers or feeds in one job. A job costs 4 to 10 ms of its own: one a reader would be hours of them."""

# To take a job procrastinate looks for earlier ones of its lock. It has no index for that, and read all that waits for
# each candidate: 2.7 s to take a batch of readers beside 200,000 other jobs, 1 ms with this. The server would still
# read all while its statistics do not know of the new locks, and go through all other queues to find this one empty
# when it plans once for all queues, unless the function that takes a job forbids both.
_BY_LOCK = """
    CREATE INDEX IF NOT EXISTS digest_jobs_by_lock ON procrastinate_jobs (lock, priority DESC, id)
        WHERE status IN ('todo', 'doing');
    DO $$ DECLARE one regprocedure; BEGIN
        FOR one IN SELECT oid FROM pg_proc
            WHERE starts_with(proname, 'procrastinate_fetch_job') AND pronamespace = current_schema()::regnamespace
        LOOP
            EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off SET plan_cache_mode = force_custom_plan', one);
        END LOOP;
    END $$;
"""
_WAITS_S: Final = (5.0, 15.0, 60.0, 300.0)
_REVISION = "schema of the queue"  # in meta: the last migration of procrastinate that was made


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A kind of job."""

    name: str
    queue: str
    priority: int


def _task(name: str, queue: str, priority: int | None = None) -> Task:
    return Task(name=name, queue=queue, priority=PRIORITY[queue] if priority is None else priority)


DELIVER = _task("deliver", MAIL)
FETCH_BATCH = _task("fetch_batch", FETCH)
BEGIN = _task("begin", DESK, PRIORITY[DESK] + 5)
CORRECT = _task("correct", DESK)
PUBLISH = _task("publish", DESK)
DRAFT = _task("draft", DESK)
INBOX = _task("inbox", DESK)
PLAN_MAIL = _task("plan_mail", CONTROL)
PLAN_FETCH = _task("plan_fetch", FETCH, PRIORITY[CONTROL])
REAP = _task("reap", CONTROL, REAPER_PRIORITY)
TIDY = _task("tidy", CONTROL)


class AgainError(Exception):
    """What a job raises that is to be done once more, ``seconds`` from now."""

    def __init__(self, why: str, *, seconds: float) -> None:
        super().__init__(why)
        self.seconds = seconds


def seconds_until(attempts: int) -> float:
    """How long a job waits whose server was out of reach, or that another process held up, after so many attempts."""
    return _WAITS_S[min(attempts, len(_WAITS_S) - 1)]


class Queue:
    """Puts jobs into the store."""

    def __init__(self, store: Store) -> None:
        require_server(store)
        from procrastinate import SyncPsycopgConnector  # noqa: PLC0415  60 ms, for whoever scales out
        from procrastinate.manager import JobManager  # noqa: PLC0415  likewise

        self.store = store
        self._manager = JobManager(SyncPsycopgConnector())  # never opened: it writes over connections of the store

    def defer(
        self,
        task: Task,
        *,
        connection: Connection | None = None,
        lock: str | None = None,
        queueing_lock: str | None = None,
        seconds: float = 0.0,
        **args: Any,
    ) -> bool:
        """Have a job done, ``seconds`` from now at the earliest; see defer_many.

        Args:
            task: what is to be done.
            connection: of the transaction that the job comes into being with; None: one of its own.
            lock: of all jobs of that lock one is done at a time, everywhere.
            queueing_lock: of all jobs of that lock one waits at a time.
            seconds: until then.
            args: of the job.

        Returns:
            False, if there is one with this queueing lock that waits already.
        """
        from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415  as above
        from procrastinate.utils import utcnow  # noqa: PLC0415  likewise

        at = utcnow() + datetime.timedelta(seconds=seconds) if seconds else None
        job = self._job(task, lock, args, queueing_lock=queueing_lock, at=at)
        with self._transaction(connection) as mine:
            try:
                with mine.begin_nested():
                    self._manager.batch_defer_jobs([job], connection=_driver(mine))
            except AlreadyEnqueued:
                return False
        return True

    def defer_many(
        self, task: Task, jobs: Iterable[tuple[str | None, dict[str, Any]]], *, connection: Connection | None = None
    ) -> int:
        """Have jobs done, each given by its lock and its arguments, all in one statement; say how many."""
        made = [self._job(task, lock, args) for lock, args in jobs]
        if made:
            with self._transaction(connection) as mine:
                self._manager.batch_defer_jobs(made, connection=_driver(mine))
        return len(made)

    @contextlib.contextmanager
    def _transaction(self, connection: Connection | None) -> Iterator[Connection]:
        from procrastinate.exceptions import ConnectorException  # noqa: PLC0415  as above

        try:
            if connection is not None:
                yield connection
            else:
                with self.store.share() as mine:
                    yield mine
        except ConnectorException as error:
            said = next(iter(str(error.__cause__ or error).splitlines()), "")
            raise StoreError(
                f"{self.store.name}: no job could be left: {said}", hint="is the server running?"
            ) from error

    def _job(
        self,
        task: Task,
        lock: str | None,
        args: dict[str, Any],
        *,
        queueing_lock: str | None = None,
        at: datetime.datetime | None = None,
    ) -> Any:
        from procrastinate.jobs import Job  # noqa: PLC0415  as above

        return Job(
            queue=task.queue,
            priority=task.priority,
            lock=lock,
            queueing_lock=queueing_lock,
            task_name=task.name,
            task_kwargs=args,
            scheduled_at=at,
        )


def live_ranges(connection: Connection, mailing_id: str, *, now: datetime.datetime) -> Sequence[tuple[int, int]]:
    """The ranges of a mailing's readers for which there is a job that is being done, or that waits and has its time."""
    query = (
        "SELECT (args->>'lo')::int, (args->>'hi')::int FROM procrastinate_jobs WHERE task_name = :task"
        " AND (status = 'doing' OR status = 'todo' AND coalesce((args->>'until')::timestamptz >= :now, true))"
        " AND args->>'mailing_id' = :mailing ORDER BY 1, 2"
    )
    rows = connection.execute(text(query), {"task": DELIVER.name, "mailing": mailing_id, "now": now})
    return [(lo, hi) for lo, hi in rows]


def hurry(connection: Connection, mailing_id: str) -> None:
    """Have the batches of a mailing done now that wait for a mail server to be in reach again."""
    query = (
        "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE task_name = :task AND status = 'todo'"
        " AND args->>'mailing_id' = :mailing AND scheduled_at IS NOT NULL"
    )
    connection.execute(text(query), {"task": DELIVER.name, "mailing": mailing_id})


def require_server(store: Store) -> None:
    """Workers share a store that several machines can reach, and what keeps the jobs in it.

    Raises:
        StateError: it is a file of SQLite.
        StoreError: procrastinate is not installed.
    """
    if store.path is not None:
        raise StateError(
            "workers need a store on PostgreSQL, which several of them can reach",
            hint='`digest migrate-store` moves this one; then write url = "postgresql://…" under [store]. '
            "On one machine without a server `digest run` does the same work, from cron",
        )
    try:
        import procrastinate  # noqa: F401, PLC0415  as above
    except ModuleNotFoundError as error:
        raise StoreError("workers need procrastinate, which is not installed",
                         hint='pip install "digest-desk[scale]"') from error  # fmt: skip


def prepare_queue(store: Store) -> None:
    """Make the tables of the queue, or bring them to what the installed procrastinate wants, as one transaction.

    Raises:
        StoreError: they were made by a newer procrastinate.
    """
    require_server(store)
    migrations = _migrations()
    newest = migrations[-1].name
    with store.read() as connection:
        if get_meta(connection, _REVISION) == newest:
            return
    with store.write() as connection:
        made = get_meta(connection, _REVISION)
        if made is None:
            _refuse_foreign(store, connection)
            _execute(connection, _schema())
        elif made > newest:
            raise StoreError(
                f"{store.name}: its queue was made by a newer procrastinate ({made}; this one knows {newest})",
                hint="install the same version on every machine; nothing was changed",
            )
        else:
            for one in migrations:
                if one.name > made:
                    _execute(connection, one.read_text("utf-8"))
        _execute(connection, _BY_LOCK)
        put_meta(connection, _REVISION, newest)


def is_prepared(connection: Connection) -> bool:
    """Whether there is a queue in the store: a worker was started once."""
    return get_meta(connection, _REVISION) is not None


def _refuse_foreign(store: Store, connection: Connection) -> None:
    if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is not None:
        raise StoreError(f"{store.name}: has a queue of something else (the table procrastinate_jobs)",
                         hint="give digest a database of its own: createdb digest")  # fmt: skip


def _migrations() -> list[Path]:
    from procrastinate.schema import SchemaManager  # noqa: PLC0415  as above

    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _schema() -> str:
    from procrastinate.schema import SchemaManager  # noqa: PLC0415  as above

    return SchemaManager.get_schema()


def _execute(connection: Connection, statements: str) -> None:
    """Several statements at once, as they stand: SQLAlchemy would take their colons and percents for its own.

    Raises:
        StoreError: the server refuses them.
    """
    from psycopg import Error, errors  # noqa: PLC0415  for whoever scales out

    try:
        with _driver(connection).cursor() as cursor:
            cursor.execute(statements)
    except Error as error:
        hint = "the server's log says more"
        if isinstance(error, errors.InsufficientPrivilege):
            hint = "start `digest worker` once as the user who owns the store's tables; it makes those of the queue"
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise StoreError(f"the tables of the queue cannot be made: {said}", hint=hint) from error


def _driver(connection: Connection) -> Any:
    """The connection of psycopg below SQLAlchemy's, in the same transaction; which has to know of it to commit."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.driver_connection
