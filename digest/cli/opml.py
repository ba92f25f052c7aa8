"""``digest feeds import`` and ``digest feeds export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.cli.session import Session
    from digest.config.feedimport import FeedImport
    from digest.config.opml import Refused
    from digest.model import Source

MOST_NAMED = 20


@make_verb("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be added.")
def import_verb(session: Session, *, file: Path, dry_run: bool) -> int:
    """Add the feeds of an OPML file.

    Every feed reader exports its feeds as OPML. They are appended to feeds/feeds.toml; what stands there stays as it
    is. A folder that is called like a section of digest.toml becomes the feed's section, other folders become tags.
    Feeds that are listed already are named and left out. What is no feed is named with its line, and the exit code is
    3. FILE may be - for standard input.

    \b
    Example:
      digest feeds import subscriptions.opml --dry-run
      digest feeds import subscriptions.opml
    """
    from digest.config.feedimport import plan_import
    from digest.config.feedlist import check_feeds, read_list, with_feeds
    from digest.config.load import FEEDS_NAME, load_config
    from digest.config.opml import read_opml
    from digest.disk import write_whole

    root = session.options.root
    config = load_config(root)
    sections = [section.title for section in config.settings.section]
    plan = plan_import(read_opml(_read(file), path=str(file)), listed=config.sources, sections=sections)
    added: Sequence[Source] = ()
    if plan.new:
        text = with_feeds(read_list(root), [one.table for one in plan.new])
        added = check_feeds(root, text).sources[-len(plan.new) :]
        if not dry_run:
            write_whole(root / FEEDS_NAME, text)
    data = _import_data(plan, added) | {"file": FEEDS_NAME, "written": bool(added) and not dry_run}
    session.result(data, lambda: _show_import(session, plan, added, dry_run=dry_run))
    _name_all(session, file, plan.refused)
    if added and not dry_run:
        session.next_step("digest fetch")
    return 3 if plan.refused else 0


@make_verb("export")
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
def export_verb(session: Session, *, file: Path | None, force: bool) -> int:
    """Print the feeds as OPML, for other feed readers.

    Each section is a folder, the tags are categories. Import reads it back as the same list. Names and passwords are
    left out, and so are feed files, which are not on the web. With FILE it is written there.

    \b
    Example:
      digest feeds export > feeds.opml
      digest feeds export feeds.opml
    """
    from digest.config.opml import write_opml
    from digest.disk import write_whole
    from digest.errors import UsageError
    from digest.store.sources import load_sources, source_name

    with session.project() as project:
        with project.store.read() as connection:
            rows = load_sources(connection)
        settings, listed = project.settings, project.config.sources
    shared, private = _without_logins([source for source in listed if "://" in source.location])
    text = write_opml(
        shared,
        title=settings.newsletter.title,
        sections=[section.title for section in settings.section],
        names={source.id: source_name(source, rows.get(source.id)) for source in listed},
        now=session.now,
    )
    to_file = file is not None and str(file) != "-"
    if file is not None and to_file:
        if file.exists() and not force:
            raise UsageError(f"{file}: is there already", hint="--force overwrites it")
        write_whole(file, text)
    data = {"feeds": len(shared), "without_login": private, "file": str(file) if to_file else None}
    said = f"{count(len(shared), 'feed')} written to {file}"
    session.result(data if to_file else data | {"opml": text},
                   lambda: session.line(said if to_file else text.rstrip("\n")))  # fmt: skip
    if private:
        session.warn(f"without the login that is in its address: {', '.join(private)}")
    if len(shared) < len(listed):
        session.say(f"left out, because they are files: {count(len(listed) - len(shared), 'feed')}")
    return 0


def _read(file: Path) -> bytes:
    from digest.errors import UsageError

    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}", hint="name an OPML file, or -") from error


def _without_logins(listed: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """The feeds as they may be given away, and the ids of those whose addresses held a login."""
    from dataclasses import replace

    from yarl import URL

    shared, private = [], []
    for source in listed:
        address = URL(source.location, encoded=True)
        if address.raw_user is not None or address.raw_password is not None:
            private.append(source.id)
            source = replace(source, location=str(address.with_user(None)))  # noqa: PLW2901  the same feed
        shared.append(source)
    return shared, private


def _import_data(plan: FeedImport, added: Sequence[Source]) -> dict[str, Any]:
    from digest.text.urls import shown_url

    return {
        "added": [
            {
                "id": source.id,
                "url": shown_url(source.location),
                "name": source.name or None,
                "section": source.section,
                "tags": list(source.tags),
                "line": one.line,
            }
            for source, one in zip(added, plan.new, strict=True)
        ],
        "skipped": [_refused_data(one) for one in plan.skipped],
        "bad": [_refused_data(one) for one in plan.refused],
    }


def _refused_data(one: Refused) -> dict[str, Any]:
    return {"what": one.what, "why": one.message, "line": one.line}


def _show_import(session: Session, plan: FeedImport, added: Sequence[Source], *, dry_run: bool) -> None:
    from digest.text.urls import shown_url

    for source in added:
        place = f" → {source.section}" if source.section else ""
        tags = f" [{', '.join(source.tags)}]" if source.tags else ""
        session.line(f"{source.id}: {shown_url(source.location)}{place}{tags}")
    for one in plan.skipped:
        session.line(f"skipped, line {one.line}: {one.what} {one.message}")
    said = "would be added" if dry_run else "added"
    parts = [f"{count(len(added), 'feed')} {said}", f"{len(plan.skipped):,} skipped"]
    session.line(", ".join([*parts, *([f"{len(plan.refused):,} not usable"] if plan.refused else [])]))


def _name_all(session: Session, file: Path, refused: Sequence[Refused]) -> None:
    for one in refused[:MOST_NAMED]:
        what = "" if one.message.startswith(one.what) else f"{one.what}: "
        session.warn(f"{file}:{one.line}: {what}{one.message}")
    if len(refused) > MOST_NAMED:
        session.warn(f"and {count(len(refused) - MOST_NAMED, 'more line')}; --json lists them all")
