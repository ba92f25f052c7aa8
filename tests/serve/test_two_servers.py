"""Two `digest serve` that share a store on a server: each letter that is owed leaves once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.serve.test_outbox import desk
from tests.support.postgres import Cluster
from tests.support.smtp import smtp_server
from tests.support.stores import stores_on


def test_two_servers_of_one_store_mail_what_is_owed_once(tmp_path: Path, cluster: Cluster) -> None:
    with (
        stores_on(cluster),
        smtp_server() as server,
        desk(tmp_path, server.port) as first,
        desk(tmp_path, server.port) as second,
    ):
        for number in range(30):
            first.ask(f"reader{number}@readers.example")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: one.outbox.sweep(), (first, second)))
        second.outbox.sweep()
        first.outbox.sweep()

        assert sorted(server.recipients) == sorted(f"reader{number}@readers.example" for number in range(30))
