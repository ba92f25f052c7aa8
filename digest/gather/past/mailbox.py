"""A mailbox in one file, message by message: mbox, in all of its ways to write a line that begins with "From ".

The file is read once, from its beginning to its end, and never more than one message of it is in memory. RFC 4155
describes the format; who quotes lines and how differs (mboxo, mboxrd, mboxcl), so one ``>`` is taken off every line of
``>``s and "From ", and a line that was not quoted begins a message only if it is as such lines are and a header
follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

MOST_MESSAGE_BYTES: Final = 64_000_000
_LONGEST_LINE = 1_000_000  # bytes; RFC 5322 allows 998, programs write more
_HEADER: Final = re.compile(rb"[!-9;-~]{1,76}:(?:[ \t\r\n]|[^\s/])|>From |X-Mozilla-Status")
_BETWEEN: Final = re.compile(rb"From (?:\S*\s*\Z|.*(?:\d\d:\d\d|\d{4}))")
"""The line before a message: a sender and a time, or what some programs write, one word without a time."""
_QUOTED: Final = re.compile(rb">+From ")


def begins_mbox(start: bytes) -> bool:
    """Whether a file's first bytes are a mailbox's."""
    lines = start.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", 2)
    return lines[0].startswith(b"From ") and len(lines) > 1 and _HEADER.match(lines[1]) is not None


def messages(file: BinaryIO) -> Iterator[bytes | None]:
    """The messages of a mailbox, in order; None for one of more than MOST_MESSAGE_BYTES."""
    held: list[bytes] = []
    size = 0
    begun = False
    after_blank = True
    waiting: bytes | None = None  # a line that may begin a message: the next one tells
    for line in _lines(file):
        if waiting is not None:
            if _HEADER.match(line):
                if begun:
                    yield _message(held, size)
                held, size, begun = [], 0, True
            elif begun:
                held, size = _with(held, size, waiting)
            waiting = None
        if after_blank and _BETWEEN.match(line):
            waiting = line
        elif begun:
            held, size = _with(held, size, line[1:] if _QUOTED.match(line) else line)
        after_blank = not line.strip()
    if waiting is not None and begun:
        held, size = _with(held, size, waiting)
    if begun:
        yield _message(held, size)


def _with(held: list[bytes], size: int, line: bytes) -> tuple[list[bytes], int]:
    """The message with one line more; of one that is too long only its size is known."""
    size += len(line)
    if size > MOST_MESSAGE_BYTES:
        return [], size
    held.append(line)
    return held, size


def _message(held: list[bytes], size: int) -> bytes | None:
    if size > MOST_MESSAGE_BYTES:
        return None
    data = b"".join(held)
    # The blank line before the next message belongs to the mailbox.
    return data[:-2] if data.endswith(b"\n\r\n") else data[:-1] if data.endswith(b"\n\n") else data


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE):
        yield line
