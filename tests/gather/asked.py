"""Feeds asked by a Fetcher of their own, with others beside them that must not suffer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from digest.config.settings import GatherSettings
from digest.gather.web.answers import Answer
from digest.gather.web.http import Fetcher
from digest.model import FetchState, Source
from tests.gather.making import NOW, rss, source
from tests.support.http import Page, Site, serving


def ask(
    *sources: Source,
    states: Mapping[str, FetchState] | None = None,
    environ: Mapping[str, str] | None = None,
    paused: Mapping[str, datetime] | None = None,
    now: datetime = NOW,
    **settings: Any,
) -> dict[str, Answer]:
    """The answer of each feed, by its id. Private addresses are allowed unless the settings say otherwise."""

    async def run() -> dict[str, Answer]:
        wanted = GatherSettings(**{"allow_private": True, **settings})
        async with (
            Fetcher(wanted, user_agent="digest/test", now=now, environ=environ or {}, paused=paused or {}) as fetcher,
            asyncio.TaskGroup() as group,
        ):
            tasks = {
                one.id: group.create_task(fetcher.fetch(one, (states or {}).get(one.id, FetchState())))
                for one in sources
            }
        return {name: task.result() for name, task in tasks.items()}

    return asyncio.run(run())


def ask_beside_others(site: Site, faulty: Source, **rest: Any) -> Answer:
    """The answer of a feed that is in trouble. Feeds of the same host after it, and of another host, are unharmed."""
    same = [source(site.add(f"/good-{number}", Page(rss("Good"))), id=f"same-{number}") for number in range(2)]
    with serving() as another:
        other = source(another.add("/good", Page(rss("Good"))), id="other")
        answers = ask(faulty, *same, other, **rest)
    for name in ("same-0", "same-1", "other"):
        assert (name, answers[name].kind, answers[name].problem) == (name, "body", "")
        assert answers[name].body == rss("Good")
    return answers[faulty.id]
