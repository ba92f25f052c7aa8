"""``digest fetch``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from datetime import datetime

    from digest.cli.session import Session
    from digest.model import SourceProblem
    from digest.production.intake import Fetched
    from digest.project import Project

MOST_NAMED = 8  # feeds that were not asked


@make_verb("fetch")
@click.option(
    "--all", "ask_all", is_flag=True, help="Ask feeds that are not due as well, but none before its Retry-After."
)
@click.option("--strict", is_flag=True, help="Exit with 3 if a feed or a file could not be read.")
def verb(session: Session, *, ask_all: bool, strict: bool) -> int:
    """Read feeds and local files; consumes nothing.

    Asks every feed that is due (with the validators its server gave, so an unchanged feed costs nothing), reads every
    file below feeds/, and files what is new. A feed or file that cannot be read is named; the others go on.

    \b
    Example:
      digest fetch
      digest fetch --all --strict
    """
    with session.project() as project:
        done = run_fetch(session, project, ask_all=ask_all)
        session.result(fetch_data(done), lambda: session.line(fetch_summary(done)))
        session.next_step("digest draft")
    return 3 if strict and any(one.reading.problems for one in done) else 0


def run_fetch(session: Session, project: Project, *, ask_all: bool = False) -> list[Fetched]:
    """Fetch with a progress bar, naming what could not be read."""
    from digest import pipeline

    done = []
    with session.progress("reading", None) as advance:
        for one in pipeline.fetch(project, now=session.now, ask_all=ask_all, environ=os.environ):
            done.append(one.without_entries())
            advance(one.reading.source.name or one.reading.source.id)
    for one in done:
        for problem in one.reading.problems:
            session.warn(problem_line(problem, one.reading.source.id))
        for notice in one.reading.notices:
            session.say(problem_line(notice, one.reading.source.id))
    for one in _moved(done, session.now):
        session.say(f"{one.reading.source.id}: has moved for good to {_target(one)}; "
                    f"`digest feeds accept-moves {one.reading.source.id}` lists it there")  # fmt: skip
    _say_waiting(session, done)
    return done


def problem_line(problem: SourceProblem, source_id: str) -> str:
    """A problem or a notice on one line, with what it is about."""
    hint = f" ({problem.hint})" if problem.hint else ""
    subject = problem.path or source_id
    place = "" if problem.message.startswith(subject) else f"{subject}: "
    return f"{place}{problem.message}{hint}"


def _moved(done: list[Fetched], now: datetime) -> list[Fetched]:
    """The feeds whose new address is to be listed."""
    from digest.gather.web.politeness import offers_move

    return [
        one
        for one in done
        if one.reading.fetched and offers_move(one.reading.fetched, one.reading.source.location, now=now)
    ]


def _target(one: Fetched) -> str | None:
    from digest.text.urls import shown_url

    return shown_url(one.reading.fetched.moved_to) if one.reading.fetched and one.reading.fetched.moved_to else None


def _say_waiting(session: Session, done: list[Fetched]) -> None:
    """Name the feeds that were not asked: those whose time has not come, and those whose server wants to be left alone.

    ``--all`` asks the first, never the second, and those that are gone once a week.
    """
    from digest.model import FetchState

    if left := [one for one in done if one.elsewhere]:
        session.say(f"left to the workers: {count(len(left), 'feed')}")
    waiting = [one.reading for one in done if one.reading.outcome == "not due" and not one.elsewhere]
    states = {reading.source.id: reading.fetched or FetchState() for reading in waiting}
    gone = {name for name, state in states.items() if state.gone_since}
    paused = {name for name, state in states.items() if state.retry_after and state.retry_after > session.now} - gone
    parts = (
        ("not due yet", "digest fetch --all asks them anyway", states.keys() - gone - paused),
        ("left alone", "their servers asked for it", paused),
        ("gone", "digest fetch --all asks once a week whether they are back", gone),
    )
    for said, why, names_of in parts:
        readings = [reading for reading in waiting if reading.source.id in names_of]
        if readings:
            names = ", ".join(one.source.name or one.source.id for one in readings[:MOST_NAMED])
            more = f" and {len(readings) - MOST_NAMED:,} more" if len(readings) > MOST_NAMED else ""
            session.say(f"{said}: {names}{more} ({why})")


def fetch_summary(done: list[Fetched]) -> str:
    """``41 sources: 38 read, 2 unchanged, 1 failed; 63 new entries, 2 changed``."""
    outcomes = ["left to the workers" if one.elsewhere else one.reading.outcome for one in done]
    names = ("read", "unchanged", "not due", "failed", "left to the workers")
    parts = [f"{outcomes.count(name)} {name}" for name in names if name in outcomes]
    filed = [f"{count(_sum(done, 'new'), 'new entry', 'new entries')}"]
    filed += [f"{_sum(done, name):,} {name}" for name in ("changed", "backlog", "held") if _sum(done, name)]
    same = sum(one.reading.unchanged for one in done)
    filed += [f"{same:,} as they were"] if same else []
    problems = sum(len(one.reading.problems) for one in done)
    trouble = f"; {count(problems, 'problem')}" if problems else ""
    return f"{count(len(done), 'source')}: {', '.join(parts) or 'none'}; {', '.join(filed)}{trouble}"


def fetch_data(done: list[Fetched]) -> dict[str, Any]:
    """What ``fetch --json`` prints."""
    from digest.text.urls import shown_url

    return {
        "sources": [
            {
                "id": one.reading.source.id,
                "name": one.reading.source.name,
                "location": shown_url(one.reading.source.location),
                "outcome": one.reading.outcome,
                "elsewhere": one.elsewhere,
                "entries": one.told,
                "new": one.filed.new,
                "changed": one.filed.changed,
                "backlog": one.filed.backlog,
                "held": one.filed.held,
                "unchanged": one.reading.unchanged,
                "moved_to": _target(one),
                "body_bytes": one.reading.body_bytes,
                "seconds": round(one.reading.seconds, 3),
                "problems": [_problem_data(problem) for problem in one.reading.problems],
                "notices": [_problem_data(notice) for notice in one.reading.notices],
            }
            for one in done
        ],
        "new": _sum(done, "new"),
        "changed": _sum(done, "changed"),
        "backlog": _sum(done, "backlog"),
        "held": _sum(done, "held"),
        "unchanged": sum(one.reading.unchanged for one in done),
        "problems": sum(len(one.reading.problems) for one in done),
        "notices": sum(len(one.reading.notices) for one in done),
    }


def _problem_data(problem: SourceProblem) -> dict[str, Any]:
    return {"path": problem.path, "message": problem.message, "hint": problem.hint}


def _sum(done: list[Fetched], name: str) -> int:
    return sum(getattr(one.filed, name) for one in done)
