"""`digest status --cluster`: one screen that says how the workers are, and what wants a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wcwidth import wcswidth

from digest.production.schedule import Stop, note_stop
from digest.scale.queue import BEGIN, DELIVER, FETCH_BATCH, REAP
from tests.scale.scene import NOW, TAKEOVER_S, Scene, set_scene
from tests.support.cli import Ran, digest
from tests.support.postgres import Cluster
from tests.support.project import make_project


@pytest.fixture
def scene(cluster: Cluster, tmp_path: Path) -> Iterator[Scene]:
    scene = set_scene(cluster, tmp_path / "n")
    with scene.project:
        yield scene


def ask(scene: Scene, *more: str, terminal: bool = False) -> Ran:
    return digest("status", "--cluster", *more, root=scene.root, now=NOW.isoformat(), terminal=terminal)


def told(scene: Scene) -> tuple[int, list[str]]:
    """The exit code, and everything that is not as it should be."""
    ran = ask(scene, "--json")
    advice: list[dict[str, Any]] = ran.json["advice"]
    assert (ran.code == 3) == any(one["needs_person"] for one in advice) == (not ran.json["well"])
    return ran.code, [one["what"] for one in advice]


def test_all_is_well_and_fits_a_screen(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("sent", 1200), ("queued", 300), ("sending", 4))
    scene.add(DELIVER, 3)
    scene.add(BEGIN)
    mail, desk = scene.number(), scene.number()
    for pid in range(12):
        queues = ("mail", "fetch", "desk") if pid else ("mail", "fetch")
        scene.enter(f"w{pid}", queues, *((mail, desk) if pid == 3 else ()), pid=4_000_000 + pid,
                    host="a-machine-with-a-long-name.quay.example")  # fmt: skip
    scene.age(scene.take(DELIVER, mail), "started", 600)
    scene.age(scene.take(BEGIN, desk), "started", 3)
    for number in range(9):
        scene.feed(f"feed-{number}")

    ran = ask(scene, terminal=True)

    assert ran.code == 0, ran.out
    assert len(ran.lines) <= 24
    assert max(wcswidth(line) for line in ran.lines) <= 80
    for words in ("all is well", "mail              2        1", "deliver 10 min, +1", "and 4 more",
                  "1,200 sent + 304 left = 1,504 recipients", "20.0 a second, 4 messages on the way; done in 15 s",
                  "9: 9 well, 0 failing, 0 gone; 9 due"):  # fmt: skip
        assert words in ran.out, f"{words!r} is not in\n{ran.out}"


def test_before_the_first_worker_it_says_how_to_start_one(cluster: Cluster, tmp_path: Path) -> None:
    scene = set_scene(cluster, tmp_path / "n", queue=False)
    with scene.project:
        idle = ask(scene)
        scene.feed("due")
        waiting = ask(scene)

    assert (idle.code, waiting.code) == (0, 3)
    assert "no worker ever ran here" in idle.out
    assert "digest worker" in idle.out


def test_in_sqlite_it_says_that_there_are_none(tmp_path: Path) -> None:
    ran = digest("status", "--cluster", root=make_project(tmp_path))

    assert ran.code == 1
    assert "there are workers only with a store on PostgreSQL" in ran.err
    assert "digest migrate-store" in ran.err


def test_a_queue_nobody_looks_at_is_named(scene: Scene) -> None:
    scene.add(FETCH_BATCH)
    scene.enter("a", ("mail",))

    assert told(scene) == (3, ["no worker looks at the queue fetch, where 1 job waits"])
    assert "digest worker --queues fetch" in ask(scene).out


def test_a_worker_that_died_comes_right_by_itself_unless_it_was_the_last(scene: Scene) -> None:
    scene.add(DELIVER, 2)
    dead = scene.number()
    scene.enter("dead", ("mail",), dead, silent_s=600, host="quay-2", pid=99)
    scene.take(DELIVER, dead)
    scene.hush(dead, TAKEOVER_S + 9)
    alone = told(scene)
    scene.enter("alive", ("mail",))
    two = told(scene)
    scene.hush(dead, TAKEOVER_S * 4)
    late = told(scene)

    silent, stalled = "quay-2, process 99, gave no sign for 10 min", "1 job stalled: the worker that had it is gone"
    assert alone == (3, ["no worker is alive", silent, stalled])
    assert two == (0, [silent, stalled])
    assert late == (3, [silent, stalled])
    assert "SILENT" in ask(scene).out


def test_a_dead_worker_whose_job_nobody_takes_wants_a_person(scene: Scene) -> None:
    scene.add(BEGIN)
    dead = scene.number()
    job = scene.take(BEGIN, dead)
    scene.hush(dead, TAKEOVER_S + 9)
    nobody = ask(scene)
    scene.do("DELETE FROM procrastinate_workers")  # as a worker that lives does with those that do not
    scene.enter("alive", ("mail", "desk"))
    soon = told(scene)
    scene.age(job, "started", 24 * 3600)
    late = told(scene)

    assert nobody.code == 3
    assert "the next worker takes over" in nobody.out
    stalled = "1 job stalled: the worker that had it is gone"
    assert (soon, late) == ((0, [stalled]), (3, [stalled]))


def test_workers_that_were_stopped_in_order_leave_nothing_to_do(scene: Scene) -> None:
    scene.add(REAP)  # comes by itself, and waits for whoever comes next

    assert told(scene) == (0, ["no worker is alive"])


def test_fifty_workers_that_died_at_once_are_one_line(scene: Scene) -> None:
    for pid in range(50):
        scene.enter(f"w{pid}", ("mail",), silent_s=600 + pid, pid=pid, host=f"quay-{pid:02}")
    scene.enter("alive", ("mail",))

    assert told(scene) == (0, ["quay-00, process 0, and 49 more gave no sign for 10 min"])
    assert len(ask(scene).lines) <= 24


def test_held_stopped_failed_and_old_want_a_person(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("sent", 5), ("uncertain", 3), ("queued", 9))
    note_stop(scene.project, "2026-W47", Stop(at=NOW, reason="the server took none of the last 20", waits=True))
    scene.add(DELIVER)
    scene.finish(scene.take(DELIVER, scene.number()), "failed")
    scene.enter("old", ("mail",), version="0.0.9")
    scene.enter("new", ("mail",))

    assert told(scene) == (3, [
        "1 worker runs another digest (0.0.9) than this one",
        "2026-W47: 3 recipients held: nobody knows whether they have it",
        "2026-W47 was stopped: the server took none of the last 20",
        "1 job of the queue mail given up in the last 24 hours",
    ])  # fmt: skip
    shown = ask(scene).out
    assert "digest send 2026-W47 --status" in shown
    assert "systemctl restart" in shown


def test_a_server_out_of_reach_is_waited_for_without_a_person(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("queued", 9))
    note_stop(scene.project, "2026-W47", Stop(at=NOW, reason="5 failures in a row, the last: no route", waits=False))
    scene.enter("a", ("mail",))

    assert told(scene) == (0, ["2026-W47 was stopped: 5 failures in a row, the last: no route"])


def test_json_has_what_the_screen_has_and_no_address(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("sent", 2), ("uncertain", 1))
    scene.enter("a", ("mail",))

    ran = ask(scene, "--json")

    (mailing,) = ran.json["mailings"]
    assert (mailing["issue"], mailing["list"], mailing["sent"], mailing["uncertain"], ran.json["held"]) == (
        "2026-W47", 3, 2, 1, 1,
    )  # fmt: skip
    assert [one["queues"] for one in ran.json["workers"]] == [["mail"]]
    assert [one["name"] for one in ran.json["queues"]] == ["mail", "desk", "fetch", "control"]
    assert "@" not in ran.out


def test_every_key_of_json_is_explained(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("sent", 2), ("uncertain", 1))
    number = scene.number()
    scene.enter("a", ("mail",), number)
    scene.add(DELIVER)
    scene.take(DELIVER, number)
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    explained = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\|.*\|$", text, re.MULTILINE))))

    told = ask(scene, "--json").json
    names = set(told)
    for part in ("queues", "workers", "mailings", "advice"):
        names |= set(told[part][0])
    names |= set(told["workers"][0]["jobs"][0]) | set(told["feeds"])

    assert names - explained == set()
