"""``digest search``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.errors import StoreError

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.project import Project


@make_verb("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Show at most so many.")
def verb(session: Session, *, words: tuple[str, ...], limit: int) -> int:
    """Find entries, used or not.

    Looks for all the words in titles, summaries and texts of everything that was ever read; the best come first.
    "two words" in quotation marks stand together, sanction* stands for every word that begins so.

    \b
    Example:
      digest search price cap
      digest search '"price cap"' 'sanction*' --limit 50
    """
    from digest.explain.standing import local_time
    from digest.production.drafting import named_sources
    from digest.store.search import search_entries

    query = " ".join(words)
    with session.project(create_store=False) as project:
        index_new(session, project)
        with project.store.read() as connection:
            hits = search_entries(connection, query, limit=limit + 1)
            sources = named_sources(project, connection)
        more = len(hits) > limit
        hits = hits[:limit]

        def show() -> None:
            rows = [
                (
                    local_time(hit.published, project.zone)[:10],
                    f"{hit.state} {hit.issue or ''}".strip(),
                    hit.title,
                    sources[hit.source_id].name if hit.source_id in sources else hit.source_id,
                    f"e-{hit.entry_id}",
                )
                for hit in hits
            ]
            session.table(("date", "state", "title", "source", "entry"), rows)

        told = [
            {
                "id": hit.entry_id,
                "title": hit.title,
                "url": hit.url,
                "source": hit.source_id,
                "published": hit.published,
                "state": hit.state,
                "issue": hit.issue,
                "snippet": hit.snippet,
            }
            for hit in hits
        ]
        session.result({"query": query, "hits": told, "more": more}, show if hits else None)
        if not hits:
            session.say(f"nothing has {query}; try fewer words, or the beginning of one: {words[0]}*")
        else:
            if more:
                session.say(f"there are more than {limit}; --limit shows more")
            session.next_step("`digest why ENTRY` tells what became of one")
    return 0


def index_new(session: Session, project: Project) -> None:
    """Bring what came since the last search into the index; where nobody can write, the rest is searched."""
    from digest.store.search import index_entries, is_behind

    with project.store.read() as connection:
        behind = is_behind(connection)
    if not behind:
        return
    try:
        with project.store.write() as connection:
            index_entries(connection)
    except StoreError as error:
        session.warn(f"what came since the last search is not searched: {error.message}")
