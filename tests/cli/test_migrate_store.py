"""`digest migrate-store`: a newsletter goes to a server and back, and nobody can send from both."""

from __future__ import annotations

import random
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from sqlalchemy import func, insert, select, update

from digest.deliver.lock import send_lock
from digest.store import schema
from digest.store.database import open_store
from tests.store.filling import fill
from tests.support.cli import Ran, digest
from tests.support.killing import killed
from tests.support.postgres import Cluster, lend
from tests.support.project import CONFIG, NOW, at, make_project, opened
from tests.support.smtp import SmtpServer, smtp_server

FILE = "sqlite:///state/digest.db"
LATER = "2026-11-18T14:00Z"
PEOPLE = tuple(f"reader{number}@readers.example" for number in range(6))


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def server(cluster: Cluster) -> Iterator[str]:
    """The address of a database with nothing in it."""
    url = cluster.empty()
    yield url
    cluster.drop(url)


def name_store(root: Path, url: str) -> None:
    """Write under [store] where the store is."""
    path = root / "digest.toml"
    document = tomlkit.parse(path.read_text("utf-8"))
    document["store"] = {"url": url}
    path.write_text(tomlkit.dumps(document), "utf-8")


@pytest.fixture
def root(tmp_path: Path, smtp: SmtpServer) -> Path:
    """A newsletter whose issue is out in the archive and was mailed to half of its readers."""
    made = make_project(tmp_path / "brief")
    document = tomlkit.parse(CONFIG)
    document["send"] = smtp.send_table()
    (made / "digest.toml").write_text(tomlkit.dumps(document), "utf-8")
    assert digest("build", root=made, now=NOW).code == 0
    for address in PEOPLE:
        assert digest("subscribers", "add", address, root=made, now=NOW).code == 0
    assert digest("send", "--yes", "--by", "Ines", root=made, now=NOW).code == 0
    with opened(made) as project, project.store.write() as connection:
        late = schema.delivery.c.subscriber_id > len(PEOPLE) // 2
        connection.execute(update(schema.delivery).where(late).values(state="queued", code=None, detail=""))
    smtp.messages.clear()
    return made


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """A newsletter that has read its feeds, and no more."""
    made = make_project(tmp_path / "brief")
    assert digest("fetch", root=made, now=NOW).code == 0
    return made


def move(root: Path, source: object, target: object, *more: str, now: str = NOW) -> Ran:
    return digest("migrate-store", source, target, *more, root=root, now=now)


def totals(root: Path) -> Any:
    found = digest("status", "--json", root=root, now=LATER).json
    return {key: found[key] for key in ("totals", "subscribers", "issue")}


def test_a_newsletter_goes_on_at_a_server_where_it_was_and_comes_back(
    root: Path, server: str, smtp: SmtpServer
) -> None:
    before, why = totals(root), digest("why", "cable", root=root, now=LATER).out
    found = digest("search", "wind", "cable", "--json", root=root).json["hits"]

    ran = move(root, FILE, server, "--json")

    assert ran.code == 0, ran.err
    told = ran.json
    assert (told["from"], told["moved"], told["kept"], told["waiting_jobs"]) == (FILE, True, None, 0)
    assert {name for name, table in told["tables"].items() if table["rows"]} >= {"entry", "delivery", "subscriber"}
    assert told["rows"] == sum(table["rows"] for table in told["tables"].values())
    name_store(root, told["to"])
    assert totals(root) == before
    assert digest("why", "cable", root=root, now=LATER).out == why
    assert digest("search", "wind", "cable", "--json", root=root).json["hits"] == found

    assert digest("send", root=root, now=LATER).code == 0
    assert sorted(smtp.recipients) == sorted(PEOPLE[len(PEOPLE) // 2 :])

    back = move(root, server, FILE, "--json", now=LATER)

    assert back.code == 0, back.err
    assert back.json["to"] == FILE
    assert back.json["kept"] == str(root / "state" / "digest.before-move-20261118T140000Z.db")
    name_store(root, FILE)
    assert digest("send", root=root, now=LATER).code == 0
    assert len(smtp.messages) == len(PEOPLE) // 2
    assert digest("search", "wind", "cable", "--json", root=root).json["hits"] == found
    status = digest("send", "--status", "--json", root=root, now=LATER).json["mailings"][0]
    assert (status["sent"], status["left"]) == (len(PEOPLE), 0)


def test_a_person_is_told_what_was_moved_and_what_to_write_where(quiet: Path, server: str) -> None:
    ran = move(quiet, FILE, server)

    assert ran.code == 0
    assert any(line.split()[:2] == ["entry", "3"] for line in ran.lines)
    assert "the same at both ends" in ran.lines[-1]
    step = ran.err.splitlines()[-1]
    assert step.startswith("next: write url = ")
    url = tomlkit.parse(step.partition("write ")[2].partition(" under")[0])["url"]
    name_store(quiet, str(url))
    assert digest("status", root=quiet).code == 0
    again = move(quiet, FILE, server)
    assert (again.code, again.lines) == (0, [f"{url}: the store is there already"])


def test_a_bar_shows_how_far_it_is(quiet: Path, server: str) -> None:
    ran = digest("migrate-store", FILE, server, root=quiet, now=NOW, terminal=True)

    assert ran.code == 0
    assert "moving" in ran.err


def test_a_file_may_be_given_by_its_path(quiet: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(quiet / "state")
    assert move(quiet, "digest.db", server).code == 0

    ran = move(quiet, server, "other.db", "--json")

    assert ran.json["to"] == "sqlite:///state/other.db"
    assert (quiet / "state" / "other.db").stat().st_mode & 0o077 == 0


VERBS = (
    ["status"], ["fetch"], ["draft"], ["build"], ["search", "wind"], ["why", "wind"], ["send"], ["publish"], ["run"],
    ["backup"], ["subscribers"], ["inbox"], ["forget", "ada@readers.example"], ["send", "--status"], ["feeds"],
)  # fmt: skip


def refused(root: Path, said: str) -> None:
    """Every verb says this, and which command goes on or goes back."""
    for verb in VERBS:
        ran = digest(*verb, root=root, now=NOW)

        assert ran.code == 1, verb
        assert said in ran.err, verb
        hint = ran.err.rpartition("hint: ")[2].partition("`")[2].partition("`")[0]
        assert shlex.split(hint)[:2] == ["digest", "migrate-store"]


def test_no_other_verb_opens_what_was_left(quiet: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert move(quiet, FILE, other).code == 0

    refused(quiet, f"was moved to {other}")


def test_no_other_verb_opens_what_is_half_filled(quiet: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    interrupted(quiet, FILE, other)
    name_store(quiet, f"sqlite:///{other}")

    refused(quiet, "is not whole")


def interrupted(root: Path, source: object, target: object) -> None:
    """A move that came no farther than to begin: the disk was full, for all it could tell."""
    command = [sys.executable, "-m", "digest", "-C", root, "migrate-store", str(source), str(target)]
    limit = 400 * 1024
    with opened(root) as project, project.store.write() as connection:
        connection.execute(insert(schema.generated), [
            {"key": f"{number:04}", "at": at(18), "answer": "x" * 4000} for number in range(200)
        ])  # fmt: skip
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1, done.stderr
    assert "is the disk full" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_told_and_the_same_goes_on_when_it_is_not(quiet: Path, tmp_path: Path) -> None:
    interrupted(quiet, FILE, tmp_path / "other.db")
    assert digest("status", root=quiet).code == 0

    ran = move(quiet, FILE, tmp_path / "other.db", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["tables"]["generated"]["rows"] == 200
    assert not ran.json["tables"]["entry"]["copied"]


@pytest.mark.parametrize("way", ["to a server", "to a file"])
def test_killed_at_any_moment_the_same_command_comes_to_the_same_end(
    way: str, cluster: Cluster, server: str, quiet: Path, tmp_path: Path
) -> None:
    first_server = cluster.empty()
    with opened(quiet) as project, project.store.write() as connection:
        fill(connection, rows=400, seed=3)
    begin = time.monotonic()
    whole = move(quiet, FILE, first_server, "--json")
    took_s = time.monotonic() - begin
    first = sums_of(whole)
    source, target = (first_server, server) if way == "to a server" else (first_server, str(tmp_path / "back.db"))
    chance = random.Random(way)

    kills = [
        killed(lambda: move(quiet, source, target), after_s=took_s * share)
        for share in sorted(chance.uniform(0.02, 0.8) for _ in range(6))
    ]
    last = move(quiet, source, target, "--json")

    assert any(kills)
    assert last.code == 0, last.err
    if last.json["moved"]:  # else one of them came to its end before it was killed
        assert sums_of(last) == first
    assert sums_of(move(quiet, target, tmp_path / "again.db", "--json")) == first
    cluster.drop(first_server)


def sums_of(ran: Ran) -> dict[str, tuple[int, str]]:
    """Count and checksum of every table."""
    assert ran.code == 0, ran.err
    return {name: (one["rows"], one["sha256"]) for name, one in ran.json["tables"].items()}


def test_what_a_killed_sender_left_is_settled_where_it_is_known_who_that_was(
    root: Path, server: str, smtp: SmtpServer
) -> None:
    """A claim is known to be abandoned by the boot of this machine; at a server it would have to be held."""
    from digest.deliver.lock import boot_id, owner

    with opened(root) as project, project.store.write() as connection:
        queued = schema.delivery.c.state == "queued"
        connection.execute(update(schema.delivery).where(queued).values(state="claimed", owner=owner(boot_id(), 1)))

    assert move(root, FILE, server).code == 0
    name_store(root, server)

    assert digest("send", root=root, now=LATER).code == 0
    assert len(smtp.messages) == len(PEOPLE) // 2


def test_nothing_moves_while_somebody_sends_from_a_file(quiet: Path, server: str) -> None:
    with send_lock(quiet):
        ran = move(quiet, FILE, server)

    assert ran.code == 1
    assert "is sending" in ran.err
    assert move(quiet, FILE, server).code == 0


def test_nothing_moves_while_somebody_sends_from_a_server(quiet: Path, server: str, tmp_path: Path) -> None:
    store = open_store(server, quiet)
    lend(store, "a-machine:17:abc")

    ran = move(quiet, server, tmp_path / "other.db")

    assert ran.code == 1
    assert "is sending" in ran.err
    lend(store, "a-machine:17:abc", seconds=-1)
    store.close()
    assert move(quiet, server, tmp_path / "other.db").code == 0


def test_nothing_moves_while_a_worker_is_alive_and_a_dead_one_hinders_nobody(
    quiet: Path, server: str, tmp_path: Path
) -> None:
    worker = {
        "name": "w",
        "host": "north",
        "pid": 7,
        "version": "1",
        "queues": ["mail"],
        "numbers": [1],
        "ending": False,
    }
    store = open_store(server, quiet)
    with store.write() as connection:
        connection.execute(insert(schema.worker).values(**worker, started=func.now(), seen=func.now()))

    ran = move(quiet, server, tmp_path / "other.db")

    assert ran.code == 1
    assert "1 worker is alive" in ran.err
    assert not (tmp_path / "other.db").exists()
    with store.write() as connection:
        connection.execute(
            update(schema.worker).values(seen=select(func.now() - func.make_interval(0, 0, 0, 1)).scalar_subquery())
        )
    store.close()
    assert move(quiet, server, tmp_path / "other.db").code == 0


def test_jobs_that_wait_are_told_and_left_behind(quiet: Path, server: str, tmp_path: Path) -> None:
    from digest.scale.queue import FETCH_BATCH, Queue, prepare_queue

    store = open_store(server, quiet)
    prepare_queue(store)
    Queue(store).defer(FETCH_BATCH, claim="x")
    store.close()

    ran = move(quiet, server, tmp_path / "other.db", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["waiting_jobs"] == 1
    assert "1 job in the old queue" in ran.err
    assert "queue" not in str(digest("status", root=quiet).err)


def test_a_server_that_has_a_queue_takes_a_store_back_and_keeps_it(quiet: Path, server: str, tmp_path: Path) -> None:
    from digest.scale.queue import prepare_queue

    store = open_store(server, quiet)
    prepare_queue(store)
    store.close()
    assert move(quiet, server, tmp_path / "other.db").code == 0

    assert move(quiet, tmp_path / "other.db", server).code == 0

    store = open_store(server, quiet)
    prepare_queue(store)
    store.close()


@pytest.mark.parametrize(
    ("source", "target", "code", "said"),
    [
        (FILE, FILE, 2, "both ends"),
        (FILE, "state/digest.db", 2, "both ends"),
        (FILE, "mysql://localhost/x", 2, "SQLite or PostgreSQL"),
        (FILE, "postgresql://desk:hunter2@localhost:1/none", 1, "no connection to the store"),
        ("gone.db", FILE, 1, "there is no store yet"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    source: str, target: str, code: int, said: str, quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(quiet)

    ran = move(quiet, source, target)

    assert ran.code == code
    assert said in ran.err
    assert "hunter2" not in ran.err + ran.out
    assert digest("status", root=quiet).code == 0


def test_a_database_that_is_not_there_is_told_how_to_make(quiet: Path, cluster: Cluster) -> None:
    ran = move(quiet, FILE, cluster.url("nowhere"))

    assert ran.code == 1
    assert "createdb" in ran.err
    assert digest("status", root=quiet).code == 0


def test_a_store_that_holds_something_is_refused_and_stays(quiet: Path, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other")
    assert digest("subscribers", "add", "ada@readers.example", root=other, now=NOW).code == 0

    ran = move(quiet, FILE, other / "state" / "digest.db")

    assert ran.code == 1
    assert "holds something" in ran.err
    assert digest("subscribers", "--json", root=other).json
    assert digest("status", root=quiet).code == 0


def test_a_file_that_was_left_can_be_restored_when_the_server_is_lost(root: Path, server: str, tmp_path: Path) -> None:
    """It is older than what was lost: sending from it asks first, as after every restore."""
    assert digest("migrate-store", FILE, server, root=root).code == 0
    copy = tmp_path / "copy.db"
    copy.write_bytes((root / "state/digest.db").read_bytes())

    ran = digest("restore-backup", str(copy), "--yes", root=root)

    assert ran.code == 0, ran.err
    assert digest("status", "--now", LATER, root=root).code == 0
    assert "restored from a copy" in digest("send", "--now", LATER, root=root).err


def test_what_another_newsletter_has_on_its_way_is_not_settled_from_here(
    root: Path, server: str, tmp_path: Path
) -> None:
    """Whether its sender is alive is known in its own folder only; taken for dead, it mails them twice."""
    from digest.deliver.lock import boot_id, owner

    here = make_project(tmp_path / "here")
    assert digest("fetch", root=here, now=NOW).code == 0
    with opened(root) as project, project.store.write() as connection:
        queued = schema.delivery.c.state == "queued"
        connection.execute(update(schema.delivery).where(queued).values(state="sending", owner=owner(boot_id(), 1)))

    with send_lock(root):
        ran = move(here, root / "state" / "digest.db", server)

    assert ran.code == 1
    assert "is no store of" in ran.err
    with opened(root) as project, project.store.read() as connection:
        assert "sending" in connection.execute(select(schema.delivery.c.state)).scalars().all()
    assert move(root, root / "state" / "digest.db", server).code == 0


def test_a_store_whose_database_was_lost_goes_there_again_and_sending_asks_first(
    root: Path, server: str, cluster: Cluster
) -> None:
    assert move(root, FILE, server).code == 0
    cluster.clear(server)

    ran = move(root, FILE, server)

    assert ran.code == 0, ran.err
    assert "was left before" in ran.err
    name_store(root, server)
    assert "was restored from a copy" in digest("send", "--now", LATER, root=root).err
