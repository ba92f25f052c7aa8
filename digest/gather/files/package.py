"""The parts of an Office Open XML package (a .docx is a zip file), taken out safely.

A zip file of some kilobytes can hold gigabytes, and XML can define an entity that grows without end. So only the parts
that hold text are taken, each up to a length, and none with a document type: the standard forbids those (ECMA-376-2
§8.1.4).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from digest.gather.files.document import UnreadableError

_WANTED: Final = re.compile(
    r"\[Content_Types\]\.xml\Z|_rels/[^/]*\.rels\Z|(?:docProps|word(?:/_rels)?)/[\w.-]+\.(?:xml|rels)\Z", re.IGNORECASE
)
_MOST_PARTS = 5_000
_LARGEST_PART = 12_000_000
_LARGEST_WHOLE = 30_000_000
"""Bytes, inflated. A book of 500 pages has about 8 MB of XML."""
_MOST_TAGS = 200_000
"""mammoth takes about 10 s and 200 MB for so many. A report of 10,000 words has some 40,000."""
_TOO_LARGE: Final = "save its text as .txt or .md instead"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What the zip and deflate modules raise for damaged files, besides their own errors.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, NotImplementedError,
               RuntimeError)  # fmt: skip


def parts_of(data: bytes) -> Mapping[str, bytes]:
    """The parts that hold text, by name.

    Raises:
        UnreadableError: it is no zip file, damaged, protected by a password, or made to be too large.
    """
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableError("is protected by a password", hint="open it and save it without one")
        raise UnreadableError("is a Word document of the old kind",
                              hint="open it in a word processor and save it as .docx")  # fmt: skip
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            parts = {info.filename: _part(file, info) for info in _wanted(file)}
    except _ZIP_ERRORS as error:
        hint = "open it in a word processor and save it once more"
        raise UnreadableError("is no Word document, or a damaged one", hint=hint) from error
    if sum(data.count(b"<") for data in parts.values()) > _MOST_TAGS:
        raise UnreadableError("is too long to be read", hint=_TOO_LARGE)
    return parts


def packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """A package of these parts."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as file:
        for name, data in parts.items():
            file.writestr(zipfile.ZipInfo(name), data)
    package.seek(0)
    return package


def _wanted(file: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = file.infolist()
    wanted = [info for info in infos if _WANTED.match(info.filename)]
    sizes = [info.file_size for info in wanted]
    if len(infos) > _MOST_PARTS or sum(sizes) > _LARGEST_WHOLE or max(sizes, default=0) > _LARGEST_PART:
        raise UnreadableError("is too large when it is unpacked", hint=_TOO_LARGE)
    if any(info.flag_bits & 1 for info in wanted):
        raise UnreadableError("is protected by a password", hint="open it and save it without one")
    return wanted


def _part(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A part; the module reads no more than the length that was looked at, and refuses one that is longer."""
    data = file.read(info)
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", data.replace(b"\0", b""), re.IGNORECASE):
        raise UnreadableError("is no Word document that a word processor made: it defines entities")
    return data
