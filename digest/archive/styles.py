"""The style of pages, each kind's in a file of its own: loaded once, not with every page.

Templates and approved pages stay whole by themselves; only what lies in the site shares its style.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

STYLES = "style/"
"""The folder of styles, from the site's on; nothing else of ours lies in it."""

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_FILE = re.compile(r"style/([0-9a-f]{12})\.css")
_ADDRESS = re.compile(rb"url\((?!\s*[\"']?(?:data|https?):)|@import", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleFile:
    """A style and where it lies: its name is the hash of what is in it."""

    path: str
    data: bytes
    policy: bytes  # what the Content-Security-Policy of a page called it while it was inside (CSP 3 §2.3.1)


def style_taken_out(page: bytes, path: str) -> tuple[bytes, tuple[StyleFile, ...]]:
    """The page with links where its styles were, and these styles; its policy then allows the site's own.

    ``style-src 'self'`` lets a page load them over HTTP and from a folder alike (tried in Chromium). A style that
    names other files stays inside, for relative addresses mean something else elsewhere.

    Args:
        page: HTML.
        path: where it lies, from the site's folder on.
    """
    styles: list[StyleFile] = []

    def linked(match: re.Match[bytes]) -> bytes:
        if _ADDRESS.search(match[1]):
            return match[0]
        style = _style_file(match[1])
        styles.append(style)
        return b'<link rel="stylesheet" href="%s%s">' % (b"../" * path.count("/"), style.path.encode())

    page = _STYLE.sub(linked, page)
    for number, style in enumerate(styles):
        page = page.replace(style.policy, b"'self'", 1) if not number else page.replace(b" " + style.policy, b"", 1)
    return page, tuple(styles)


def is_style(path: str, data: bytes) -> bool:
    """Whether a file is a style that we wrote, whole: its name tells."""
    named = _FILE.fullmatch(path)
    return named is not None and hashlib.sha256(data).hexdigest().startswith(named[1])


@lru_cache(maxsize=64)
def _style_file(style: bytes) -> StyleFile:
    data = style.strip() + b"\n"
    policy = b"'sha256-%s'" % base64.b64encode(hashlib.sha256(style).digest())
    return StyleFile(path=f"{STYLES}{hashlib.sha256(data).hexdigest()[:12]}.css", data=data, policy=policy)
