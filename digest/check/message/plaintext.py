"""Rules about the text part: plain lines that every program shows as they were written.

Sources: RFC 5322 2.1.1, RFC 3676 4.3 (the signature line); SpamAssassin's MPART_ALT_DIFF; Unicode TR 36 (bidi).
"""

from __future__ import annotations

import html.entities
import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.misread import misread
from digest.check.remarks import shortened
from digest.model import PREFERENCES_MARK, UNSUBSCRIBE_MARK
from digest.text.wrap import WIDTH, columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.letter import Letter

_MOST_BLANK = 2
_LEAST_SHARE = 0.2
_URL = r"(?:https?|mailto|ftp):(?://)?[^\s<>]+"
_ALONE = re.compile(rf"\s*(?:[>|*•–-]\s*)*(?:\[\d{{1,3}}\]:?\s*|\(?\d{{1,3}}[.)]\s*)?<?{_URL}>?\s*\Z", re.IGNORECASE)
_IN_LINE = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_BRACKETED = re.compile(r"<(?:URL:)?\s*https?://[^\s<>]+>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|ul|ol|li|table|tr|td|th|h[1-6]|img|html|body|head|style|script|font|hr|blockquote)"
    r"(?:\s[^<>]*)?/?>|<!--|-->|<!doctype\b",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-f]{2,6}|([A-Za-z]{2,8}));", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"""
      (?<![\w*])\*\*[^\s*][^*]*\*\* | (?<!\w)__[^\s_][^_]*__(?!\w)
    | ^\#{1,6}[ ]\w
    | ^\s*\|?(?:\s*:?-{3,}:?\s*\|)+
    | !?(?<!\w)\[[^\]]+\]\(
    | \[(?:image|img|cid)(?::[^\]]*)?\]
    """,
    re.VERBOSE,
)
_CSS = re.compile(
    r"""
      ^\s*[.\#@]?[\w.\# >:,-]+\{[^{}]*:[^{}]*;?\s*\}
    | (?:^|[;{])\s*(?:font-family|font-size|background-color|line-height|text-decoration)\s*:[^;]+;
    | @media\b
    """,
    re.VERBOSE,
)
_FILLED = frozenset({UNSUBSCRIBE_MARK, PREFERENCES_MARK, "@@name@@"})  # for each reader
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\*\|\w+\|\*|%%\w+%%|\$\{\w+\}|<%.*?%>|\[\[\w+\]\]|@@\w+@@")
_EMPTY_VALUE = re.compile(
    r"^\s*(?:None|null|undefined|NaN|nil|\[object Object\])\s*$|\b(?:Dear|Hi|Hello) (?:None|null|undefined)\b"
)
_REFERENCE = re.compile(r"\[(\d{1,2})\]")
_BY_ITSELF = re.compile(r"(?<![\w\]])\[\d{1,2}\](?![(\w])|(?<=[\w.,;:!?”\"')])\s?\[\d{1,2}\](?![(\w])")
_DEFINITION = re.compile(rf"^\s*(?:[>|]\s*)*\[(\d{{1,3}})\]:?\s+<?{_URL}", re.IGNORECASE)
_NAMES = {
    "\u202a": "a change of direction", "\u200e": "a mark of direction", "\u200f": "a mark of direction",
    "\ufeff": "a byte order mark", "\ufffd": "a replacement character: it was not UTF-8", "\r": "a carriage return",
    "\u00ad": "a soft hyphen, which programs show as one", "\u200b": "a zero-width blank, which programs show as a box",
    "\u2028": "a line separator", "\u2029": "a paragraph separator", "\x00": "a NUL",
}  # fmt: skip
_WRONG = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ud800-\udfff]|\r(?!\n|$)"
)


def text_part(letter: Letter) -> Iterator[Remark]:
    """There is a text part, and it says what the HTML part says."""
    if not letter.text.strip():
        if letter.html.strip() and (letter.message is not None or letter.text):
            yield Remark(rule="text-part", part="text", message="there is no text part",
                         hint="send one too: some readers see nothing else, and spam filters look for it")  # fmt: skip
        return
    shown = letter.document.body.text
    said = " ".join(letter.text.split())
    lines = [line for line in letter.text.split("\n") if line.strip()]
    if len(shown) > 200 and (len(lines) < 3 or len(said) < _LEAST_SHARE * len(shown)):
        yield Remark(rule="text-part", part="text", line=1,
                     message=f"the text part has {len(said):,} characters; the HTML part says {len(shown):,}",
                     hint="let both say the same: spam filters compare them")  # fmt: skip


def text_width(letter: Letter) -> Iterator[Remark]:
    """No line of the text part is wider than 72 columns, but for addresses that stand alone."""
    for number, line in _lines(letter):
        if len(line) > WIDTH // 2 and columns(line) > WIDTH and not _ALONE.match(line):
            yield Remark(rule="text-width", part="text", line=number, advice=True,
                         message=f"{columns(line)} columns: {shortened(line, 50)}",
                         hint=f"break lines before {WIDTH} columns")  # fmt: skip


def text_blanks(letter: Letter) -> Iterator[Remark]:
    """The text part has no blanks that mean something else: at an end, as tabs, as a signature, as gaps."""
    yield from _blanks(letter)


def _blanks(letter: Letter) -> Iterator[Remark]:
    blank = 0
    for number, line in _lines(letter):
        said = ""
        if line == "-- ":
            said = "“-- ” begins a signature, which programs hide"
        elif "\t" in line:
            said = "a tab, which every program shows in another width"
        elif line != line.rstrip(" \u00a0"):
            said = "blanks at the end of the line"
        if said:
            yield Remark(rule="text-blanks", part="text", line=number, message=said, hint="take them out", advice=True)
        blank = 0 if line.strip() else blank + 1
        if blank == _MOST_BLANK + 1:
            yield Remark(rule="text-blanks", part="text", line=number, advice=True, hint="two are enough",
                         message="more than two blank lines")  # fmt: skip


def text_characters(letter: Letter) -> Iterator[Remark]:
    """The text part holds letters, and nothing that steers or breaks the program that shows it."""
    yield from _characters(letter)


def _characters(letter: Letter) -> Iterator[Remark]:
    for number, line in _lines(letter):
        for found in _WRONG.finditer(line):
            one = found.group()
            bidi = "\u202a" if "\u202a" <= one <= "\u202e" or "\u2066" <= one <= "\u2069" else one
            yield Remark(rule="text-characters", part="text", line=number, hint="take it out",
                         message=f"U+{ord(one):04X}: {_NAMES.get(bidi, 'a control character')}")  # fmt: skip
        if read_wrong := misread(line):
            yield Remark(rule="text-characters", part="text", line=number, hint="write it as UTF-8, once",
                         message=f"“{read_wrong}”: UTF-8 that was read as something else")  # fmt: skip


def text_markup(letter: Letter) -> Iterator[Remark]:
    """The text part holds no HTML, and no marks of a template."""
    yield from _markup(letter)


def _markup(letter: Letter) -> Iterator[Remark]:
    for number, line in _lines(letter):
        plain = _IN_LINE.sub("", line)
        entity = next((one.group() for one in _ENTITY.finditer(plain) if _is_entity(one)), "")
        tag = _TAG.search(plain)
        if (tag or entity) and not (letter.html and _shown(tag.group() if tag else entity, letter)):
            yield Remark(rule="text-markup", part="text", line=number, hint="write what it stands for",
                         message=f"{tag.group() if tag else entity} is HTML: readers see it as it stands")  # fmt: skip
        elif found := _MARKDOWN.search(plain):
            yield Remark(rule="text-markup", part="text", line=number, hint="write it as plain words", advice=True,
                         message=f"Markdown, shown as it stands: {shortened(found.group(), 40)}")  # fmt: skip
        elif found := _CSS.search(plain):
            yield Remark(rule="text-markup", part="text", line=number, hint="leave the styles out",
                         message=f"a style: {shortened(found.group(), 40)}")  # fmt: skip
        elif (found := _TEMPLATE.search(line) or _EMPTY_VALUE.search(line)) and found.group() not in _FILLED:
            yield Remark(rule="text-markup", part="text", line=number, hint="fill it in, or take it out",
                         message=f"{shortened(found.group(), 40)} was not filled in")  # fmt: skip


def _is_entity(found: re.Match[str]) -> bool:
    return found.group(1) is None or f"{found.group(1)};" in html.entities.html5


def _shown(written: str, letter: Letter) -> bool:
    """Whether the HTML part shows the same: then it is what the text is about."""
    return written in letter.document.body.text


def text_links(letter: Letter) -> Iterator[Remark]:
    """Addresses stand alone on a line of the text part: in sentences programs take the comma for a part of them."""
    yield from _in_sentences(letter)


def _in_sentences(letter: Letter) -> Iterator[Remark]:
    for number, line in _lines(letter):
        if _ALONE.match(line) or (letter.html and line.startswith("  ") and not _BRACKETED.search(line)):
            continue  # code is indented
        if found := _BRACKETED.search(line) or _IN_LINE.search(line):
            yield Remark(rule="text-links", part="text", line=number, advice=True,
                         message=f"an address within a line: {shortened(found.group(), 60)}",
                         hint="write [1] there, and the address on a line below the paragraph")  # fmt: skip


def text_notes(letter: Letter) -> Iterator[Remark]:
    """A note such as [1] leads to an address below, and each such address has its note."""
    lines = _lines(letter)
    defined = {number: int(found.group(1)) for number, line in lines if (found := _DEFINITION.match(line))}
    if not defined:
        return
    most = max(*defined.values(), 6) + 3  # a higher number in brackets is no note of the mail's
    waiting: dict[int, int] = {}  # notes without an address so far → their lines; 0: perhaps none
    done: set[int] = set()
    for number, line in lines:
        if note := defined.get(number):
            if note not in waiting and note not in done:
                yield _note(number, f"nothing refers to [{note}]", "write the number behind the words it belongs to")
            waiting.pop(note, None)
            done.add(note)
            continue
        for found in _REFERENCE.finditer(line):
            if done:  # the addresses of what came before are all told
                yield from _lost(waiting, most)
                waiting, done = {}, set()
            waiting.setdefault(int(found.group(1)), number if _BY_ITSELF.search(line) else 0)
    yield from _lost(waiting, most)


def _lost(waiting: dict[int, int], most: int) -> Iterator[Remark]:
    for note, number in waiting.items():
        if number and note <= most:
            yield _note(number, f"[{note}] leads to no address", "write the address below the paragraph")


def _note(number: int, message: str, hint: str) -> Remark:
    return Remark(rule="text-notes", part="text", line=number, message=message, hint=hint, advice=True)


def _lines(letter: Letter) -> list[tuple[int, str]]:
    return [(number, line.removesuffix("\r")) for number, line in enumerate(letter.text.split("\n"), 1)]


TEXT_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    text_part, text_width, text_blanks, text_characters, text_markup, text_links, text_notes,
)  # fmt: skip
