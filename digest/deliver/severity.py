"""What a mail server's refusal says of an address: a status code and its words, weighed.

The codes are those of RFC 3463 and its register (RFC 5248), with RFC 7372 for sender authentication. Many servers give
a code that says nothing (5.0.0) or the wrong one, so the words they add decide where they are plain.
"""

from __future__ import annotations

import re
from typing import Literal

Severity = Literal["address", "hard", "blocked", "soft"]
"""address: there is no such mailbox. hard: another permanent refusal. blocked: they refuse us or what we wrote, not the
reader. soft: it may work another time (full, busy, too large)."""

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.])([45])[0-5]\d(?=[ \-#,:]|$)")

_NOBODY = re.compile(
    r"user (is )?unknown|unknown (user|recipient|address|local[- ]part|mailbox)|no such (user|mailbox|address|recipient"
    r"|person|account)|(user|recipient|mailbox|account|address)( \S+)? (was |is )?(not found|"
    r"does not exist|doesn'?t exist"
    r")"
    r"|does ?n[o']t have an? \S+ account|invalid (recipient|mailbox|user)|recipnotfound|recipientnotfound|mailbox "
    r"unavailable or not local|(?<!45)0 requested action not taken: mailbox unavailable|no mailbox here"
    r"|not our customer|address rejected: access denied|unrouteable address"
    r"|(benutzer|empfänger|adresse) (ist )?(unbekannt|nicht vorhanden)|(utilisateur|destinataire) inconnu|adresse "
    r"d'?expédition inexistante|(usuario|destinatario) desconocido",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(mailbox|inbox|mail box|storage)( \S+)? (is )?(full|over ?quota)|over ?quota|quota (is )?exceeded|exceed\w* "
    r"(\S+ ){0,2}(quota|storage)|out of storage|(insufficient|not enough) (\S+ )?(storage|space)|postfach (\S+ )?voll"
    r"|boîte (\S+ ){0,4}pleine|buzón (\S+ )?lleno",
    re.IGNORECASE,
)
_US = re.compile(
    r"spamhaus|spamcop|barracuda|sorbs|\b(black|block|deny)[ -]?list|blocked|\breputation\b|\bdmarc\b|\bspf\b|\bdkim\b"
    r"|\bspam\b|unsolicited|rate[ -]limit|too many (messages|connections)|unauthenticated"
    r"|sender (address )?(rejected|denied)|content rejected|virus|malware"
    r"|due to (\S+ )?policy|policy (reasons|restrictions?|violation)",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"(message|delivery time) expired|retry time(out)? (exceeded|not reached)|in (the )?queue too long|connection "
    r"(was )?(refused|timed out)",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"\b(host|server):? \S+( ?[\[(][0-9A-Fa-f.:]+[\])])?( said| reason|(?=:))", re.IGNORECASE)
_ABOUT_US = re.compile(r"5\.1\.[78]|5\.7\.(8|9|2\d|30|5\d\d|6\d\d|7\d\d)")
_ABOUT_THE_MESSAGE = frozenset({"5.2.2", "5.2.3", "5.3.4"})  # full; too large for the mailbox; for the server
_ABOUT_MORE = frozenset({"5.1.0", "5.1.2"})  # the sender's address as well; the domain, or a name server that is ill


def status_of(status: str, diagnostic: str) -> str:
    """The enhanced status code that says most: the field's, unless it is ``x.0.0`` and the server's words have one.

    Where there is none it is made of the three-digit reply: ``550`` becomes ``5.0.0``. Empty: there is nothing.
    """
    given = _first(status)
    if given and not given.endswith(".0.0"):
        return given
    for match in _ENHANCED.finditer(diagnostic):
        if match.group(1) != "2" and not match.group().endswith(".0.0"):
            return match.group()
    reply = _REPLY.search(diagnostic)
    if reply is not None:
        return f"{reply.group(1)}.0.0"
    return given


def _first(text: str) -> str:
    match = _ENHANCED.search(text)
    return "" if match is None else match.group()


def severity(status: str, diagnostic: str) -> Severity:
    """How bad a failed delivery is. ``status`` as ``status_of`` gives it; "" counts as permanent: mail was given up."""
    if status in _ABOUT_THE_MESSAGE or _FULL.search(diagnostic):
        return "soft"
    if status.startswith("4"):
        return "soft"
    if _ABOUT_US.fullmatch(status):
        return "blocked"
    if (status.startswith("5.1.") and status not in _ABOUT_MORE) or _NOBODY.search(diagnostic):
        return "address"
    if _LATER.search(diagnostic):  # nobody was reached for days
        return "soft"
    # A server may be called after what filters its mail, and then says so in every refusal.
    return "blocked" if _US.search(_SPEAKER.sub("", diagnostic)) else "hard"
