"""Which entries of a file tell of one event: python tests/bench/stories.py IN.jsonl OUT.jsonl [--strictness lenient].

IN.jsonl: lines {id, title, text[, date or ts][, source]}; ``date`` as people write it, ``ts`` in seconds since 1970; a
missing or unreadable one is no date. Blank lines are skipped. OUT.jsonl: lines {id, cluster}, in the same order.
The functions are those of `digest draft`, the weeks before unknown. 2: the file cannot be read so, and why.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from digest.curate.grouping import group_items  # noqa: E402  the path comes first
from digest.curate.likeness import Strictness  # noqa: E402
from digest.curate.same import same_items  # noqa: E402
from digest.model import Entry  # noqa: E402
from digest.text.dates import parse_date  # noqa: E402

Row = Mapping[str, Any]

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_UTC = ZoneInfo("UTC")


class BadRowsError(ValueError):
    """A file that is not of the shape above."""


def stories_of(rows: Sequence[Row], *, strictness: Strictness, language: str = "en") -> dict[str, str]:
    """By the id of a row, that of the row that leads its story.

    Raises:
        BadRowsError: two rows have one id.
    """
    dates = [_date(row) for row in rows]
    newest = max((date for date in dates if date), default=_LONG_AGO)
    entries = [
        Entry(
            id=str(row["id"]),
            source_id=_text(row, "source") or f"row {row['id']}",  # rows that name none may all be of different ones
            title=_text(row, "title"),
            text=_text(row, "text"),
            published=date,
            first_seen=newest,
        )
        for row, date in zip(rows, dates, strict=True)
    ]
    ids = {entry.id for entry in entries}
    if len(ids) < len(entries):
        raise BadRowsError(f"{len(entries)} rows have {len(ids)} ids: each needs one of its own")
    items = same_items(entries, sources={}, language=language)
    groups, _ = group_items(items, sources={}, language=language, strictness=strictness)
    return {entry.id: group.lead.id for group in groups for entry in group.entries}


def read_rows(text: str) -> Iterator[Row]:
    """The rows of a file.

    Raises:
        BadRowsError: a line is no JSON object with an id, or has the id of an earlier one.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):  # splitlines() would part a text at U+2028
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadRowsError(f"line {number} is no JSON: {error}") from error
        if not isinstance(row, dict) or row.get("id") is None:
            raise BadRowsError(f"line {number} is no object with an id")
        first = seen.setdefault(str(row["id"]), number)
        if first != number:
            raise BadRowsError(f"line {number} has the id of line {first}: {row['id']}")
        yield row


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value)


def _date(row: Row) -> datetime | None:
    for key in ("ts", "date"):
        value = row.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _of_seconds(float(value))
        if value and (found := _of_text(str(value))):
            return found
    return None


def _of_text(text: str) -> datetime | None:
    try:
        return _of_seconds(float(text)) if len(text) > len("20261122") else parse_date(text, zone=_UTC)
    except ValueError:
        return parse_date(text, zone=_UTC)


def _of_seconds(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):  # NaN, or a year that no calendar has
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, group, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, metavar="IN.jsonl")
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--strictness", choices=get_args(Strictness), default="strict", help="[issue] strictness")
    parser.add_argument("--lenient", action="store_const", const="lenient", dest="strictness", help="the same, shorter")
    parser.add_argument("--language", default="en", help="of rows that show none (en)")
    wanted = parser.parse_args(arguments)
    try:
        rows = list(read_rows(wanted.rows.read_text("utf-8-sig")))
        found = stories_of(rows, strictness=wanted.strictness, language=wanted.language)
    except (OSError, UnicodeDecodeError, BadRowsError) as error:
        print(f"error: {wanted.rows}: {error}", file=sys.stderr)
        return 2
    lines = [json.dumps({"id": row["id"], "cluster": found[str(row["id"])]}, ensure_ascii=False) for row in rows]
    wanted.out.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
