"""What a headline gives away of the piece under it: its version, its publisher, that it stands over every edition."""

from __future__ import annotations

import re

from digest.text.titles import title_key

_TELLING_WORDS = 4
_TELLING_LENGTH = 20  # characters
_LONGEST_NAME = 4  # words of a publisher's name
_CORRECTED = 100  # stands above every numbered update

# As news agencies mark the next version of a piece: "UPDATE 2-Port fees rise", "Corrected: …", "WRAPUP 1-…".
_MARK = re.compile(
    r"^\W{0,2}(?:(?P<corrected>CORRECT(?:ED|ION)|REFILE|BERICHTIGUNG|KORREKTUR|RECTIFICATIF|CORRECCIÓN)"
    r"|UPDATED?|WRAPUP|RECASTS?|AKTUALISIERT|MISE À JOUR|ACTUALIZACIÓN)\b\s?(?P<number>\d{0,2})\s?[-–—:|)\]]+\s*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s+(?:[-–—|·»]|::|\|\|)\s+(?P<name>[^\n]{2,40})$")
# After a dash these say what a piece is, not who publishes it: "… - Live", "… | Part Two".
_KIND = re.compile(
    r"\b(live|video|photos?|pictures?|analysis|opinion|comment|explained|explainer|interview|podcast|review|recap|"
    r"update[ds]?|part|day|week|episode|chapter|round|stage|why|how|what|who|when|teil|tag|folge|partie|jour|parte)\b",
    re.IGNORECASE,
)
# What stands over a new text each time. The whole of a key must look so, or its beginning.
_COLUMN = re.compile(
    r"^(the |this |your |our )?(daily|weekly|monthly|morning|midday|afternoon|evening|nightly|weekend|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday)s? .{0,25}\b(digest|briefing|brief|update|roundup|round up|report|news|"
    r"newsletter|links|review|wrap|edition|quiz|thread|podcast|forecast|note|reading|reads|bulletin|agenda|crossword)\b"
    r"|^live( |$)|\blive (updates|blog|ticker|coverage)\b|\bas it happened\b"
    r"|\b(the|this) (week|month|day|year) (in|ahead)\b|\bof the (week|day|month) ?(ahead|in|from|around|$)"
    r"|^(photos?|pictures?|quote|word|chart|book|song|image|links?) of the (week|day|month)\b"
    r"|\b(week|month|day) ahead\b|\bweek in review\b|^(open|comment) thread\b|^letters to the editor\b"
    r"|^(press|media) review\b|\b(\d+|three|four|five|six|seven|ten) things (to|you)\b|\bhoroscopes?\b|\bcrossword\b"
    r"|\bquiz\b|\bbiggest (moves|movers)\b|^(market|traffic|travel|weather) (report|forecast|update)\b"
    r"|\b(morgen|abend|wochen)(briefing|lage|rückblick|überblick|schau)\b|^(der|die|das) (tag|woche) im (überblick|"
    r"rückblick)\b|\bpresseschau\b|\brückblick auf die woche\b|^l ?(essentiel|actualité) de la (semaine|journée)\b"
    r"|^revue de presse\b|\b(resumen|lo más destacado) de la semana\b"
)


def telling_title(key: str) -> bool:
    """Whether a title key is long enough to be nobody else's: "Weekly update" is not."""
    return len(key.split()) >= _TELLING_WORDS or len(key) >= _TELLING_LENGTH


def is_column(key: str) -> bool:
    """Whether a title key is that of a column, which stands over another text each time: "five things to know"."""
    return _COLUMN.search(key) is not None


def version_of(title: str) -> int:
    """Which version of a piece a title says it is: 2 of "UPDATE 2-…", 100 of "CORRECTED-…", 0 of any other."""
    mark = _MARK.match(title)
    if mark is None:
        return 0
    return _CORRECTED if mark["corrected"] else int(mark["number"] or 1)


def bare_key(title: str) -> str:
    """The key of a title without the mark of a version and without the publisher's name behind it.

    A name is up to four words after a dash or a bar, each with a capital, none with a figure; what is left before
    it must be telling.
    """
    bare = title[mark.end() :] if (mark := _MARK.match(title)) else title
    if (suffix := _SUFFIX.search(bare)) and _is_name(suffix["name"]):
        key = title_key(bare[: suffix.start()])
        if telling_title(key):
            return key
    return title_key(bare)


def _is_name(text: str) -> bool:
    words = text.split()
    if len(words) > _LONGEST_NAME or _KIND.search(text) or any(char.isdigit() for char in text):
        return False
    if len(words) == 1 and "." in text.strip("."):
        return True  # example.org
    return all(word[0].isupper() or word in {"&", "of", "the", "de", "der"} for word in words)
