"""What a page of the archive is called in its address: readable, safe on every file system, and nobody else's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

MAX_CHARS = 80
"""As many as a name of a folder may have without making paths too long for Windows (260 characters in all)."""

RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
"""No file or folder on Windows can be called that, whatever its ending; in lower case.

https://learn.microsoft.com/windows/win32/fileio/naming-a-file
"""

# Letters that Unicode does not take apart, as they are written where there is no key for them.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
    | dict.fromkeys("’'ʼ", "")
)
_OTHER = re.compile(r"[^a-z0-9]+")


def make_slug(title: str, taken: Collection[str], *, otherwise: str) -> str:
    """A slug of ``a-z``, ``0-9`` and single hyphens, 80 characters at most, that is not taken.

    Args:
        title: plain text in any script; accents go, letters that have no Latin one go.
        taken: the slugs that stand beside it.
        otherwise: what it is made of where the title leaves nothing: a story's id, a kind.
    """
    base = _plain(title) or _plain(otherwise) or "page"
    slug, count = base, 1
    while slug in taken or slug in RESERVED:
        count += 1
        end = f"-{count}"
        slug = base[: MAX_CHARS - len(end)].rstrip("-") + end
    return slug


def _plain(title: str) -> str:
    # Taken apart before and after: ℡ has capitals inside, ǽ an accent on a letter of the table.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", title).casefold()).translate(_LETTERS)
    # Accents, and what has no looks at all: soft hyphens, joiners, marks of direction.
    seen = "".join(one for one in folded if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    words = _OTHER.sub("-", seen).strip("-")
    if len(words) <= MAX_CHARS:
        return words
    cut = words[: MAX_CHARS + 1].rpartition("-")[0]
    return (cut or words[:MAX_CHARS]).strip("-")
