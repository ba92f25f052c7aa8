"""The few words above a headline that say what kind of text follows: "EXPERT COMMENT", "Guide"."""

from __future__ import annotations

import re
from typing import Final

LONGEST_KICKER: Final = 40
KINDS: Final = frozenset(
    ["press release", "news release", "media release", "news", "statement", "expert comment", "comment", "opinion",
     "speech", "report", "research paper", "briefing", "blog", "announcement"]
)  # fmt: skip
_NONE: Final = re.compile(
    r"home\b|menu\b|search\b|share\b|skip\b|back\b|close\b|log ?in\b|sign\b|by\b|von\b|par\b|por\b|zurück\b|"
    r"startseite\b|accueil\b|inicio\b|[^\w]*$|.*[>›»/|•·@\d]",
    re.IGNORECASE,
)


def is_kicker(line: str) -> bool:
    """Whether the line above a page's headline is one: no path of links, date, author, or button."""
    words = line.strip()
    return 0 < len(words) <= LONGEST_KICKER and words[-1] not in ".!?:," and _NONE.match(words) is None


def sentence_case(line: str) -> str:
    """The kicker as it stands in a sentence: "EXPERT COMMENT" becomes "Expert comment"."""
    words = " ".join(line.strip(" :").split())
    return words[:1].upper() + words[1:].lower()
