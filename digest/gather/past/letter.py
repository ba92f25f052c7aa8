"""A past issue as another tool kept it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import IO, Final, Literal, Self
from zoneinfo import ZoneInfo

Form = Literal["folder", "mbox", "maildir", "eml", "mailchimp", "buttondown", "substack", "ghost", "feed"]
FORMS: Final[tuple[Form, ...]] = (
    "folder", "mbox", "maildir", "eml", "mailchimp", "buttondown", "substack", "ghost", "feed",
)  # fmt: skip

MOST_PICTURE_BYTES: Final = 10_000_000
_SIGNS: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that came with a letter; its bytes are on the shelf."""

    sha256: str
    kind: str  # "png", "jpg", "gif", "webp", "avif"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLetter:
    """One issue of the past: what was sent, and what is known of it."""

    key: str  # what tells it from every other, however often it is read: a Message-ID, a guid, file and day
    origin: str  # where it was found, for people: "sent.mbox, message 12"
    form: Form
    subject: str  # one line of plain text
    date: datetime
    html: str  # as it came
    preheader: str = ""
    base: str | None = None  # where it stood on the web; relative addresses are resolved against it
    sender: str = ""  # the address of a mail's From
    list_id: str = ""
    readers: tuple[str, ...] = ()  # addresses and names of those who got it, as far as it says; they must go
    tokens: tuple[str, ...] = ()  # what in its links only they have, as far as its header says
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # by address as its HTML writes it
    sha256: str  # of what was read
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Something found that does not become an issue, and why."""

    origin: str
    why: str
    is_failure: bool = True  # False: it was not meant to come, as a draft
    hint: str | None = None


Found = PastLetter | NotTaken


class Shelf:
    """Keeps the pictures of letters on the disk, each once, while an import lasts. Use as a context manager."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="digest-import-")  # noqa: SIM115  closed by __exit__
        self._places: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, data: bytes) -> Picture | None:
        """Keep a picture; None if it is none that a page may show, or larger than MOST_PICTURE_BYTES."""
        kind = kind_of(data)
        if kind is None or len(data) > MOST_PICTURE_BYTES:
            return None
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 not in self._places:
            self._file.seek(0, 2)
            self._places[sha256] = (self._file.tell(), len(data))
            self._file.write(data)
        return Picture(sha256=sha256, kind=kind)

    def get(self, picture: Picture) -> bytes:
        """The bytes of a picture that was put."""
        start, length = self._places[picture.sha256]
        self._file.seek(start)
        return self._file.read(length)


def kind_of(data: bytes) -> str | None:
    """What kind of picture bytes are, by how they begin. SVG is none: it can hold scripts."""
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "avif" if data[4:12] in {b"ftypavif", b"ftypavis"} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What readers of past letters need to know."""

    zone: ZoneInfo  # of the newsletter: what dates without a zone mean
    now: datetime
    shelf: Shelf


def sha256_of(data: bytes | str) -> str:
    """A hash to know the same content by."""
    return hashlib.sha256(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data).hexdigest()
