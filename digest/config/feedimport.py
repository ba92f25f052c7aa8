"""What of a list of feeds is new here: no feed twice, folders as sections and tags, a reason for what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.config.opml import FeedFolder, Outline, Refused, placed
from digest.config.settings import FeedSettings
from digest.config.table import TableError, table_of
from digest.model import Source
from digest.text.urls import shown_url, url_key

Table = dict[str, str | float | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A feed to be listed."""

    table: Table  # as feeds.toml would have it
    line: int  # of the imported file


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedImport:
    """What importing comes to."""

    new: tuple[NewFeed, ...]
    skipped: tuple[Refused, ...]  # listed already, or twice in the file
    refused: tuple[Refused, ...]  # no feeds


def plan_import(found: FeedFolder, *, listed: Sequence[Source], sections: Sequence[str]) -> FeedImport:
    """What would be added to a list of feeds.

    A feed that the file has in several folders is added once, with the tags of all of them.

    Args:
        found: the file's feeds.
        listed: the feeds that are there.
        sections: the titles of digest.toml.
    """
    known = {url_key(source.location): source.id for source in listed if "://" in source.location}
    taken = {source.id for source in listed}
    new: dict[str, NewFeed] = {}
    skipped: list[Refused] = []
    refused = list(found.refused)
    for outline in found.outlines:
        key, shown = url_key(outline.url), shown_url(outline.url)
        section, folders = placed(outline.folders, sections)
        if key in known:
            skipped.append(Refused(what=shown, message=f"is listed already, as {known[key]}", line=outline.line))
        elif key in new:
            first = new[key]
            _join(first.table, section, folders, outline)
            skipped.append(Refused(what=shown, message=f"is in line {first.line} as well", line=outline.line))
        else:
            table = _table(outline, section, folders, taken)
            if trouble := _trouble(table):
                refused.append(Refused(what=shown, message=trouble, line=outline.line))
                continue
            taken |= {str(table["id"])} if "id" in table else set()
            new[key] = NewFeed(table=table, line=outline.line)
    refused.sort(key=lambda one: one.line)
    return FeedImport(new=tuple(new.values()), skipped=tuple(skipped), refused=tuple(refused))


def _table(outline: Outline, section: str | None, folders: tuple[str, ...], taken: set[str]) -> Table:
    """The feed's keys in the order people write them; an id that another feed has is not taken over."""
    said = dict(outline.feed)
    if said.get("id") in taken:
        del said["id"]
    tags = [*folders, *(tag for tag in _tags(said) if tag not in folders)]
    said |= {"section": section} if section else {}
    said |= {"tags": tags} if tags else {}
    first = ("url", "id", "name", "section", "tags")
    return {key: said[key] for key in (*(key for key in first if key in said), *(k for k in said if k not in first))}


def _join(table: Table, section: str | None, folders: tuple[str, ...], outline: Outline) -> None:
    """Add the folders of a second mention of a feed."""
    tags = dict.fromkeys([*_tags(table), *folders, *_tags(outline.feed)])
    if section:
        table.setdefault("section", section)
    if tags:
        table["tags"] = list(tags)


def _tags(table: Table) -> list[str]:
    tags = table.get("tags")
    return tags if isinstance(tags, list) else []


def _trouble(table: Table) -> str | None:
    """Why feeds.toml would not take it."""
    try:
        table_of(FeedSettings, table)
    except TableError as error:
        return str(error.faults[0])
    return None
