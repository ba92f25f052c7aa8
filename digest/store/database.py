"""Opens the store that digest.toml names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import make_url

from digest.store.meta import drop_meta, get_meta, put_meta
from digest.store.postgres import open_postgres
from digest.store.sqlite import open_sqlite
from digest.store.transactions import Store

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Store", "drop_meta", "get_meta", "open_store", "put_meta"]


def open_store(url: str, root: Path, *, create: bool = True, moving: bool = False) -> Store:
    """Open the store at ``url``, a path in it being below ``root``, and migrate it if it is older than this digest.

    Args:
        url: as under [store] in digest.toml.
        root: the project's folder.
        create: make it, if there is none.
        moving: open it even if it is half moved or moved away (digest.store.transfer).

    Raises:
        StoreError: it cannot be opened, is damaged, was written by a newer digest, or is elsewhere.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return open_sqlite(url, root, create=create, moving=moving)
    return open_postgres(url, create=create, moving=moving)
