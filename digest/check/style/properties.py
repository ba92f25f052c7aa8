"""The names that styles have, to find those that are misspelt."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from digest.check.style.support import is_feature

_COMMON: Final = """
    background background-attachment background-color background-image background-position background-repeat
    background-size border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse
    border-color border-left border-left-color border-left-style border-left-width border-radius border-right
    border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color
    border-top-style border-top-width border-width bottom box-shadow box-sizing clear clip color color-scheme cursor
    direction display float font font-family font-size font-style font-variant font-weight height left letter-spacing
    line-height list-style list-style-image list-style-position list-style-type margin margin-bottom margin-left
    margin-right margin-top max-height max-width min-height min-width opacity outline overflow overflow-wrap padding
    padding-bottom padding-left padding-right padding-top position right table-layout text-align text-decoration
    text-indent text-overflow text-shadow text-transform top vertical-align visibility white-space width word-break
    word-spacing word-wrap z-index
"""
_OTHERS: Final = """
    all appearance content counter-increment counter-reset fill flex flex-basis flex-flow flex-grow flex-shrink gap
    font-display font-feature-settings font-optical-sizing font-palette font-size-adjust font-smooth font-synthesis
    font-variant-caps font-variant-ligatures font-variant-numeric font-variation-settings forced-color-adjust grid
    image-rendering isolation justify-items justify-self line-break mask mso order overflow-anchor overflow-x overflow-y
    perspective place-content place-items place-self pointer-events print-color-adjust quotes rotate scale
    scrollbar-color scrollbar-width src stroke supported-color-schemes text-rendering text-size-adjust
    text-underline-color text-underline-style touch-action transform-origin translate unicode-bidi unicode-range
    will-change align-content align-self align-items zoom page-break-after page-break-before page-break-inside
    break-after break-before break-inside columns line-clamp box-orient interpolation-mode background-position-x
    background-position-y panose-1 size marks tab-interval text-justify-trim layout-grid-mode
"""
COMMON: Final = tuple(_COMMON.split())
KNOWN: Final = frozenset(COMMON) | frozenset(_OTHERS.split())


@lru_cache(maxsize=1024)
def meant(name: str) -> str | None:
    """The style that a misspelt one was meant to be; None: there is such a style, or nothing like it."""
    if name in KNOWN or name.startswith(("-", "_", "*", "mso-")) or is_feature(f"css-{name}"):
        return None
    close = get_close_matches(name, COMMON, n=1, cutoff=0.86)
    if not close or close[0].startswith(name) or name.startswith(close[0]) or "-inline" in name or "-block" in name:
        return None
    return close[0]
