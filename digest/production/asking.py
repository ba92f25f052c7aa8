"""Asks the network what the gate cannot know by itself: the links of an issue, and the domain of its sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from digest.check.online.answers import DomainRecords, LinkAnswer
    from digest.model import Issue, Mail
    from digest.production.domainlookup import NameServer
    from digest.project import Project

_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the network said."""

    answers: Mapping[str, LinkAnswer] = field(default_factory=dict)  # by address; empty: nobody asked
    domain: DomainRecords | None = None  # None: nobody asked


NOTHING: Final = Heard()


def ask_network(
    project: Project,
    issue: Issue,
    mail: Mail,
    *,
    now: datetime,
    environ: Mapping[str, str] = _NO_VARIABLES,
    say: Callable[[str], object] = lambda _said: None,
    server: NameServer | None = None,
) -> Heard:
    """Ask for the links of an issue and for its sender's domain. Takes a minute and a quarter at most, usually seconds.

    Not inside a transaction that writes to the store: the answers are kept in one of their own.

    Args:
        project: the newsletter.
        issue: what the issue file says.
        mail: the issue as a mail.
        now: what answers are dated.
        environ: names proxies.
        say: is told before something takes long.
        server: whom to ask for the domain; None: as digest.toml says, or the system.
    """
    from digest.production.domainlookup import look_up_domain, name_server  # noqa: PLC0415  only where it is asked
    from digest.production.linkcheck import ask_links  # noqa: PLC0415  likewise

    return Heard(
        answers=ask_links(project, issue, mail, now=now, environ=environ, say=say),
        domain=look_up_domain(project, server=server or name_server(project.settings.check.name_server)),
    )
