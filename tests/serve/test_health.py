"""Whoever watches over the pages learns whether the store answers, soon, and nothing else."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from tests.serve.running import serving
from tests.support.postgres import running
from tests.support.smtp import smtp_server


def test_a_store_that_answers_is_well_and_nothing_else_is_told(tmp_path: Path) -> None:
    with smtp_server() as mail, serving(tmp_path / "n", mail, path="/letters/") as served:
        answer = served.get("health")

    assert answer.status == 200
    assert json.loads(answer.text) == {"status": "ok", "store": "answers"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_a_server_that_hangs_or_is_gone_is_told_and_seen_again_when_it_is_back(tmp_path: Path) -> None:
    with running() as server, smtp_server() as mail:
        store = f'\n[store]\nurl = "{server.fresh()}"\n'
        with serving(tmp_path / "n", mail, more=store) as served:
            before = served.get("health").status
            rows = server.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'digest'")
            pids = [int(pid) for (pid,) in rows]
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            hanging = [served.get("health") for _ in range(2)]
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            after = served.get("health").status
            server.stop()
            gone = served.get("health")
            server.start()
            again = served.get("health").status

    assert (before, [one.status for one in hanging], after, gone.status, again) == (200, [503, 503], 200, 503, 200)
    assert json.loads(gone.text) == {"status": "unavailable", "store": "does not answer"}
    assert gone.headers["retry-after"] == "5"
