"""A line of text's height that shows how often something came up."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_COLUMN, _HEIGHT = 5, 24  # pixels
_MOST = 60
"""Columns; earlier ones are left out."""


def sparkline(counts: Sequence[int]) -> Markup:
    """The counts as columns, the last at the right; empty if there is nothing to see.

    It is drawn in the colour of the text around it and hidden from screen readers: the words beside it must say what
    it shows.

    Args:
        counts: of each month, say; none less than 0.
    """
    shown = counts[-_MOST:]
    most = max(shown, default=0)
    if len(shown) < 2 or most <= 0:
        return Markup()
    path = "".join(
        f"M{place * _COLUMN},{_HEIGHT}v-{height}h{_COLUMN - 1}v{height}z"
        for place, count in enumerate(shown)
        if (height := max(round(max(count, 0) / most * (_HEIGHT - 2), 1), 1.5 if count > 0 else 0))
    )
    width = len(shown) * _COLUMN - 1
    return Markup(  # noqa: S704  numbers only
        f'<svg class="spark" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" aria-hidden="true" '
        f'focusable="false"><path d="M0,{_HEIGHT - 0.5}h{width}" stroke="currentColor" stroke-opacity=".5"/>'
        f'<path d="{path}" fill="currentColor"/></svg>'
    )
