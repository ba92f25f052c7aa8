"""What the benchmarks of sending share: a letter of 60 KB, a list of readers, a running sink."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.deliver.ledger import Ledger
from digest.deliver.stamp import Stamp
from digest.deliver.tokens import Key, Keyring
from digest.model import Mail, Mailing
from digest.store.database import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STORY = (
    '<p style="margin:0 0 16px">The harbour council put the dredging off again; the pilots’ union said that it was '
    "“not surprised” and asked for a date by the end of the month. Grüße aus Bremen.</p>\n"
)
PLAIN = "The harbour council put the dredging off again; the pilots’ union said that it was not surprised.\n"


def letter(kilobytes: int = 60) -> Mail:
    """A mail of about so many kilobytes on the wire; a tenth of it is the text part."""
    stories = max(1, kilobytes * 1000 * 9 // 10 // 250)
    html = f"<html><body><p>Dear @@name|reader@@,</p>\n{STORY * stories}"
    return Mail(
        subject="The Harbour Brief: dredging put off",
        preheader="Pilots not surprised",
        html=f'{html}<p><a href="@@unsubscribe@@">Unsubscribe</a></p></body></html>\n',
        text=f"Dear @@name|reader@@,\n\n{PLAIN * (kilobytes * 10 // 11)}\nUnsubscribe: @@unsubscribe@@\n",
        language="en",
    )


def settings(port: int, connections: int) -> Settings:
    """With all that makes a message dear: pages to leave by, and a return path for each reader."""
    tables = {
        "newsletter": {"title": "The Harbour Brief", "from": "The Harbour Brief <brief@harbour.example>"},
        "send": {"host": "127.0.0.1", "port": port, "security": "none", "connections": connections, "timeout_s": 30.0},
        "serve": {"url": "https://news.harbour.example/"},
        "inbox": {"kind": "maildir", "path": "back", "address": "back@harbour.example"},
    }
    return table_of(Settings, tables)


def stamp(chosen: Settings, mailing_id: str) -> Stamp:
    keyring = Keyring(list_id="harbour", keys=(Key(version=1, secret="a key of the benchmark"),))
    return Stamp(settings=chosen, mailing_id=mailing_id, secret="a secret of the benchmark", keyring=keyring)


def fill(store: Store, count: int) -> None:
    """Make ``count`` active subscribers, by one statement: how long importing takes is not the question here."""
    text = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
        INSERT INTO subscriber (id, address, address_key, name, topics, state, added, changed)
        SELECT i, 'reader.' || i || '@readers.example', 'reader.' || i || '@readers.example', 'Reader ' || i, '[]',
               'active', :now, :now FROM n
    """
    with store.write() as connection:
        connection.exec_driver_sql(text, {"count": count, "now": "2026-11-20 12:00:00.000000"})


def open_mailing(ledger: Ledger) -> Mailing:
    return ledger.open_mailing("2026-W47", "issue", "c0ffee" * 10, ("all",), now=NOON)


@contextlib.contextmanager
def sink(*, log: Path | None = None, delay_ms: float = 0.0) -> Iterator[int]:
    """A running sink's port."""
    command: list[Any] = [sys.executable, Path(__file__).parent / "sink.py", "--delay-ms", str(delay_ms)]
    if log:
        command += ["--log", log]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
