"""Clean HTML to plain text."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_BREAKS = re.compile("\r\n?|\u0085|\u2028|\u2029")
_CONTROLS = bytes([*range(9), *range(11, 32), 127])
_C1 = re.compile(rb"\xc2[\x80-\x9f]")  # U+0080–009F
_SEPARATORS = re.compile(rb"\xe2(?:\x80[\xa8-\xae]|\x81[\xa6-\xa9])")  # U+2028–202E, U+2066–2069
_NONCHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE, U+FFFF
# Possessive, so that no input makes it try twice; a tag ends at the first ">" outside double quotes.
_TAG: Final = re.compile(r'<(/?[a-zA-Z][a-zA-Z0-9]*+)(?:[\s/][^<>"]*+(?:"[^"]*+"[^<>"]*+)*+)?+>')
# A power or a note's number right after digits, which would read as more of them: 10<sup>6</sup> is not 106.
_POWER: Final = re.compile(r"(<sup(?<=\d<sup)(?:\s[^<>]*)?>(?:<a\s[^<>]*>)?)([+−-]?\d{1,4})((?:</a>)?</sup>)", re.ASCII)
_RAISED: Final = str.maketrans("0123456789+−-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_FOREIGN_ENTITY: Final = re.compile("&(?!(?:amp|nbsp|lt|gt|quot);)")  # nh3 writes only these
_PARAGRAPHS = frozenset(
    """
    p div section article header footer main aside address details summary h1 h2 h3 h4 h5 h6 ul ol dl
    blockquote pre table figure figcaption hr caption
    """.split()  # noqa: SIM905  read by people
)
_LINES = frozenset(["tr", "dt", "dd", "thead", "tbody", "tfoot"])
_CELLS = frozenset(["td", "th"])
_LISTS = frozenset(["ul", "ol"])
_INLINE = frozenset(
    """
    a abbr b bdi bdo cite code del dfn em i img ins kbd mark rp rt ruby s samp small strong sub sup u var wbr
    """.split()  # noqa: SIM905  read by people
)


def drop_controls(text: str) -> str:
    """Without control characters, lone surrogates and bidirectional overrides; every line break is a line feed.

    The overrides (U+202A–202E, U+2066–2069) can make text read as something else and, unclosed, run on into what
    follows; XML 1.0 §2.2 forbids most of the others, so the archive's feed could not hold them.
    """
    if text.isprintable() or _is_free_of_controls(text):
        return text
    return _UNWANTED.sub("", _BREAKS.sub("\n", text))


def _raised(power: re.Match[str]) -> str:
    return power[1] + power[2].translate(_RAISED) + power[3]


def _is_free_of_controls(text: str) -> bool:
    """The same question to bytes, of which each kind is found by its first: three times as quick."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    if len(raw.translate(None, _CONTROLS)) < len(raw):
        return False
    return text.isascii() or not (_C1.search(raw) or _SEPARATORS.search(raw) or _NONCHARACTERS.search(raw))


def plain(html: str) -> str:
    """The text of HTML that ``digest.text.clean`` made: entities decoded, white space folded, ``pre`` kept.

    Paragraphs stand apart by one blank line; a list item is a line that begins with ``- ``; ``br`` and a table's row
    end a line, cells stand apart by `` | ``; a number raised after a digit stays raised. Takes time linear in the
    length; nesting costs nothing.
    """
    given = str(html)  # a template's Markup would escape what is put into it
    if "<sup" in given:
        given = _POWER.sub(_raised, given)
    text = _quick(given)
    return _exact(given) if text is None else text


# Ordinary documents, quickly ----------------------------------------------------------------------------------------

# What parts words from those before them: nothing, the end of their line, or of their paragraph.
_NOTHING, _LINE, _PARAGRAPH = 0, 1, 2
_JOINTS: Final = ("", "\n", "\n\n")
_DASH, _BAR = "- ", " | "
_GAPS: Final = {
    slash + name: gap
    for names, gap in ((_INLINE, _NOTHING), (_LINES, _LINE), (_PARAGRAPHS - _LISTS - {"pre"}, _PARAGRAPH))
    for name in names
    for slash in ("", "/")
}
"""Of tags that mean the same everywhere."""


def _quick(html: str) -> str | None:
    """What ``_exact`` gives; None for what it does not know: ``q``, blocks in ``pre``, and what nh3 does not write."""
    if _FOREIGN_ENTITY.search(html):
        return None
    if "<pre" not in html:
        return _flowing(html)
    *verses, rest = html.split("</pre>")
    texts: list[str | None] = []
    for verse in verses:
        before, _, inner = verse.partition("<pre")
        attributes, _, kept = inner.partition(">")
        texts += (_flowing(before), None if '"' in attributes else _kept(kept))
    texts.append(_flowing(rest))
    return None if None in texts else "\n\n".join(text for text in texts if text)


def _kept(pre: str) -> str | None:
    """The text of a ``pre``, line by line."""
    pieces = _TAG.split(pre)
    for place in range(1, len(pieces), 2):
        if pieces[place] != "br" and _GAPS.get(pieces[place]) != _NOTHING:
            return None
        pieces[place] = "\n" if pieces[place] == "br" else ""
    return unescape("".join(pieces)).strip("\n").rstrip()


def _flowing(html: str) -> str | None:
    """The text outside of any ``pre``. Line feeds become blanks before anything else, so that only tags end a line."""
    flat = html.replace("\n", " ")
    flat = flat if flat.isprintable() else " ".join(flat.split())
    text = _decoded(flat) if "<" not in flat else _tagless(flat)
    if text is None:
        return None
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip()


def _tagless(html: str) -> str | None:
    pieces = _TAG.split(html)
    if "&nbsp;" in html:
        pieces[::2] = [words.replace("&nbsp;", " ") for words in pieces[::2]]
    text = _joined(pieces)
    return None if text is None else _decoded(text)


def _decoded(text: str) -> str:
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")


def _joined(pieces: list[str]) -> str | None:
    """Words, then a tag and words in turn, as text that may have too many blanks within a line."""
    said: list[str] = [""]
    gap, lists, mark, apart = _PARAGRAPH, 0, "", ""
    turns = iter(["/p", *pieces])
    for name, words in zip(turns, turns, strict=True):
        step = _GAPS.get(name)
        if step is None:
            lists, mark, step = _special(name, lists, mark, gap)
            if step < 0:
                return None
        elif lists and step:
            step = _LINE
        gap = step if step > gap else gap  # noqa: FURB136  max() takes as long as all the rest
        if not words:
            continue
        if words.isspace():
            apart = " "
            continue
        if gap:
            said[-1] = said[-1].rstrip()
            said += (_JOINTS[gap], mark if mark == _DASH else "", words.lstrip())
        else:
            said += (mark or apart, words)
        gap, mark, apart = _NOTHING, "", ""
    return None if lists or mark == _DASH else "".join(said)


def _special(name: str, lists: int, mark: str, gap: int) -> tuple[int, str, int]:
    """How many lists are open after a tag, what stands before the next words, and what parts them from the last."""
    if name == "br":
        return lists, mark, _PARAGRAPH if gap else _LINE
    if name == "li":
        return lists, _DASH, _LINE
    if name == "/li":
        return lists, "", _LINE
    bare = name.removeprefix("/")
    if bare in _LISTS:  # a list is one paragraph, however its items are made
        lists = max(0, lists + (1 if bare == name else -1))
        return lists, mark, _LINE if lists else _PARAGRAPH
    return (lists, mark or _BAR, _NOTHING) if bare in _CELLS else (lists, mark, -1)


# All documents ------------------------------------------------------------------------------------------------------


def _exact(html: str) -> str:
    page = _Page()
    pieces = _TAG.split(html)
    page.words(unescape(pieces[0]))
    for name, words in zip(pieces[1::2], pieces[2::2], strict=True):
        page.tag(name.lstrip("/").lower(), closes=name.startswith("/"))
        page.words(unescape(words))
    return page.text()


class _Page:
    """Collects paragraphs; a paragraph is a run of lines, a line a run of pieces."""

    __slots__ = ("_line", "_lists", "_paragraph", "_paragraphs", "_pre", "_separator", "_start", "_worded")

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._paragraph: list[str] = []
        self._line: list[str] = []
        self._start = ""  # stands before the first word of the line: a list item's dash
        self._separator = False  # whether a cell ended
        self._worded = False  # whether the line has words
        self._pre = 0
        self._lists = 0

    def words(self, text: str) -> None:
        if not text:
            return
        if text.strip():
            if self._start:
                self._line.append(self._start)
                self._start = ""
            elif self._separator and self._worded:
                self._line.append(" | ")
            self._separator = False
            self._worded = True
        self._line.append(text)

    def tag(self, name: str, *, closes: bool) -> None:
        if name == "li":
            self._end_item(closes=closes)
        elif name in _PARAGRAPHS:
            self._end_paragraph(name, closes=closes)
        elif name == "br" or name in _LINES:
            self._end_line(keep_blank=name == "br")
        elif name in _CELLS:
            self._separator = True
        elif name == "q":
            self.words("”" if closes else "“")

    def text(self) -> str:
        self._flush()
        return "\n\n".join(self._paragraphs)

    def _end_item(self, *, closes: bool) -> None:
        self._end_line()
        self._start = "" if closes else "- "

    def _end_paragraph(self, name: str, *, closes: bool) -> None:
        step = -1 if closes else 1
        if name in _LISTS:
            self._lists = max(0, self._lists + step)
        if self._lists and name != "pre":  # a list is one paragraph, however its items are made
            self._end_line()
        else:
            self._flush()
        if name == "pre":
            self._pre = max(0, self._pre + step)

    def _end_line(self, *, keep_blank: bool = False) -> None:
        text = "".join(self._line)
        self._line = []
        self._separator = self._worded = False
        if self._pre:
            self._paragraph.append(text)
            return
        folded = " ".join(text.split())
        if folded:
            self._paragraph.append(folded)
        elif keep_blank:
            self._flush()

    def _flush(self) -> None:
        self._end_line()
        text = "\n".join(self._paragraph)
        text = text.strip("\n").rstrip() if self._pre else text
        if text.strip():
            self._paragraphs.append(text)
        self._paragraph = []
