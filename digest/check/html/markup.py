"""Rules about the body of a mail: its nesting, its headings, and what readers see by accident.

Sources: HTML standard, 4.3.11 and 13; WCAG 2.2, 1.3.1 and 2.4.6; the yearly reports of the Email Markup Consortium.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.document import Element, Text
from digest.check.html.elements import BLOCKS, HEADINGS, INLINE
from digest.check.html.hidden import is_hidden
from digest.check.remarks import shortened, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.letter import Letter

_SAMPLES = ("pre", "code", "kbd", "samp", "tt")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}[0-9]{0,2}|#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6});")
_PLACEHOLDER = re.compile(
    r"\{\{.{1,60}?\}\}|\{%.{1,60}?%\}|\*\|[A-Z0-9_:]{2,40}\|\*|%%[A-Za-z_][A-Za-z0-9_. ]{1,40}%%|<%=?.{1,60}?%>"
    r"|\$\{[A-Za-z_][\w.]{0,40}\}|\[\[[A-Z][A-Z0-9_]{1,40}\]\]|\[object Object\]|%[A-Z]{2,}[A-Z_]{2,38}%"
    r"|(?i:\{(?:first|last|full|user)?_?(?:name|email|unsubscribe)(?:_?(?:url|link))?\})"
    r"|(?i:\[(?:first|last|full|your|subscriber|recipient)[ _-]?name\]|\[unsubscribe(?:[ _-]?(?:url|link))?\])"
    r"|\b(?:Dear|Hi|Hello|Hallo|Bonjour|Hola) (?:None|null|undefined)\b|\A\s*(?:undefined|null|NaN)\s*\Z"
)
_GLUES = re.compile(r"[\w.,;:!?][^\S\n]*\Z")
_WORD = re.compile(r"[^\W_]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")
_LARGE_PX = 18
_HEADING_CHARS = 100
_PX = re.compile(r"(\d+(?:\.\d+)?)px")


def nesting(letter: Letter) -> Iterator[Remark]:
    """Tags close in the order they open, and stand where they may; browsers repair the rest, each in its way."""
    for fault in letter.document.faults:
        yield Remark(rule="nesting", part="html", line=fault.line, message=fault.message,
                     hint="repair the tags: mail programs mend them differently")  # fmt: skip
    for element in letter.document.body.elements():
        above = element.parent
        if element.name in BLOCKS and above is not None and above.name in INLINE - {"a", "ins", "del"}:
            yield Remark(rule="nesting", part="html", line=element.line, advice=True,
                         message=f"<{element.name}> inside <{above.name}>, which is for words in a line",
                         hint="put the outer tag into the inner one")  # fmt: skip


def headings(letter: Letter) -> Iterator[Remark]:
    """One <h1>, no level left out, no heading that says nothing: screen readers go from heading to heading."""
    if not letter.html:
        return
    found = [(element, level) for element in letter.document.body.elements() if (level := _level(element))]
    tops = [element for element, level in found if level == 1]
    if not tops:
        yield Remark(rule="headings", part="html", line=found[0][0].line if found else letter.document.body.line,
                     message="the mail has no <h1>" if found else "the mail has no heading",
                     hint="write the title of the mail as <h1>")  # fmt: skip
    for element in tops[1:]:
        yield Remark(rule="headings", part="html", line=element.line,
                     message=f"a second <h1>: {shortened(element.text, 40)}", hint="make it <h2>")  # fmt: skip
    before = 0
    for element, level in found:
        if not _says_something(element):
            yield Remark(rule="headings", part="html", line=element.line, message=f"{tag(element)} is empty",
                         hint="take it out, or say what follows")  # fmt: skip
            continue
        if level > before + 1 and before:
            yield Remark(rule="headings", part="html", line=element.line,
                         message=f"<h{level}> after <h{before}>: {shortened(element.text, 40)}",
                         hint="leave no level out; the size is a matter of style")  # fmt: skip
        before = level
    if found and tops and found[0][1] != 1:
        yield Remark(rule="headings", part="html", line=found[0][0].line, hint="let <h1> come first",
                     message=f"<h{found[0][1]}> before <h1>: {shortened(found[0][0].text, 40)}")  # fmt: skip


def fake_heading(letter: Letter) -> Iterator[Remark]:
    """A paragraph that only looks like a heading is none to screen readers."""
    for element in letter.document.body.elements():
        if element.name != "p" or element.within(*sorted(HEADINGS), "li", "blockquote") or is_hidden(element):
            continue
        said = element.text
        if not said or len(said) > _HEADING_CHARS or said[-1] in ".,:;!?…" or len(said.split()) < 2:
            continue
        if _is_large(element) and _is_bold(element) and _next(element) in {"p", "ul", "ol", "div"}:
            yield Remark(rule="fake-heading", part="html", line=element.line, advice=True,
                         message=f"looks like a heading and is a paragraph: {shortened(said, 40)}",
                         hint="make it <h2> or <h3>")  # fmt: skip


def inline_gap(letter: Letter) -> Iterator[Remark]:
    """Words of neighbouring tags stand apart: glued ones are read as one, and spam filters take them for a trick."""
    for element in letter.document.body.elements():
        for left, right in zip(element.children, element.children[1:], strict=False):
            if not (isinstance(left, Element) and isinstance(right, Element)):
                continue
            if left.name in _RUNNING and right.name in _RUNNING and _glued(left, right):
                yield Remark(rule="inline-gap", part="html", line=right.line, advice=True,
                             message=f"no blank between <{left.name}> and <{right.name}>:"
                             f" {shortened(left.text, 20)}|{shortened(right.text, 20)}",
                             hint="put a blank between the two tags")  # fmt: skip


def entities(letter: Letter) -> Iterator[Remark]:
    """Entities that readers see as they are written, for they were escaped twice or do not exist."""
    for text in letter.document.root.texts():
        for found in _ENTITY.finditer(text.text):
            if not (text.parent.name in _SAMPLES or text.parent.within(*_SAMPLES)):
                yield Remark(rule="entities", part="html", line=line_of(text, found.start()),
                             message=f"readers see “{found.group()}”",
                             hint="write the character itself")  # fmt: skip


def placeholder(letter: Letter) -> Iterator[Remark]:
    """Marks of a template that nobody filled in."""
    for text in letter.document.root.texts():
        if not (text.parent.name in _SAMPLES or text.parent.within(*_SAMPLES)):
            for found in _PLACEHOLDER.finditer(text.text):
                yield _unfilled(line_of(text, found.start()), found.group())
    for element in letter.document.all():
        said = " ".join(value for name, value in element.attributes.items() if name != "style")
        for found in _PLACEHOLDER.finditer(said):
            yield _unfilled(element.line, found.group())
        if element.name == "title" and (unfilled := _PLACEHOLDER.search(element.text)):
            yield _unfilled(element.line, unfilled.group())


def line_of(text: Text, offset: int) -> int:
    """The line of a character in a run of text."""
    return text.line + text.text.count("\n", 0, offset)


def _unfilled(line: int, said: str) -> Remark:
    return Remark(rule="placeholder", part="html", line=line, message=f"{shortened(said, 40)} was not filled in",
                  hint="fill it in, or take it out of the template")  # fmt: skip


def _level(element: Element) -> int:
    """1 to 6, and more for roles; 0: no heading."""
    level = element.get("aria-level")
    if element.name in HEADINGS:
        return int(element.name[1]) if element.get("role").lower() not in {"presentation", "none"} else 0
    if element.get("role").lower() == "heading":
        return int(level) if level.isdigit() and int(level) else 2  # WAI-ARIA 1.2: two, where nothing is said
    return 0


def _says_something(element: Element) -> bool:
    if element.text.strip("\u00a0\u200b\u200c\u200d\ufeff "):
        return True
    return bool(element.get("aria-label")) or any(one.get("alt") for one in element.elements() if one.name == "img")


def _is_large(element: Element) -> bool:
    """Whether its letters are, or those of the one tag that all of its words stand in."""
    whole = [one for one in element.elements() if one.text == element.text]
    sizes = [_PX.match(one.style.get("font-size", "")) for one in (element, *whole)]
    return any(float(size.group(1)) >= _LARGE_PX for size in sizes if size)


def _is_bold(element: Element) -> bool:
    if element.style.get("font-weight", "") in {"bold", "bolder", "600", "700", "800", "900"}:
        return True
    inside = [child for child in element.children if isinstance(child, Element) or child.text.strip()]
    return len(inside) == 1 and isinstance(inside[0], Element) and inside[0].name in {"b", "strong"}


def _next(element: Element) -> str:
    """The name of the element that comes after it beside it; empty: none."""
    beside = [one for one in (element.parent.children if element.parent else []) if isinstance(one, Element)]
    after = beside[beside.index(element) + 1 :]
    return after[0].name if after else ""


def _glued(left: Element, right: Element) -> bool:
    before = "".join(text.text for text in left.texts())
    after = "".join(text.text for text in right.texts())
    if not before or not after or _UNSPACED.match(before[-1]) or _UNSPACED.match(after[0]):
        return False
    return bool(_GLUES.match(before[-1]) and _WORD.match(after[0])) and not (is_hidden(left) or is_hidden(right))


_RUNNING = INLINE - {"sub", "sup"}

MARKUP_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    nesting, headings, fake_heading, inline_gap, entities, placeholder,
)  # fmt: skip
