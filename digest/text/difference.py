"""What differs between two texts, as a unified diff that people know from elsewhere."""

from __future__ import annotations

import difflib


def unified(old: str, new: str, old_name: str, new_name: str) -> str:
    """A unified diff of two texts; empty if they are equal."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="", n=2))
    if not lines and old != new:
        return f"--- {old_name}\n+++ {new_name}\nonly line endings, or blanks at the very end, differ"
    return "\n".join(lines)
