"""Notes to oneself that stand where readers read them."""

from __future__ import annotations

import re

_NO_NAME = r"(?!-\w|[ \u00a0](?:Maxx|Elevator|Bank|Group|Hotel|Airlines|Corp|\d{2,4}\b))"
"""TK Maxx and TBC Bank are companies, and TK 1980 is a flight."""
_NUMERAL_BEFORE = "".join(
    rf"(?<!{word}\ )" for word in ("Bowl", "Chapter", "Title", "Part", "Volume", "Article", "Annex")
)
_TO_BE_NAMED = "link|links|source|url|quelle|lien|enlace|name|date|figure|number|quote|picture|image|headline|title"
_NOTES = re.compile(
    rf"""
      \b(?:TODO|TO[ ]DO:|FIXME|TKTK)\b
    | \b(?:TKs?|TBD|TBC|TBA)\b{_NO_NAME}
    | {_NUMERAL_BEFORE}\bXXX+\b(?![ ](?:Olymp|Cong))
    | (?<![\w.])XX(?=[ \u00a0]?(?:%|per[ ]cent|percent|million|billion|m\b|bn\b|people|Uhr|Prozent|pour\ cent))
    | [£$€]X{{1,4}}(?![a-z])
    | (?i:\blorem[ ]ipsum\b)
    | (?i:(?<!\w)@?to-?do:)
    | (?i:\bfix[ -]?me\b[ ]?[:!])
    | (?<![\w?])\?{{2,}}(?!\w)
    | \[(?i:citation[ ]needed|todo[^\]]*|tk[^\]]*|tbd|tbc|tba|xx+|\?+|check|fixme[^\]]*)\]
    | \[(?i:{_TO_BE_NAMED})\](?![(\[:])
    | \[(?i:insert|add|fill[ ]in|ask|check|replace|confirm|verify)[ :][^\]]{{3,60}}\](?![(\[:])
    | <(?i:insert|add|todo|tk)\b[^>]*>
    | (?i:\byour[ ](?:headline|title|text|summary|subject|preheader)[ ](?:goes[ ])?here\b)
    | (?i:\b(?:headline|title|text|summary|subject|preheader|intro(?:duction)?)[ ]goes[ ]here\b)
    | (?i:\b(?:enter|type|write|put|insert)[ ](?:your|the)[ ](?:headline|title|text|summary|subject)[ ]here\b)
    """,
    re.VERBOSE,
)
_WORDS = {
    "es": re.compile(r"\bTODO\b(?!\s*[:(])"),
    "pt": re.compile(r"\bTODO\b(?!\s*[:(])"),
    "gl": re.compile(r"\bTODO\b(?!\s*[:(])"),
    "de": re.compile(r"\bTKs?\b"),
}
"""What is a word there: "everything", and a health insurer."""


def leftover(text: str, *, language: str = "en") -> str:
    """The first note to oneself in a line, or words of a form that nobody filled in; empty if there is none.

    Args:
        text: one line, plain or Markdown.
        language: BCP 47; in Spanish "TODO" is a word, and counts with a colon only.
    """
    word = _WORDS.get(language.partition("-")[0].lower())
    found = _NOTES.search(word.sub("", text) if word else text)
    return found.group() if found else ""
