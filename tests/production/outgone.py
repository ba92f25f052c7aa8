"""A newsletter with an issue that is out, to be corrected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import tomlkit

from digest import pipeline
from digest.deliver import subscribers
from digest.production.outgoing import mark_out, mark_published
from digest.production.printing import index_issue
from digest.project import Project
from tests.support.project import CONFIG, at, make_project, opened
from tests.support.stores import with_store

ISSUE = """\
---
issue: 2026-W47
title: The Trial
subject: Cables and cranes
preheader: Nine ships.
base:
---

Good morning.

## World

### Ships wait at the quay {#s-00000001}

Nine ships wait at the quay.

Sources:

- [Harbour Review](https://harbour.example/ships), 17 November 2026

## Energy

### Wind waits for a cable {#s-00000002}

The wind farm waits six years for a cable.

Why it matters: a place in the queue cannot be sold.

Sources:

- [Grid Watch](https://gridwatch.example/queue), 17 November 2026

### Heat moves

A harbour town heats itself.

## Candidates

### Nobody reads this

It is on the bench.
"""
NAME = "2026-W47"
OUT = at(18, 12)
AFTER = at(19, 9)
NEXT = at(25, 12)

FIXED = """\
### Wind waits for a cable {#s-00000002}

The wind farm waits nine years for a cable.

Why it matters: a place in the queue cannot be sold.

Sources:

- [Grid Watch](https://gridwatch.example/queue), 17 November 2026
"""
NOTE = "We wrote six years; it is nine."


def configure(root: Path, send: dict[str, Any] | None = None, **newsletter: object) -> None:
    """Write digest.toml."""
    document: Any = tomlkit.parse(CONFIG)
    document["newsletter"].update({"url": "https://trial.example/brief/", **newsletter})
    if send:
        document["send"] = send
    (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")


def written(root: Path, send: dict[str, Any] | None = None) -> Path:
    """A newsletter whose draft is ISSUE."""
    make_project(root)
    configure(root, send)
    with opened(root) as project:
        list(pipeline.fetch(project, now=OUT))
        pipeline.draft(project, now=OUT)
        project.issue_path(NAME).write_text(ISSUE, "utf-8")
    return root


def subscribe(project: Project, name: str, *topics: str) -> None:
    """Add NAME@readers.example."""
    with project.store.write() as connection:
        subscribers.add(connection, f"{name}@readers.example", topics=topics, now=at(1))


@contextmanager
def published(root: Path) -> Iterator[Project]:
    """The newsletter with its issue approved and published."""
    with opened(written(root)) as project:
        go_out(project, NAME, now=OUT)
        yield project


def go_out(project: Project, name: str, *, now: datetime) -> None:
    """Approve an issue and let it leave, without writing a site."""
    record = pipeline.approve(project, by="A. Editor", now=now, name=name).proof.record
    mark_out(project, record, now=now)
    with project.store.write() as connection:
        index_issue(project, connection, record)
    mark_published(project, record)
