"""What stands below a release for editors only: notes, whom to ask, who the sender is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

_Part = Literal["end", "notes", "contact", "about"]

_END: Final = re.compile(
    r"[-–—*=\s(\[]*(?:ends?|ende|fin|endet|30)[-–—*=\s)\].]*|[#\s]{3,}|[-–—\s]*#+[-–—\s]*", re.IGNORECASE
)
_NOTES: Final = re.compile(
    r"(?:(?:notes? (?:to|for)(?: the)? editors?|editors?['’]? notes?|background(?: notes?| information)?|"
    r"(?:for )?(?:further|additional|supporting|more) information|"
    r"notes?|hinweise? (?:für|an) (?:die )?redaktion(?:en)?|hintergrund|"
    r"redaktionelle[rn]? hinweise?|notes? (?:aux|à l['’]attention des|à la) (?:"
    r"rédactions?|rédacteurs|éditeurs|journalistes)|"
    r"notas? (?:para|a) (?:los |las )?(?:editores|redactores|redacciones|periodistas))\b.{0,20}?)\s*:?",
    re.IGNORECASE,
)
_NOTES_INLINE: Final = re.compile(
    r"(?:notes? (?:to|for)(?: the)? editors?|hinweise? für (?:die )?redaktion(?:en)?)\s*[:.–-]\s*\S", re.IGNORECASE
)
_CONTACT_WORDS: Final = (
    r"(?:(?:media|press|news|pr|further|general|for (?:the )?(?:media|press))[\s-]+)?(?:contacts?|enquir(?:y|ies)|"
    r"inquir(?:y|ies))(?: (?:details|information|person|for (?:the )?(?:media|press)))?|(?:media|press|news) "
    r"(?:office|team|desk|relations)(?: contacts?| enquiries)?|pressekontakt|presse-?stelle|"
    r"kontakt(?: für (?:die )?presse|"
    r"[ -]presse)?|ansprechpartner(?:in)?(?: für (?:die )?(?:presse|medien))?|rückfragen|"
    r"medienkontakt|contacts? (?:presse|"
    r"médias?)|(?:service|relations) (?:de )?presse|contactos?(?: (?:de|para) (?:la )?(?:prensa|medios))?|"
    r"(?:gabinete|oficina) de prensa"
)
_CONTACT: Final = re.compile(rf"(?:{_CONTACT_WORDS})\s*:?", re.IGNORECASE)
_CONTACT_INLINE: Final = re.compile(
    rf"(?:{_CONTACT_WORDS})\s*[:–|-]\s*(?=\S)|(?:{_CONTACT_WORDS})(?=\s.{{0,60}}\d{{3}})", re.IGNORECASE
)
_ASK: Final = re.compile(
    r"(?:for|to) (?:further|more|media|press|additional|all|any|arrange|request|interview).{0,80}?\b(?:contact|call|"
    r"phone|"
    r"e-?mail|visit|speak to|write to)\b|(?:please )?contact .{3,120}(?:@|\d{4})|"
    r"(?:für|bei) (?:rückfragen|nachfragen|weitere informationen|weiteren fragen)\b|weitere informationen\s*:|"
    r"pour (?:plus|de plus amples|tout) d?['’]?\s?(?:informations?|renseignements?|demande)\b|"
    r"para (?:más|mayor|solicitar) (?:información|entrevistas)\b",
    re.IGNORECASE,
)
_ABOUT: Final = re.compile(
    r"(?:about us|about the (?:authors?|organi[sz]ation|institute|company)|über uns|qui sommes-nous|quiénes somos|"
    r"(?-i:(?:About|ABOUT)(?: the| THE)?|Über(?: d(?:ie|en|as))?|À propos(?: d(?:e la|e l['’]|u|e|es|['’]))?|"
    r"Acerca d(?:el?|e la)|Sobre(?: el| la)?)[  ]?(?-i:(?P<who>[^\W\d_a-zß-öø-ÿ][^.!?:]{1,70})))\s*:?",
    re.IGNORECASE,
)
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w/.-])\+?\(?\d[\d\s()./–-]{6,}\d(?![\w/-])")
_DATE: Final = re.compile(r"\d{4}[-/]\d\d|(?:19|20)\d\d\s*[-–]\s*(?:19|20)\d\d")
_LONG = 250
"""Letters; a line with more is told to readers, not to editors."""
_MOST_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A release in its parts."""

    article: tuple[str, ...]
    appendix: tuple[str, ...]  # for editors; lines
    contact: str  # lines
    sender: str | None  # as "About …" names it


def part(lines: Sequence[str], organisation: str | None) -> Parts:
    """Part the article from what follows it for editors.

    Args:
        lines: as they stand, without the marks of a wire.
        organisation: that sent it, if known; "About" it is a heading in whatever spelling.
    """
    start = next((number for number in range(len(lines)) if _begins_appendix(lines, number, organisation)), len(lines))
    article = [line for line in lines[:start] if not _is_request(line)]
    asked = [line for line in lines[:start] if _is_request(line)]
    appendix = list(lines[start:])
    if appendix and _END.fullmatch(appendix[0]):
        appendix = appendix[1:]
    contact = _contact([*asked, *appendix], organisation)
    return Parts(
        article=tuple(article), appendix=(*asked, *appendix), contact="\n".join(contact), sender=_sender(appendix)
    )


def has_appendix(lines: Sequence[str]) -> tuple[bool, bool]:
    """Whether lines hold a heading of notes or of press contacts, and whether an end is marked."""
    notes = any(
        _NOTES_INLINE.match(line)
        or re.match(r"notes? (?:to|for)(?: the)? editors?\b|hinweise? für die redaktion", line, re.IGNORECASE)
        for line in lines
    )
    contacts = any(
        re.match(
            r"(?:media|press) (?:contacts?|enquiries|inquiries)\b|pressekontakt|contacts? presse\b|contacto de prensa",
            line,
            re.IGNORECASE,
        )
        for line in lines
    )
    ends = any(_END.fullmatch(line) is not None for line in lines if line)
    return notes or contacts, ends


def is_reachable(line: str) -> bool:
    """Whether a line holds an e-mail address or a telephone number."""
    return _MAIL.search(line) is not None or (_PHONE.search(line) is not None and not _DATE.search(line))


def contact_label(line: str) -> str | None:
    """What follows "Contact:" on its line; None if it does not begin so."""
    found = _CONTACT_INLINE.match(line)
    if found:
        return line[found.end() :].strip()
    return "" if _CONTACT.fullmatch(line) else None


def _kind(line: str, organisation: str | None) -> _Part | None:
    """Of which part a line is the heading."""
    bare = line.strip("*#_ ")
    if _END.fullmatch(line):
        return "end"
    if _NOTES.fullmatch(bare) or _NOTES_INLINE.match(bare):
        return "notes"
    if _CONTACT.fullmatch(bare) or (_CONTACT_INLINE.match(bare) and len(bare) <= _LONG):
        return "contact"
    about = _ABOUT.fullmatch(bare)
    if about and (about["who"] is None or len(bare) <= 80):
        return "about"
    named = organisation and re.fullmatch(rf"about (?:the )?{re.escape(organisation)}\s*:?", bare, re.IGNORECASE)
    return "about" if named else None


def _begins_appendix(lines: Sequence[str], number: int, organisation: str | None) -> bool:
    line = lines[number]
    if not line:
        return False
    kind = _kind(line, organisation)
    if kind == "about" and _is_of_another(line, organisation) and not _is_below_text(lines, number):
        return False
    if kind:
        return number > 0 and any(lines[:number])
    return _is_request(line) and not any(len(later) > _LONG for later in lines[number + 1 :])


def _is_of_another(line: str, organisation: str | None) -> bool:
    about = _ABOUT.fullmatch(line.strip("*#_ "))
    who = (about["who"] or "").strip(" :").casefold() if about else ""
    return bool(who) and who != (organisation or "").casefold()


def _is_below_text(lines: Sequence[str], number: int) -> bool:
    """Whether "About …" stands below most of the text; above it, it is a subheading."""
    return sum(map(len, lines[:number])) >= sum(map(len, lines[number + 1 :])) // 2


def _is_request(line: str) -> bool:
    """Whether a line asks editors to ask: "For more information contact Jane Doe on 020 7946 0000"."""
    return len(line) <= 400 and _ASK.match(line) is not None and (is_reachable(line) or line.endswith(":"))


def _contact(lines: Sequence[str], organisation: str | None) -> list[str]:
    """The lines that say whom to ask: those below a heading that says so, else those with a number or an address."""
    found: list[str] = []
    inside = False
    for line in lines:
        if not line:
            continue
        kind = _kind(line, organisation)
        if kind == "contact" or _is_request(line):
            label = contact_label(line.strip("*#_ "))
            found += [label] if label else [] if label == "" or line.endswith(":") else [line]
            inside = True
        elif kind or len(line) > _LONG:
            inside = False
        elif inside:
            found.append(line.lstrip("-•* "))
    if not found:
        found = [
            line.lstrip("-•*0123456789. ") if not line[:1].isdigit() else line
            for line in lines
            if is_reachable(line) and len(line) <= _LONG
        ]
    return list(dict.fromkeys(found))[:_MOST_LINES]


def _sender(lines: Sequence[str]) -> str | None:
    for line in lines:
        about = _ABOUT.fullmatch(line.strip("*#_ "))
        if about and about["who"]:
            return about["who"].strip(" :")
    return None
