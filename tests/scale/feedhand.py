"""Does the batches of feeds that wait, and ends, to be killed on the way: python -m tests.scale.feedhand ROOT."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from digest.project import Project, open_project
from digest.scale.feedjobs import fetch_batch
from digest.scale.timing import Timing
from digest.scale.workplace import Workplace

_JOBS = "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'fetch_batch' RETURNING args"


class Clock:
    """The machine's, unless it is set."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def now(self) -> datetime:
        return self.moment or datetime.now(UTC)


def workplace(project: Project, clock: Clock | None = None) -> Workplace:
    """As a worker has it."""
    return Workplace(project, environ={}, clock=clock or Clock(), timing=Timing.of(60))


def waiting_jobs(project: Project) -> list[dict[str, Any]]:
    """The arguments of each batch that waits; it waits no longer."""
    with project.store.write() as connection:
        return list(connection.scalars(text(_JOBS)))


def main(root: str) -> None:
    with open_project(Path(root)) as project:
        place = workplace(project)
        for args in waiting_jobs(project):
            fetch_batch(place, **args)
        place.close()


if __name__ == "__main__":
    main(sys.argv[1])
