"""PNG files, made and read: what Chromium writes, that is 8 bits, RGB or RGBA, not interlaced (PNG 3rd ed., §9)."""

from __future__ import annotations

import functools
import struct
import zlib
from collections import Counter

Colour = tuple[int, int, int]


def plain_png(width: int, height: int, colour: Colour) -> bytes:
    """A picture of one colour."""
    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def colours(png: bytes) -> Counter[Colour]:
    """How many pixels there are of each colour."""
    width, height = size(png)
    step = {2: 3, 6: 4}[png[25]]
    length = width * step
    raw, before = zlib.decompress(_data(png)), bytes(length)
    rows: Counter[bytes] = Counter()
    for y in range(height):
        at = y * (length + 1)
        before = _row(raw[at], raw[at + 1 : at + 1 + length], before, step)
        rows[before] += 1
    counted: Counter[Colour] = Counter()
    for row, times in rows.items():
        for colour, count in Counter(zip(row[0::step], row[1::step], row[2::step], strict=True)).items():
            counted[colour] += count * times
    return counted


@functools.lru_cache(maxsize=64)  # most rows are like the one above
def _row(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return row
    line = bytearray(row)
    for x, value in enumerate(row):
        left = line[x - step] if x >= step else 0
        up = above[x]
        corner = above[x - step] if x >= step else 0
        line[x] = (value + (left, up, (left + up) // 2, _paeth(left, up, corner))[kind - 1]) & 255
    return bytes(line)


def _paeth(left: int, up: int, corner: int) -> int:
    near = left + up - corner
    return min((left, up, corner), key=lambda value: abs(near - value))


def _data(png: bytes) -> bytes:
    at, found = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            found += png[at + 8 : at + 8 + length]
        at += 12 + length
    return found


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
