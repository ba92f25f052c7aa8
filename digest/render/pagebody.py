"""Clean HTML as a web page shows it: numbers stand under numbers, and a wide table scrolls by itself."""

from __future__ import annotations

import re
from dataclasses import replace

from digest.model import Html
from digest.render.tablecells import Cell, changed, columns_of_numbers
from digest.render.tablerows import unnested

_TABLE = re.compile(r"<table\b[^<>]*>.*?</table>", re.DOTALL)
_BARE = re.compile(r'<a href="([^"<>]+)">\1</a>')


def laid_out(source: Html) -> Html:
    """Clean HTML with classes for what a style sheet cannot see by itself.

    Each table stands in a box of class ``wide``, which can be reached and scrolled with keys; columns of numbers are of
    class ``number``; a link whose text is its address is ``bare``: print need not say the address again. Relies on how
    nh3 writes, see ``digest.render.markup.walk``. A table that holds tables becomes blocks: it is layout.
    """
    marked = _BARE.sub(r'<a class="bare" href="\1">\1</a>', unnested(source))
    if "<table" not in marked:
        return Html(marked)
    marked = _TABLE.sub(_table, marked)
    boxed = marked.replace("<table", '<div class="wide" tabindex="0"><table').replace("</table>", "</table></div>")
    return Html(boxed)


def _table(found: re.Match[str]) -> str:
    return changed(found[0], columns_of_numbers(found[0]), _number)


def _number(cell: Cell) -> Cell:
    return replace(cell, attributes=f' class="number"{cell.attributes}')
