"""What one mail holds of another: a forwarded one, which is the news then, or the one it answers, which is not.

Mail programs write it into the text in their own words; these are Gmail's, Outlook's, Apple Mail's and Thunderbird's in
English, German, French and Spanish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_KEYS: Final = {
    key: role
    for role, keys in (
        ("from", "from von de expéditeur remitente da van"),
        ("date", "date sent gesendet datum envoyé envoyé_le enviado enviado_el fecha data inviato verzonden am"),
        ("to", "to an à pour para a destinataire aan cc kopie copie cci bcc reply-to antwort_an"),
        ("subject", "subject betreff objet asunto oggetto onderwerp"),
    )
    for key in keys.split()
}
_HEADER: Final = re.compile(r"[>\s*|]*([^\W\d_][\w -]{0,14}?)\s*[*_]{0,2}\s*:\s*[*_]{0,2}\s*(.*)")
_FORWARDED: Final = re.compile(
    r"[>\s]*-{2,}\s*(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|"
    r"forwarded by .{1,80})\s*-{2,}\s*|[>\s]*(?:begin forwarded message|anfang der weitergeleiteten nachricht|"
    r"début du message (?:transféré|réexpédié)|inicio del mensaje reenviado)\s*:\s*",
    re.IGNORECASE,
)
_ORIGINAL: Final = re.compile(
    r"[>\s]*-{2,}\s*(?:original message|ursprüngliche nachricht|message d['’]origine|mensaje original)\s*-{2,}\s*",
    re.IGNORECASE,
)
_WROTE: Final = re.compile(
    r"\s*(?:On\b.{8,160}\bwrote|Am\b.{8,160}\bschrieb\b.{0,100}|Le\b.{8,160}\ba écrit|El\b.{8,160}\bescribió)\s*:\s*",
    re.DOTALL,
)
_FORWARD_SUBJECT: Final = re.compile(r"\s*(?:fwd?|wg|tr|rv|wtr|i)\s*:", re.IGNORECASE)
_REPLY_SUBJECT: Final = re.compile(r"\s*(?:re|aw|antw|sv)\s*:", re.IGNORECASE)
_PREFIX: Final = re.compile(r"\A\s*(?:(?:re|fwd?|aw|wg|tr|rv|antw|sv|wtr)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_SHORT = 300  # letters of a remark above a forwarded mail
_MOST_HEADERS = 14  # lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """Where in the lines of a mail another begins, and what it says of itself there."""

    above: int  # the line at which the remark before it ends
    start: int  # the line at which its text begins
    sender: str = ""
    date: str = ""
    subject: str = ""
    is_news: bool = True  # False: it is what the mail answers


def without_prefix(subject: str) -> str:
    """A subject without "Fwd:", "WG:", "Re:"."""
    return _PREFIX.sub("", subject)


def find_forwarded(lines: Sequence[str], subject: str) -> Forwarded | None:
    """The first mail within the lines of another.

    Args:
        lines: of the text; "> " before them is passed over.
        subject: of the mail around it, which says whether it forwards or answers.
    """
    for number, line in enumerate(lines):
        if ":" not in line and "-" not in line:
            continue
        marker = _FORWARDED.fullmatch(line)
        if marker or _ORIGINAL.fullmatch(line):
            headers = _headers(lines, number + 1)
        elif _HEADER.match(line):
            headers = _headers(lines, number)
        else:
            headers = None
        if headers is not None:
            above = len(" ".join(lines[:number]).strip())
            news = marker is not None or _is_forward(subject, above)
            return Forwarded(above=number, start=headers[1], is_news=news, **headers[0])
        if _WROTE.fullmatch(" ".join(lines[number : number + 2])) or _WROTE.fullmatch(line):
            after = number + (1 if _WROTE.fullmatch(line) else 2)
            alone = not any(text.strip() for text in lines[:number])
            return Forwarded(above=number, start=after, is_news=alone or _is_forward(subject, _SHORT))
    return None


def unquoted(lines: Sequence[str]) -> list[str]:
    """Lines without the "> " that stands before them all."""
    filled = [line for line in lines if line.strip()]
    if not filled or not all(line.lstrip().startswith(">") for line in filled):
        return list(lines)
    return [re.sub(r"^\s*>\s?", "", line) for line in lines]


def _is_forward(subject: str, letters_above: int) -> bool:
    if _FORWARD_SUBJECT.match(subject):
        return True
    return not _REPLY_SUBJECT.match(subject) and letters_above < _SHORT


def _headers(lines: Sequence[str], start: int) -> tuple[dict[str, str], int] | None:
    """The headers that stand at a line, and where the text below them begins; None if these are too few for a mail's.

    "From:" comes first in all programs; a long list of addressees may run over lines.
    """
    found: dict[str, str] = {}
    place = start
    while place < len(lines) and not lines[place].strip(" >"):
        place += 1
    end = place
    for number in range(place, min(place + _MOST_HEADERS, len(lines))):
        header = _HEADER.fullmatch(lines[number].rstrip())
        role = _KEYS.get(header[1].strip().lower().replace(" ", "_")) if header else None
        if header and role:
            if role != "to":
                found.setdefault("sender" if role == "from" else role, header[2].strip(" *_"))
            end = number + 1
        elif "sender" not in found or not lines[number].strip(" >"):
            if "sender" in found and {"date", "subject"} <= found.keys():
                break
            if "sender" not in found:
                return None
    if "sender" not in found or not {"date", "subject"} & found.keys():
        return None
    return found, end
