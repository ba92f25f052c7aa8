"""A message that is built once, and only put together for each recipient. Pure: same input, same bytes.

    splice = Splice(mail, stamp, date=…)
    splice.message(recipient)       # says what build_message says for that recipient

build_message writes it for nobody in particular; from there on only what differs is written: three header fields, and
in both parts what stands at the marks. In quoted-printable each such value begins a line of its own, after a soft line
break; in base64 the few bytes beside it are encoded anew, because three bytes share four characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.deliver.body import Body, base64_lines, body_of, quoted
from digest.deliver.message import Personal, build_message, personal
from digest.deliver.stamp import Recipient, Stamp
from digest.model import Mail

_NOBODY = Recipient(subscriber_id=0, address="nobody@nowhere.example", name="Nobody")
_WIDTH = 75  # characters in a line of quoted-printable that ends in "=" (RFC 2045 §6.7 rule 5)

_Encode = Callable[[list[str]], list[bytes]]


class Splice:
    """One variant of one mailing."""

    def __init__(self, mail: Mail, stamp: Stamp, *, date: datetime) -> None:
        self._stamp = stamp
        nobody = personal(stamp, _NOBODY)
        built = build_message(mail, stamp, _NOBODY, date=date)
        boundary = b"\r\n--" + _found(rb'boundary="([^"]+)"', built)
        head, text, rich, self._end = built.split(boundary)
        self._end = boundary + self._end
        self._head, self._fields = _cut_head(head, nobody)
        self._text = _Part(boundary + text, body_of(mail.text, is_html=False))
        self._html = _Part(boundary + rich, body_of(mail.html, is_html=True))

    def message(self, recipient: Recipient) -> bytes:
        """One recipient's message, complete, with CRLF line ends, ASCII only, and no dot at the start of a line.

        Raises:
            DeliveryError: the recipient's address cannot be mailed.
        """
        who = personal(self._stamp, recipient)
        lines = who.lines()
        pieces = [self._head[0]]
        for name, after in zip(self._fields, self._head[1:], strict=True):
            pieces += (lines[name], after)
        pieces += self._text.written(who)
        pieces += self._html.written(who)
        pieces.append(self._end)
        return b"".join(pieces)


def _found(pattern: bytes, text: bytes) -> bytes:
    found = re.search(pattern, text)
    assert found is not None, pattern  # noqa: S101  build_message has written it
    return found[1]


def _cut_head(head: bytes, nobody: Personal) -> tuple[list[bytes], list[str]]:
    """The header without the fields that differ, and the names of these in their order."""
    lines = nobody.lines()
    names = sorted(lines, key=lambda name: head.index(b"\r\n" + lines[name]))
    pieces, begin = [], 0
    for name in names:
        place = head.index(b"\r\n" + lines[name]) + 2
        pieces.append(head[begin:place])
        begin = place + len(lines[name])
    return [*pieces, head[begin:]], names


class _Part:
    """A part of the message: its header and delimiter, and its body in pieces."""

    def __init__(self, built: bytes, body: Body) -> None:
        header, _, _ = built.partition(b"\r\n\r\n")
        self._header = header + b"\r\n\r\n"
        self._body = body
        texts = [text.encode("utf-8", "replace") for text in body.texts]
        self._encode: _Encode = _Base64(texts) if header.endswith(b"base64") else _Quoted(texts)

    def written(self, who: Personal) -> list[bytes]:
        return [self._header, *self._encode(self._body.values(who))]


class _Quoted:
    """Quoted-printable text with values between."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._texts = [_open_ended(text) for text in texts[:-1]]
        self._last = quoted(texts[-1])
        # A text that begins with a line end ends the value's line; before all others the value's line goes on.
        self._ends = [b"" if text.startswith(b"\r\n") else b"=\r\n" for text in texts[1:]]

    def __call__(self, values: list[str]) -> list[bytes]:
        pieces: list[bytes] = []
        known: dict[str, bytes] = {}
        for text, value, end in zip(self._texts, values, self._ends, strict=True):
            written = known.get(value)
            if written is None:
                written = known[value] = _short(quoted(value.encode("utf-8", "replace")))
            pieces += (text, written, end)
        return [*pieces, self._last]


def _open_ended(text: bytes) -> bytes:
    """The text encoded so that what follows begins a new line that is not there when it is read."""
    written = _short(quoted(text))
    return written if not written or written.endswith(b"\n") else written + b"=\r\n"


def _short(written: bytes) -> bytes:
    """Quoted-printable whose last line has room for an "=" after it."""
    begin = written.rfind(b"\n") + 1
    if len(written) - begin <= _WIDTH:
        return written
    cut = -3 if written[-3:-2] == b"=" else -1
    return written[:cut] + b"=\r\n" + written[cut:]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A text cut for base64, when some of its bytes complete the three that began before it."""

    head: bytes
    lines: bytes  # encoded; empty: there were no three bytes left
    tail: bytes  # fewer than three


class _Base64:
    """Base64 text with values between."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._first, *self._texts = [tuple(_cut(text, missing) for missing in range(3)) for text in texts]

    def __call__(self, values: list[str]) -> list[bytes]:
        cut = self._first[0]
        pieces, left = [cut.lines], cut.head + cut.tail
        for cuts, value in zip(self._texts, values, strict=True):
            left += value.encode("utf-8", "replace")
            cut = cuts[-len(left) % 3]
            if cut.lines:
                pieces += (base64_lines(left + cut.head), cut.lines)
                left = cut.tail
            else:
                left += cut.head + cut.tail
        return [*pieces, base64_lines(left)]


def _cut(text: bytes, missing: int) -> _Cut:
    end = missing + max(0, len(text) - missing) // 3 * 3
    return _Cut(head=text[:missing], lines=base64_lines(text[missing:end]), tail=text[end:])
