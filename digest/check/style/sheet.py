"""The styles of a mail: what its style sheets and its tags say, each declaration with its line.

Styles in conditional comments for Outlook are comments; nobody else sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from digest.check.html.document import Text

if TYPE_CHECKING:
    from tinycss2.ast import AtRule as AtRuleNode
    from tinycss2.ast import Declaration as DeclarationNode
    from tinycss2.ast import Node, QualifiedRule

    from digest.check.html.document import Document, Element

_IMPORTANT: Final = re.compile(r"([^;{}!]?)!\s*(important)", re.IGNORECASE)
_MARKS: Final = re.compile(r"/\*|[\"'(){}\[\]\n]|\\.", re.DOTALL)
_STRING_END: Final = {mark: re.compile(rf"(?:[^{mark}\\\n]|\\.)*", re.DOTALL) for mark in "\"'"}
_CLOSES: Final = {")": "(", "}": "{", "]": "["}
_NO_WORDS: Final = re.compile(r"\"[^\"]*\"|'[^']*'|(?<![\w-])[\w-]*\([^)]*\)+")
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([a-z]+|%)?")
_UNITS: Final = frozenset(
    {"px", "pt", "em", "%", "rem", "ex", "ch", "in", "cm", "mm", "pc", "q", "vw", "vh", "vi", "vb", "vmin", "vmax",
     "dvh", "svh", "lvh", "dvw", "svw", "lvw", "lh", "rlh", "cap", "ic", "fr", None}
)  # fmt: skip
_LENGTHS: Final = frozenset(
    {"width", "height", "max-width", "max-height", "min-width", "min-height", "font-size", "letter-spacing",
     "text-indent", "word-spacing", "border-radius", "border-width", "border-spacing"}
)  # fmt: skip
_LONGEST: Final = 2_000  # characters of a value or selector that are kept; what is longer is a picture
_DEEPEST: Final = 20  # of rules in rules; real mails have two


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """``color: #1b1f24 !important``, and where it holds."""

    name: str  # lower case
    value: str  # as written, without !important
    important: bool
    line: int  # in the HTML part
    element: Element | None  # whose style attribute it stands in; None: in a style sheet
    selector: str = ""  # of the rule, in a style sheet
    media: str = ""  # of the @media around it: "(prefers-color-scheme: dark)"; empty: none
    block: int = 0  # the same for all that stand in one pair of braces, or in one attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What stands before the brace of a rule."""

    text: str
    line: int
    media: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRule:
    """``@media screen``, ``@import url(…)``."""

    name: str  # lower case, without @
    prelude: str
    line: int
    inside: str = ""  # the name of the at-rule around it; empty: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All declarations, in the order they stand, and what could not be read."""

    declarations: tuple[Declaration, ...] = ()
    selectors: tuple[Selector, ...] = ()
    at_rules: tuple[AtRule, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()  # line, message

    def inline(self) -> Iterator[tuple[Element, Declaration]]:
        """The declarations of style attributes, with their elements."""
        return ((one.element, one) for one in self.declarations if one.element is not None)


def read_sheet(document: Document) -> Sheet:
    """The styles of a document."""
    reader = _Reader()
    for element in document.all():
        if element.name == "style" and element.get("type").casefold() in {"", "text/css"}:
            texts = [one for one in element.children if isinstance(one, Text)]
            css = "".join(one.text for one in texts)
            reader.read_element(css, line=texts[0].line if texts else element.line, media=element.get("media"))
        if style := element.attributes.get("style"):
            reader.read_attribute(style, element)
    return Sheet(
        declarations=tuple(reader.declarations),
        selectors=tuple(reader.selectors),
        at_rules=tuple(reader.at_rules),
        faults=tuple(sorted(reader.faults)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What one distinct style attribute says; a mail repeats few of them often."""

    declarations: tuple[tuple[str, str, bool], ...]
    faults: tuple[str, ...]


class _Reader:
    def __init__(self) -> None:
        self.declarations: list[Declaration] = []
        self.selectors: list[Selector] = []
        self.at_rules: list[AtRule] = []
        self.faults: set[tuple[int, str]] = set()
        self._known: dict[str, _Said] = {}
        self._block = 0
        self._offset = 0  # lines above the style sheet that is read

    def read_element(self, css: str, *, line: int, media: str) -> None:
        import tinycss2  # noqa: PLC0415  not for fetching and drafting

        css = css.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
        self._offset = line - 1
        broken = tuple(unclosed(css))
        self.faults |= {(self._offset + at, message) for at, message in broken}
        self._important(css)
        nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        self._rules(nodes, media=media, inside="media" if media else "", quiet=bool(broken), depth=0)

    def read_attribute(self, style: str, element: Element) -> None:
        said = self._known.get(style)
        if said is None:
            said = self._known[style] = _read_attribute(style)
        self._block += 1
        self.declarations += [
            Declaration(
                name=name, value=value, important=important, line=element.line, element=element, block=self._block
            )
            for name, value, important in said.declarations
        ]
        self.faults |= {(element.line, f"style of <{element.name}>: {message}") for message in said.faults}

    def _rules(self, nodes: Sequence[Any], *, media: str, inside: str, quiet: bool, depth: int) -> None:
        for node in nodes:
            if node.type == "error" and not quiet:
                self.faults.add((self._offset + node.source_line, "this is no rule: browsers skip it"))
            elif node.type == "qualified-rule":
                self._rule(node, media=media, quiet=quiet, depth=depth)
            elif node.type == "at-rule":
                self._at_rule(node, media=media, inside=inside, quiet=quiet, depth=depth)

    def _rule(self, node: QualifiedRule, *, media: str, quiet: bool, depth: int, around: str = "") -> None:
        import tinycss2  # noqa: PLC0415  see above

        line = self._offset + node.source_line
        selector = " ".join(_written(node.prelude).split())
        if not selector or selector[0] == "," or selector[-1] in ",>+~" or ",," in selector.replace(" ", ""):
            self.faults.add((line, f"a selector is missing: {selector or '{'}"))
        selector = f"{around} {selector}".strip()
        self.selectors.append(Selector(text=selector, line=line, media=media))
        self._block += 1
        block = self._block
        for inner in tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True):
            at = self._offset + inner.source_line
            if inner.type == "declaration":
                self._declaration(inner, selector=selector, media=media, block=block)
            elif inner.type == "qualified-rule":
                self.at_rules.append(AtRule(name="nest", prelude=_written(inner.prelude).strip(), line=at))
                if depth < _DEEPEST:
                    self._rule(inner, media=media, quiet=quiet, depth=depth + 1, around=selector)
            elif inner.type == "at-rule":
                self.at_rules.append(
                    AtRule(name=inner.lower_at_keyword, prelude=_written(inner.prelude).strip(), line=at, inside="rule")
                )
            elif inner.type == "error" and not quiet:
                self.faults.add((at, "this is no declaration: a colon or a semicolon is missing"))

    def _at_rule(self, node: AtRuleNode, *, media: str, inside: str, quiet: bool, depth: int) -> None:
        import tinycss2  # noqa: PLC0415  see above

        name, prelude = node.lower_at_keyword, " ".join(_written(node.prelude).split())
        self.at_rules.append(AtRule(name=name, prelude=prelude, line=self._offset + node.source_line, inside=inside))
        if name in {"media", "supports", "layer", "container"} and node.content is not None and depth < _DEEPEST:
            nodes = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            both = " and ".join(one for one in (media, prelude) if one) if name == "media" else media
            self._rules(nodes, media=both, inside=name, quiet=quiet, depth=depth + 1)

    def _declaration(self, node: DeclarationNode, *, selector: str, media: str, block: int) -> None:
        value = _written(node.value).strip()
        line = self._offset + node.source_line
        if fault := _value_fault(node.lower_name, value):
            self.faults.add((line, fault))
        self.declarations.append(
            Declaration(name=node.lower_name, value=value, important=node.important, line=line, element=None,
                        selector=selector, media=media, block=block)
        )  # fmt: skip

    def _important(self, css: str) -> None:
        for found in _IMPORTANT.finditer(css):
            line = self._offset + css.count("\n", 0, found.start(2)) + 1
            if found.group(2) != "important":
                self.faults.add((line, f"!{found.group(2)}: Gmail knows it in lower case only"))
            elif found.group(1) and not found.group(1).isspace():
                self.faults.add((line, "!important without a space before it: Outlook skips the declaration"))


def _read_attribute(style: str) -> _Said:
    import tinycss2  # noqa: PLC0415  see above

    said, faults = [], [message for _, message in unclosed(style)]
    quiet = bool(faults)
    for node in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration":
            value = _written(node.value).strip()
            said.append((node.lower_name, value, node.important))
            if not quiet and (fault := _value_fault(node.lower_name, value)):
                faults.append(fault)
        elif not quiet:
            faults.append("what is not `name: value;` is skipped, and what follows it may be")
            quiet = True
    return _Said(declarations=tuple(said), faults=tuple(faults))


def _written(nodes: list[Node]) -> str:
    import tinycss2  # noqa: PLC0415  see above

    written: str = tinycss2.serialize([one for one in nodes if one.type != "comment"])
    return written[:_LONGEST]


def _value_fault(name: str, value: str) -> str:
    if name.startswith(("--", "mso-")):
        return ""
    if not value:
        return f"{name} has no value"
    bare = _NO_WORDS.sub("", value)
    if ":" in bare and "progid" not in bare.casefold():
        return f"a semicolon is missing in `{name}: {value[:60]}`"
    if name in _LENGTHS or name.startswith(("padding", "margin")):
        for word in bare.casefold().split():
            number = _NUMBER.fullmatch(word)
            if number and not number.group(2) and float(number.group(1)):
                return f"a unit is missing in `{name}: {value[:60]}`"
            if number and number.group(2) not in _UNITS:
                return f"there is no unit {number.group(2)}: `{name}: {value[:60]}`"
    return ""


def unclosed(css: str) -> Iterator[tuple[int, str]]:
    """Comments, strings and brackets without an end, and ends without a beginning; lines are counted from 1."""
    line, at, opened = 1, 0, list[tuple[str, int]]()
    while found := _MARKS.search(css, at):
        mark, start, at = found.group(), found.end(), found.end()
        line += mark == "\n"
        if mark == "/*":
            at = css.find("*/", start) + 2
            if at < 2:
                yield line, "a comment is never closed: all that follows is lost"
                return
        elif mark in _STRING_END:
            at = _end_of(mark, css, start)
            if css[at : at + 1] == mark:
                at += 1
            else:
                yield line, f"a string is never closed: {mark}{css[start : min(at, start + 30)]}"
        elif mark in "({[":
            opened.append((mark, line))
        elif mark in _CLOSES and not _closes(mark, opened):
            yield line, f"`{mark}` closes nothing"
        line += css.count("\n", start, at)
    for mark, at_line in opened:
        yield at_line, f"`{mark}` is never closed: what follows is lost"


def _closes(mark: str, opened: list[tuple[str, int]]) -> bool:
    if opened and opened[-1][0] == _CLOSES[mark]:
        opened.pop()
        return True
    return False


def _end_of(mark: str, css: str, at: int) -> int:
    found = _STRING_END[mark].match(css, at)
    return found.end() if found else at
