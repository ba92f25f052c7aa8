"""Reads digest.toml and feeds/feeds.toml, and reports everything that is wrong with them at once."""

from __future__ import annotations

import copy
import difflib
import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from digest.config.settings import FeedList, FeedSettings, Settings
from digest.errors import ConfigError, Problem, ProjectError
from digest.model import Source

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

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
    path = root / CONFIG_NAME
    if not path.is_file():
        msg = f"no {CONFIG_NAME} in {root}"
        raise ProjectError(msg, hint="make a newsletter with `digest init DIR`, or name its folder with -C DIR")
    settings, problems = _read(path, CONFIG_NAME, Settings)
    feeds_path = root / FEEDS_NAME
    feeds, more = _read(feeds_path, FEEDS_NAME, FeedList) if feeds_path.is_file() else (FeedList(), [])
    problems += more
    if settings and feeds:
        problems += _cross_check(settings, feeds, feeds_path)
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


def _cross_check(settings: Settings, feeds: FeedList, feeds_path: Path) -> list[Problem]:
    """What one file says of the other: sections that feeds name, ids and addresses given twice."""
    text = feeds_path.read_text("utf-8", "replace") if feeds_path.is_file() else ""
    titles = [section.title for section in settings.section]
    problems = []
    seen: dict[str, int] = {}
    for index, feed in enumerate(feeds.feed):
        place = ("feed", index)
        if feed.section is not None and feed.section not in titles:
            problems.append(_problem(FEEDS_NAME, text, (*place, "section"),
                                     f'there is no section called "{feed.section}" in {CONFIG_NAME}',
                                     _guess(feed.section, titles)))  # fmt: skip
        for key, value in (("id", feed.id), ("url", feed.url), ("path", feed.path)):
            if value is None:
                continue
            if f"{key}={value}" in seen:
                message = f"the same {key} as feed {seen[f'{key}={value}'] + 1}: {value}"
                problems.append(_problem(FEEDS_NAME, text, (*place, key), message, None))
            seen.setdefault(f"{key}={value}", index)
    return problems


def _read(path: Path, name: str, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [Problem(path=name, where="", message=f"is not UTF-8: {error.reason} at byte {error.start}")]
    except OSError as error:
        return None, [Problem(path=name, where="", message=f"cannot be read: {error.strerror}")]
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax_problem(name, str(error))]
    details = _all_errors(model, data)
    if not details:
        return model.model_validate(data), []
    return None, [_from_pydantic(name, text, model, detail) for detail in details]


def _all_errors(model: type[BaseModel], data: dict[str, Any]) -> list[ErrorDetails]:
    """Every error there is.

    What concerns several keys is checked only where each is right by itself, so the wrong ones are taken out, the
    missing ones put in, and it is asked again.
    """
    rest = copy.deepcopy(data)
    found: list[ErrorDetails] = []
    taken_out: set[tuple[int | str, ...]] = set()
    for _ in range(5):
        try:
            model.model_validate(rest)
        except ValidationError as error:
            fresh = [detail for detail in error.errors() if detail not in found]
            found += [one for one in fresh if one["type"] != "missing" or one["loc"] not in taken_out]
            taken_out |= {one["loc"] for one in fresh}
            if not fresh or not all(_mend(rest, detail) for detail in fresh):
                break
        else:
            break
    return found


_STAND_INS = {"newsletter": {"title": "x", "from": "x@example.org"}, "title": "x", "from": "x@example.org"}


def _mend(data: dict[str, Any], detail: ErrorDetails) -> bool:
    """Take out what an error is about, or put in what is missing; says whether that was possible."""
    *path, last = detail["loc"] or ("",)
    inner: Any = data
    for step in path:
        try:
            inner = inner[step]
        except (KeyError, IndexError, TypeError):
            return False
    if detail["type"] == "missing" and isinstance(inner, dict) and last in _STAND_INS:
        inner[last] = copy.deepcopy(_STAND_INS[str(last)])
        return True
    if isinstance(inner, dict) and last in inner:
        del inner[last]
        return True
    return False


def _syntax_problem(name: str, message: str) -> Problem:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(found.group(1)) if found else None
    what = re.sub(r" \(at .*\)$", "", message)
    return Problem(path=name, where="", message=f"is not valid TOML: {what}", line=line,
                   hint="strings need quotes, tables [brackets]")  # fmt: skip


def _from_pydantic(name: str, text: str, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    place = tuple(detail["loc"])
    kind, message, hint = detail["type"], detail["msg"], None
    if kind == "extra_forbidden":
        message = "there is no such key"
        hint = _guess(str(place[-1]), _keys(model, place[:-1]))
    elif kind == "missing":
        message = "is missing"
        hint = {"newsletter": 'add a table [newsletter] with title = "…" and from = "…"'}.get(str(place[-1]))
    elif kind == "literal_error":
        expected = re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))
        message = f"must be one of {', '.join(expected)}, not {detail['input']!r}"
        hint = _guess(str(detail["input"]), expected)
    elif kind == "value_error":
        message = message.removeprefix("Value error, ")
        inner, colon, rest = message.partition(": ")
        if colon and re.fullmatch(r"[a-z_]+", inner):
            place, message = (*place, inner), rest
    else:
        message = f"{message[0].lower()}{message[1:]}, not {detail['input']!r}"
    return _problem(name, text, place, message, hint)


def _problem(name: str, text: str, place: tuple[int | str, ...], message: str, hint: str | None) -> Problem:
    where = ""
    for step in place:
        where += f"[{step + 1}]" if isinstance(step, int) else ("." if where else "") + step
    return Problem(path=name, where=where, message=message, line=_line(text, place), hint=hint)


def _guess(word: str, known: list[str]) -> str | None:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6) or [
        name for name in known if name.casefold() == word.casefold()
    ]
    return f'did you mean "{close[0]}"?' if close else None


def _keys(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand in the table at ``place``."""
    for step in place:
        if isinstance(step, int):
            continue
        found = next((f for key, f in model.model_fields.items() if step in (key, f.alias)), None)
        if found is None:
            return []
        for kind in (found.annotation, *get_args(found.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                model = kind
    return [field.alias or key for key, field in model.model_fields.items()]


def _line(text: str, place: tuple[int | str, ...]) -> int | None:
    """The line where the key at ``place`` stands, or of its table's heading; None if neither is found.

    tomllib keeps no positions, so this looks for the heading and then the key as people write them.
    """
    tables = [(number, found.group(1).strip(), found.group(0).lstrip().startswith("[["))
              for number, line in enumerate(text.splitlines(), 1)
              if (found := re.match(r"\s*\[\[?([^\[\]]+)\]\]?\s*(#.*)?$", line))]  # fmt: skip
    names = [step for step in place if isinstance(step, str)]
    index = next((step for step in place if isinstance(step, int)), 0)
    if not names:
        return None
    matching = [number for number, name, _ in tables if name == names[0]]
    start = matching[index] if index < len(matching) else 0
    end = next((number for number, _, _ in tables if number > start), len(text.splitlines()) + 1)
    for number, line in enumerate(text.splitlines(), 1):
        if start < number < end and re.match(rf"\s*[\"']?{re.escape(names[-1])}[\"']?\s*=", line):
            return number
    return start or None
