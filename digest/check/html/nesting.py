"""Which element may stand in which, as far as a wrong place changes what readers see (HTML standard, section 4)."""

from __future__ import annotations

from collections.abc import Sequence

from digest.check.html.elements import TABLE_PARTS

_LISTS = frozenset({"ul", "ol", "menu"})
_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_ANYWHERE = frozenset({"script", "template", "style"})


def misplaced(name: str, open_: Sequence[str]) -> str | None:
    """What is wrong with an element of this name inside these open elements, the innermost last; None: nothing."""
    parent = open_[-1]
    if name in _ANYWHERE:
        return None
    if parent in _LISTS and name != "li":
        return f"<{name}> directly inside <{parent}>: only <li> may stand there"
    return _table_part(name, parent) or _part_of_page(name, parent, open_)


def _table_part(name: str, parent: str) -> str | None:
    if name in {"td", "th"} and parent != "tr":
        return f"<{name}> inside {_shown(parent)}: it belongs into <tr>"
    if name == "tr" and parent not in _GROUPS | {"table"}:
        return f"<tr> inside {_shown(parent)}: it belongs into <table>"
    if name in _GROUPS | {"caption", "colgroup"} and parent != "table":
        return f"<{name}> inside {_shown(parent)}: it belongs into <table>"
    if parent in _GROUPS | {"table", "tr"} and name not in TABLE_PARTS:
        return f"<{name}> directly inside <{parent}>: browsers move it out of the table"
    if parent in _GROUPS and name != "tr":
        return f"<{name}> directly inside <{parent}>: only <tr> may stand there"
    return None


def _part_of_page(name: str, parent: str, open_: Sequence[str]) -> str | None:
    if name == "li" and parent not in _LISTS:
        return f"<li> inside {_shown(parent)}: it belongs into <ul> or <ol>"
    if name in {"dt", "dd"} and parent not in {"dl", "div"}:
        return f"<{name}> inside {_shown(parent)}: it belongs into <dl>"
    if name in {"head", "body"} and parent not in {"html", "#document"}:
        return f"<{name}> inside {_shown(parent)}: it belongs into <html>"
    if name == "html" and parent != "#document":
        return f"<html> inside {_shown(parent)}: it is the outermost element"
    if name in {"title", "meta"} and "body" in open_:
        return f"<{name}> in the body: it belongs into <head>"
    if name == "pre" and "pre" in open_:
        return "<pre> inside <pre>"
    return None


def _shown(name: str) -> str:
    return "no element" if name == "#document" else f"<{name}>"
