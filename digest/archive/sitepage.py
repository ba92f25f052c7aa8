"""A file of the site: how it is made, and what becomes of it on its way to the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.archive.links import PageLink, page_links, without_links
from digest.archive.manifest import Made
from digest.archive.styles import StyleFile, style_taken_out

ANYWHERE = "404.html"
"""Hosts show it below whatever address was asked for, so its style stays inside: a relative address would not hold."""


PICTURES, LEAVES, LISTS, TOP = range(4)
"""The stages of a site: what is only shown; pages that others lead to; lists; the home page, feeds, the sitemap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A file of the site, made only if need be."""

    path: str  # from the site's folder on: "2026-W47/index.html"
    key: str  # of all that it is made of: as long as it is the same, so are the bytes
    make: Callable[[], bytes]
    stage: int  # one of the four above


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A page as it goes to the disk, once all it leads to is there."""

    data: bytes
    styles: tuple[StyleFile, ...] = ()
    links: tuple[PageLink, ...] = ()
    withheld: tuple[str, ...] = ()  # targets that the site has not; their links are left off


def finished(page: SitePage, leads: Callable[[str], bool]) -> Finished:
    """Make a page, take its style out, and leave off the links that would lead nowhere.

    Args:
        page: the page.
        leads: whether a path of the site is one of its files, now or at the end of this publishing.
    """
    made = page.make()
    if not page.path.endswith(".html"):
        return Finished(data=made)
    data, styles = (made, ()) if page.path == ANYWHERE else style_taken_out(made, page.path)
    own = {style.path for style in styles}
    links = page_links(data, page.path)
    dead = [link for link in links if link.target not in own and not leads(link.target)]
    if dead:
        data = without_links(data, dead)
        links = page_links(data, page.path)
    return Finished(data=data, styles=styles, links=links, withheld=_targets(dead))


def row_of(page: SitePage, done: Finished, stamp: tuple[int, int]) -> Made:
    """What the manifest says of a page that is on disk as it should be: of this size in bytes, and time in ns."""
    return Made(page.key, *stamp, _targets(done.links), done.withheld)


def _targets(links: Sequence[PageLink]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link.target for link in links))
