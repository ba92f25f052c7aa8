"""What a page may load and run, told to the browser: its own style, pictures, and nothing else.

Content Security Policy Level 3, https://www.w3.org/TR/CSP3/. Should something active ever slip into a page, no browser
runs it.
"""

from __future__ import annotations

import base64
import hashlib
import re

_MARK = "digest-style-of-this-page"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

POLICY = (
    f"default-src 'none'; img-src 'self' https: http: data:; style-src {_MARK}; base-uri 'none'; form-action 'none'"
)
"""For a template to print in the head, before any text. Pictures may be anywhere, since hosts send them on to others;
data: is for the icon."""


def sealed(page: str) -> str:
    """The page with a policy that names its style by its hash; a page without a policy is left as it is."""
    hashes = [hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(page)]
    named = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in hashes) or "'none'"
    return page.replace(_MARK, named, 1)
