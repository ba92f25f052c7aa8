"""The archive, written: every page of the site from what is out, and only those that changed.

Read ``write_site`` down. The catalogue says what there is; ``Shelf`` gives each page its lines; ``digest.archive.site``
writes what differs, leaves first.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from digest import __version__
from digest.archive.catalogue import Catalogue, make_catalogue, names_to_slug
from digest.archive.site import publish_pages
from digest.archive.sitepage import LEAVES, PICTURES, SitePage
from digest.archive.slugs import make_slug
from digest.production.browsersearch import SearchedYear, index_site
from digest.production.faults import find_embargoed, refuse_embargoed
from digest.production.feedshelf import Feeds
from digest.production.frozen import IMAGES, VARIANT, current_issue, frozen_issue, frozen_mail, frozen_parts
from digest.production.keeping import kept_in_memory
from digest.production.listshelf import Lists, frame_of, is_searched, sitemap_pages
from digest.production.printing import index_missing, threads_of
from digest.production.proof import issue_date, logo_file, require_unchanged
from digest.production.shelf import Shelf
from digest.render.issuepages import AS_SENT
from digest.render.templates import Templates
from digest.render.theme import make_theme
from digest.store import issues
from digest.store.corrections import corrections
from digest.store.frozen import frozen_digests
from digest.store.printed import slugs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from digest.archive.catalogue import ListKind, Shelved
    from digest.model import IssueRecord, Printed
    from digest.project import Project
    from digest.render.archived import Frame

FORMAT = 1
"""Counted up when a page is made in another way from the same: a site that is there is then written anew."""


def require_publishable(project: Project, connection: Connection, record: IssueRecord, *, now: datetime) -> None:
    """Refuse to publish what is not approved, is not what was approved, or must not be public yet.

    Raises:
        StateError: the issue is not approved.
        ChangedError: the file, a template or digest.toml changed since the approval.
        BlockedError: a story is under embargo.
    """
    if record.is_imported:  # it has no file, no mail and no entries
        return
    parts = frozen_parts(connection, record)
    require_unchanged(project, connection, record, parts)
    issue, mail = frozen_issue(parts, record.name), frozen_mail(parts)
    refuse_embargoed(find_embargoed(project, connection, issue, mail, now=now))


def write_site(
    project: Project,
    *,
    now: datetime,
    leaving: IssueRecord | None = None,
    mark_out: Callable[[], object] = lambda: None,
) -> tuple[Path, ...]:
    """Write what is missing or differs of the whole site; what an issue printed is noted before.

    Args:
        project: the newsletter.
        now: the time; an issue from elsewhere that is dated later is not shown yet.
        leaving: an issue whose first page this writes, if it is not out yet.
        mark_out: called when the pages of the issue and its stories are there, before anything leads to them.

    Returns:
        The files that were written, in the order in which they were.

    Raises:
        TemplateError: a template is wrong; what was not written yet stays as it was.
        ProjectError: a name leads outside the site's folder.
    """
    leaving = leaving if leaving and not leaving.has_left else None
    with kept_in_memory() as settle:
        printed, slugs = _note_printed(project, leaving)
        with project.store.read() as connection:
            catalogue = _catalogue(project, connection, printed, now=now, leaving=leaving, slugs=slugs)
            shelf = _shelf(project, connection, catalogue)
            feeds = Feeds(shelf)
            pages = [*_pictures(shelf), *_issue_pages(shelf), *Lists(shelf).pages(), *feeds.pages()]
            pages += sitemap_pages(shelf, pages)
            settle()
            written = publish_pages(project.site_dir, pages, manifest=project.site_manifest, before_lists=mark_out)
            feeds.keep()
    years = _searched_years(catalogue, pages) if is_searched(project) else {}
    language = project.settings.newsletter.language
    index_site(project.site_dir, years, language=language, manifest=project.search_manifest)
    return written


def _note_printed(
    project: Project, leaving: IssueRecord | None
) -> tuple[tuple[Printed, ...], dict[ListKind, dict[str, str]]]:
    """Note what was printed, where that is not noted yet, and give every name that has a list its slug."""
    with project.store.read() as connection:
        threads = threads_of(project, connection, current_issue(connection, leaving.name)) if leaving else {}
    with project.store.write() as connection:
        printed = index_missing(project, connection, leaving=leaving, threads=threads)
        names = names_to_slug(printed)
        return printed, {
            kind: slugs_of(connection, kind, written, make=partial(_slug, written, kind))
            for kind, written in names.items()
        }


def _slug(written: dict[str, str], kind: str, name: str, taken: set[str]) -> str:
    return make_slug(written[name], taken, otherwise=kind)


def _catalogue(
    project: Project,
    connection: Connection,
    printed: Sequence[Printed],
    *,
    now: datetime,
    leaving: IssueRecord | None,
    slugs: dict[ListKind, dict[str, str]],
) -> Catalogue:
    # What this newsletter sent has been public, whatever a clock that was set back says now.
    out = [one for one in issues.all_issues(connection) if one.has_left and not (one.is_imported and one.end > now)]
    if leaving:
        out.append(replace(leaving, state="out", out=now))
    return make_catalogue(
        [(one, issue_date(project, one)) for one in out],
        printed,
        corrections(connection),
        slugs,
    )


def _shelf(project: Project, connection: Connection, catalogue: Catalogue) -> Shelf:
    templates = Templates(project.settings.newsletter.look, project.root)
    corrected = {one.issue for one in catalogue.corrections}
    versions = {name: issues.last_version(connection, name, origin="corrected") for name in sorted(corrected)}
    frame = frame_of(project, catalogue, templates)
    return Shelf(
        project=project,
        connection=connection,
        catalogue=catalogue,
        frame=frame,
        common=_common(project, templates, frame),
        digests=frozen_digests(connection, VARIANT),
        corrected={name: version.sha256 for name, version in versions.items() if version},
    )


def _common(project: Project, templates: Templates, frame: Frame) -> str:
    """What every page depends on."""
    settings = project.settings
    shown = (settings.newsletter, settings.theme, settings.issue, settings.section, settings.serve)
    made_of = (FORMAT, __version__, templates.fingerprint(), frame.shared_key, msgspec.json.encode(shown))
    return hashlib.sha256(repr(made_of).encode(errors="surrogatepass")).hexdigest()


def _pictures(shelf: Shelf) -> Iterator[SitePage]:
    """The logo, and what lies beside each issue, as approved."""
    project = shelf.project
    logo = logo_file(project, make_theme(shelf.frame.templates, project.settings))
    if logo:
        data = logo[1].read_bytes()
        yield SitePage(path=logo[0], key=hashlib.sha256(data).hexdigest(), make=lambda: data, stage=PICTURES)
    for one in shelf.catalogue.issues:
        name = one.record.name
        for part, sha256 in sorted(shelf.digests.get(name, {}).items()):
            if part.startswith(IMAGES):
                path = f"{name}/{part.removeprefix(IMAGES)}"
                yield SitePage(path=path, key=sha256, make=partial(_part, shelf, name, part), stage=PICTURES)


def _searched_years(catalogue: Catalogue, pages: Sequence[SitePage]) -> dict[str, SearchedYear]:
    """The pages of issues and stories by the year of their issue: what the site is searched for."""
    keys: dict[str, dict[str, str]] = {}
    years = {one.record.name: str(one.on.year) for one in catalogue.issues}
    for page in pages:
        year = years.get(page.path.partition("/")[0])
        if year and page.path.endswith("/index.html"):
            keys.setdefault(year, {})[page.path] = page.key
    return {
        year: SearchedYear(pages=tuple(some), key=hashlib.sha256("".join(some.values()).encode()).hexdigest())
        for year, some in keys.items()
    }


def _part(shelf: Shelf, name: str, part: str) -> bytes:
    return shelf.part(name, part) or b""


def _issue_pages(shelf: Shelf) -> Iterator[SitePage]:
    """The pages of every issue and of its stories, the oldest first."""
    for one in shelf.catalogue.issues:
        yield from _pages_of(shelf, one)


def _pages_of(shelf: Shelf, one: Shelved) -> Iterator[SitePage]:
    name = one.record.name
    content, notes = shelf.content_key(name), shelf.notes(name)
    before, after = shelf.catalogue.beside(name)
    lines = [shelf.issue_line(beside) if beside else None for beside in (before, after)]
    contexts = {story.place: shelf.context((name, story.place)) for story in one.stories}
    common = (content, notes, one.record.number, one.on)
    beside = [None, *((story.slug, story.title) for story in one.stories), None]
    for at, story in enumerate(one.stories):
        yield SitePage(
            path=f"{name}/{story.slug}/index.html",
            key=shelf.key(common, story.place, contexts[story.place], beside[at], beside[at + 2]),
            make=partial(_story, shelf, name, story.place),
            stage=LEAVES,
        )
    linked = [(context.slug, bool(context.earlier or context.later)) for context in contexts.values()]
    yield SitePage(
        path=one.path,
        key=shelf.key(common, lines, linked),
        make=partial(_issue, shelf, name),
        stage=LEAVES,
    )
    if notes:
        sent = shelf.digests[name]["index.html"]
        yield SitePage(path=f"{name}/{AS_SENT}", key=sent, make=partial(_part, shelf, name, "index.html"), stage=LEAVES)


def _story(shelf: Shelf, name: str, place: int) -> bytes:
    return shelf.pages(name).story(place).encode("utf-8")


def _issue(shelf: Shelf, name: str) -> bytes:
    return shelf.pages(name).page().encode("utf-8")
