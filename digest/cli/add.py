"""``digest add``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from pathlib import Path

    from digest.cli.session import Session
    from digest.config.load import Config
    from digest.gather.web.asking import FoundFeed, Search
    from digest.model import Source

_NOTHING_THERE = frozenset([200, 404, 410])
"""Answers after which there is nothing to add; others may pass: the feed is added, and said to be in trouble."""


@make_verb("add")
@click.argument("url")
@click.option("--name", metavar="TEXT", help="What readers see; else the feed's own title.")
@click.option("--section", metavar="TITLE", help="The section of digest.toml that its stories go to.")
@click.option("--id", "feed_id", metavar="ID", help="A short, lasting name; else made of the address.")
@click.option("--weight", type=float, help="1 is ordinary; 0 never leads a story, 10 nearly always does.")
@click.option("--pick", type=click.IntRange(min=1), metavar="N", help="Of the feeds of a page, take the Nth.")
@click.option("--no-check", is_flag=True, help="Add it as it is; ask nothing over the network.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be added.")
def verb(
    session: Session,
    *,
    url: str,
    name: str | None,
    section: str | None,
    feed_id: str | None,
    weight: float | None,
    pick: int | None,
    no_check: bool,
    dry_run: bool,
) -> int:
    """Add a feed to feeds.toml.

    The address is asked first. A feed is added under the address it has moved to for good, if it has; of a web page
    its feed is looked for, and if it has several, the first is added and the others are shown. A host that cannot be
    reached, or refuses, may be in trouble for a while: the address is added as it is, with a warning.

    The feed is appended to feeds/feeds.toml; what stands there, comments too, stays as it is. Its entries are read by
    the next `digest fetch`.

    \b
    Example:
      digest add https://www.chathamhouse.org/rss.xml
      digest add https://example.org/ --name "Example" --section World --weight 1.5
      digest add https://example.org/ --pick 2
    """
    from digest.config.load import FEEDS_NAME, load_config
    from digest.disk import write_whole
    from digest.text.urls import shown_url

    root = session.options.root
    config = load_config(root)
    _refuse_known(root, config, url)
    given = {"url": url, "id": feed_id, "name": name, "section": section, "weight": weight}
    new, source = _with_feed(root, given)
    search = None if no_check else _search(session, config, url)
    feed = _picked(search, url, pick) if search else None
    if feed and feed.url != url:
        _refuse_known(root, config, feed.url)
        new, source = _with_feed(root, given | {"url": feed.url})
    if not dry_run:
        write_whole(root / FEEDS_NAME, new)
    warning = f"{search.problem}; it is added all the same" if search and not feed else None
    if search and warning:
        session.warn(f"{shown_url(url)}: {warning}" + (f" ({search.hint})" if search.hint else ""))
    data = {
        "id": source.id,
        "url": shown_url(source.location),
        "name": source.name or None,
        "section": source.section,
        "weight": source.weight,
        "file": FEEDS_NAME,
        "written": not dry_run,
        "asked": search is not None,
        "problem": search.problem if search and not feed else None,
        "title": feed.title or None if feed else None,
        "entries": feed.entries if feed else None,
        "newest": feed.newest if feed else None,
        "feeds": [_feed_data(one) for one in search.feeds] if search else [],
    }
    said = "would be added" if dry_run else "added"
    shown = [f"{said} to {FEEDS_NAME} as {source.id}: {shown_url(source.location)}"]
    shown += _about(search, feed) if search and feed else []
    session.result(data, lambda: session.line("\n".join(shown)))
    if not dry_run:
        session.next_step("digest fetch")
    return 0


def _with_feed(root: Path, given: dict[str, Any]) -> tuple[str, Source]:
    """The text of feeds.toml with the feed in it, and the feed."""
    from digest.config.feedlist import check_feeds, with_feed
    from digest.config.load import FEEDS_NAME

    path = root / FEEDS_NAME
    old = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
    new = with_feed(old, {key: value for key, value in given.items() if value is not None})
    return new, check_feeds(root, new).sources[-1]


def _search(session: Session, config: Config, url: str) -> Search:
    import os
    from urllib.parse import urlsplit

    from digest import __version__
    from digest.gather.web.asking import find_feeds
    from digest.gather.web.politeness import user_agent

    session.say(f"asking {urlsplit(url).hostname}")
    settings = config.settings
    contact = settings.gather.contact or settings.newsletter.url
    return find_feeds(
        url,
        settings=settings.gather,
        user_agent=user_agent(__version__, contact),
        now=session.now,
        environ=os.environ,
    )


def _picked(search: Search, url: str, pick: int | None) -> FoundFeed | None:
    """The feed to add; None if the address did not answer, and is to be added as it is."""
    from digest.errors import DigestError, UsageError
    from digest.text.urls import shown_url

    if search.feeds:
        if (pick or 1) > len(search.feeds):
            raise UsageError(f"--pick {pick}: only {count(len(search.feeds), 'feed')} found at {shown_url(url)}")
        return search.feeds[(pick or 1) - 1]
    if search.answer.status not in _NOTHING_THERE:
        return None
    tried = "; tried:" + "".join(f"\n  {shown_url(place)}" for place in search.tried) if search.tried else ""
    raise DigestError(
        f"{shown_url(url)}: {search.problem}{tried}",
        hint=search.hint or "nothing was added; look for the feed's address on the site, or add it with --no-check",
    )


def _about(search: Search, feed: FoundFeed) -> list[str]:
    """What the feed is, and which others there are, for people."""
    from digest.text.urls import shown_url

    newest = f", the newest of {feed.newest:%Y-%m-%d}" if feed.newest else ""
    lines = [f"  {feed.title or 'without a title'}: {count(feed.entries, 'entry', 'entries')}{newest}"]
    if len(search.feeds) > 1:
        lines.append("the page has these feeds (take another with --pick N):")
        lines += [f"  {number}  {shown_url(one.url)}  {one.title}" for number, one in enumerate(search.feeds, 1)]
    return lines


def _feed_data(feed: FoundFeed) -> dict[str, Any]:
    from digest.text.urls import shown_url

    return {
        "url": shown_url(feed.url),
        "title": feed.title or None,
        "entries": feed.entries,
        "newest": feed.newest,
        "how": feed.how,
    }


def _refuse_known(root: Path, config: Config, url: str) -> None:
    """Refuse an address that is listed already, and what is a file or no address at all."""
    from digest.errors import UsageError
    from digest.text.urls import shown_url, url_key

    if "://" not in url:
        if (root / url).is_file() or (root / "feeds" / url).is_file():
            raise UsageError(f"{url}: is a file", hint="files in feeds/ need no line in feeds.toml; `digest fetch`")
        raise UsageError(f"{url}: is no web address", hint=f"did you mean https://{url}")
    for source in config.sources:
        if "://" in source.location and url_key(source.location) == url_key(url):
            shown = shown_url(url)
            raise UsageError(f"{shown}: is listed already, as {source.id}", hint="`digest feeds` shows how it is doing")
