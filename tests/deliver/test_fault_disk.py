"""A disk that fills up, or a store that is damaged, in the middle of a sending: nobody lost, nobody doubled.

The disk is that of SQLite; what becomes of a server is in test_senders_on_a_server.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from digest.errors import StoreError
from digest.model import Delivery, Tally
from tests.deliver.helpers import opened, readers, sending, subscribe
from tests.deliver.truth import agrees
from tests.support.cli import digest
from tests.support.project import NOW, make_project
from tests.support.smtp import fault_server

HOME = Path(__file__).parents[2]
CONNECTIONS = 4


def test_a_store_that_may_not_grow_stops_before_the_next_body(tmp_path: Path) -> None:
    """PRAGMA max_page_count: SQLite's own disk that is full."""
    most = 0

    def limit(_: object, cursor: Any, *_more: object) -> None:
        if most:
            cursor.execute(f"PRAGMA max_page_count = {most}")

    with (
        fault_server(pipelining=True) as server,
        sending(tmp_path, readers(300), **server.send_table(connections=CONNECTIONS)) as work,
    ):
        server.taken_reply = "250 2.0.0 " + "taken, and kept where it cannot be lost; " * 12  # each needs room
        engine = work.ledger.store.engine
        event.listen(engine, "before_cursor_execute", limit)

        def limit_marks(pages: int) -> None:  # these go past SQLAlchemy
            marks = work.ledger._marks
            with marks._guard:
                marks._free[0].exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        def fill(_: Delivery) -> None:
            nonlocal most
            if not most and len(server.messages) > 30:
                with work.ledger.store.read() as connection:
                    most = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                limit_marks(most)

        with pytest.raises(StoreError, match="is full") as caught:
            work.send(on_delivery=fill)
        received, most = len(server.messages), 1_000_000
        limit_marks(most)
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert "disk full" in str(caught.value.hint)
    assert 30 < received < 300
    assert tally.sent + tally.uncertain == 300
    assert tally.uncertain <= CONNECTIONS


SENDER = """
import resource, sys
from pathlib import Path
from tests.deliver.helpers import sending
root, port, connections = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
seen = 0
def fill(row):
    global seen
    seen += 1
    if seen == 40:  # no file may grow from here on
        size = max(path.stat().st_size for path in (root / "state").iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
with sending(root, [], host="127.0.0.1", port=port, security="none", connections=connections) as work:
    print(work.send(on_delivery=fill), flush=True)
"""


def test_a_disk_that_is_full_in_mid_send_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server:
        with sending(tmp_path, readers(400), **server.send_table(connections=CONNECTIONS)) as work:
            work.mailing()
        done = subprocess.run(
            [sys.executable, "-c", SENDER, str(tmp_path), str(server.port), str(CONNECTIONS)],
            cwd=HOME, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        received = len(server.messages)
        with sending(tmp_path, [], **server.send_table(connections=CONNECTIONS)) as work:
            agrees(work.ledger, work.mailing().id, server.recipients)
            tally = work.send()
            agrees(work.ledger, work.mailing().id, server.recipients)

    assert done.returncode == 1
    assert "StoreError" in done.stderr.splitlines()[-1]
    assert "disk" in done.stderr.splitlines()[-1]
    assert 40 <= received < 400
    assert tally.sent + tally.uncertain == 400
    assert tally.uncertain <= CONNECTIONS


def damage(path: Path, *, header: bool) -> None:
    """Overwrite the first bytes, or every page but the first two."""
    raw = bytearray(path.read_bytes())
    if header:
        raw[:100] = bytes(100)
    else:
        raw[8192:] = bytes(value ^ 0x5A for value in raw[8192:])
    path.write_bytes(raw)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)


@pytest.mark.parametrize("header", [True, False], ids=["header", "pages"])
def test_a_damaged_store_is_refused_and_the_backup_is_named(tmp_path: Path, header: bool) -> None:
    with fault_server() as server:
        root = make_project(tmp_path / "brief")
        toml = "\n".join(f"{key} = {value!r}" for key, value in server.send_table().items())
        (root / "digest.toml").write_text((root / "digest.toml").read_text() + f"\n[send]\n{toml}\n")
        assert digest("build", root=root, now=NOW).code == 0
        for address in readers(3):
            assert digest("subscribers", "add", address, root=root, now=NOW).code == 0
        damage(root / "state" / "digest.db", header=header)
        ran = digest("send", "--yes", "--by", "A. Editor", "--offline", root=root, now=NOW)

    assert ran.code == 1, ran.err
    assert "damaged" in ran.err
    assert "digest restore-backup" in ran.err
    assert server.messages == []


def test_a_store_that_is_damaged_in_mid_send_stops_it_in_words(tmp_path: Path) -> None:
    with (
        fault_server(pipelining=True) as server,
        sending(tmp_path, readers(200), **server.send_table(connections=2)) as work,
    ):
        done = False

        def break_it(_: Delivery) -> None:
            nonlocal done
            if not done:
                done = True
                with work.ledger.store.write() as connection:
                    connection.exec_driver_sql("PRAGMA writable_schema = ON")
                    connection.exec_driver_sql("UPDATE sqlite_master SET rootpage = 1 WHERE name = 'delivery'")
                    connection.exec_driver_sql("PRAGMA schema_version = 99999")

        with pytest.raises(StoreError):
            work.send(on_delivery=break_it)

    assert len(server.messages) < 200
    assert max(Counter(server.recipients).values()) == 1


def test_a_store_held_by_another_writer_is_waited_for(tmp_path: Path) -> None:
    """An hourly fetch writes to the same store."""
    with (
        fault_server() as server,
        sending(tmp_path, readers(40), **server.send_table(connections=2)) as work,
        opened(tmp_path) as other,
    ):

        def write(row: Delivery) -> None:
            subscribe(other, [f"later.{row.subscriber_id}@readers.example"])

        assert work.send(on_delivery=write) == Tally(sent=40)
        agrees(work.ledger, work.mailing().id, server.recipients)
