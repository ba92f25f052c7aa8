"""``digest clip``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.model import Entry
    from digest.project import Project


@make_verb("clip")
@click.argument("url")
@click.option("--title", metavar="TEXT", help="The title to use instead of the page's own.")
@click.option("--again", is_flag=True, help="Fetch a page anew that was clipped before, and replace the file.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be clipped.")
def verb(session: Session, *, url: str, title: str | None, again: bool, dry_run: bool) -> int:
    """Fetch one article from the web into feeds/clips.

    The page is saved as it came, or the PDF, and read at once like every other file in feeds/: the next draft has it.
    The file is yours: change it, or delete it. What is no article (a login, an empty page, a picture) is refused with
    the reason.

    \b
    Example:
      digest clip https://example.org/reports/six-clauses
      digest clip https://example.org/reports/six-clauses --again --title "Six clauses"
    """
    from digest.disk import write_whole
    from digest.errors import UsageError
    from digest.gather.clip import clipped, free_path
    from digest.text.urls import clean_url, shown_url

    if clean_url(url, url) is None:
        hint = f"did you mean https://{url}" if "." in url and "://" not in url else "write one such as https://…"
        raise UsageError(f"{shown_url(url)}: is no web address", hint=hint)
    with session.project() as project:
        there = clipped(project.root, [url])
        if there and not again:
            return _known(session, project, url, there)
        from digest.production.clipping import ask_for_clip

        clip = ask_for_clip(project, url, title=title, now=session.now, environ=os.environ)
        there = there or clipped(project.root, [clip.url]) or _told_as(project, clip.entry)
        if there and not again:
            return _known(session, project, url, there)
        same = there is not None and Path(there).suffix == Path(clip.name).suffix
        path = there if there and same else free_path(project.root, clip.name)
        entry = clip.entry
        if not dry_run:
            write_whole(project.root / path, clip.data)
            entry = _filed(session, project, path) or entry
    outcome = "shown" if dry_run else "again" if there else "clipped"
    data = _data(url, path, entry) | {"outcome": outcome, "written": not dry_run}
    session.result(data, lambda: _show(session, project, path, entry))
    if dry_run:
        session.say("nothing was written")
    else:
        session.next_step("digest draft")
    return 0


def _told_as(project: Project, entry: Entry) -> str | None:
    """The clip that has the same address, by what the page itself says it is."""
    from digest.gather.clip import CLIPS
    from digest.store.entries import with_url_keys

    if entry.url_key is None:
        return None
    with project.store.read() as connection:
        found = with_url_keys(connection, [entry.url_key])
    paths = [one.path for one in found if one.path and one.path.startswith(f"{CLIPS}/")]
    return next((path for path in paths if (project.root / path).is_file()), None)


def _filed(session: Session, project: Project, path: str) -> Entry | None:
    """File it as `digest fetch` would, without asking any feed; the entry as it is in the store."""
    from digest.cli.fetch import problem_line
    from digest.pipeline import fetch
    from digest.production.clipping import offline
    from digest.store.entries import by_ids, find_ids

    for one in fetch(offline(project), now=session.now):
        for problem in (*one.reading.problems, *one.reading.notices):
            if problem.path == path:
                session.warn(problem_line(problem, one.reading.source.id))
    with project.store.read() as connection:
        found = by_ids(connection, find_ids(connection, path=path))
    return max(found, key=lambda entry: entry.first_seen, default=None)


def _known(session: Session, project: Project, url: str, path: str) -> int:
    from digest.store.entries import by_ids, find_ids
    from digest.text.urls import shown_url

    with project.store.read() as connection:
        entry = next(iter(by_ids(connection, find_ids(connection, path=path))), None)
    data = _data(url, path, entry) | {"outcome": "known", "written": False}
    session.result(data, lambda: session.line(f"{shown_url(url)}: was clipped before, as {path}"))
    session.say("--again fetches it anew and replaces the file")
    return 0


def _show(session: Session, project: Project, path: str, entry: Entry) -> None:
    when = f"{entry.published.astimezone(project.zone):%Y-%m-%d}" if entry.published else "no date"
    parts = [*([entry.organisation] if entry.organisation else []), when, count(len(entry.text.split()), "word")]
    held = f", under embargo until {entry.embargo.astimezone(project.zone):%Y-%m-%d %H:%M}" if entry.embargo else ""
    session.line(path)
    session.line(f"  {entry.title}")
    session.line(f"  {', '.join(parts)}{held}")


def _data(url: str, path: str, entry: Entry | None) -> dict[str, Any]:
    from digest.text.urls import shown_url

    data = {"asked": shown_url(url), "path": path, "entry": entry.id or None if entry else None}
    return data | {
        "url": entry.url if entry else None,
        "title": entry.title if entry else None,
        "organisation": entry.organisation if entry else None,
        "published": entry.published if entry else None,
        "embargo": entry.embargo if entry else None,
        "words": len(entry.text.split()) if entry else None,
        "state": entry.state if entry else None,
    }
