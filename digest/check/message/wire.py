"""A message as it travels: its header lines and bodies, with the lines they stand at. Read without judging."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """One header of the message itself, not of a part."""

    name: str  # in lower case
    raw: bytes  # its value, folded as it is, without the last line end
    line: int  # 1-based

    @property
    def value(self) -> str:
        """Unfolded, not decoded; what is not ASCII is replaced."""
        return " ".join(re.sub(rb"\r?\n[ \t]+", b" ", self.raw).decode("ascii", "replace").split())

    @property
    def text(self) -> str:
        """What it says: encoded words decoded; as it stands where they cannot be."""
        try:
            pieces = decode_header(self.value)
            return "".join(
                piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
                for piece, charset in pieces
            )
        except (HeaderParseError, LookupError, ValueError):
            return self.value


def header_lines(raw: bytes) -> tuple[HeaderLine, ...]:
    """The headers of a message, in order; lines that are none are left out."""
    found: list[HeaderLine] = []
    block: list[bytes] = []
    start = 1
    for number, line in enumerate((one.removesuffix(b"\r") for one in raw.split(b"\n")), 1):
        if line[:1] in {b" ", b"\t"} and block and line.strip():
            block.append(line)
            continue
        if block and (header := _header(block, start)):
            found.append(header)
        if not line:
            block = []
            break
        block, start = [line], number
    if block and (header := _header(block, start)):
        found.append(header)
    return tuple(found)


def _header(block: list[bytes], line: int) -> HeaderLine | None:
    match = _HEADER.match(b"\r\n".join(block))
    return HeaderLine(name=match.group(1).decode("ascii").lower(), raw=match.group(2), line=line) if match else None


def travels_with_crlf(raw: bytes) -> bool:
    """Whether the bytes have the line ends of the wire; files saved by mail programs often have those of the system."""
    return b"\r\n" in raw
