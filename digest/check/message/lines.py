"""Which line of a message file a line of one of its parts stands in, so that a reader of the file finds it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message


def line_places(raw: bytes, part: Message) -> tuple[int, ...]:
    """For each line of the decoded part the line of the file in which it begins, both from 1; empty: not known.

    Args:
        raw: the whole message, as it was read.
        part: one of its parts, parsed from ``raw``.
    """
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()
    is_encoded = encoding in {"base64", "quoted-printable"}
    payload: object = part.get_payload() if is_encoded else part.get_payload(decode=True)
    body = payload.encode("ascii", "replace") if isinstance(payload, str) else payload
    start = raw.find(body) if isinstance(body, bytes) and body else -1
    if start < 0 or not isinstance(body, bytes):
        return ()
    first = raw[:start].count(b"\n") + 1
    lines = body.split(b"\n")
    if encoding == "base64":
        return _in_base64(lines, first)
    if encoding == "quoted-printable":
        return _in_quoted_printable(lines, first)
    return tuple(range(first, first + len(lines)))


def _in_quoted_printable(lines: list[bytes], first: int) -> tuple[int, ...]:
    """A line that ends with ``=`` goes on in the next (RFC 2045, 6.7)."""
    places, goes_on = [], False
    for number, line in enumerate(lines, first):
        if not goes_on:
            places.append(number)
        goes_on = line.rstrip(b" \t\r").endswith(b"=")
        places += [number] * line.upper().count(b"=0A")
    return tuple(places)


def _in_base64(lines: list[bytes], first: int) -> tuple[int, ...]:
    places = [first]
    for number, line in enumerate(lines, first):
        try:
            decoded = base64.b64decode(line.strip(), validate=True)
        except (binascii.Error, ValueError):
            return ()  # broken anywhere but at a group of four letters: nobody can say
        places += [number] * decoded.count(b"\n")
    return tuple(places)
