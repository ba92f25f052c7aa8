"""What the first bytes of a picture say of it. Pure: whoever has the file reads it.

Sources: PNG (W3C) 11.2.2, GIF89a 18, JPEG (ITU T.81) B.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass

_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"\xff\xd8\xff", "jpeg"), (b"BM", "bmp"), (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"), (b"%PDF", "pdf"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A picture of the editor's, as it lies there."""

    size: int  # bytes
    kind: str  # "png", "jpeg", "gif", another one, or "" if it is none that is known
    width: int | None = None  # pixels
    height: int | None = None


def read_picture(data: bytes) -> PictureFile:
    """What a file says of itself, whatever it is called; broken ones have no width."""
    kind = _kind(data)
    width = height = None
    if kind == "png" and len(data) >= 24:
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    elif kind == "gif" and len(data) >= 10:
        width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    elif kind == "jpeg":
        width, height = _jpeg_size(data)
    return PictureFile(size=len(data), kind=kind, width=width, height=height)


def _kind(data: bytes) -> str:
    for begins, kind in _KINDS:
        if data.startswith(begins):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return "avif" if data[8:12] in {b"avif", b"avis"} else "heic"
    return "svg" if b"<svg" in data[:2048].lower() else ""


def _jpeg_size(data: bytes) -> tuple[int | None, int | None]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None, None
