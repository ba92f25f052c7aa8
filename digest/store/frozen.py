"""What is known of approved bytes without reading them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from digest.store.schema import frozen


def frozen_names(connection: Connection, issue: str, variant: str) -> tuple[str, ...]:
    """The names of the approved parts of a variant."""
    query = select(frozen.c.part).where(frozen.c.issue == issue, frozen.c.variant == variant)
    return tuple(connection.execute(query.order_by(frozen.c.part)).scalars())


def frozen_digests(connection: Connection, variant: str) -> dict[str, dict[str, str]]:
    """By issue and part, the SHA-256 of every approved part of a variant, in hex."""
    query = select(frozen.c.issue, frozen.c.part, frozen.c.sha256).where(frozen.c.variant == variant)
    found: dict[str, dict[str, str]] = {}
    for issue, part, sha256 in connection.execute(query):
        found.setdefault(issue, {})[part] = sha256
    return found
