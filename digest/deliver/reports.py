"""Reads what a mail server says of a message it could not deliver: RFC 3464, and the prose of servers without it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from typing import Literal, get_args

from digest.deliver.headers import one_line
from digest.deliver.mailtext import decoded, header, is_encoded, text_of
from digest.deliver.severity import Severity, severity, status_of

Action = Literal["failed", "delayed", "delivered"]

DETAIL = 300  # characters of a server's words that are kept
_ORDER: dict[str, int] = {"failed": 0, "delayed": 1, "delivered": 2, "relayed": 2, "expanded": 2}
"""The actions of RFC 3464 §2.3.3, the one that matters most first."""

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9\u0080-\U0010ffff.-]{1,255}[A-Za-z0-9]")
_ANSWER = re.compile(r"(re|aw|sv|antw|rif|fwd?|wg|tr)\s?:|auto|out of|abwesen|r[ée]ponse|respuesta", re.IGNORECASE)
_TYPED = re.compile(r"^\s*[A-Za-z0-9_-]+\s*;\s*")
_DAEMON = re.compile(
    r"^(mailer[-_.]?daemon|post-?master|mail[-_.]?daemon|microsoftexchange\w*|maildelivery)\b", re.IGNORECASE
)
_FAILED = re.compile(
    r"undeliver|delivery (status|failure|has failed|report|error|problem|failed)"
    r"|returned mail|failure notice|mail "
    r"(system )?(delivery )?(failed|failure|error)|could not be delivered"
    r"|non[- ]remis|nicht (zugestellt|zustellbar)|unzustellbar"
    r"|zustellung|no (se pudo )?entrega|échec|mancata consegna|message not delivered|returning message",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\bdelay(ed)?\b|(will|being) (keep trying|be retried|retried|retry)"
    r"|not yet been delivered|warning: (message|could not"
    r" send)|transient non-fatal|verzöger|retardé|retrasad",
    re.IGNORECASE,
)
_QMAIL = re.compile(r"^<([^<>\s]{1,64}@[^<>\s]{1,255})>:[ \t]*\n((?:.*\S.*(?:\n|\Z))+)", re.MULTILINE)
_COPY = re.compile(
    r"^[- ]*(below this line is a copy|(this is|here is) a copy of|original message|message header|included is a copy"
    r"|unsent message|the header of the original)",
    re.IGNORECASE | re.MULTILINE,
)
_REFUSAL = re.compile(r"(?<![\d.])[45][0-5]\d(?=[ \-#]).*|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d).*")
_NAMED = re.compile(r"^[ \t]*<?([^\s<>:]{1,64}@[^\s<>:,]{1,255}?)>?[:,.]?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a message, as a server tells it."""

    action: Action
    recipients: tuple[str, ...]
    status: str = ""
    diagnostic: str = ""
    dialect: str  # for people: who speaks so


# --- RFC 3464 --------------------------------------------------------------------------------------------------


def delivery_status(part: Message) -> Report | None:
    """The report in a ``message/delivery-status`` part. None: it tells nothing.

    Our messages have one recipient each; several here are the mailboxes that a reader forwards to. What failed counts,
    and of several failures the mildest: a full mailbox beside one that is gone still belongs to somebody.
    Fields are taken as they come: Action may be missing, types before the semicolon too, and Exchange's addresses have
    spaces around them (RFC 3464 §2.3 asks for all of it).
    """
    groups = [group for group in _groups(part) if "final-recipient" in group or "action" in group or "status" in group]
    if not groups:
        return None
    worst = min(groups, key=lambda group: (_ORDER[_action(group)], -_weight(group)))
    actions: dict[int, Action] = {0: "failed", 1: "delayed", 2: "delivered"}
    return Report(
        action=actions[_ORDER[_action(worst)]],
        recipients=_unique(
            _bare(group.get(name, ""))
            for group in groups
            if _action(group) == _action(worst)
            for name in ("original-recipient", "final-recipient", "x-actual-recipient")
        ),
        status=worst.get("status", ""),
        diagnostic=_words(worst),
        dialect="a delivery report (RFC 3464)",
    )


def _groups(part: Message) -> list[dict[str, str]]:
    payload = part.get_payload()
    blocks = [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []
    if not blocks or is_encoded(part):
        text = decoded(part) if not blocks else decoded(blocks[0], like=part)
        chunks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
        blocks += [HeaderParser().parsestr(chunk) for chunk in chunks]
    found = []
    for block in blocks:
        group: dict[str, str] = {}
        for name, value in block.items():
            group.setdefault(name.lower(), " ".join(one_line(str(value).replace("\n", " ")).split()))
        found.append(group)
    return found


def _words(group: dict[str, str]) -> str:
    return _short(_TYPED.sub("", group.get("diagnostic-code", "")))


def _weight(group: dict[str, str]) -> int:
    """How bad: 0 is worst."""
    words = _words(group)
    return get_args(Severity).index(severity(status_of(group.get("status", ""), words), words))


def _action(group: dict[str, str]) -> str:
    said = group.get("action", "").split(";")[0].split(" ")[0].strip().lower()
    if said in _ORDER:
        return said
    return "delivered" if group.get("status", "").startswith("2") else "failed"


def _bare(field: str) -> str:
    found = _ADDRESS.search(_TYPED.sub("", field))
    return "" if found is None else found.group()


# --- prose -----------------------------------------------------------------------------------------------------


def is_from_a_server(message: Message) -> bool:
    """Whether the sender is what mail servers sign themselves, or nobody (RFC 5321 §4.5.5)."""
    return _is_signed_by_one(message) or header(message, "return-path").replace(" ", "") == "<>"


def _is_signed_by_one(message: Message) -> bool:
    sender = header(message, "from")
    found = _ADDRESS.search(sender)
    return bool(_DAEMON.match(found.group() if found else sender))


def _is_an_answer(message: Message) -> bool:
    """Whether a person's mailbox wrote it, though from nobody (RFC 3834 §3.3): then the subject is ours."""
    said = header(message, "auto-submitted").lower().startswith("auto-replied") or header(message, "in-reply-to")
    return not _is_signed_by_one(message) and bool(said or _ANSWER.match(header(message, "subject")))


def prose_report(message: Message, parts: Sequence[Message]) -> Report | None:
    """The report in a mail that tells it in words: qmail, Exim, Sendmail, Yahoo and others. None: it is none."""
    failed = _unique(_ADDRESS.findall(header(message, "x-failed-recipients")))
    text = text_of(parts)
    told = _COPY.split(text, maxsplit=1)[0]
    if failed:
        return Report(action="failed", recipients=failed, diagnostic=_refusal(told), dialect="Exim's words")
    if not is_from_a_server(message) or _is_an_answer(message):
        return None
    if "This is the qmail-send program" in told:
        return _qmail(told, "qmail's words")
    subject = header(message, "subject")
    if _DELAYED.search(subject) or (_FAILED.search(subject) and _is_only_late(told)):
        return Report(action="delayed", recipients=_named(told), diagnostic=_refusal(told), dialect="a server's words")
    if not _FAILED.search(subject):
        return None
    if _QMAIL.search(told):
        return _qmail(told, "a server's words, as qmail puts them")
    return Report(action="failed", recipients=_named(told), diagnostic=_refusal(told), dialect="a server's words")


def _is_only_late(told: str) -> bool:
    return bool(_DELAYED.search(told)) and not re.search(
        r"permanent(ly)?\b|fatal errors", told.replace("non-fatal", "")
    )


def _qmail(told: str, dialect: str) -> Report:
    found = _QMAIL.findall(told)
    return Report(
        action="failed",
        recipients=_unique(_bare(address) for address, _ in found),
        diagnostic=_short(" ".join(found[0][1].split())) if found else _refusal(told),
        dialect=dialect,
    )


def _named(told: str) -> tuple[str, ...]:
    """Addresses that have a line to themselves; else all that there are."""
    alone = _unique(_bare(address) for address in _NAMED.findall(told))
    return alone or _unique(_ADDRESS.findall(told))


def _refusal(told: str) -> str:
    """The line, and the one after it, in which a server refuses; else what is said after the address."""
    lines = [line.strip() for line in told.splitlines()]
    for number, line in enumerate(lines):
        if _REFUSAL.search(line):
            return _short(" ".join(lines[number : number + 2]))
    after = next((number + 1 for number, line in enumerate(lines) if _NAMED.match(line)), 0)
    return _short(" ".join(filter(None, lines[after:])))


def _short(text: str) -> str:
    return one_line(text.replace("\n", " "))[:DETAIL]


def _unique(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))
