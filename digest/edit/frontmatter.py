"""The lines between the two ``---`` at the top of an issue file, read as plain strings.

It looks like YAML but is not: whatever follows the first colon is the value, so a subject such as
``Budget: who pays?`` needs no quotes. A value in double quotes loses them, because people are used to writing them.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import IssueFileError
from digest.text.markdown import without_comments

if TYPE_CHECKING:
    from digest.edit.blocks import Line

KNOWN = ("issue", "title", "subject", "preheader", "base")
_KEY = re.compile(r"^([A-Za-z][\w-]*)[ \t]*:(.*)$")
_ALIKE = 0.8  # of difflib: "subjcet" and "subjects" are like "subject", "editor" and "cover" like nothing
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]{0,79}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What the front matter says."""

    name: str
    title: str
    subject: str
    preheader: str
    base: str | None
    extra: tuple[tuple[str, str], ...]


def read_front_matter(lines: list[Line], path: str) -> tuple[FrontMatter, int]:
    """The front matter, and how many lines it takes.

    Raises:
        IssueFileError: it is missing, has no end, or lacks the name of the issue.
    """
    if not lines or lines[0].bare.lstrip("\ufeff").rstrip() != "---":
        raise IssueFileError(
            "expected --- and the issue's name here",
            path=path,
            line=1,
            hint="delete the blank lines above ---"
            if lines and lines[0].blank
            else "the file begins with a line ---, then `issue: …`, `title: …`, `subject: …`, then a line ---",
        )
    end = next((index for index, line in enumerate(lines[1:], 1) if line.bare.rstrip() == "---"), None)
    if end is None:
        raise IssueFileError("the front matter opened here is never closed", path=path, line=1,
                             hint="write --- on a line of its own after the last `key: value`")  # fmt: skip
    values = _values(lines[1:end], path)
    name = values.get("issue", "")
    if not _NAME.match(name):
        line_number = next((x.number for x in lines[1:end] if x.bare.lower().startswith("issue")), 1)
        raise IssueFileError(
            f"{name!r} is no name of an issue" if name else "the front matter does not name the issue",
            path=path, line=line_number, hint="write for example `issue: 2026-W47`")  # fmt: skip
    title = values.get("title", "")
    front = FrontMatter(
        name=name,
        title=title,
        subject=values.get("subject", "") or title,
        preheader=values.get("preheader", ""),
        base=values.get("base") or None,
        extra=tuple((key, value) for key, value in values.items() if key not in KNOWN),
    )
    return front, end + 1


def _values(lines: list[Line], path: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in lines:
        if line.blank or line.bare.lstrip().startswith("#"):
            continue
        found = _KEY.match(line.bare)
        if not found:
            begins = ": the line begins with a blank" if line.bare[:1].isspace() else ""
            raise IssueFileError(
                f"expected `key: value`, found {line.bare.strip()[:60]!r}{begins}",
                path=path,
                line=line.number,
                hint="each is one line and begins it; behind the last one stands a line ---",
            )
        key = found.group(1).lower()
        if key in values:
            raise IssueFileError(f"{key} stands twice", path=path, line=line.number, hint="delete one of them")
        if key not in KNOWN and (close := difflib.get_close_matches(key, KNOWN, n=1, cutoff=_ALIKE)):
            raise IssueFileError(f"{found.group(1)} is no key that digest knows", path=path, line=line.number,
                                 hint=f"did you mean {close[0]}?")  # fmt: skip
        values[key] = _value(key, found.group(2))
    return values


def front_lines(text: str, key: str) -> tuple[int, int]:
    """The number of the line where a key stands (0: it stands nowhere), and of the line that ends the front matter."""
    lines = text.split("\n")
    end = next(number for number, line in enumerate(lines[1:], 2) if line.rstrip() == "---")
    found = (number for number, line in enumerate(lines[:end], 1) if (m := _KEY.match(line)) and m[1].lower() == key)
    return next(found, 0), end


def _value(key: str, raw: str) -> str:
    value = raw.strip()
    if key == "base":  # digest's own; carries a note behind a hash
        return value.partition("#")[0].strip()
    value = without_comments(value).strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return value
