"""What the issues that are out have printed, a row a story, and the slugs under which the archive has it for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, tuple_

from digest.model import Named, Printed
from digest.store.schema import address
from digest.store.schema import printed as table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, RowMapping

_LINES = tuple(name for name in Printed.__slots__ if name not in {"text", "earlier"})


def save_printed(connection: Connection, issue: str, rows: Sequence[Printed]) -> None:
    """Replace what is known of an issue's stories."""
    connection.execute(table.delete().where(table.c.issue == issue))
    if rows:
        connection.execute(table.insert(), [_row(one) for one in rows])


def all_printed(connection: Connection, *, issue: str | None = None, texts: bool = False) -> tuple[Printed, ...]:
    """The stories of one issue or of all, by issue and place; with their texts if asked: those are megabytes."""
    names = (*_LINES, "text") if texts else _LINES
    query = select(*(table.c[name] for name in (*names, "earlier_issue", "earlier_place")))
    if issue is not None:
        query = query.where(table.c.issue == issue)
    rows = connection.execute(query.order_by(table.c.issue, table.c.place)).mappings()
    return tuple(_printed(row, names) for row in rows)


def printed_issues(connection: Connection) -> set[str]:
    """The issues whose stories are known."""
    return set(connection.execute(select(table.c.issue).distinct()).scalars())


def forget_printed(connection: Connection, places: Iterable[tuple[str, int]]) -> None:
    """Remove single rows."""
    wanted = list(places)
    if wanted:
        connection.execute(table.delete().where(tuple_(table.c.issue, table.c.place).in_(wanted)))


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
    row = {name: getattr(one, name) for name in (*_LINES, "text")}
    earlier = one.earlier or (None, None)
    names = [[named.kind, named.name, named.why] for named in one.names]
    return row | {
        "names": names, "entries": list(one.entries), "earlier_issue": earlier[0], "earlier_place": earlier[1],
    }  # fmt: skip


def _printed(row: RowMapping, names: Sequence[str]) -> Printed:
    values: dict[str, Any] = {name: row[name] for name in names}
    values["names"] = tuple(Named(kind=kind, name=name, why=why) for kind, name, why in row["names"])
    values["entries"] = tuple(row["entries"])
    if row["earlier_issue"] is not None:
        values["earlier"] = row["earlier_issue"], row["earlier_place"]
    return Printed(**values)
