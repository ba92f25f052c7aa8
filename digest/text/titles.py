"""Titles: one line of plain text to show, and a key to compare."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from digest.text.plain import drop_controls

LONGEST = 500
"""Characters of a title. The longest of 12,700 real ones has fewer; what is longer is a text that lost its place, and
one of 70 KB would leave a mail no room for anything else."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# Names of HTML only: "a <b" and "p < 0.05 and q > 1" are text.
_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|bdi|bdo|big|blockquote|br|center|cite|code|del|dfn|div|em|figcaption|figure|font|h[1-6]|hr|"
    r"i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|small|span|strike|strong|sub|sup|table|tbody|td|th|tr|tt|u|ul|var|wbr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BREAKING = re.compile(r"<(?:br|hr|p|div|li|h[1-6]|td|tr)\b", re.IGNORECASE)
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")


def tidy_title(raw: str) -> str:
    """The title as one line of plain text.

    Feeds escape titles twice (4.6 % of 454 real ones still hold entities or tags after parsing), so entities that
    survive are decoded once more and tags are dropped; control characters, bidirectional overrides and characters
    nobody sees go, white space is folded; after LONGEST characters it is cut.
    """
    if raw.isprintable() and "&" not in raw and "<" not in raw and len(raw) <= LONGEST:
        return " ".join(raw.split()) if "  " in raw else raw.strip()
    text = _without_tags(raw)
    if _ENTITY.search(text):
        text = _without_tags(unescape(text))
    title = " ".join(_UNSEEN.sub("", drop_controls(text)).split())
    return title if len(title) <= LONGEST else title[:LONGEST].rsplit(" ", 1)[0] + "…"


class _Kept(dict[int, str]):
    """What a title's key keeps of each character; each is looked up once, for there are few and titles are many."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = kept = char if unicodedata.category(char)[0] in "LMNS" else _between(char)
        return kept


_KEPT = _Kept()


def title_key(title: str) -> str:
    """The title for matching: letters, digits and single blanks, in one case (NFKC, casefold).

    A trailing " - Source" is not guessed away: it may be part of the title.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tidy_title(title)).casefold())
    kept = folded.translate(_KEPT)
    return unicodedata.normalize("NFKC", " ".join(kept.split()))  # what a dropped dot parted may join


def _between(char: str) -> str:
    """Apostrophes and full stops inside words join ("Israel's", "U.S."), other punctuation separates."""
    return "" if char in "'’‘ʼ`.·" else " "


def _without_tags(text: str) -> str:
    return _TAG.sub(lambda tag: " " if _BREAKING.match(tag.group()) else "", text)
