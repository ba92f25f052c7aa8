"""Which language a text is in, as far as splitting and stemming need to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import islice

from digest.text.words import tokens

# The commonest words that the others do not share; one in five running words is among them.
_TELLING = {
    "en": frozenset(["the", "and", "of", "to", "that", "with", "for", "was", "has", "are", "from", "which"]),
    "de": frozenset(["der", "die", "und", "das", "den", "ist", "mit", "nicht", "auf", "für", "eine", "zu", "von"]),
    "fr": frozenset(["le", "les", "et", "des", "est", "dans", "pour", "une", "qui", "sur", "au", "pas", "du"]),
    "es": frozenset(["el", "los", "y", "las", "del", "por", "con", "para", "una", "su", "como", "más"]),
    "it": frozenset(["il", "di", "che", "della", "per", "sono", "gli", "nel", "alla", "non", "è", "dei"]),
    "nl": frozenset(["het", "een", "van", "en", "niet", "zijn", "voor", "met", "op", "aan", "ook", "wordt"]),
    "pt": frozenset(["o", "os", "não", "uma", "com", "dos", "em", "ao", "das", "são", "mais", "foi"]),
}
_LOOK_AT = 200  # words
_ENOUGH = 4  # telling words, and twice as many as for the next language


def base_language(tag: str | None, default: str) -> str:
    """The two- or three-letter code at the head of a BCP 47 tag ("en-GB" → "en"); the default's without a tag."""
    return (tag or default).replace("_", "-").partition("-")[0].strip().lower()


def guess_language(text: str, candidates: Collection[str]) -> str | None:
    """The candidate whose commonest words fill the text; None if too few do or two languages come close.

    Args:
        text: plain text; a paragraph is enough, a headline is not.
        candidates: two-letter codes; those without a list (all but en, de, fr, es, it, nl, pt) are never found.
    """
    seen = Counter(islice(tokens(text), _LOOK_AT))
    known = sorted(set(candidates) & _TELLING.keys())
    hits = sorted(((sum(seen[word] for word in _TELLING[code]), code) for code in known), key=lambda hit: -hit[0])
    if not hits or hits[0][0] < _ENOUGH:
        return None
    if len(hits) > 1 and hits[1][0] * 2 > hits[0][0]:
        return None
    return hits[0][1]
