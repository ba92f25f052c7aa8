"""The HTML of a mail as a tree that knows its lines, read as browsers read it, with what is wrong in it noted.

Rules look at the tree; nothing here judges a mail. Conditional comments for Outlook are comments. Of the tree
construction of the HTML standard (13.2.6) the tree has the implied end tags, scopes and ignored end tags; it neither
makes up elements (html, tbody) nor moves misplaced ones: those are faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from digest.check.html.elements import BLOCKS, HEAD_ONLY, HEADINGS, VOID
from digest.check.html.nesting import misplaced

_PARAGRAPH_ENDS = BLOCKS | {"li", "dt", "dd"}
"""Elements whose start ends an open paragraph (HTML standard, 13.2.6.4.7)."""
_SCOPES = frozenset({"table", "td", "th", "caption", "button", "object", "applet", "marquee", "html", "template"})
"""Elements that what is open outside of them does not reach into."""
_LISTS = frozenset({"ul", "ol", "dl", "menu", "dir"})
_ROWS = frozenset({"tr", "td", "th"})
_PARTS = frozenset({"caption", "colgroup", "thead", "tbody", "tfoot"})
_RIVALS = {
    "li": (frozenset({"li"}), _LISTS | _SCOPES),
    "dt": (frozenset({"dt", "dd"}), _LISTS | _SCOPES),
    "dd": (frozenset({"dt", "dd"}), _LISTS | _SCOPES),
    "td": (frozenset({"td", "th", "caption"}), frozenset({"table"})),
    "th": (frozenset({"td", "th", "caption"}), frozenset({"table"})),
    "tr": (_ROWS | {"caption", "colgroup"}, frozenset({"table"})),
    "caption": (_ROWS | _PARTS, frozenset({"table"})),
    "colgroup": (_ROWS | _PARTS, frozenset({"table"})),
    "thead": (_ROWS | _PARTS, frozenset({"table"})),
    "tbody": (_ROWS | _PARTS, frozenset({"table"})),
    "tfoot": (_ROWS | _PARTS, frozenset({"table"})),
    "option": (frozenset({"option"}), frozenset({"select"})),
    "body": (frozenset({"head"}), frozenset({"table"})),
}
"""What the start of an element ends, whose end tag may be left out, and how far out that reaches."""
_MAY_STAY_OPEN = frozenset("html body head p li dt dd tr td th thead tbody tfoot colgroup option".split())  # noqa: SIM905
_NO_ATTRIBUTE = re.compile(r"[\"'<=]")
_COMMENT_END = re.compile(r"--!?>")
_SPOKEN_NOT = frozenset({"style", "script", "template", "noscript", "title"})


@dataclass(slots=True, eq=False)
class Element:
    """An element; ``children`` are elements and texts in order."""

    name: str  # lower case
    attributes: dict[str, str]  # names in lower case, values with entities decoded; the first of two wins
    line: int  # 1-based, of its start tag
    parent: Element | None = None
    children: list[Element | Text] = field(default_factory=list)

    def ancestors(self) -> Iterator[Element]:
        """Its parent first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def within(self, *names: str) -> bool:
        """Whether it stands in an element of one of these names, near or far."""
        return any(above.name in names for above in self.ancestors())

    def elements(self) -> Iterator[Element]:
        """Everything inside it, in order."""
        left = list(reversed(self.children))
        while left:
            one = left.pop()
            if isinstance(one, Element):
                yield one
                left.extend(reversed(one.children))

    def texts(self) -> Iterator[Text]:
        """The texts inside it, in order; not those of styles and scripts."""
        left = list(reversed(self.children))
        while left:
            one = left.pop()
            if isinstance(one, Text):
                yield one
            elif one.name not in _SPOKEN_NOT:
                left.extend(reversed(one.children))

    @property
    def text(self) -> str:
        """What it says, in one line."""
        return " ".join(" ".join(one.text for one in self.texts()).split())

    @property
    def style(self) -> dict[str, str]:
        """Its style attribute, read roughly: names and values in lower case, the last of two wins."""
        pairs = (one.partition(":") for one in self.attributes.get("style", "").lower().split(";"))
        return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}

    def get(self, name: str) -> str:
        """An attribute's value without blanks around it; empty if there is none."""
        return self.attributes.get(name, "").strip()


@dataclass(slots=True, eq=False)
class Text:
    """A run of text, with entities decoded."""

    text: str
    line: int
    parent: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is no good HTML."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What stands between ``<!--`` and ``-->``, or between ``<![`` and ``>``."""

    line: int
    text: str
    bare: bool = False  # ``<![if !mso]>``: not a comment's dashes, so that browsers show what follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An HTML part, read."""

    root: Element  # named "#document"
    comments: tuple[Comment, ...]
    faults: tuple[Fault, ...]  # wrong nesting, elements left open, stray end tags, attributes given twice
    doctype: str | None

    def all(self, *names: str) -> Iterator[Element]:
        """The elements of these names, in order; without names every one."""
        return (one for one in self.root.elements() if not names or one.name in names)

    def first(self, name: str) -> Element | None:
        """The first element of this name."""
        return next(self.all(name), None)

    @property
    def body(self) -> Element:
        """The body; the whole document where there is none."""
        return self.first("body") or self.root


def read_document(html: str) -> Document:
    """Read the HTML of a mail; whatever it is, there is a tree."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.finish()
    return Document(
        root=reader.root,
        comments=tuple(reader.comments),
        faults=tuple(sorted(reader.faults, key=lambda fault: fault.line)),
        doctype=reader.doctype,
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#document", {}, 1)
        self.open = [self.root]
        self.comments: list[Comment] = []
        self.faults: list[Fault] = []
        self.doctype: str | None = None
        self._seen: set[str] = set()
        self._told: set[Element] = set()  # whose end tag is missing for a reason that is told already
        self._cut = False  # what came after is lost, and with it end tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        given = self._attributes(tag, attrs, line)
        if tag in {"html", "head", "body"} and tag in self._seen:
            self._fault(line, f"a second <{tag}>: browsers take no notice of it")
            return
        self._seen.add(tag)
        self._make_room(tag, line)
        above = self.open[-1]
        element = Element(tag, given, line, above)
        above.children.append(element)
        if message := misplaced(tag, [one.name for one in self.open]):
            self._fault(line, message)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """``<div/>`` closes nothing in HTML; in SVG and MathML and Office's own elements it does."""
        self.handle_starttag(tag, attrs)
        foreign = ":" in tag or any(one.name in {"svg", "math"} for one in self.open)
        if tag in VOID:
            return
        if foreign:
            self.handle_endtag(tag)
        else:
            self._told.add(self.open[-1])
            self._fault(self.getpos()[0], f"<{tag}/> does not close itself: browsers read <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        line = self.getpos()[0]
        if tag in {"body", "html"} and tag in self._seen:
            return  # what follows still goes into the body, as in browsers
        at = self._opened(tag)
        if not at:
            self._fault(line, f"</{tag}> ends nothing")
            return
        if self.open[at].name != tag:
            self._fault(self.open[at].line, f"<{self.open[at].name}> is closed by </{tag}>")
        self._close(at, f"is not closed before </{tag}>")

    def handle_data(self, data: str) -> None:
        above = self.open[-1]
        line = self.getpos()[0]
        if above.name in {"table", "thead", "tbody", "tfoot", "tr"} and data.strip():
            blanks = data[: len(data) - len(data.lstrip())]
            self._fault(line + blanks.count("\n"), f"text directly inside <{above.name}>: browsers move it out")
        above.children.append(Text(data, line, above))

    def handle_comment(self, data: str) -> None:
        self.comments.append(Comment(line=self.getpos()[0], text=data))

    def handle_decl(self, decl: str) -> None:
        self.doctype = self.doctype or decl

    def parse_comment(self, i: int, report: bool = True) -> int:
        """As the HTML standard has it (13.2.5.43): ``<!-->`` is whole, and what is left open runs to the end."""
        for short in ("<!-->", "<!--->"):
            if self.rawdata.startswith(short, i):
                self.handle_comment("")
                return i + len(short)
        end = _COMMENT_END.search(self.rawdata, i + 4)
        if end is None:
            self._fault(self.getpos()[0], "a comment is never closed: nothing after it is shown")
            self._cut = True
        if report:
            self.handle_comment(self.rawdata[i + 4 : end.start() if end else len(self.rawdata)])
        return end.end() if end else len(self.rawdata)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """``<![if !mso]>`` is a comment to browsers, up to the next ``>``; the standard library raises at most."""
        end = self.rawdata.find(">", i)
        if end < 0:
            end = len(self.rawdata)
        if report:
            self.comments.append(Comment(line=self.getpos()[0], text=self.rawdata[i + 2 : end], bare=True))
        return min(end + 1, len(self.rawdata))

    def finish(self) -> None:
        if self.rawdata:  # of a style or title that is never closed: browsers, too, take all the rest for it
            self.handle_data(self.rawdata)
            del self.open[1:-1]
        if not self._cut:
            self._close(0, "is never closed")

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]], line: int) -> dict[str, str]:
        given: dict[str, str] = {}
        for name, value in attrs:
            if name in given:
                self._fault(line, f"<{tag}> has {name} twice")
            elif _NO_ATTRIBUTE.search(name):
                self._fault(line, f"<{tag}> has an attribute named {name[:30]}: a quotation mark is missing")
            elif value and "<" in value and ">" in value and "\n" in value:
                self._fault(line, f"the value of {name} runs over tags: a quotation mark is missing")
            given.setdefault(name, value or "")
        return given

    def _make_room(self, tag: str, line: int) -> None:
        """End what the start of this element ends."""
        if tag in _PARAGRAPH_ENDS and (at := self._innermost(frozenset({"p"}), _SCOPES)):
            if tag in BLOCKS and tag != "p":
                self._fault(line, f"<{tag}> inside <p>: the paragraph ends before it")
            self._close(at)
        if tag in HEADINGS and self.open[-1].name in HEADINGS:
            self._fault(line, f"<{tag}> inside <{self.open[-1].name}>")
            self._close(len(self.open) - 1)
        if tag == "a" and (at := self._innermost(frozenset({"a"}), _SCOPES)):
            self._fault(line, "<a> inside <a>: the first link ends before it")
            del self.open[at:]
        if self.open[-1].name == "head" and tag not in HEAD_ONLY:
            del self.open[-1]
        if tag in _RIVALS:
            rivals, stop = _RIVALS[tag]
            if at := self._outermost(rivals, stop):
                self._close(at)

    def _close(self, at: int, missing: str = "is not closed before what comes next") -> None:
        for left in self.open[at + 1 :]:
            if left.name not in _MAY_STAY_OPEN and left not in self._told:
                self._fault(left.line, f"<{left.name}> {missing}")
        del self.open[at:]

    def _opened(self, tag: str) -> int:
        """The depth of the element that an end tag ends; 0 if there is none within its reach."""
        reach = frozenset({"table"}) if tag in _ROWS | _PARTS | {"table"} else _SCOPES
        return self._innermost(HEADINGS if tag in HEADINGS else frozenset({tag}), reach)

    def _innermost(self, names: frozenset[str], stop: frozenset[str]) -> int:
        """The depth of the innermost open element of these names that is not beyond one of ``stop``."""
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].name in names:
                return depth
            if self.open[depth].name in stop:
                return 0
        return 0

    def _outermost(self, names: frozenset[str], stop: frozenset[str]) -> int:
        found = 0
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].name in stop:
                break
            if self.open[depth].name in names:
                found = depth
        return found

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(line=line, message=message))
