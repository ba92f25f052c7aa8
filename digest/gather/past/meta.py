"""What a file says of itself: the front matter of Hugo, Jekyll, Eleventy, Ghost and Buttondown, and its dates."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, Final
from zoneinfo import ZoneInfo

from digest.gather.files.note import front_matter
from digest.text.dates import parse_date
from digest.text.titles import tidy_title

_TOML: Final = re.compile(r"\A\ufeff?\s*\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_JSON: Final = re.compile(r"\A\ufeff?\s*---json[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_NAMED: Final = re.compile(r"(?:^|[^\d])((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_IN_FOLDERS: Final = re.compile(r"(?:^|/)((?:19|20)\d\d)/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])(?:/|-|$)")
_FALSE: Final = frozenset({"false", "no", "0", "off"})
_TRUE: Final = frozenset({"true", "yes", "1", "on"})
DATES: Final = ("date", "publish_date", "published_at", "publishdate", "pubdate", "published", "post_date", "sent_at",
                "send_time", "created")  # fmt: skip
_NOT_SENT: Final = frozenset(
    """
    draft drafted scheduled unpublished not_sent unsent deleted error errored paused imported_draft about_to_send
    managed_by_rss suppressed transactional
    """.split()  # noqa: SIM905  read by people
)
"""Buttondown's are those of its API's EmailStatus; a ``transactional`` one went to one reader."""
_NOT_FOR_ALL: Final = frozenset(
    """
    private premium paid paid_only only_paid premium_only only_free members subscribers_only founding hidden tiers
    specific internal churned free
    """.split()  # noqa: SIM905  read by people
)


def read_front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """The front matter, its keys in lower case, and what follows it.

    It is YAML between ``---``, TOML between ``+++``, or what Eleventy knows too, JSON between ``---json`` and ``---``.
    """
    for pattern, read in ((_TOML, tomllib.loads), (_JSON, json.loads)):
        if fenced := pattern.match(text):
            try:
                found = read(fenced[1])
            except (ValueError, RecursionError):
                return {}, text
            told = found if isinstance(found, dict) else {}
            return {str(key).lower(): value for key, value in told.items()}, text[fenced.end() :]
    return front_matter(text)


def one_of(meta: Mapping[str, Any], *keys: str) -> str:
    """The first of the keys that says something, on one line."""
    for key in keys:
        value = meta.get(key)
        if isinstance(value, bool | int | float | str | datetime | date) and str(value).strip():
            return tidy_title(value.isoformat() if isinstance(value, datetime | date) else str(value))
    return ""


def day_in_name(name: str, zone: ZoneInfo) -> datetime | None:
    """The day that a file's name or its folders begin with or hold: ``2019-03-14-title.md``, ``2019/03/14/title``."""
    path = PurePosixPath(name)
    for pattern, text in ((_NAMED, path.name), (_IN_FOLDERS, name), (_NAMED, path.parent.name)):
        if found := pattern.search(text):
            year, month, day = (int(part) for part in found.groups())
            try:
                return datetime(year, month, day, 12, tzinfo=zone)
            except ValueError:
                continue
    return None


def moment_of(meta: Mapping[str, Any], zone: ZoneInfo, keys: tuple[str, ...] = DATES) -> datetime | None:
    """When the front matter says that it was sent."""
    found = (parse_date(one_of(meta, key), zone=zone) for key in keys)
    return next((one for one in found if one), None)


def why_not(meta: Mapping[str, Any]) -> str:
    """Why something is not taken that says it is a draft, or not for everybody; "" if it says neither."""
    return next(_reasons(meta), "")


def _reasons(meta: Mapping[str, Any]) -> Iterator[str]:
    if one_of(meta, "draft").lower() in _TRUE or one_of(meta, "published", "is_published").lower() in _FALSE:
        yield "is a draft"
    state = one_of(meta, "status", "state").lower().replace(" ", "_")
    if state in _NOT_SENT:
        yield f"is not sent: {state}"
    if one_of(meta, "private").lower() in _TRUE:
        yield "is private"
    for key in ("email_type", "audience", "visibility", "archival_mode", "secondary_state", "type"):
        value = one_of(meta, key).lower().replace(" ", "_").replace("-", "_")
        is_filter = key == "visibility" and ":" in value  # Ghost: "status:free,label:board"
        if value in _NOT_FOR_ALL or is_filter or (key == "archival_mode" and value == "disabled"):
            yield f"is not for everybody: {key} is {value}"
