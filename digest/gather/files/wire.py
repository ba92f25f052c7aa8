"""The marks that wires, press offices and their pages put around a release, and what they say.

Everything is found by its marks, never by its line number: each wire, page and way of saving has an order of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from digest.gather.embargo import cut_lines
from digest.gather.embargo_time import run_at
from digest.gather.files.contacts import contact_label, has_appendix, is_reachable
from digest.gather.files.kicker import sentence_case
from digest.text.dates import parse_date

HEAD_LINES = 25
"""Lines with words at the top among which date, kind and sender stand; more than any release was seen to have."""
_LONGEST_MARK = 250  # letters
_FEW = 3  # lines that no release ends after
_UTC: Final = ZoneInfo("UTC")
_ENOUGH = 2
"""Weight of the marks that make a text a release: one that nothing else has, or two weak ones."""

_DATE: Final = re.compile(r"date(:?)\s+(\d{4}-\d\d-\d\d)\b[\s,:–-]*(.*)", re.IGNORECASE)
_DATED: Final = re.compile(
    r"(?:(?:published|posted|issued|released|release date|publication date|date(?: of (?:issue|release|publication))?|"
    r"last updated|veröffentlicht|datum|stand|publié|date de publication|publicado|fecha)\b(?:\s+(?:on|am|le|el|at))?"
    r"\s*:?\s*)(\S.*)",
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    r"(?:from|issued by|source|organi[sz]ation|von|quelle|herausgeber|de|fuente)\s*:\s+(\S.{1,80})", re.IGNORECASE
)
_SOURCE: Final = re.compile(r"SOURCE:? ([^\W\d_a-z]\S.{0,80})")
_NAMES_NEXT: Final = re.compile(
    r"news provided by|(?:from|issued by|source|organi[sz]ation)\s*:|peer-reviewed publication|business announcement|"
    r"grant and award announcement|meeting announcement|reports and proceedings",
    re.IGNORECASE,
)
"""What stands on the line above the sender's name."""
_PRINTABLE: Final = re.compile(
    r"(?:printable|printer[- ]friendly|print) version\.?|print(?: this page| page)?|druckversion|version imprimable|"
    r"versión (?:para imprimir|imprimible)",
    re.IGNORECASE,
)
_IMMEDIATE: Final = re.compile(
    r"(?:for )?immediate release\b[\s:,–|-]*(.*)|zur sofortigen (?:veröffentlichung|freigabe)\W*(.*)|"
    r"(?:pour )?diffusion immédiate\W*(.*)|para (?:su )?(?:publicación|difusión) inmediata\W*(.*)",
    re.IGNORECASE,
)
_KIND: Final = re.compile(
    r"((?:joint |media |press |news )?(?:press|news|media) (?:release|statement|advisory|notice|information)|"
    r"(?:gemeinsame )?(?:presse|medien)(?:mitteilung|information|meldung|erklärung)|communiqué de presse|"
    r"(?:nota|comunicado) de prensa|comunicato stampa|persbericht)\b(?:\s*(?:n[ro°º]?\.?\s*)?[\w]*\d[\w/.-]*)?"
    r"(?:\s*(?:[|:–—,/·•-]|vom|du|del|of)\s*(.*))?",
    re.IGNORECASE,
)
_LINK: Final = re.compile(
    r"[*_]*(?:original article link|link to (?:the )?original(?: article)?|original (?:link|article|source)|"
    r"source link|"
    r"view (?:the )?original(?: content| article)?(?: to download multimedia)?|view source version on [\w.]+|"
    r"permalink|link zum original|lien (?:vers l['’])?original|enlace original)[*_]*\s*:?[*_]*\s*"
    r"(?:(\S+)|\[[^\]]*\]\((\S+?)\))?\s*",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"[<(\[]*(?:[^\[\]]*\]\()?(https?://[^\s<>\])]+)[>)\]]*")
_CLICK: Final = re.compile(
    r"(?:please )?click here (?:to (?:continue|read|view|see)|for)\b.*|"
    r"(?:continue reading|read (?:on|more about this|the (?:full|whole|rest|complete|original)) ?(?:version|text|"
    r"article|comment|expert comment|story|press release|news release|statement|speech|blog|post|of)?)\b[^.]{0,120}\.?|"
    r"(?:weiterlesen|lire la suite|leer más|seguir leyendo)\b.{0,80}",
    re.IGNORECASE,
)
_JUNK: Final = re.compile(
    r"(?:(?:home|start|startseite|accueil|inicio|you are here|sie sind hier)\b.{0,40}(?:[>›»/|→]|::).*|"
    r"(?:home|menu|search|skip to (?:main )?content|back to (?:top|news|results|all .{1,30})|cookies?.{0,60}|close|"
    r"page contents|contents|\d+ min(?:ute)?s? read|reading time.{0,20}|print|pdf|download(?: (?:as )?pdf)?|"
    r"subscribe.{0,60}|sign up.{0,80}|log ?in|listen|play)\W*|"
    r"(?:share|tweet|follow|like|find|teilen|partager|compartir|suivez|síguenos)\b"
    r"(?: (?:this|us|on|it|via|the|page|article|story|release|news|-nous|sur|en|auf|diese[nr]?|seite|artikel))*"
    r"(?:\W*\b(?:facebook|twitter|x|linkedin|whatsapp|e-?mail|instagram|youtube|bluesky|mastodon|threads|reddit|"
    r"copy link|tiktok|telegram|and|or|@\w+))*\W*|"
    r"(?:(?:facebook|twitter|x|linkedin|whatsapp|e-?mail|instagram|youtube|bluesky|mastodon|threads|reddit|copy link|"
    r"share|print|tweet|pinterest|xing)\b[\s|/·,•]*)+|-+\s*more\s*-+|\(?more follows\)?|page \d+(?: of \d+)?|"
    r"published|last updated|(?:this|the following) (?:press|news) release (?:was|has been) "
    r"(?:issued|distributed) by.{0,80}|"
    r"[-–—_=*•·|.\s]+)",
    re.IGNORECASE,
)
_PLACE: Final = (
    r"(?!(?:On|In|At|Am|Im|Le|El|En|Der|The)\b)(?:[^\W\d_a-zß-öø-ÿ][\w.'’ /&-]{1,40}?"
    r"(?:, [^\W\d_a-z][\w. ]{1,25}?){0,2}?)"
)
_DAY: Final = (
    r"(?:[^\W\d_]{3,10}\.? \d{1,2},? \d{4}|(?:le |den )?\d{1,2}(?:st|nd|rd|th|er|\.)? (?:de )?[^\W\d_]{3,10}\.?,? "
    r"(?:de )?\d{4}|\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4})"
)
_WIRE: Final = (
    r"(?:/[A-Z][\w .-]{2,30}/|\((?:BUSINESS WIRE|GLOBE ?NEWSWIRE|PRNewswire|Newswire|EIN Presswire|Marketwired?|ots|"
    r"EurekAlert)[\w !]*\))"
)
_DATELINE: Final = re.compile(
    rf"{_PLACE}[,\s]*(?:[–—-]{{1,2}}\s*)?[(\[]?(?:(?P<date>{_DAY})[)\]]?)?[,\s]*"
    rf"(?:(?P<wire>{_WIRE})\s*(?:[–—]|-{{1,3}}|:)?|(?<=\d|[)\]])\s*(?:[–—]|-{{1,3}}|:)(?=\s))\s*",
)
_RULE: Final = re.compile(r"\s*(?:={5,}|_{10,}|-{20,}|\*{10,}|#{10,})\s*")
_BYLINE: Final = re.compile(
    r"(?:[Bb]y|BY|Von|Par|Por) ((?:[^\W\d_a-z][\w.'’-]+)(?: (?:and |und |et |y |de |van |von )?"
    r"[^\W\d_a-z][\w.'’-]+){1,7})"
)
_UNSEEN: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


@dataclass(slots=True)
class Marks:
    """What the marks of a release say, and the lines that are none. A mark leaves an empty line."""

    date: str | None = None
    organisation: str | None = None
    kind: str | None = None
    link: str | None = None
    authors: tuple[str, ...] = ()
    contact: list[str] = field(default_factory=list)  # that stands above the headline
    notices: tuple[str, ...] = ()  # of an embargo
    truncated: bool = False
    labelled: str | None = None  # what follows "Press release:" on its line
    weight: int = 0
    releases: int = 0  # that the text holds
    lines: list[str] = field(default_factory=list)

    @property
    def is_release(self) -> bool:
        return self.weight >= _ENOUGH


def marks_of(text: str) -> Marks:
    """Find the marks of a text."""
    lines, notices = cut_lines([" ".join(_UNSEEN.sub("", line).split()) for line in text.split("\n")])
    marks = Marks(notices=notices, weight=_ENOUGH if notices else 0, releases=_count(lines))
    waiting = named = False  # whether the line below a label is to say the address, or the sender
    filled = 0
    for line in lines:
        filled += bool(line)
        address = _ADDRESS.fullmatch(line) if waiting else None
        waiting = waiting and not line
        if address:
            marks.link = address[1]
        elif line and (link := _LINK.fullmatch(line)):
            marks.weight += _ENOUGH
            found = _ADDRESS.search(link[1] or link[2] or "")
            marks.link = found[1] if found else marks.link
            waiting = found is None
        elif named and line:
            marks.organisation, named = marks.organisation or line, False
        elif not line or not _take(marks, line, filled):
            marks.lines.append(line)
            continue
        else:
            named = _NAMES_NEXT.fullmatch(line) is not None
        marks.lines.append("")
    _weigh(marks)
    return marks


def without_dateline(text: str) -> tuple[str, str | None, bool]:
    """A first paragraph without "LONDON, Nov. 20, 2026 /PRNewswire/ -- ", its date, and whether a wire is named."""
    found = _DATELINE.match(text)
    if found is None or not (found["wire"] or found["date"]) or not text[found.end() :]:
        return text, None, False
    return text[found.end() :], found["date"], found["wire"] is not None


def is_dated(line: str) -> bool:
    """Whether a line is a date, perhaps with a place before it or a time after it: "Brussels, 24 March 2026"."""
    bare = re.sub(r"\A[^\W\d_][^\d,|:]{1,30}[,|]\s*(?:den |le |a )?(?=\w)", "", line)
    run = run_at(bare, 0) if 6 <= len(line) <= 60 else None
    return (
        run is not None
        and run.has_day
        and not bare[run.end :].strip(" ,.|")
        and parse_date(bare, zone=_UTC) is not None
    )


def _take(marks: Marks, line: str, number: int) -> bool:
    """Whether the line, of that number among those with words, is a mark; then ``marks`` knows it."""
    bare = line.strip("*_#> ")
    if not bare or len(bare) > _LONGEST_MARK:
        return not bare and "#" not in line  # "###" is an end, "* * *" is not
    if _CLICK.fullmatch(bare):
        marks.truncated, marks.weight = True, marks.weight + _ENOUGH
        return True
    source = _SOURCE.fullmatch(bare)
    if source and number > _FEW:
        marks.organisation, marks.weight = marks.organisation or source[1].strip(), marks.weight + 1
        return True
    if _JUNK.fullmatch(bare):
        return True
    if number <= HEAD_LINES and _NAMES_NEXT.fullmatch(bare):
        marks.weight += 0 if ":" in bare else _ENOUGH
        return True
    return number <= HEAD_LINES and (_take_date(marks, bare) or _take_head(marks, bare))


def _take_date(marks: Marks, line: str) -> bool:
    date = _DATE.fullmatch(line)
    if date and marks.date is None:
        marks.date, marks.organisation = date[2], date[3].strip() or marks.organisation
        marks.weight += _ENOUGH if not date[1] else 1 if date[3] and not date[3][0].isdigit() else 0
        return True
    dated = _DATED.fullmatch(line)
    words = dated[1] if dated else line
    if not (parse_date(words, zone=_UTC) if dated and len(words) <= 60 else is_dated(line)):
        return False
    marks.date = marks.date or words
    return True


def _take_head(marks: Marks, line: str) -> bool:
    """Marks that count only at the top."""
    if _PRINTABLE.fullmatch(line):
        marks.weight += 0 if re.match(r"print\b", line, re.IGNORECASE) else _ENOUGH
        return True
    immediate, kind, sender, author = (pattern.fullmatch(line) for pattern in (_IMMEDIATE, _KIND, _FROM, _BYLINE))
    if immediate or kind:
        return _take_kind(marks, kind, next((tail for tail in (immediate.groups() if immediate else ()) if tail), ""))
    if sender and not is_reachable(line):
        marks.organisation = marks.organisation or sender[1].strip()
        return True
    if author:
        marks.authors = (*marks.authors, *re.split(r",? (?:and|und|et|y) |, ", author[1]))
        return True
    label = contact_label(line) if not marks.lines or not any(marks.lines) else None
    if label is not None or (marks.contact and not any(marks.lines) and is_reachable(line)):
        marks.contact += [label or line] if label != "" else []
        return True
    return False


def _take_kind(marks: Marks, kind: re.Match[str] | None, tail: str) -> bool:
    """Take "Press release 12/2026, 24 March 2026": the kind, and the date if one follows; a headline there is none."""
    rest = (kind[2] or "") if kind else tail
    after = kind.string[kind.end(1) :].strip(" ,:|–—-") if kind else ""
    rest = after if parse_date(after, zone=_UTC) else rest
    marks.weight += _ENOUGH
    marks.kind = sentence_case(kind[1]) if kind else marks.kind
    if len(rest.split()) > 1 and not parse_date(rest, zone=_UTC):
        marks.lines.append(rest)  # a headline, or who sends it
        marks.labelled = rest
    if rest and parse_date(rest, zone=_UTC):
        marks.date = marks.date or rest
    return True


def _weigh(marks: Marks) -> None:
    """Add what the end of a text says: notes to editors and press contacts are a release's, "ENDS" nearly so."""
    for_editors, ends = has_appendix(marks.lines)
    marks.weight += (_ENOUGH if for_editors else 0) + ends
    first = next((line for line in marks.lines if len(line) > 80), "")
    marks.weight += _ENOUGH if without_dateline(first)[2] else 0


def _count(lines: Sequence[str]) -> int:
    """How many releases lines hold: by their date lines or print lines, or by rules between such."""
    dates = sum(1 for line in lines if (date := _DATE.fullmatch(line)) and date[3] and not date[1])
    prints = sum(
        1 for line in lines if re.fullmatch(r"(?:printable|printer[- ]friendly) version\.?", line, re.IGNORECASE)
    )
    blocks, inside = 0, False
    for line in lines:
        marked = any(mark.fullmatch(line) for mark in (_DATE, _PRINTABLE, _IMMEDIATE, _KIND, _LINK)) if line else False
        blocks, inside = blocks + (marked and not inside), (inside or marked) and not _RULE.fullmatch(line)
    immediate = sum(1 for line in lines if _IMMEDIATE.fullmatch(line))
    return max(1, dates, prints, immediate, blocks)
