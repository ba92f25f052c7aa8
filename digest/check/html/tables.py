"""Rules about tables: those that lay out say so, and those that hold figures have heads.

Sources: the yearly reports of the Email Markup Consortium (a layout table without a role is the third most frequent
fault); WCAG 2.2, 1.3.1; WAI tutorial on tables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.document import Element
from digest.check.remarks import shortened, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.letter import Letter

_DEEPEST = 8
"""Tables in tables; usual layouts have three to six."""
_LAYOUT_ROLES = frozenset({"presentation", "none"})
_FIGURE = re.compile(r"[-+–−±~≈<>]?\s*[$€£¥]?\s*[-+–−]?\d[\d.,'\s ]*\s*(?:%|‰|[A-Za-z€$£¥]{1,4})?\Z")
_SCOPES = frozenset({"col", "row", "colgroup", "rowgroup"})


def table_role(letter: Letter) -> Iterator[Remark]:
    """A table that only lays out says so to screen readers; a table of figures does not."""
    for table in letter.document.all("table"):
        role = table.get("role").lower()
        heads = [one.name for one in _own(table) if one.name in {"th", "caption"}]
        if role in _LAYOUT_ROLES and (heads or table.get("summary")):
            yield Remark(rule="table-role", part="html", line=table.line,
                         message=f"a table for layout that has {f'<{heads[0]}>' if heads else 'a summary'}",
                         hint="take role away if it holds data, else write <td>")  # fmt: skip
        elif role in _LAYOUT_ROLES and _holds_figures(table):
            yield Remark(rule="table-role", part="html", line=table.line, advice=True,
                         message=f"a table of figures without heads: {shortened(table.text, 40)}",
                         hint="take role away and write <th> for the heads of its columns")  # fmt: skip
        elif role in {"table", "grid"} and not heads:
            yield Remark(rule="table-role", part="html", line=table.line, hint="write <th> for its heads",
                         message=f"a table of figures without heads: {shortened(table.text, 40)}")  # fmt: skip
        elif not role and "th" not in heads and heads:
            yield Remark(rule="table-role", part="html", line=table.line, hint="write <th> for its heads",
                         message=f"a table of figures without <th>: {shortened(table.text, 40)}")  # fmt: skip
        elif not role and not heads:
            yield Remark(rule="table-role", part="html", line=table.line,
                         message=f"screen readers count the rows and columns of {tag(table)}",
                         hint='write role="presentation" on it; if it holds data, <th> for its heads')  # fmt: skip


def table_spacing(letter: Letter) -> Iterator[Remark]:
    """Outlook puts gaps and borders into tables that do not say there are none."""
    for table in letter.document.all("table"):
        if table.get("role").lower() in _LAYOUT_ROLES:
            missing = [name for name in ("cellpadding", "cellspacing", "border") if name not in table.attributes]
            if missing:
                yield Remark(rule="table-spacing", part="html", line=table.line, advice=True,
                             message=f"{tag(table)} has no {', no '.join(missing)}",
                             hint='write cellpadding="0" cellspacing="0" border="0"')  # fmt: skip


def table_depth(letter: Letter) -> Iterator[Remark]:
    """Tables in tables in tables: Outlook becomes slow, and screen readers lose the thread."""
    for table in letter.document.all("table"):
        depth = 1 + sum(above.name == "table" for above in table.ancestors())
        if depth == _DEEPEST + 1:
            yield Remark(rule="table-depth", part="html", line=table.line, advice=True,
                         message=f"a table inside {_DEEPEST} others", hint="lay out with fewer tables")  # fmt: skip


def table_heads(letter: Letter) -> Iterator[Remark]:
    """The heads of a table of figures say whether they are of a row or of a column, and the table has a name."""
    for table in letter.document.all("table"):
        parts = list(_own(table))
        heads = [one for one in parts if one.name == "th"]
        if table.get("role").lower() in _LAYOUT_ROLES or not heads:
            continue
        unsaid = [head for head in heads if not head.get("scope") and not head.get("id")]
        if unsaid:
            yield Remark(rule="table-heads", part="html", line=unsaid[0].line, advice=True,
                         message="heads of a table do not say what they are the heads of: "
                         + shortened(", ".join(head.text for head in unsaid), 40),
                         hint='write scope="col" or scope="row" on each <th>')  # fmt: skip
        for head in heads:
            if head.get("scope") and head.get("scope").lower() not in _SCOPES:
                yield Remark(rule="table-heads", part="html", line=head.line,
                             message=f"scope=\"{shortened(head.get('scope'), 20)}\" on <th>",
                             hint='write scope="col" or scope="row"')  # fmt: skip
        if not any(head.text for head in heads):
            yield Remark(rule="table-heads", part="html", line=heads[0].line, message="the heads of a table are empty",
                         hint="say what is in each column")  # fmt: skip
        if not _has_name(table, parts):
            yield Remark(rule="table-heads", part="html", line=table.line, advice=True,
                         message="a table of figures that does not say what it shows",
                         hint="write <caption>…</caption> as its first part")  # fmt: skip


def _own(table: Element) -> Iterator[Element]:
    """What belongs to the table itself, not to one inside it."""
    left = [child for child in reversed(table.children) if isinstance(child, Element)]
    while left:
        one = left.pop()
        yield one
        if one.name not in {"td", "th", "caption", "table"}:
            left.extend(child for child in reversed(one.children) if isinstance(child, Element))


def _has_name(table: Element, parts: list[Element]) -> bool:
    """A caption, a label, or something said right before it."""
    if any(one.name == "caption" and one.text for one in parts):
        return True
    if table.get("aria-label") or table.get("aria-labelledby") or table.get("summary") or table.get("title"):
        return True
    inner = table
    while inner.parent is not None:
        before = inner.parent.children[: inner.parent.children.index(inner)]
        if any(child.text.strip() for child in before):
            return True
        if inner.parent.name in {"body", "td"}:
            return False
        inner = inner.parent
    return False


def _holds_figures(table: Element) -> bool:
    """Three rows or more of the same two columns or more, most cells but the first column's being figures."""
    rows = [
        [cell for cell in row.children if isinstance(cell, Element) and cell.name == "td"]
        for row in _own(table)
        if row.name == "tr"
    ]
    if len(rows) < 3 or len({len(row) for row in rows}) != 1 or len(rows[0]) < 2:
        return False
    if any(one.name in {"table", "img", "p", "ul"} for row in rows for cell in row for one in cell.elements()):
        return False
    cells = [cell.text for row in rows for cell in row[1:]]
    named = sum(bool(row[0].text) and not _FIGURE.match(row[0].text) for row in rows)
    return named * 2 > len(rows) and sum(bool(_FIGURE.match(text)) for text in cells) * 2 > len(cells)


TABLE_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    table_role, table_spacing, table_depth, table_heads,
)  # fmt: skip
