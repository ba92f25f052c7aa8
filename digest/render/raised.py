"""Raised and lowered text in a text mail."""

from __future__ import annotations

from digest.render.mailnotes import NOTE

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def shifted(text: str, before: str, name: str) -> str:
    """Raised or lowered text so that it cannot be read as more of the digits before it (10⁶ is not 106)."""
    table = _RAISED if name == "sup" else _LOWERED
    said, gap, place = text.partition(f"\u00a0{NOTE}")  # a footnote's number is a link
    if all(ord(character) in table for character in said.strip()):
        return said.translate(table) + gap + place
    said = text.strip()
    return f"^{text}" if name == "sup" and before[-1:].isdigit() and said[:1].isdigit() else text
