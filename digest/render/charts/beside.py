"""The numbers of a picture beside it, where the picture may not be seen: in the text of a mail, on the issue's page."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digest.model import Html
from digest.render.charts.chart import Table
from digest.render.charts.numbers import spoken

if TYPE_CHECKING:
    from digest.render.furniture import Words

MOST_ROWS = 12
"""Of a table in the text of a mail: more is a list nobody reads."""

_IMAGE = re.compile(r'<img\b((?:[^<>"]|"[^"]*")*)>')
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_ALT = re.compile(r'\balt="([^"]*)"')
_PARAGRAPH = re.compile(r"<p>\s*(<img\b(?:[^<>\"]|\"[^\"]*\")*>)\s*</p>")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?%?")


def with_tables(
    source: Html, tables: Mapping[str, Table], *, base: str | None, language: str, said: Words, picture: str
) -> Html:
    """Clean HTML for the text of a mail: a picture whose numbers are known is its description and a small table.

    Args:
        source: clean HTML, see ``digest.render.markup.walk``.
        tables: the numbers, by the path of their picture as the issue file has it.
        base: what the paths were resolved against; None: they stand as they are.
        language: BCP 47.
        said: the words of the furniture.
        picture: what stands for an image, with ``{alt}`` for its description.
    """
    if not tables or "<img" not in source:
        return source

    def instead(found: re.Match[str]) -> str:
        table = _table(found[1], tables, base)
        if table is None or _is_in_table(source, found.start()):
            return found[0]
        alt = _ALT.search(found[1])
        line = f"<p>{html.escape(picture, quote=False).format(alt=alt[1])}</p>" if alt and alt[1].strip() else ""
        rest = len(table.rows) - MOST_ROWS
        more = f"<p>{html.escape(said.chart_more.format(count=spoken(rest, language)))}</p>" if rest > 0 else ""
        return f"{line}{_markup(table, language, most=MOST_ROWS)}{more}"

    return Html(_IMAGE.sub(instead, source))


def with_details(source: Html, tables: Mapping[str, Table], *, base: str | None, language: str, said: Words) -> Html:
    """Clean HTML for a page: behind a picture that stands alone and whose numbers are known, these, to be unfolded.

    Args: as of ``with_tables``.
    """
    if not tables or "<img" not in source:
        return source

    def followed(found: re.Match[str]) -> str:
        table = _table(found[1], tables, base)
        if table is None:
            return found[0]
        summary = html.escape(said.chart_data)
        return f"{found[0]}<details><summary>{summary}</summary>{_markup(table, language)}</details>"

    return Html(_PARAGRAPH.sub(followed, source))


def _table(attributes: str, tables: Mapping[str, Table], base: str | None) -> Table | None:
    found = _SOURCE.search(attributes)
    path = html.unescape(found[1]) if found else ""
    if base and path.startswith(base):
        path = path[len(base) :]
    return tables.get(unquote(path.partition("#")[0].partition("?")[0]).removeprefix("./"))


def _is_in_table(source: str, place: int) -> bool:
    """Whether it stands in a cell, where there is no room for another table."""
    return source.rfind("<table", 0, place) > source.rfind("</table", 0, place)


def _markup(table: Table, language: str, *, most: int | None = None) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in table.head)
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in _spoken(row, language))}</tr>"
        for row in table.rows[:most]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _spoken(row: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The row with its numbers as the language writes them; what is no plain number stands as it is."""
    return (row[0], *(_said(cell, language) for cell in row[1:]))


def _said(cell: str, language: str) -> str:
    if not _PLAIN.fullmatch(cell) or len(cell) > 16:
        return cell
    return spoken(float(cell.rstrip("%")), language, percent=cell.endswith("%"))
