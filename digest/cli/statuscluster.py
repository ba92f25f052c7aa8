"""``digest status --cluster``: queues, workers, mailings and feeds on one screen, and what wants a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from digest.cli.output import coloured, count
from digest.cli.sendstatus import adds_up_line
from digest.scale.queue import CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.cli.session import Session
    from digest.project import Project
    from digest.scale.backlog import QueueCount, RunningJob
    from digest.scale.census import Census, MailingCount, WorkerSeen

NEEDS_A_PERSON = 3
MOST_SHOWN = 8  # workers, and mailings
PATIENCE = 3  # so many times [scale] takeover_seconds, and a stalled job should be with another worker
RESTART = "systemctl restart 'digest-worker@*'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Something that is not as it should be, and what to do."""

    what: str
    do: str
    needs_person: bool = True  # False: it comes right by itself


def show_cluster(session: Session, project: Project) -> int:
    """Print where the workers stand; 3 if something wants a person. Changes nothing.

    Raises:
        StateError: the store is in SQLite, which has no workers.
    """
    from digest.scale.census import take_census

    census = take_census(project, now=session.now)
    told = tuple(advice(census))
    needs_person = any(one.needs_person for one in told)

    def show() -> None:
        session.line(click.style(project.settings.newsletter.title, bold=True))
        for line in _lines(census):
            session.line(line)
        for one in told:
            session.line(
                coloured("! " if one.needs_person else "· ", "red" if one.needs_person else "yellow") + one.what
            )
            session.line(f"    {one.do}")
        if not told:
            session.line("all is well")

    session.result(_data(census) | {"advice": [_advice_data(one) for one in told], "well": not needs_person}, show)
    return NEEDS_A_PERSON if needs_person else 0


# -- what is wrong


def advice(census: Census) -> Iterator[Advice]:
    """What is not as it should be, the worst first. It is pure: the same census, the same words."""
    yield from _about_workers(census)
    yield from _about_mailings(census)
    yield from _about_jobs(census)


def _about_workers(census: Census) -> Iterator[Advice]:
    alive = [one for one in census.workers if not one.is_silent]
    is_work = census.feeds.due or any(one.is_running for one in census.mailings) or any(map(_is_owed, census.queues))
    if not census.has_queue:
        yield Advice(what="no worker ever ran here", do="start one: digest worker", needs_person=bool(is_work))
    elif not alive:
        yield Advice(what="no worker is alive", do="start one: digest worker", needs_person=bool(is_work))
    else:
        for queue in census.unserved:
            yield Advice(what=f"no worker looks at the queue {queue.name}, where {count(queue.waiting, 'job')} wait"
                              f"{'s' if queue.waiting == 1 else ''}",
                         do=f"start one: digest worker --queues {queue.name}")  # fmt: skip
    others = [one.worker for one in alive if one.is_other_version]
    if others:
        versions = ", ".join(sorted({one.version for one in others}))
        yield Advice(what=f"{_runs(len(others))} another digest ({versions}) than this one",
                     do=f"install the same one everywhere, and restart them: {RESTART}")  # fmt: skip
    silent = [one for one in census.workers if one.is_silent]
    if silent:
        takes_over = "another worker takes over" if alive else "the next worker takes over"
        yield Advice(what=f"{_names(silent)} gave no sign for {duration(min(one.silent_s for one in silent))}",
                     do=f"{takes_over} what {'it' if len(silent) == 1 else 'each'} had; its own log says why it ended",
                     needs_person=False)  # fmt: skip


def _is_owed(queue: QueueCount) -> bool:
    """Whether a queue has what only a worker does; the planning comes again by itself, whenever one begins."""
    return queue.name != CONTROL and bool(queue.waiting or queue.running or queue.delayed)


def _names(some: list[WorkerSeen]) -> str:
    first = some[0].worker
    more = f" and {len(some) - 1:,} more" if len(some) > 1 else ""
    return f"{first.host}, process {first.pid},{more}"


def _about_mailings(census: Census) -> Iterator[Advice]:
    for one in census.mailings:
        held, stop = one.tally.uncertain, one.stop
        if held:
            yield Advice(
                what=f"{_name(one)}: {count(held, 'recipient')} held: nobody knows whether they have it",
                do=f"digest send {one.issue} --status lists them; --resend-uncertain mails them again",
            )
        if stop and one.is_running:
            yield Advice(what=f"{_name(one)} was stopped: {stop.reason}",
                         do=f"when that is put right: digest send {one.issue}" if stop.waits else
                            "the workers try again by themselves", needs_person=stop.waits)  # fmt: skip


def _about_jobs(census: Census) -> Iterator[Advice]:
    if census.stalled:
        after = census.takeover_s * PATIENCE
        late = any((job.for_s if job.silent_s is None else job.silent_s) > after for job in census.stalled)
        number = len(census.stalled)
        alive = any(not one.is_silent for one in census.workers)
        soon = f"another worker takes over within {duration(after)}" if alive else "the next worker takes over"
        yield Advice(
            what=f"{count(number, 'job')} stalled: the worker that had {'it' if number == 1 else 'them'} is gone",
            do="a worker that is alive should have taken over by now: see its log" if late else soon,
            needs_person=late,
        )
    for queue in census.queues:
        if queue.failed:
            yield Advice(what=f"{count(queue.failed, 'job')} of the queue {queue.name} given up in the last 24 hours",
                         do="the workers' log says why: journalctl -u 'digest-worker@*' -p err")  # fmt: skip


def _runs(number: int) -> str:
    return "1 worker runs" if number == 1 else f"{number:,} workers run"


# -- the screen


def _lines(census: Census) -> Iterator[str]:
    if census.has_queue:
        yield _head("queue       waiting  running    later   failed   oldest  done 1 min    5 min")
        yield from map(_queue_line, census.queues)
    if census.workers:
        yield ""
        yield _head(f"{'workers':<20} {'process':>8}  {'queues':<16} {'last sign':>9}  at work on")
        shown = sorted(census.workers, key=lambda one: (not one.is_silent, not one.is_other_version, not one.jobs))
        yield from map(_worker_line, shown[:MOST_SHOWN])
        if len(shown) > MOST_SHOWN:
            alive = sum(not one.is_silent for one in shown)
            yield f"and {len(shown) - MOST_SHOWN:,} more; of all {len(shown):,} {alive:,} are alive"
    yield ""
    if len(census.mailings) > MOST_SHOWN:
        yield f"mailing   {len(census.mailings) - MOST_SHOWN:,} older ones, and"
    for one in census.mailings[-MOST_SHOWN:]:
        yield f"mailing   {adds_up_line(_name(one), one.tally)}"
        if one.is_running:
            yield f"          {_pace(one)}"
    if not census.mailings:
        yield "mailing   none under way"
    feeds = census.feeds
    yield (f"feeds     {feeds.total:,}: {feeds.well:,} well, {feeds.failing:,} failing, {feeds.gone:,} gone; "
           f"{feeds.due:,} due, {feeds.per_min:,} read in 1 min")  # fmt: skip
    yield f"senders   {count(census.senders, 'lease')} alive" if census.senders else "senders   none"
    yield ""


def _head(text: str) -> str:
    return click.style(text, dim=True)


def _queue_line(one: QueueCount) -> str:
    oldest = duration(one.oldest_s) if one.waiting else "-"
    numbers = f"{one.waiting:>8,} {one.running:>8,} {one.delayed:>8,} {one.failed:>8,}"
    # The planning leaves no trace where it went well.
    done = "" if one.name == CONTROL else f" {one.done_1min:>11,} {one.done_5min:>8,}"
    return f"{one.name:<10} {numbers} {oldest:>8}{done}"


def _worker_line(one: WorkerSeen) -> str:
    worker = one.worker
    return (f"{_short(worker.host, 20):<20} {worker.pid:>8}  {_short(' '.join(worker.queues), 16):<16} "
            f"{duration(one.silent_s):>9}  {_short(_doing(one), 20)}")  # fmt: skip


def _doing(one: WorkerSeen) -> str:
    if one.is_silent:
        return "SILENT"
    if one.is_other_version:
        return f"digest {one.worker.version}"
    doing = _jobs(one.jobs) if one.jobs else "nothing"
    return f"ending, {doing}" if one.worker.ending else doing


def _jobs(jobs: tuple[RunningJob, ...]) -> str:
    longest = max(jobs, key=lambda job: job.for_s)
    more = f", +{len(jobs) - 1}" if len(jobs) > 1 else ""
    return f"{longest.task} {duration(longest.for_s)}{more}"


def _name(one: MailingCount) -> str:
    return one.issue if one.kind == "issue" else f"{one.issue}, {one.kind}"


def _pace(one: MailingCount) -> str:
    tally = one.tally
    if not one.per_s:
        again = f"; the next try is at {tally.next_try:%Y-%m-%d %H:%M} UTC" if tally.next_try and not tally.left else ""
        return f"nothing was taken in the last minute{again}"
    left_s = tally.left / one.per_s
    return f"{one.per_s:,.1f} a second, {count(one.on_the_way, 'message')} on the way; done in {duration(left_s)}"


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def duration(seconds: float) -> str:
    """``8 s``, ``14 min``, ``3 h``, ``2 days``: one number is enough to see what is wrong."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 120 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"


# -- for machines


def _advice_data(one: Advice) -> dict[str, Any]:
    return {"what": one.what, "do": one.do, "needs_person": one.needs_person}


def _data(census: Census) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "at": census.at,
        "takeover_s": census.takeover_s,
        "queues": [asdict(one) for one in census.queues],
        "workers": [_worker_data(one) for one in census.workers],
        "stalled": [_job_data(job) for job in census.stalled],
        "held": census.held,
        "mailings": [_mailing_data(one) for one in census.mailings],
        "feeds": asdict(census.feeds) | {"total": census.feeds.total},
        "senders": census.senders,
    }


def _worker_data(one: WorkerSeen) -> dict[str, Any]:
    worker = one.worker
    return {
        "name": worker.name,
        "host": worker.host,
        "pid": worker.pid,
        "version": worker.version,
        "queues": list(worker.queues),
        "started": worker.started,
        "silent_s": one.silent_s,
        "silent": one.is_silent,
        "ending": worker.ending,
        "other_version": one.is_other_version,
        "jobs": [_job_data(job) for job in one.jobs],
    }


def _job_data(job: RunningJob) -> dict[str, Any]:
    return {"id": job.id, "queue": job.queue, "task": job.task, "attempts": job.attempts, "for_s": job.for_s,
            "silent_s": job.silent_s}  # fmt: skip


def _mailing_data(one: MailingCount) -> dict[str, Any]:
    tally = one.tally
    parts = ("sent", "deferred", "failed", "uncertain", "suppressed", "left", "next_try")
    return {
        "id": one.id,
        "issue": one.issue,
        "kind": one.kind,
        "list": tally.total,
        **{part: getattr(tally, part) for part in parts},
        "on_the_way": one.on_the_way,
        "per_s": one.per_s,
        "stopped": {"at": one.stop.at, "reason": one.stop.reason, "by_hand_only": one.stop.waits} if one.stop else None,
    }
