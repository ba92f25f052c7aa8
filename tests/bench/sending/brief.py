"""A newsletter whose issue is approved and published, and has a list of readers: all that `digest send` needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from digest.store.database import open_store
from digest.store.issues import all_issues
from tests.bench.sending.letters import fill
from tests.support.cli import digest
from tests.support.project import make_project, rss

ROOT = Path(__file__).parents[3]
STORE = "sqlite:///state/digest.db"
_SUBJECTS = ("the dredging", "the night ferry", "the pilots’ pay", "the heat plan", "the grain quay", "the new lock")


def make_brief(root: Path, *, port: int, connections: int, people: int, feeds: str = "") -> str:
    """Make it below ``root``, and give the name of its issue.

    Args:
        root: where its folder is to be.
        port: of the mail server on this machine.
        connections: to that server at once.
        people: how many readers.
        feeds: more of feeds.toml.

    Raises:
        RuntimeError: a step failed.
    """
    day = format_datetime(datetime.now(UTC) - timedelta(hours=1))
    items = [
        f"<item><title>The harbour council votes on {subject}</title><link>https://harbour.example/{number}</link>"
        f"<guid>https://harbour.example/{number}</guid><pubDate>{day}</pubDate><description>The council will vote on "
        f"{subject} in {number + 2} weeks. Both unions asked for a date. Nobody was surprised.</description></item>"
        for number, subject in enumerate(_SUBJECTS)
    ]
    make_project(root, config=_config(port, connections), feeds=f'[[feed]]\npath = "harbour.xml"\n{feeds}',
                 files={"feeds/harbour.xml": rss(*items, title="Harbour Watch")})  # fmt: skip
    steps = (["fetch"], ["draft"], ["approve", "--by", "the bench", "--offline"], ["publish"])
    ran = [digest(*step, root=root) for step in steps]
    if any(one.code not in {0, 3} for one in ran):
        raise RuntimeError("\n".join(one.err for one in ran))
    store = open_store(STORE, root)
    fill(store, people)
    with store.read() as connection:
        (record,) = all_issues(connection)
    store.close()
    return record.name


def _config(port: int, connections: int) -> str:
    return f"""\
[newsletter]
title = "The Harbour Brief"
from = "The Harbour Brief <brief@harbour.example>"

[check]
block = ["embargo"]

[gather]
allow_private = true

[send]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
"""
