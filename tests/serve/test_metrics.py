"""What Prometheus reads: right numbers, good names, nobody's address, and only for those who are named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from digest.production.schedule import Stop, note_stop
from digest.scale.queue import DELIVER, FETCH_BATCH
from digest.serve.metrics import PROXIED, count
from tests.scale.scene import NOW, TAKEOVER_S, Scene, set_scene
from tests.serve.running import Served, free_port, newsletter, serving
from tests.support.cli import digest
from tests.support.postgres import Cluster, running
from tests.support.project import make_project, opened
from tests.support.smtp import smtp_server

ADA = "ada@readers.example"
LABELS = {"state", "queue", "status", "version", "revision"}


@pytest.fixture
def scene(cluster: Cluster, tmp_path: Path) -> Iterator[Scene]:
    scene = set_scene(cluster, tmp_path / "n")
    with scene.project:
        yield scene


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("metrics") / "n"
    with smtp_server() as mail, serving(root, mail, path="/letters/") as served:
        yield served


def families(text: bytes) -> dict[str, Metric]:
    """The metrics by name. What is wrong with their form, the parser says."""
    found = list(text_string_to_metric_families(text.decode("ascii")))
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def values(text: bytes) -> dict[str, float]:
    """``digest_feeds well`` → 3."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for one in families(text).values()
        for sample in one.samples
    }


def full(scene: Scene) -> None:
    """Something of everything."""
    scene.issue()
    scene.mailing(("sent", 5), ("uncertain", 2), ("sending", 1), ("queued", 4), ("deferred", 3), ("failed", 1))
    note_stop(scene.project, "2026-W47", Stop(at=NOW, reason=f"it said: no {ADA}", waits=True))
    scene.add(DELIVER, 3)
    scene.add(FETCH_BATCH)
    alive, dead = scene.number(), scene.number()
    scene.enter("a", ("mail",), alive)
    scene.enter("b", ("mail",), dead, silent_s=TAKEOVER_S + 9, version="0.0.9")
    scene.enter("c", ("mail",), version="0.0.9")
    scene.take(DELIVER, alive)
    scene.take(DELIVER, dead)
    scene.hush(dead, TAKEOVER_S + 9)
    scene.feed("ill", failing_since=NOW)
    digest("subscribers", "add", ADA, root=scene.root)


def test_every_number_is_what_there_is(scene: Scene) -> None:
    full(scene)

    found = values(count(scene.project, now=NOW))

    expected = {
        "digest_store_up": 1, "digest_messages_total sent": 5, "digest_messages_total failed": 1,
        "digest_recipients left": 4, "digest_recipients sending": 1, "digest_recipients deferred": 3,
        "digest_recipients held": 2, "digest_held_recipients": 2, "digest_stopped_mailings": 1,
        "digest_feeds failing": 1, "digest_feeds well": 0, "digest_feeds_due": 1, "digest_subscribers active": 1,
        "digest_workers working": 1, "digest_workers idle": 1, "digest_workers silent": 1, "digest_workers ending": 0,
        "digest_workers_other_version": 1, "digest_stalled_jobs": 1, "digest_senders": 0,
        "digest_queue_jobs mail waiting": 1, "digest_queue_jobs mail running": 2, "digest_queue_jobs fetch waiting": 1,
        "digest_queue_jobs desk failed": 0, "digest_queue_oldest_seconds desk": 0,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected


def test_names_help_types_and_labels_follow_prometheus_rules(scene: Scene) -> None:
    full(scene)

    text = count(scene.project, now=NOW)

    # What `promtool check metrics` looks for: prometheus/util/promlint, and the pages on naming.
    for name, one in families(text).items():
        assert re.fullmatch(r"digest_[a-z]+(_[a-z]+)*", name)
        assert one.documentation.endswith(".")
        assert not one.documentation.startswith(name)
        assert one.type in {"gauge", "counter"}
        assert not re.search(r"_(gauge|counter|count|sum|bucket|ms|minutes|hours|milliseconds|bytes)$", name)
        assert one.samples
        for sample in one.samples:
            assert sample.name.endswith("_total") == (one.type == "counter")
            assert set(sample.labels) <= LABELS
            assert sample.value >= 0
    assert text.endswith(b"\n")


def test_it_names_nobody_no_issue_and_no_machine_and_its_series_are_few(scene: Scene) -> None:
    full(scene)

    text = count(scene.project, now=NOW).decode()

    for secret in ("@", "readers.example", "2026-W47", "quay", "4711", "http", str(scene.root), "postgresql:"):
        assert secret not in text
    assert len([line for line in text.splitlines() if not line.startswith("#")]) < 60


def test_a_store_in_sqlite_tells_what_there_is(tmp_path: Path) -> None:
    with opened(make_project(tmp_path)) as project:
        found = values(count(project, now=NOW))

    assert (found["digest_store_up"], found["digest_subscribers active"], found["digest_held_recipients"]) == (1, 0, 0)
    assert not any("worker" in name or "queue" in name for name in found)


def test_a_server_that_is_gone_is_down_and_nothing_is_made_up(tmp_path: Path) -> None:
    with running() as server:
        scene = set_scene(server, tmp_path / "n")
        with scene.project:
            server.stop()
            found = values(count(scene.project, now=NOW))

    assert found["digest_store_up"] == 0
    assert {name.split()[0] for name in found} == {"digest_store_up", "digest_build_info"}


def test_it_is_answered_to_this_machine_and_kept_for_a_moment(served: Served) -> None:
    before = served.get("metrics")
    assert digest("subscribers", "add", ADA, root=served.root).code == 0
    after = served.get("metrics")

    assert before.status == 200
    assert before.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert values(before.body)["digest_subscribers active"] == 0
    assert after.body == before.body


@pytest.mark.parametrize("header", PROXIED)
def test_through_a_proxy_there_is_no_such_page(served: Served, header: str) -> None:
    answer = served.get("metrics", **{header: "127.0.0.1"})

    assert answer.status == 404
    assert answer.body == served.get("nothing").body
    assert b"digest_" not in answer.body


def test_who_asks_at_the_public_address_came_through_a_proxy_that_does_not_say_so(tmp_path: Path) -> None:
    with smtp_server() as mail:
        config = newsletter(tmp_path / "n", smtp_port=mail.port, port=free_port()) / "digest.toml"
        config.write_text(config.read_text("utf-8").replace("http://127.0.0.1:", "https://News.Quay.example:"), "utf-8")
        with serving(tmp_path / "n", mail, new=False) as served:
            for host in ("news.quay.example", "NEWS.quay.example:443"):
                assert served.get("metrics", Host=host).status == 404
            assert served.get("metrics").status == 200
            assert served.get("metrics", Host="digest.internal:8025").status == 200


def test_whom_digest_toml_does_not_name_gets_the_page_that_is_none(tmp_path: Path) -> None:
    with smtp_server() as mail, serving(tmp_path / "n", mail, more='metrics = ["192.0.2.0/24"]') as served:
        assert served.get("metrics").status == 404
        assert served.get("health").status == 200
