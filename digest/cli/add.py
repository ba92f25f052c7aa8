"""``digest add``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from pathlib import Path

    from digest.cli.session import Session
    from digest.config.load import Config


@make_verb("add")
@click.argument("url")
@click.option("--name", metavar="TEXT", help="What readers see; else the feed's own title.")
@click.option("--section", metavar="TITLE", help="The section of digest.toml that its stories go to.")
@click.option("--id", "feed_id", metavar="ID", help="A short, lasting name; else made of the address.")
@click.option("--weight", type=float, help="1 is ordinary; 0 never leads a story, 10 nearly always does.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be added.")
def verb(
    session: Session,
    *,
    url: str,
    name: str | None,
    section: str | None,
    feed_id: str | None,
    weight: float | None,
    dry_run: bool,
) -> int:
    """Add a feed to feeds.toml.

    The feed is appended to feeds/feeds.toml; what stands there, comments too, stays as it is. Nothing is asked over
    the network: the next `digest fetch` reads the feed.

    \b
    Example:
      digest add https://www.chathamhouse.org/rss.xml
      digest add https://example.org/feed.xml --name "Example" --section World --weight 1.5
    """
    from digest.config.feedlist import check_feeds, with_feed
    from digest.config.load import FEEDS_NAME, load_config
    from digest.disk import write_whole
    from digest.text.urls import shown_url

    root = session.options.root
    _refuse_known(root, load_config(root), url)
    given = {"url": url, "id": feed_id, "name": name, "section": section, "weight": weight}
    path = root / FEEDS_NAME
    old = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
    new = with_feed(old, {key: value for key, value in given.items() if value is not None})
    source = check_feeds(root, new).sources[-1]
    if not dry_run:
        write_whole(path, new)
    data = {
        "id": source.id,
        "url": shown_url(source.location),
        "name": source.name or None,
        "section": source.section,
        "weight": source.weight,
        "file": FEEDS_NAME,
        "written": not dry_run,
    }
    said = "would be added" if dry_run else "added"
    session.result(data, lambda: session.line(f"{said} to {FEEDS_NAME} as {source.id}: {shown_url(source.location)}"))
    if not dry_run:
        session.next_step("digest fetch")
    return 0


def _refuse_known(root: Path, config: Config, url: str) -> None:
    """Refuse an address that is listed already, and what is a file or no address at all."""
    from digest.errors import UsageError
    from digest.text.urls import url_key

    if "://" not in url:
        if (root / url).is_file() or (root / "feeds" / url).is_file():
            raise UsageError(f"{url}: is a file", hint="files in feeds/ need no line in feeds.toml; `digest fetch`")
        raise UsageError(f"{url}: is no web address", hint=f"did you mean https://{url}")
    for source in config.sources:
        if "://" in source.location and url_key(source.location) == url_key(url):
            raise UsageError(f"{url}: is listed already, as {source.id}", hint="`digest feeds` shows how it is doing")
