"""What a mail holds but does not show: the preheader, and what only one kind of screen is meant to see."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
_UNSEEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0(?![.\d]*[1-9])|"
    r"font-size\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|!|\Z)|(?<![-\w])opacity\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_MAYBE: Final = re.compile(rf"{_UNSEEN.pattern}|\shidden\b", re.IGNORECASE)


def split_hidden(html: str) -> tuple[str, str]:
    """The HTML that is shown, and the HTML that is not; all of it is shown if nothing else were left."""
    if not _MAYBE.search(html):
        return html, ""
    reader = _Reader(html)
    reader.feed(html.replace("<![", "<!-["))  # html.parser asserts on marked sections it does not know
    reader.close()
    shown, hidden, position = [], [], 0
    for start, end in reader.spans():
        shown.append(html[position:start])
        hidden.append(html[start:end])
        position = end
    whole = "".join([*shown, html[position:]])
    return (whole, "\n".join(hidden)) if re.search(r"\w", re.sub(r"<[^<>]*>", "", whole)) else (html, "")


class _Reader(HTMLParser):
    """Finds the outermost elements that are not shown."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._html = html
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._name = ""  # of the hidden element that is open
        self._start = 0
        self._depth = 0  # of elements of that name in it
        self._spans: list[tuple[int, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._name:
            self._depth += tag == self._name
            return
        given = dict(attrs)
        if (
            tag in _VOID
            or tag in {"html", "body"}
            or not ("hidden" in given or _UNSEEN.search(given.get("style") or ""))
        ):
            return
        self._name, self._start, self._depth = tag, self._offset(), 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """``<div/>`` opens a div, as in browsers."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._name:
            return
        self._depth -= 1
        if self._depth == 0:
            end = self._html.find(">", self._offset())
            self._spans.append((self._start, len(self._html) if end < 0 else end + 1))
            self._name = ""

    def spans(self) -> list[tuple[int, int]]:
        """From where to where each goes. One that is never closed hides nothing: it would hide the mail."""
        return self._spans

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
