"""What the issues that are out have printed, a row a story, and the slugs under which the archive has it for ever."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Text, cast, literal, select

from digest.model import Named, Printed
from digest.store.schema import address
from digest.store.schema import printed as table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

_TOLD = msgspec.json.Decoder(list[tuple[str, str, str]])
_IDS = msgspec.json.Decoder(tuple[str, ...])


def save_printed(connection: Connection, issue: str, rows: Sequence[Printed]) -> None:
    """Replace what is known of an issue's stories."""
    connection.execute(table.delete().where(table.c.issue == issue))
    if rows:
        connection.execute(table.insert(), [_row(one) for one in rows])


def all_printed(connection: Connection, *, issue: str | None = None, texts: bool = False) -> tuple[Printed, ...]:
    """The stories of one issue or of all, by issue and place; with their texts if asked: those are megabytes."""
    c = table.c
    # JSON as text, read by msgspec: ten thousand stories are in every publishing.
    query = select(
        c.issue, c.place, c.anchor, c.slug, c.story_id, c.title, c.section, c.text if texts else literal(""),
        cast(c.names, Text), cast(c.entries, Text), c.earlier_issue, c.earlier_place,
    )  # fmt: skip
    if issue is not None:
        query = query.where(c.issue == issue)
    return tuple(_printed(*row) for row in connection.execute(query.order_by(c.issue, c.place)))


def printed_issues(connection: Connection) -> set[str]:
    """The issues whose stories are known."""
    return set(connection.execute(select(table.c.issue).distinct()).scalars())


def slugs_of(
    connection: Connection, kind: str, names: Iterable[str], *, make: Callable[[str, set[str]], str]
) -> dict[str, str]:
    """The slug of each name; a new one is made and kept.

    Args:
        connection: a writing one, if a name may be new.
        kind: "section", "organisation", "person".
        names: in the order in which new ones come to their slugs.
        make: gives the slug of a name that is none of those taken.
    """
    query = select(address.c.name, address.c.slug).where(address.c.kind == kind)
    found = {row.name: row.slug for row in connection.execute(query)}
    taken = set(found.values())
    new = {}
    for name in names:
        if name not in found:
            new[name] = found[name] = make(name, taken)
            taken.add(found[name])
    if new:
        connection.execute(address.insert(), [{"kind": kind, "name": name, "slug": slug} for name, slug in new.items()])
    return found


def _row(one: Printed) -> dict[str, Any]:
    earlier = one.earlier or (None, None)
    return {
        "issue": one.issue, "place": one.place, "anchor": one.anchor, "slug": one.slug, "story_id": one.story_id,
        "title": one.title, "section": one.section, "text": one.text,
        "names": [[named.kind, named.name, named.why] for named in one.names], "entries": list(one.entries),
        "earlier_issue": earlier[0], "earlier_place": earlier[1],
    }  # fmt: skip


def _printed(
    issue: str, place: int, anchor: str, slug: str, story_id: str | None, title: str, section: str, text: str,
    names: str, entries: str, earlier_issue: str | None, earlier_place: int,
) -> Printed:  # fmt: skip
    return Printed(
        issue=issue,
        place=place,
        anchor=anchor,
        slug=slug,
        story_id=story_id,
        title=title,
        section=section,
        text=text,
        names=tuple(_named(*one) for one in _TOLD.decode(names)),
        entries=_IDS.decode(entries),
        earlier=None if earlier_issue is None else (earlier_issue, earlier_place),
    )


@lru_cache(maxsize=1 << 14)
def _named(kind: str, name: str, why: str) -> Named:
    return Named(kind="person" if kind == "person" else "organisation", name=name, why=why)
