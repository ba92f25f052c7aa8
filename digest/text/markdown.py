"""Plain text made safe to stand in the Markdown of an issue file.

Only what Markdown would read as something else is changed, because an editor has to read the result.
"""

from __future__ import annotations

import re

_ANYWHERE = re.compile(r"([\\`*_\[\]])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_LIST = re.compile(r"^(\s*)([-+]|\d{1,9}[.)])(?=\s|$)")
_BLOCK = re.compile(r"^(\s*)([#>]|={3,}|-{3,}|~{3,}|\|{7})")
_UNSEEN = "\u200b\u2060\ufeff"
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ID = re.compile(r"\{(?=[^{}]*#[se]-)")  # an id of digest's own, which the issue file reads wherever it stands
_OURS = re.compile(r"^((?:why it matters|sources)):", re.IGNORECASE)


def escape(text: str) -> str:
    """One line of plain text as Markdown that reads back as the same text, wherever in a line it stands.

    An underscore inside a word and an asterisk between blanks mean nothing to Markdown and stay as they are.
    """

    def one(found: re.Match[str]) -> str:
        char, start, end = found.group(1), found.start(), found.end()
        before, after = text[start - 1 : start], text[end : end + 1]
        if char == "_" and before.isalnum() and after.isalnum():
            return char
        if char == "*" and before in {"", " "} and after in {"", " "} and start:
            return char
        return "\\" + char

    escaped = _ANYWHERE.sub(one, text)
    return _ID.sub(r"\\{", _ENTITY.sub("&amp;", escaped).replace("<", "&lt;"))


def escape_paragraph(text: str) -> str:
    """One line of plain text as a Markdown paragraph: neither a list nor a heading nor a line that digest reads."""
    line = escape(" ".join(text.lstrip(_UNSEEN).split()))
    line = _LIST.sub(lambda m: m.group(1) + m.group(2)[:-1] + "\\" + m.group(2)[-1], line)
    line = _BLOCK.sub(lambda m: m.group(1) + "\\" + m.group(2), line)
    return _OURS.sub(lambda m: m.group(1) + "&#58;", line)


def escape_heading(text: str) -> str:
    """One line of plain text as the text of a heading: no closing hashes, no attribute list at its end."""
    line = escape(" ".join(text.lstrip(_UNSEEN).split()))
    line = re.sub(r"(?<!\\)\{(?=[#.][^}]*$)", r"\\{", line)
    line = re.sub(r"#+$", lambda m: "\\#" * len(m.group()), line)
    return re.sub(r"\\?\{([^{}]*)\}$", r"\\{\1\\}", line)


def without_comments(markdown: str) -> str:
    """Markdown without its ``<!-- … -->``, wherever they stand but in code: they are the editor's own.

    A Markdown reader takes only those for comments that begin a block; others it would print.
    """
    kept: list[str] = []
    fence = ""
    comment = False
    for line in markdown.split("\n"):
        found = _FENCE.match(line)
        if fence:
            if found and found.group(1)[0] == fence[0] and len(found.group(1)) >= len(fence):
                fence = ""
            kept.append(line)
            continue
        if found and not comment:
            fence = found.group(1)
            kept.append(line)
            continue
        shown, comment = _uncommented(line, comment)
        if shown or not line or not kept or kept[-1]:
            kept.append(shown)
    return "\n".join(kept)


def _uncommented(line: str, comment: bool) -> tuple[str, bool]:
    """What of a line is outside comments, and whether one is open at its end."""
    shown = ""
    while line:
        mark = "-->" if comment else "<!--"
        before, found, line = line.partition(mark)
        if comment:
            comment = not found
        else:
            shown += before
            comment = bool(found)
    return (shown.rstrip() if comment or "<!--" in line else shown), comment


def unescape(markdown: str) -> str:
    """The plain text of what ``escape`` wrote; other Markdown stays as it stands."""
    plain = re.sub(r"\\([\\`*_{}\[\]()#+\-.!>=~])", r"\1", markdown)
    return plain.replace("&lt;", "<").replace("&#58;", ":").replace("&amp;", "&")
