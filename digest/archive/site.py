"""The archive's site on disk: a folder an issue, the home page, the feed.

What is linked to is written before what links to it, every file whole, and only if it changed; nothing is deleted. So
a crash, or an upload in between, leaves a site without dead ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from digest.archive.feed import atom_feed
from digest.archive.published import PublishedIssue
from digest.config.settings import Settings
from digest.disk import inside, write_changed
from digest.errors import ProjectError

PAGE = "index.html"
FEED = "feed.xml"


def publish_site(
    folder: Path,
    issues: Sequence[PublishedIssue],
    *,
    settings: Settings,
    home: str,
    logo: tuple[str, bytes] | None = None,
) -> tuple[Path, ...]:
    """Write the whole site: the pages of all issues with their pictures, then the home page, then the feed.

    Args:
        folder: ``build/site``.
        issues: every issue that is out, in any order.
        settings: of the newsletter.
        home: the home page, rendered.
        logo: what the home page calls its logo, and its bytes; every issue has its own among its pictures, as approved.

    Returns:
        The files that were written because they were missing or differed, in the order they were written.

    Raises:
        ProjectError: a name leads outside the folder; nothing was written then.
    """
    leaves = [leaf for published in issues for leaf in _leaves(folder, published)]
    leaves += [(inside(folder, logo[0]), logo[1])] if logo else []
    files = [*leaves, (folder / PAGE, home.encode()), (folder / FEED, atom_feed(issues, settings=settings))]
    return tuple(path for path, data in files if write_changed(path, data))


def publish_page(folder: Path, published: PublishedIssue) -> Path:
    """Write one issue's page, its pictures before it, and give the page's path. Nothing links to it yet.

    Raises:
        ProjectError: a name leads outside the folder; nothing was written then.
    """
    leaves = list(_leaves(folder, published))
    for path, data in leaves:
        write_changed(path, data)
    return leaves[-1][0]


def _leaves(folder: Path, published: PublishedIssue) -> Iterator[tuple[Path, bytes]]:
    """The files of one issue, the page last."""
    own = _own_folder(folder, published.record.name)
    for relative, data in published.images:
        target = inside(own, relative)
        if target in {own.resolve(), own.resolve() / PAGE}:
            raise ProjectError(f"{relative}: stands where the issue's page goes", hint="give the picture another name")
        yield target, data
    yield own / PAGE, published.page


def _own_folder(folder: Path, name: str) -> Path:
    """Where an issue's page lies: directly below the site's folder, under no name the site needs itself."""
    if not name or Path(name).name != name or name.startswith(".") or name in {PAGE, FEED} or "\0" in name:
        raise ProjectError(f"{name!r}: no issue can be called that", hint="an issue is named for its period: 2026-W47")
    return inside(folder, name)
