"""``digest backup``."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("backup")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def verb(session: Session, *, file: Path | None) -> int:
    """Copy the store, safely, while in use.

    Writes one whole, consistent file: by default state/backups/digest-TIME.db. A file that is there is never
    overwritten. The copy holds the subscribers' addresses: keep it private. Issue files, feeds and digest.toml are
    ordinary files; git or any copy keeps those.

    \b
    Example:
      digest backup
      digest backup /media/stick/brief-2026-11-20.db
    """
    from digest.store.backup import store_path
    from digest.store.sqlite import backup_sqlite

    with session.project(create_store=False) as project:
        present = store_path(project.settings.store.url, project.root)
        default = present.parent / "backups" / f"digest-{session.now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
        target = (file or default).absolute()
        backup_sqlite(project.store, target)
        size = target.stat().st_size
        shown = target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target
        session.result({"file": target, "bytes": size}, lambda: session.line(f"{shown} ({size:,} bytes)"))
        session.next_step(f"keep it elsewhere; `digest restore-backup {shown}` brings it back")
    return 0
