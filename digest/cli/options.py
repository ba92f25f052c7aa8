"""The options that every verb takes, before the verb or after it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was said on the command line, whatever the verb."""

    root: Path = Path()
    as_json: bool = False
    now: datetime | None = None
    verbose: int = 0
    quiet: bool = False


def parse_moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """A time in ISO 8601; without a zone it is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time; write one such as 2026-11-20T07:00Z") from None
    if not 1990 <= moment.year <= 2200:
        raise click.BadParameter(f"{value!r} is no time of a newsletter; write one such as 2026-11-20T07:00Z")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_SHARED = (
    click.option("-C", "root", type=click.Path(path_type=Path), metavar="DIR",
                 help="The newsletter's folder; else this one."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output."),
    click.option("--now", metavar="TIME", callback=parse_moment, help="Act as if it were this time (ISO 8601)."),
    click.option("-v", "--verbose", count=True, help="Say more; -vv says everything."),
    click.option("-q", "--quiet", is_flag=True, help="Print results only."),
)  # fmt: skip


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the shared options to the group or to a verb."""

    @functools.wraps(function)
    def with_options(*args: Any, **kwargs: Any) -> Any:
        context = click.get_current_context()
        given = {key: kwargs.pop(key, None) for key in ("root", "as_json", "now", "verbose", "quiet")}
        before = context.find_object(Options) or Options()
        context.obj = replace(before, **{key: value for key, value in given.items() if value})
        return function(*args, **kwargs)

    decorated: Callable[..., Any] = with_options
    for option in reversed(_SHARED):
        decorated = option(decorated)
    return decorated


def verb(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a verb: ``@verb("fetch")``. Its docstring is the help; it gets a Session as first argument."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        from digest.cli.session import Session

        @functools.wraps(function)
        def with_session(*args: Any, **kwargs: Any) -> Any:
            options = click.get_current_context().find_object(Options) or Options()
            return function(Session(options), *args, **kwargs)

        command: click.Command = click.command(name)(common_options(with_session))
        return command

    return decorate


def verb_group(name: str) -> Callable[[Callable[..., Any]], click.Group]:
    """Make a function a verb that has verbs below it, and does its own work where none of them is named.

    Those below are made with ``verb`` and added with ``add_command``.
    """

    def decorate(function: Callable[..., Any]) -> click.Group:
        from digest.cli.session import Session

        @functools.wraps(function)
        def alone(*args: Any, **kwargs: Any) -> Any:
            context = click.get_current_context()
            if context.invoked_subcommand is not None:
                return None
            return function(Session(context.find_object(Options) or Options()), *args, **kwargs)

        group: click.Group = click.group(name, invoke_without_command=True)(common_options(alone))
        return group

    return decorate
