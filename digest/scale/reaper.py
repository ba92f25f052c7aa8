"""Hands on the jobs of workers that died, and takes away what nobody asks for any more."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from procrastinate.jobs import Status
from procrastinate.utils import utcnow

from digest.scale.queue import CONTROL, FETCH
from digest.store import workers

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

    from digest.store.database import Store

logger = logging.getLogger(__name__)

KEPT_H: Final = 7 * 24  # done and failed jobs, for whoever looks after what happened
FEEDS_KEPT_H: Final = 1  # jobs of feeds: of 100,000 asked each hour their names alone would be 100 MB a day


async def reap(app: App, *, stalled_s: float) -> int:
    """Give the jobs of silent workers to others; says how many.

    A worker that was only slow does its job to the end as well: what it was about is fenced, so that one of them wins.
    procrastinate leaves such jobs "doing" for ever unless it is told (its documentation, "Retry stalled jobs").
    """
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_s)
    number = 0
    for job in stalled:
        if await _hand_on(app, job):
            number += 1
            logger.warning("%s of a worker that is silent goes to another", job.task_name,
                           extra={"task": job.task_name, "job_id": job.id})  # fmt: skip
    return number


async def _hand_on(app: App, job: Job) -> bool:
    """Have a job done again; the planning comes anew by itself."""
    number = job.id
    if number is None:
        return False  # it is not in the queue
    if job.queue != CONTROL:
        await app.job_manager.retry_job(job, retry_at=utcnow())
        return True
    await app.job_manager.finish_job_by_id_async(number, Status.FAILED, delete_job=True)
    return False


async def tidy(app: App) -> None:
    """Take away jobs that were done long ago."""
    for queue, hours in ((FETCH, FEEDS_KEPT_H), (None, KEPT_H)):
        await app.job_manager.delete_old_jobs(
            nb_hours=hours, queue=queue, include_failed=queue is None, include_cancelled=True, include_aborted=True
        )


def forget_dead(store: Store, *, silent_s: float) -> None:
    """Forget the processes that have been silent for so long."""
    with store.share() as connection:
        workers.drop_dead(connection, silent_s)
