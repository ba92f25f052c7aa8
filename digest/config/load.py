"""Reads digest.toml and feeds/feeds.toml, and reports everything that is wrong with them at once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from digest.config.settings import FeedList, FeedSettings, Settings
from digest.config.table import AnyTable, Fault, Place, TableError, table_of
from digest.errors import ConfigError, Problem, ProjectError
from digest.model import Source

CONFIG_NAME = "digest.toml"
FEEDS_NAME = "feeds/feeds.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the two files say: the settings and the listed feeds."""

    settings: Settings
    sources: tuple[Source, ...]


def load_config(root: Path) -> Config:
    """Read the configuration of the newsletter in ``root``.

    Raises:
        ProjectError: there is no digest.toml.
        ConfigError: a file is wrong; holds every problem of both files.
    """
    if not (root / CONFIG_NAME).is_file():
        msg = f"no {CONFIG_NAME} in {root}"
        raise ProjectError(msg, hint="make a newsletter with `digest init DIR`, or name its folder with -C DIR")
    settings, _, problems = read_table(root, CONFIG_NAME, Settings)
    feeds, text, more = (
        read_table(root, FEEDS_NAME, FeedList) if (root / FEEDS_NAME).is_file() else (FeedList(), "", [])
    )
    problems += more
    if settings and feeds:
        problems += _problems(FEEDS_NAME, text, _cross_check(settings, feeds))
    if problems or settings is None or feeds is None:
        raise ConfigError(problems)
    return Config(settings=settings, sources=feed_sources(feeds))


def feed_sources(feeds: FeedList) -> tuple[Source, ...]:
    """The feeds of the list as sources, each with an id of its own."""
    taken = {feed.id for feed in feeds.feed if feed.id}
    sources = []
    for feed in feeds.feed:
        source_id = feed.id or _free_id(_place_id(feed), taken)
        taken.add(source_id)
        sources.append(
            Source(
                id=source_id,
                kind="feed",
                location=feed.url or f"feeds/{feed.path}",
                name=feed.name or "",
                section=feed.section,
                tags=feed.tags,
                weight=feed.weight,
                language=feed.language,
                include=feed.include,
                exclude=feed.exclude,
                marks=feed.marks,
                max_entries=feed.max_entries,
                username=feed.username,
                password_env=feed.password_env,
                token_env=feed.token_env,
                verify=feed.verify,
            )
        )
    return tuple(sources)


def _place_id(feed: FeedSettings) -> str:
    """An id made of the address alone: "chathamhouse-org-rss-xml" of https://www.chathamhouse.org/rss.xml.

    Entries are known by their feed's id, so it must not change when other feeds come or go.
    """
    place = feed.path or ""
    if feed.url:
        parts = urlsplit(feed.url)
        place = f"{(parts.netloc.rpartition('@')[2]).removeprefix('www.')}{parts.path}?{parts.query}"
    slug = re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-")
    if len(slug) > 50 or not slug:
        return f"{slug[:43].strip('-')}-{hashlib.sha256(place.encode()).hexdigest()[:6]}".strip("-")
    return slug


def _free_id(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def _cross_check(settings: Settings, feeds: FeedList) -> list[Fault]:
    """What one file says of the other: sections that feeds name, ids and addresses given twice."""
    titles = {section.title for section in settings.section}
    faults = []
    seen: dict[tuple[str, str], int] = {}
    for index, feed in enumerate(feeds.feed):
        if feed.section is not None and feed.section not in titles:
            from digest.config.faults import guess  # noqa: PLC0415  only mistakes need it

            message = f'there is no section called "{feed.section}" in {CONFIG_NAME}'
            hint = guess(feed.section, [section.title for section in settings.section])
            faults.append(Fault(place=("feed", index, "section"), message=message, hint=hint))
        for key, value in (("id", feed.id), ("url", feed.url), ("path", feed.path)):
            if value is None:
                continue
            first = seen.setdefault((key, value), index)
            if first != index:
                message = f"the same {key} as feed {first + 1}: {value}"
                faults.append(Fault(place=("feed", index, key), message=message))
    return faults


def read_table(root: Path, name: str, kind: type[AnyTable]) -> tuple[AnyTable | None, str, list[Problem]]:
    """A file's table, its text, and what is wrong with it; the table is None if anything is."""
    try:
        text = (root / name).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, "", [Problem(path=name, where="", message=f"is not UTF-8: {error.reason} at byte {error.start}")]
    except OSError as error:
        return None, "", [Problem(path=name, where="", message=f"cannot be read: {error.strerror}")]
    try:
        return table_of(kind, tomllib.loads(text)), text, []
    except TableError as error:
        problems = _problems(name, text, error.faults)
    except ValueError as error:  # of tomllib: or a number of thousands of digits, which Python refuses to read
        problems = [_syntax_problem(name, str(error))]
    except RecursionError:
        problems = [Problem(path=name, where="", message="is nested too deeply")]
    return None, text, problems


def _syntax_problem(name: str, message: str) -> Problem:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(found.group(1)) if found else None
    what = re.sub(r" \(at .*\)$", "", message)
    return Problem(path=name, where="", message=f"is not valid TOML: {what}", line=line,
                   hint="strings need quotes, tables [brackets]")  # fmt: skip


def _problems(name: str, text: str, faults: Sequence[Fault]) -> list[Problem]:
    """Faults with their lines, in the order of these; last, those that have none."""
    lines = text.splitlines()
    headings = [(number, found.group(1).strip()) for number, line in enumerate(lines, 1)
                if (found := re.match(r"\s*\[\[?([^\[\]]+)\]\]?\s*(#.*)?$", line))]  # fmt: skip
    problems = [
        Problem(path=name, where=one.where, message=one.message, line=_line(lines, headings, one.place), hint=one.hint)
        for one in faults
    ]
    return sorted(problems, key=lambda problem: problem.line or len(lines) + 1)


def _line(lines: Sequence[str], headings: Sequence[tuple[int, str]], place: Place) -> int | None:
    """The line where the key at ``place`` stands, or of its table's heading; None if neither is found.

    tomllib keeps no positions, so this looks for the heading and then the key as people write them.
    """
    names = [step for step in place if isinstance(step, str)]
    index = next((step for step in place if isinstance(step, int)), 0)
    if not names:
        return None
    matching = [number for number, name in headings if name == names[0]]
    start = matching[index] if index < len(matching) else 0
    end = next((number for number, _ in headings if number > start), len(lines) + 1)
    key = re.compile(rf"\s*[\"']?{re.escape(names[-1])}[\"']?\s*=")
    return next((number for number in range(start + 1, end) if key.match(lines[number - 1])), start or None)
