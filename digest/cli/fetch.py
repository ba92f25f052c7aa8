"""``digest fetch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.pipeline import Fetched
    from digest.project import Project


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
    from digest.text.urls import shown_url

    done = []
    with session.progress("reading", None) as advance:
        for one in pipeline.fetch(project, now=session.now, ask_all=ask_all):
            done.append(one)
            advance(one.reading.source.name or one.reading.source.id)
    for one in done:
        for problem in one.reading.problems:
            hint = f" ({problem.hint})" if problem.hint else ""
            subject = problem.path or one.reading.source.id
            place = "" if problem.message.startswith(subject) else f"{subject}: "
            session.warn(f"{place}{problem.message}{hint}")
        if one.reading.fetched and one.reading.fetched.moved_to:
            session.warn(f"{one.reading.source.id}: has moved for good to {shown_url(one.reading.fetched.moved_to)}; "
                         "write that address in feeds/feeds.toml")  # fmt: skip
    waiting = [one.reading.source for one in done if one.reading.outcome == "not due"]
    if waiting:
        names = ", ".join(source.name or source.id for source in waiting[:8])
        more = f" and {len(waiting) - 8} more" if len(waiting) > 8 else ""
        session.say(f"not due yet: {names}{more} (digest fetch --all asks them anyway)")
    return done


def fetch_summary(done: list[Fetched]) -> str:
    """``41 sources: 38 read, 2 unchanged, 1 failed; 63 new entries, 2 changed``."""
    outcomes = [one.reading.outcome for one in done]
    parts = [
        f"{outcomes.count(name)} {name}" for name in ("read", "unchanged", "not due", "failed") if name in outcomes
    ]
    filed = [f"{count(_sum(done, 'new'), 'new entry', 'new entries')}"]
    filed += [f"{_sum(done, name)} {name}" for name in ("changed", "backlog", "held") if _sum(done, name)]
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
                "entries": len(one.reading.entries),
                "new": one.filed.new,
                "changed": one.filed.changed,
                "backlog": one.filed.backlog,
                "held": one.filed.held,
                "body_bytes": one.reading.body_bytes,
                "seconds": round(one.reading.seconds, 3),
                "problems": [
                    {"path": p.path, "message": p.message, "hint": p.hint} for p in one.reading.problems
                ],
            }
            for one in done
        ],
        "new": _sum(done, "new"),
        "changed": _sum(done, "changed"),
        "backlog": _sum(done, "backlog"),
        "held": _sum(done, "held"),
        "problems": sum(len(one.reading.problems) for one in done),
    }  # fmt: skip


def _sum(done: list[Fetched], name: str) -> int:
    return sum(getattr(one.filed, name) for one in done)
