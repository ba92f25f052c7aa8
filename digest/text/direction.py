"""Which way a language is written."""

from __future__ import annotations

from typing import Literal

_RTL_LANGUAGES = frozenset("ar arc ckb dv fa glk he iw ks lrc mzn nqo pnb ps sd syr ug ur yi".split())  # noqa: SIM905
_RTL_SCRIPTS = frozenset({"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})
"""Languages (by their usual script) and scripts written from the right; CLDR's characterOrder."""


def direction(language: str) -> Literal["ltr", "rtl"]:
    """How a language is written; a script in its tag decides.

    Args:
        language: BCP 47.
    """
    parts = language.lower().replace("_", "-").split("-")
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    if script:
        return "rtl" if script in _RTL_SCRIPTS else "ltr"
    return "rtl" if parts[0] in _RTL_LANGUAGES else "ltr"
