"""``digest search``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from digest.cli.dates import day_span
from digest.cli.options import verb as make_verb
from digest.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.cli.session import Session
    from digest.config.settings import NamedSettings
    from digest.model import Source
    from digest.project import Project
    from digest.store.search import Found, Hit
    from digest.store.searchfilters import By, Filter

COLUMNS = ("date", "state", "title", "source", "id", "section", "page", "snippet")
"""Of the table that is printed where nobody sits at a terminal."""

MANY = 10_000
"""New texts from which on it is said that they are indexed: two seconds."""


@make_verb("search")
@click.argument("words", nargs=-1)
@click.option("--section", "sections", multiple=True, metavar="TITLE", help="Only stories of this section.")
@click.option("--organisation", "organisations", multiple=True, metavar="NAME",
              help="Only what names this organisation, or was published by it.")  # fmt: skip
@click.option("--person", "people", multiple=True, metavar="NAME", help="Only stories that name this person.")
@click.option("--since", metavar="DATE", help="From this day on: 2026-11-20, 2026-W47, 2026-11 or 2026.")
@click.option("--until", metavar="DATE", help="Up to this day, or the last of this week, month or year.")
@click.option("--used/--unused", "used", default=None, help="Only what an issue has had, or only what none has had.")
@click.option("--kind", type=click.Choice(("stories", "entries")),
              help="Only what issues printed, or every entry as its source told it.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Show at most so many.")
def verb(
    session: Session,
    *,
    words: tuple[str, ...],
    sections: tuple[str, ...],
    organisations: tuple[str, ...],
    people: tuple[str, ...],
    since: str | None,
    until: str | None,
    used: bool | None,
    kind: str | None,
    limit: int,
) -> int:
    """Find stories and entries, used or not.

    Looks for all the words in the titles and texts of what issues printed and of all that was ever read. What issues
    printed comes first, best first; then the entries, best first. A story comes once, also where only its sources have
    the words; what an issue says beside its stories comes where none of them has them. "two words" in quotation marks
    stand together, sanction* stands for every word that begins so. A word in the title counts ten times. Where more
    than a thousand match, the newest thousand are ranked.

    Several options narrow together; one that is given twice means either. Names are compared without case and accents;
    a story has the date of its issue. Without words, what is left is listed newest first.

    With --json: query, more, ranked (how many of the newest matches were ranked; null: all) and hits, each with kind
    (story, issue, entry), id, title, date, issue, section, page (below build/site, once published), url, source,
    published, state, through (the entry that has the words instead of the story) and snippet (found words between **).

    \b
    Example:
      digest search price cap
      digest search '"price cap"' 'sanction*' --section Energy --since 2026-03
      digest search --organisation "Grid Watch" --since 2026-W40 --limit 50
    """
    from digest.production.drafting import named_sources
    from digest.store.search import search
    from digest.store.searchfilters import Filter

    query = " ".join(words)
    with session.project(create_store=False) as project:
        first = day_span(since, "since", project.zone)[0] if since else None
        last = day_span(until, "until", project.zone)[1] if until else None
        _require_possible(since=first, until=last, used=used, kind=kind)
        index_new(session, project)
        with project.store.read() as connection:
            settings = project.settings
            only = Filter(
                sections=_names(connection, "section", sections, known=[one.title for one in settings.section]),
                organisations=_names(connection, "organisation", organisations, named=settings.organisation),
                people=_names(connection, "person", people, named=settings.person),
                since=first,
                until=last,
                used=used,
                kind="stories" if kind == "stories" else "entries" if kind else None,
            )
            found = search(connection, query, only=only, limit=limit)
            sources = named_sources(project, connection)
        told = {"query": query, "hits": [_data(hit, project) for hit in found.hits], "more": found.more}
        show = _lines(session, project, found, sources)
        session.result(told | {"ranked": found.newest}, show if found.hits else None)
        _say(session, words, only, found, limit)
    return 0


def _require_possible(*, since: datetime | None, until: datetime | None, used: bool | None, kind: str | None) -> None:
    """Refuse options that together leave nothing, whatever there is.

    Raises:
        UsageError: they do.
    """
    if since and until and since >= until:
        raise UsageError("--until is before --since", hint="--since takes the earlier day, --until the later one")
    if kind == "stories" and used is False:
        raise UsageError("--kind stories --unused: every story is used", hint="leave out one of the two")


def index_new(session: Session, project: Project) -> None:
    """Bring what came since the last search into the index; where nobody can write, the rest is searched.

    What an issue printed is noted first where nothing has done so: of issues that were out before digest kept an
    archive, or that left by mail alone, no publishing has.
    """
    from digest.production import printing
    from digest.store.search import count_new, is_behind
    from digest.store.search import index_new as index

    with project.store.read() as connection:
        is_unnoted = printing.is_behind(connection)
        new = count_new(connection) if is_behind(connection) else 0
    if not (new or is_unnoted):
        return
    if is_unnoted:
        session.say("noting what the issues that are out printed, which is done once")
    if new >= MANY:
        session.say(f"indexing {new:,} texts, which is done once")
    try:
        with project.store.write() as connection:
            if is_unnoted:
                printing.index_missing(project, connection)
            index(connection)
    except StoreError as error:
        session.warn(f"what came since the last search is not searched: {error.message}")


def _names(
    connection: Connection,
    by: By,
    asked: tuple[str, ...],
    *,
    known: list[str] | None = None,
    named: tuple[NamedSettings, ...] = (),
) -> tuple[str, ...]:
    """The stored names of those asked for, by any name that digest.toml gives them."""
    from digest.store.searchfilters import names_like
    from digest.store.searchwords import folded

    families = [(one.name, *one.also) for one in named]
    listed = [*(known or ()), *(name for family in families for name in family)]
    found: dict[str, None] = {}
    for name in asked:
        found |= dict.fromkeys(names_like(connection, by, name, known=listed))
        for family in families:
            if folded(name) in map(folded, family):
                found |= {one: None for member in family for one in names_like(connection, by, member, known=listed)}
    return tuple(found)


def _page(hit: Hit) -> str | None:
    """The page of a hit, below build/site."""
    if hit.kind == "entry":
        return None
    return f"{hit.issue}/{hit.slug}/index.html" if hit.slug else f"{hit.issue}/index.html"


def _id(hit: Hit) -> str:
    return f"e-{hit.id}" if hit.kind == "entry" else hit.id or ""


def _data(hit: Hit, project: Project) -> dict[str, Any]:
    """A hit for --json."""
    from digest.explain.standing import local_time

    page, web = _page(hit), project.settings.newsletter.url
    address = f"{web.rstrip('/')}/{page.removesuffix('index.html')}" if page and web else None
    return {
        "kind": hit.kind,
        "id": hit.id,
        "title": hit.title,
        "date": local_time(hit.at, project.zone)[:10] or None,
        "issue": hit.issue,
        "section": hit.section or None,
        "page": page,
        "url": hit.url if hit.kind == "entry" else address,
        "source": hit.source_id,
        "published": hit.at,
        "state": hit.state,
        "through": hit.through,
        "snippet": hit.marked(),
    }


def _lines(session: Session, project: Project, found: Found, sources: Mapping[str, Source]) -> Callable[[], None]:
    """Shows the hits: three lines each at a terminal, a row each elsewhere."""
    from digest.cli.session import is_terminal
    from digest.explain.standing import local_time

    def source(hit: Hit) -> str:
        name = hit.source_id or ""
        return sources[name].name if name in sources else name

    def show() -> None:
        rows = [
            (local_time(hit.at, project.zone)[:10], f"{hit.state} {hit.issue or ''}".strip(), hit.title, source(hit),
             _id(hit), hit.section, _page(hit) or "", hit.marked())
            for hit in found.hits
        ]  # fmt: skip
        if is_terminal(sys.stdout):
            _show(found, rows)
        else:
            session.table(COLUMNS, rows)

    return show


def _show(found: Found, rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.text import Text

    def marked(text: str, style: str) -> Text:
        pieces = enumerate(text.split("\0"))
        return Text.assemble(*((piece, "bold" if place % 2 else style) for place, piece in pieces))

    console, indent = Console(file=sys.stdout, highlight=False, soft_wrap=True), " " * 12
    for hit, (date, state, title, source, id_, section, page, _) in zip(found.hits, rows, strict=True):
        snippet = hit.marked("\0", "\0")
        in_title = snippet.replace("\0", "") == title
        shown = marked(snippet, "underline") if in_title else Text(title, "underline")
        console.print(Text(f"{date or 'undated':12}", "cyan"), shown, sep="")
        about = (state, section or source, page or id_)
        console.print(Text(indent + " · ".join(filter(None, about)), "dim"))
        if snippet and not in_title:
            console.print(indent, marked(snippet, ""), sep="")


def _say(session: Session, words: tuple[str, ...], only: Filter, found: Found, limit: int) -> None:
    from digest.store.searchfilters import EVERYTHING

    if not found.hits:
        fewer = "fewer words" if only == EVERYTHING else "fewer words or options"
        hint = f"; try {fewer}, or the beginning of one: {words[0]}*" if words else ""
        session.say(f"nothing has {' '.join(words) or 'all of that'}{hint}")
        return
    if found.newest:
        session.say(f"more than {found.newest:,} match: the newest {found.newest:,} were ranked")
    if found.more:
        session.say(f"there are more than {limit}; --limit shows more")
    if any(hit.kind == "entry" for hit in found.hits):
        session.next_step("`digest why ENTRY` tells what became of one")
