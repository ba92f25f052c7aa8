"""The marks of what differs for each reader of a mail, and how no other text comes to hold one.

A mail has them where its template prints a reader's own link, and where the editor greets readers by their names in the
introduction. Anywhere else they are somebody's text that must not become a way to unsubscribe whoever reads it.
"""

from __future__ import annotations

import re

from digest.model import PREFERENCES_MARK, UNSUBSCRIBE_MARK

NAME_MARK = re.compile(r"@@name(?:\|([^@|\r\n]*))?@@")
"""A reader's name, with what stands there for want of one, as in ``@@name|reader@@``."""
_MARK = re.compile(rf"{UNSUBSCRIBE_MARK}|{PREFERENCES_MARK}|{NAME_MARK.pattern}")
_BEGUN = re.compile(r"@@name\|")  # its end may stand in another text of the same line


def without_marks(text: str) -> str:
    """The text without any mark; what stands in one for want of a name stays."""
    while "@@" in text:  # again: taken out, one may come together
        kept = _BEGUN.sub("", _MARK.sub(lambda mark: mark[1] or "", text))
        if kept == text:
            break
        text = kept
    return text
