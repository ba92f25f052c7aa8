"""PDFs made by hand (ISO 32000-1), so that a test says where each letter stands."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

FONTS = {"F1": "Helvetica", "F2": "Helvetica-Bold"}


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words on a page."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 11
    font: str = "F1"


def lines(text: str, *, top: float, size: float = 11, step: float = 14, font: str = "F1") -> list[Words]:
    """Lines below each other, the first at a height."""
    return [Words(line, 72, top - number * step, size, font) for number, line in enumerate(text.split("\n"))]


def content(words: Sequence[Words]) -> bytes:
    """The operations that draw a page's words."""
    drawn = [f"BT /{one.font} {one.size} Tf 1 0 0 1 {one.x} {one.y} Tm ({_escaped(one.text)}) Tj ET" for one in words]
    return "\n".join(drawn).encode("cp1252")


def pdf(
    *pages: Sequence[Words] | bytes, objects: Sequence[bytes] = (), xobjects: str = "", language: str = "", **info: str
) -> bytes:
    """A document of pages, given by their words or by the operations that draw them.

    Args:
        pages: in their order.
        objects: more objects; the first is number 5.
        xobjects: the forms and pictures a page may name: "/A 5 0 R".
        language: of the whole.
        info: Title, Author, CreationDate, as PDF writes them.
    """
    first = 5 + len(objects)
    fonts = " ".join(
        f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for key, name in FONTS.items()
    )
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    told = b" ".join(f"/{key} ".encode() + _string(value) for key, value in info.items())
    whole = [
        f"<< /Type /Catalog /Pages 2 0 R {f'/Lang ({language})' if language else ''} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 595 842] >>".encode(),
        f"<< /Font << {fonts} >> /XObject << {xobjects} >> >>".encode(),
        b"<< " + told + b" >>",
        *objects,
    ]
    for number, page in enumerate(pages):
        drawn = page if isinstance(page, bytes) else content(page)
        whole.append(
            f"<< /Type /Page /Parent 2 0 R /Resources 3 0 R /Contents {first + 2 * number + 1} 0 R >>".encode()
        )
        whole.append(stream(drawn))
    return _file(whole)


def stream(data: bytes, head: str = "") -> bytes:
    """A stream object; a long one is compressed, and then its bytes are not the same everywhere."""
    if len(data) > 1_000_000:
        data, head = zlib.compress(data, 9), f"{head} /Filter /FlateDecode"
    return f"<< {head} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def form(drawn: bytes, xobjects: str = "") -> bytes:
    """A drawing that pages and other drawings can name."""
    return stream(drawn, f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << {xobjects} >> "
                         "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>")  # fmt: skip


def _file(objects: Sequence[bytes]) -> bytes:
    made, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, inner in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n".encode() + inner + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        made
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
        + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(made)}\n%%EOF\n".encode()
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _string(text: str) -> bytes:
    """A text string: in ASCII, or in UTF-16 with its mark (§7.9.2.2)."""
    if text.isascii():
        return f"({_escaped(text)})".encode()
    return b"<" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode() + b">"
