"""Rules about what only Outlook for Windows reads: conditional comments, and the tables in them.

Source: Microsoft, "About conditional comments"; Word takes the expressions of Internet Explorer with ``mso`` as a name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.elements import VOID
from digest.check.remarks import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.html.document import Comment
    from digest.check.letter import Letter

_IF = re.compile(r"\[if\s+([^\]]*)\]>", re.IGNORECASE)
_BARE_IF = re.compile(r"\[if\s+([^\]]*)\]", re.IGNORECASE)
_ENDIF = re.compile(r"<!\s*\[endif\]\s*-*\Z", re.IGNORECASE)
_ALMOST = re.compile(r"\s*(?:<!)?\s*\[?\s*(?:if\s+(?:!|\(|(?:[gl]te?\s+)?mso)|\[\s*end\s*if|endif\b)", re.IGNORECASE)
_EXPRESSION = re.compile(r"(?i)(?:[\s()!&|]|\b(?:[gl]te?|mso|ie|vml|true|false|\d+(?:\.\d+)?)\b)+\Z")
_SHEET = re.compile(r"(?is)<(style|xml|script)\b.*?</\1\s*>")
_TAG = re.compile(r"(?s)<(/?)([A-Za-z][A-Za-z0-9:-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>")


def outlook(letter: Letter) -> Iterator[Remark]:
    """Conditional comments for Outlook begin, end and nest as they should, and so do the tables in them."""
    opened: list[tuple[int, str]] = []
    for comment in letter.document.comments:
        yield from _conditional(comment, opened)
    for line, said in opened:
        yield Remark(rule="outlook", part="html", line=line, message=f"{shortened(said, 40)} has no <![endif]",
                     hint="end it with <![endif]-->")  # fmt: skip
    ghosts = _Ghosts()
    for comment in letter.document.comments:
        start = None if comment.bare else _IF.match(comment.text)
        if start and "!" not in start.group(1) and _ENDIF.search(comment.text):
            ghosts.read(comment)
    yield from ghosts.remarks()


def _conditional(comment: Comment, opened: list[tuple[int, str]]) -> Iterator[Remark]:
    start = (_BARE_IF if comment.bare else _IF).match(comment.text)
    if start and not _EXPRESSION.match(start.group(1)):
        yield Remark(rule="outlook", part="html", line=comment.line, hint="write [if mso] or [if gte mso 9]",
                     message=f"Outlook does not understand [if {shortened(start.group(1), 40)}]")  # fmt: skip
    if start and (comment.bare or _reveals(comment.text)):
        opened.append((comment.line, f"<!{comment.text}>" if comment.bare else f"<!--{start.group()}"))
    elif start:
        if not _ENDIF.search(comment.text):
            yield Remark(rule="outlook", part="html", line=comment.line, hint="end it with <![endif]-->",
                         message=f"{shortened('<!--' + start.group(), 40)} has no <![endif]")  # fmt: skip
    elif _ends(comment):
        if opened:
            opened.pop()
        else:
            yield Remark(rule="outlook", part="html", line=comment.line, hint="take it out, or write its beginning",
                         message="<![endif] ends nothing: its comment has ended before")  # fmt: skip
    elif not comment.bare and _ALMOST.match(comment.text):
        yield Remark(rule="outlook", part="html", line=comment.line,
                     hint="write <!--[if mso]> … <![endif]-->, without a blank before the bracket",
                     message=f"an ordinary comment to Outlook: {shortened('<!--' + comment.text, 40)}")  # fmt: skip


def _reveals(text: str) -> bool:
    """``<!--[if !mso]><!-->``: what follows the comment is for all others."""
    return text.rstrip().endswith(("]>", "<!", "<!--"))


def _ends(comment: Comment) -> bool:
    text = comment.text.strip().lower()
    return text.startswith("[endif]") if comment.bare else bool(re.fullmatch(r"<!\s*\[endif\]\s*", text))


class _Ghosts:
    """The tags in all the comments, of which one opens what another one closes."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int]] = []
        self._found: list[Remark] = []

    def read(self, comment: Comment) -> None:
        text = _SHEET.sub(lambda found: "\n" * found.group().count("\n"), comment.text)
        for found in _TAG.finditer(text):
            closing, name, attributes, itself = found.groups()
            line = comment.line + text.count("\n", 0, found.start())
            name = name.lower()
            if closing:
                self._close(name, line)
            elif not itself and name not in VOID:
                self._open.append((name, line))
            if (
                name == "table"
                and not closing
                and not re.search(r"(?i)\brole\s*=\s*[\"']?(none|presentation)", attributes)
            ):
                self._found.append(Remark(
                    rule="outlook", part="html", line=line, advice=True,
                    message="a table for Outlook without a role: screen readers count its rows and columns",
                    hint='write role="presentation" on it'))  # fmt: skip

    def _close(self, name: str, line: int) -> None:
        if self._open and self._open[-1][0] == name:
            self._open.pop()
        elif any(opened == name for opened, _ in self._open):
            while self._open[-1][0] != name:
                self._never_closed(*self._open.pop())
            self._open.pop()
        else:
            self._found.append(Remark(rule="outlook", part="html", line=line,
                                      message=f"</{name}> in the comments for Outlook ends nothing",
                                      hint="let the comments open and close the same tags"))  # fmt: skip

    def _never_closed(self, name: str, line: int) -> None:
        self._found.append(Remark(rule="outlook", part="html", line=line,
                                  message=f"<{name}> in the comments for Outlook is never closed",
                                  hint="let the comments open and close the same tags"))  # fmt: skip

    def remarks(self) -> list[Remark]:
        while self._open:
            self._never_closed(*self._open.pop())
        return sorted(self._found, key=lambda remark: remark.line or 0)


OUTLOOK_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (outlook,)
