"""`digest send --status`: one line that adds up, why and who; and `--resend-uncertain`, which asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from tests.support.cli import Ran, digest
from tests.support.project import CONFIG, NOW, make_project
from tests.support.smtp import FaultServer, fault_server
from tests.support.stores import with_store

pytestmark = pytest.mark.usefixtures("in_each_database")

ISSUE = "2026-W47"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server() as running:
        yield running


def sent(tmp_path: Path, server: FaultServer, *people: str) -> Path:
    """A newsletter whose issue was mailed to these."""
    root = make_project(tmp_path / "brief")
    document = tomlkit.parse(CONFIG)
    document["send"] = server.send_table()
    (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")
    assert digest("build", root=root, now=NOW).code == 0
    listed = root / "people.csv"
    listed.write_text("address\n" + "".join(f"{address}\n" for address in people), "utf-8")
    assert digest("subscribers", "import", listed, root=root, now=NOW).code == 0
    digest("send", "--yes", "--by", "A", "--accept-refusals", root=root, now=NOW)
    return root


def status(root: Path, *more: str) -> Ran:
    return digest("send", ISSUE, "--status", *more, root=root, now=NOW)


def test_it_says_who_failed_in_the_servers_words_and_when_the_others_are_tried(
    tmp_path: Path, server: FaultServer
) -> None:
    root = sent(
        tmp_path, server, "ada@example.org", "550.bo@example.org", "554-data.cy@example.org", "450.di@example.org",
        "drop-dot.eve@example.org",
    )  # fmt: skip
    said = status(root)

    assert said.code == 0
    assert said.lines[0] == f"{ISSUE}: 1 sent + 1 deferred + 2 failed + 1 uncertain = 5 recipients"
    assert said.lines[1].startswith("  tried again from 2026-11-18 12:3")
    assert said.lines[2] == "  failed: 1 × 550, 1 × 554"
    assert "    550.bo@example.org  550 5.2.0 <550.bo@example.org> no" in said.lines
    assert "    554-data.cy@example.org  554 5.3.0 not this message" in said.lines
    assert "  uncertain: 1 × no reply" in said.lines
    assert any(line.startswith("    drop-dot.eve@example.org  no answer after the message") for line in said.lines)


def test_of_many_that_failed_the_first_are_named_and_json_counts_them_by_code(
    tmp_path: Path, server: FaultServer
) -> None:
    root = sent(tmp_path, server, *[f"550.r{number:03}@example.org" for number in range(120)])
    said, data = status(root), status(root, "--json").json["mailings"][0]

    assert said.lines[0] == f"{ISSUE}: 0 sent + 120 failed = 120 recipients"
    assert sum("550.r" in line for line in said.lines) == 10
    assert said.lines[-1] == "    and 110 more"
    assert data["failed_codes"] == {"550": 120}
    assert len(data["failed_first"]) == 100
    assert data["failed_first"][0]["detail"].startswith("5.2.0")
    assert data["uncertain_first"] == data["deferred_first"] == []


@pytest.fixture
def doubtful(tmp_path: Path, server: FaultServer) -> Path:
    server.faults_left["drop-dot"] = 1
    return sent(tmp_path, server, "ada@example.org", "drop-dot.bo@example.org")


def again(root: Path, *more: str, **how: Any) -> Ran:
    return digest("send", "--resend-uncertain", *more, root=root, now=NOW, **how)


def test_mailing_somebody_again_asks_first(doubtful: Path, server: FaultServer) -> None:
    alone = again(doubtful)
    no = again(doubtful, terminal=True, stdin="n\n")
    before = len(server.messages)
    yes = again(doubtful, terminal=True, stdin="y\n")

    assert alone.code == no.code == 1
    assert "1 recipient of 2026-W47 may have it already, and nobody said yes" in alone.err
    assert "Whoever has it gets it twice." in no.err
    assert before == 2
    assert yes.code == 0
    assert len(server.messages) == 3


def test_with_yes_it_does_not_ask(doubtful: Path, server: FaultServer) -> None:
    assert again(doubtful, "--yes").code == 0
    assert len(server.messages) == 3
    assert again(doubtful).code == 0, "nobody is uncertain any more, so there is nothing to ask"
    assert len(server.messages) == 3
