"""Asks whether the links of an issue still lead somewhere: as politely as feeds are asked, and not twice in a row.

One host is asked one thing at a time, nothing is read of what answers, a host that wants to be left alone is, private
networks are refused unless digest.toml allows them, and what a host answered is believed for a while.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from yarl import URL

from digest import __version__
from digest.check.online.answers import GOOD_FOR, LinkAnswer, believed_for, is_believed
from digest.check.online.askedlinks import asked_links
from digest.errors import BusyError
from digest.gather.web.answers import Answer, host_of
from digest.gather.web.http import Fetcher
from digest.gather.web.politeness import host_pauses, user_agent
from digest.gather.web.redirects import bare
from digest.production.domainlookup import CONTROL_HOST
from digest.store import sources
from digest.store.linkanswers import load_link_answers, save_link_answers
from digest.text.urls import shown_url

if TYPE_CHECKING:
    from digest.model import Issue, Mail
    from digest.project import Project

LIMIT_S: Final = 60.0
ACCEPT: Final = "text/html, application/xhtml+xml, */*;q=0.8"
_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})
_GONE: Final = frozenset([404, 410])


def ask_links(
    project: Project,
    issue: Issue,
    mail: Mail,
    *,
    now: datetime,
    limit_s: float = LIMIT_S,
    environ: Mapping[str, str] = _NO_VARIABLES,
    say: Callable[[str], object] = lambda _said: None,
    control_host: str = CONTROL_HOST,
) -> dict[str, LinkAnswer]:
    """What every link of an issue answers, or answered a short while ago. Never raises for what the network does.

    Not inside a transaction that writes: the answers are kept in one of their own.

    Args:
        project: its settings say who asks, and within which limits.
        issue: what the issue file says.
        mail: the issue as a mail.
        now: what answers are dated, and a Retry-After is counted from.
        limit_s: seconds after which what has not answered yet is given up.
        environ: names proxies.
        say: is told before something takes long.
        control_host: is looked up where nothing answered, to tell a dead link from a dead line.
    """
    wanted = asked_links(issue, mail, own=project.settings.newsletter.url)
    with project.store.read() as connection:
        kept = load_link_answers(connection, wanted)
        states = {row.id: row.state for row in sources.load_sources(connection).values()}
    known = {url: found for url, text in kept.items() if (found := _loaded(text)) and is_believed(found, now=now)}
    unknown = [url for url in wanted if url not in known]
    if unknown:
        say(f"asking {len(unknown)} {'link' if len(unknown) == 1 else 'links'} whether anything is there")
        gather = project.settings.gather
        agent = user_agent(__version__, gather.contact or project.settings.newsletter.url)
        paused = host_pauses(project.config.sources, states, now=now)

        async def ask() -> dict[str, LinkAnswer]:
            async with Fetcher(
                gather, user_agent=agent, now=now, environ=environ, paused=paused, accept=ACCEPT
            ) as fetcher:
                return await _ask_all(fetcher, unknown, now=now, limit_s=limit_s, control_host=control_host)

        asked = asyncio.run(ask())
        with suppress(BusyError):  # the answers are here; the next check asks once more
            _keep(project, asked, now=now)
        known |= asked
    return {url: known[url] for url in wanted}


async def _ask_all(
    fetcher: Fetcher, urls: Sequence[str], *, now: datetime, limit_s: float, control_host: str
) -> dict[str, LinkAnswer]:
    tasks = {url: asyncio.create_task(fetcher.look(url)) for url in urls}
    await asyncio.wait(tasks.values(), timeout=limit_s)
    late = [task for task in tasks.values() if not task.done()]
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    answers = {url: None if task.cancelled() else task.result() for url, task in tasks.items()}
    told = {
        url: _link_answer(url, answer, now=now)
        if answer
        else LinkAnswer(url=url, kind="unasked", asked=now, trouble=f"the {limit_s:g} s for all links were over")
        for url, answer in answers.items()
    }
    nameless = [url for url, answer in answers.items() if answer and answer.trouble in {"no host", "no names"}]
    answered = any(answer and answer.status for answer in answers.values())
    if nameless and not answered and not await _is_known(control_host):
        trouble = "no host could be found; is there a network?"
        told |= {url: replace(told[url], kind="unasked", trouble=trouble) for url in nameless}
    return told


def _link_answer(url: str, answer: Answer, *, now: datetime) -> LinkAnswer:
    """What an answer to the asking means for who follows the link."""
    final = answer.url if answer.url != _start(url) else ""
    told = LinkAnswer(url=url, kind="doubtful", asked=now, status=answer.status, final=final)
    if answer.kind == "body":
        return replace(told, kind="there", permanent=answer.moved_to is not None)
    if answer.kind == "paused":
        return replace(told, trouble="its host wants to be left alone for now")
    if answer.trouble == "no host":
        return replace(told, kind="no host")
    if answer.status in _GONE:
        return replace(told, kind="gone")
    said = answer.problem.removeprefix(f"{_named(answer.url)}: ")
    if answer.trouble == "no names":
        said = "its name could not be looked up"
    return replace(told, trouble=f"answers {said}" if said[:3] == str(answer.status) else said)


async def _is_known(host: str) -> bool:
    try:
        return bool(await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except OSError:
        return False


def _keep(project: Project, asked: Mapping[str, LinkAnswer], *, now: datetime) -> None:
    texts = {url: json.dumps(_row(answer)) for url, answer in asked.items() if believed_for(answer)}
    with project.store.write() as connection:
        save_link_answers(connection, texts, asked=now, sweep_before=now - GOOD_FOR)


def _row(answer: LinkAnswer) -> dict[str, object]:
    return asdict(answer) | {"asked": answer.asked.isoformat()}


def _loaded(text: str) -> LinkAnswer | None:
    """What was kept; None: another version of digest wrote it down in another way."""
    try:
        row = json.loads(text)
        return LinkAnswer(**row | {"asked": datetime.fromisoformat(row["asked"])})
    except (ValueError, TypeError, KeyError):
        return None


def _named(url: str) -> str:
    """The host of an address as a problem names it; empty if it is no address."""
    try:
        return host_of(URL(url))
    except ValueError:
        return ""


def _start(url: str) -> str:
    """The address as an asking names it that led nowhere else: quoted, and without a login."""
    try:
        return bare(URL(url))
    except ValueError:
        return shown_url(url)
