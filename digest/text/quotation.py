"""Whether quotations and brackets are whole."""

from __future__ import annotations

_PAIRS = (("«", "»"), ("(", ")"), ("[", "]"), ("「", "」"), ("『", "』"), ("（", "）"), ("《", "》"))


def is_closed(sentence: str) -> bool:
    """Whether every quotation and bracket that begins in a sentence ends in it, and the reverse."""
    count = sentence.count
    if any(count(first) != count(last) for first, last in _PAIRS) or count("‘") > count("’"):
        return False
    straight, opened, shut, low = count('"'), count("“"), count("”"), count("„")
    if low:  # German „…“, Polish „…”
        return low == opened + shut and straight % 2 == 0
    if straight:  # some mix them: "…”
        return (straight + opened + shut) % 2 == 0 and abs(opened - shut) <= straight
    return opened == shut if opened else shut % 2 == 0  # English “…”, Swedish ”…”
