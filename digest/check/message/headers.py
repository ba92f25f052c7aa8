"""Rules about the headers of a message: who it is from, how one leaves the list, and what servers trip over.

Sources: RFC 5322 (3.6), 2047 (encoded words), 2369 and 2919 (List-*), 8058 (one-click); what Gmail and Yahoo ask of
senders since 2024; SpamAssassin (MISSING_DATE, MISSING_MID).
"""

from __future__ import annotations

import re
import unicodedata
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.hosts import is_private
from digest.check.message.wire import HeaderLine, header_lines
from digest.check.remarks import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.letter import Letter

_ONCE = frozenset(
    """
    date from sender reply-to to cc bcc message-id in-reply-to references subject mime-version content-type
    content-transfer-encoding list-id list-unsubscribe list-unsubscribe-post list-help list-archive list-post list-owner
    """.split()  # noqa: SIM905  read by people
)
"""RFC 5322 3.6, RFC 2369 2, RFC 2919 3: at most one of each."""
_NEEDED = {
    "date": "Date", "from": "From", "to": "To", "subject": "Subject", "message-id": "Message-ID",
}  # fmt: skip
_MAILBOX = re.compile(r"[^\s@<>()\[\],;:\"]+@(?:[\w-]+\.)+[\w-]{2,}\Z")
_IN_NAME = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s@]+@([^<>\s@]+)>\Z")
_ENCODED = re.compile(r"=\?([^?\s]*)\?([^?\s]*)\?([^?]*)\?=")
_BROKEN_WORD = re.compile(r"=\?[\w-]+\?[bqBQ]\?|=\?utf-?8")
_LIST_ID = re.compile(r"(?:[^<>]*\s)?<[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+>\Z")
_ADDRESSES = re.compile(r"<([^<>]*)>")
_NOREPLY = re.compile(r"(?i)\b(?:no-?reply|do-?not-?reply|keine-?antwort|ne-?pas-?repondre|no-?responder)\b")
_FREE = frozenset(
    """
    gmail.com googlemail.com yahoo.com yahoo.co.uk aol.com outlook.com hotmail.com live.com gmx.de web.de icloud.com
    """.split()  # noqa: SIM905  read by people
)
"""Their DMARC records tell receivers to refuse what others send in their name."""
_ODD = {
    "x-priority": "a priority", "x-msmail-priority": "a priority", "importance": "a priority", "priority": "a priority",
    "return-receipt-to": "asks for a receipt", "disposition-notification-to": "asks for a receipt",
    "x-confirm-reading-to": "asks for a receipt", "bcc": "names hidden recipients", "apparently-to": "names recipients",
    "x-spam-flag": "a filter's verdict", "x-spam-status": "a filter's verdict", "errors-to": "is out of use",
    "x-uidl": "is a mailbox's own", "cc": "shows readers who else gets the mail",
}  # fmt: skip
_NORMAL = frozenset({"3", "normal", "3 (normal)", "non-urgent", "medium"})
_LINE = 998
_MOST_RECIPIENTS = 2
"""A couple may share a subscription; more are a list that everybody sees."""
_SIGNS_LEAVE = re.compile(r"(?i)\bh\s*=[^;]*list-unsubscribe\b")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def headers(letter: Letter) -> Iterator[Remark]:
    """The headers that every message needs are there, once."""
    found = header_lines(letter.raw)
    if not found:
        return
    names = [one.name for one in found]
    for name, shown in _NEEDED.items():
        if name not in names:
            yield _about("headers", f"there is no {shown}", f"write it: {_WHY.get(name, 'RFC 5322 asks for it')}")
        for one in found:
            if one.name == name and not one.value and name != "subject":
                yield _about("headers", f"{shown} is empty", "fill it in", one)
    for name in dict.fromkeys(names):
        if name in _ONCE and names.count(name) > 1:
            second = [one for one in found if one.name == name][1]
            yield _about("headers", f"{_cased(name)} is there {names.count(name)} times", "keep one", second)
    for one in found:
        if one.name == "date" and one.value:
            yield from _date(one)


_WHY = {
    "date": "filters count mails without a date", "message-id": "filters count mails without one",
    "to": "a mail to nobody looks like one to everybody",
}  # fmt: skip


def _date(one: HeaderLine) -> Iterator[Remark]:
    try:
        parsed = parsedate_to_datetime(one.value)
    except (TypeError, ValueError, IndexError):
        parsed = None
    if parsed is None or not 1990 <= parsed.year <= 2200:
        yield _about("headers", f"Date cannot be read: {shortened(one.value, 40)}", "write it as RFC 5322 3.3 has it:"
                     " Fri, 20 Nov 2026 07:00:00 +0000", one)  # fmt: skip
        return
    day = one.value.partition(",")[0].strip().lower()
    if "," in one.value and day[:3] != parsed.strftime("%a").lower():
        yield _about(
            "headers", f"Date says {shortened(one.value, 40)}, and that is a {parsed:%A}", "correct the weekday", one
        )


def message_id(letter: Letter) -> Iterator[Remark]:
    """The Message-ID is one of its own, at a domain that is the sender's."""
    for one in _named(letter, "message-id"):
        found = _MESSAGE_ID.match(one.value)
        if not one.value:
            continue
        if not found:
            yield _about(
                "message-id", f"{shortened(one.value, 50)} is no Message-ID", "write <something@your-domain>", one
            )
        elif "." not in found.group(1).strip("[]") or is_private(f"https://{found.group(1)}/"):
            yield _about("message-id", f"the Message-ID is at {shortened(found.group(1), 40)}, which is no domain",
                         "let it end with the sender's domain", one)  # fmt: skip
        elif _is_elsewhere(letter, found.group(1)):
            yield _about("message-id", f"the Message-ID is at {shortened(found.group(1), 40)}, the sender is not",
                         "let it end with the sender's domain", one, advice=True)  # fmt: skip


def _is_elsewhere(letter: Letter, domain: str) -> bool:
    """Whether From names a mailbox, and at another house's domain."""
    sent = [one.value for one in _named(letter, "from") if "@" in one.value]
    return bool(sent) and not any(_same_house(domain, value) for value in sent)


def _same_house(domain: str, sender: str) -> bool:
    """Whether a domain and that of a From line have an end in common that is more than "co.uk"."""
    other = sender.rpartition("@")[2].strip(" <>").lower().split(".")
    own = domain.lower().split(".")
    shorter = min(len(own), len(other))
    return shorter > 0 and (own[-shorter:] == other[-shorter:] or own[-3:] == other[-3:] or own[-2:] == other[-2:])


def sender(letter: Letter) -> Iterator[Remark]:
    """From is one mailbox with a name that pretends nothing, and answers arrive."""
    for one in _named(letter, "from", "reply-to", "sender", "to"):
        if not one.value:
            continue
        boxes = [(name, address) for name, address in getaddresses([one.value]) if name or address]
        shown = _cased(one.name)
        if one.name in {"from", "sender"} and len(boxes) > 1:
            yield _about("sender", f"{shown} names {len(boxes)} senders", "name one", one)
        if one.name == "to" and len(boxes) > _MOST_RECIPIENTS:
            yield _about(
                "sender", f"To shows {len(boxes)} readers to each other", "send each a message of their own", one
            )
        for _, address in boxes or [("", "")]:
            if not _MAILBOX.match(address):
                yield _about("sender", f"{shown} is no mail address: {shortened(one.value, 50)}",
                             "write Name <address@example.org>", one)  # fmt: skip
                break
        yield from _sender_name(one, boxes, shown)


def _sender_name(one: HeaderLine, boxes: list[tuple[str, str]], shown: str) -> Iterator[Remark]:
    if not boxes or one.name == "to":
        return
    name, address = boxes[0][0], boxes[0][1].lower()
    said = one.text.rpartition("<")[0] or name
    pretended = _IN_NAME.search(said)
    if pretended and pretended.group().lower() != address and one.name == "from":
        yield _about("sender", f"the name of the sender is another address: {shortened(pretended.group(), 40)}",
                     "write a name: filters take that for a trick", one)  # fmt: skip
    elif one.name == "from" and not said.strip(' "'):
        yield _about("sender", "the sender has no name", "write Name <address@example.org>", one, advice=True)
    domain = address.rpartition("@")[2]
    if one.name == "from" and domain in _FREE:
        yield _about("sender", f"mail in the name of {domain} is refused unless {domain} sends it",
                     "send from a domain of your own", one)  # fmt: skip
    if _NOREPLY.search(address.partition("@")[0]):
        yield _about("sender", f"{shown} {shortened(address, 40)} takes no answers", "let readers answer somebody", one,
                     advice=True)  # fmt: skip


def list_headers(letter: Letter) -> Iterator[Remark]:
    """List-Id names the list, and List-Unsubscribe says how to leave it, in a form that programs read."""
    found = header_lines(letter.raw)
    if not found:
        return
    by_name = {one.name: one for one in found}
    listed = by_name.get("list-id")
    if listed is None:
        yield _about("list-headers", "there is no List-Id", "write Name <list.example.org>: programs sort by it",
                     advice=True)  # fmt: skip
    elif not _LIST_ID.match(listed.value):
        yield _about("list-headers", f"List-Id is not as RFC 2919 has it: {shortened(listed.value, 50)}",
                     "write Name <list.example.org>", listed)  # fmt: skip
    leave = by_name.get("list-unsubscribe")
    if leave is None:
        yield _about(
            "list-headers", "there is no List-Unsubscribe", "write <https://…>, <mailto:…>: Gmail and Yahoo ask for it"
        )
        return
    for one in found:
        if one.name.startswith("list-") and one.name != "list-id" and "=?" in one.value:
            yield _about("list-headers", f"{_cased(one.name)} is encoded: programs do not decode it",
                         "fold it after the comma between two addresses only", one)  # fmt: skip
    if "=?" not in leave.value:
        yield from _leave(leave)
    signed = [one for one in found if one.name == "dkim-signature"]
    if signed and not any(_SIGNS_LEAVE.search(one.value) for one in signed):
        yield _about("list-headers", "the DKIM signature leaves List-Unsubscribe out: programs then do not offer it",
                     "let h= name it (RFC 8058)", signed[0], advice=True)  # fmt: skip


def _leave(leave: HeaderLine) -> Iterator[Remark]:
    addresses = [one.strip() for one in _ADDRESSES.findall(leave.value)]
    if not addresses:
        yield _about("list-headers", f"List-Unsubscribe has no address in <…>: {shortened(leave.value, 50)}",
                     "write <https://…>, <mailto:…>", leave)  # fmt: skip
    for one in addresses:
        if not re.match(r"(?i)(?:https?://[^/\s]+|mailto:[^\s@]+@[^\s@]+)", one):
            yield _about("list-headers", f"List-Unsubscribe leads nowhere: {shortened(one, 50)}",
                         "write <https://…>, <mailto:…>", leave)  # fmt: skip
        elif " " in one or "\t" in one:
            yield _about("list-headers", "an address in List-Unsubscribe is broken by a blank",
                         "fold it after the comma between two addresses only", leave)  # fmt: skip
        elif one.lower().startswith("http") and is_private(one):
            yield _about("list-headers", f"List-Unsubscribe is known on your own network only: {shortened(one, 50)}",
                         "use a public address", leave)  # fmt: skip
    if any(one.lower().startswith("http:") for one in addresses):
        yield _about("list-headers", "List-Unsubscribe begins with http://", "use https://", leave)


def one_click(letter: Letter) -> Iterator[Remark]:
    """Readers can leave with one click in their mail program, as Gmail and Yahoo ask of those who mail many."""
    by_name = {one.name: one for one in header_lines(letter.raw)}
    leave, post = by_name.get("list-unsubscribe"), by_name.get("list-unsubscribe-post")
    if leave is None:
        return
    web = "https://" in leave.value.lower()
    if post is None:
        if web:
            yield _about("one-click", "there is no List-Unsubscribe-Post",
                         "write List-Unsubscribe=One-Click (RFC 8058)",
                         leave)  # fmt: skip
    elif not web:
        yield _about("one-click", "List-Unsubscribe-Post without an https address in List-Unsubscribe",
                     "add one that acts on a POST at once", post)  # fmt: skip
    elif post.value.replace(" ", "").lower() != "list-unsubscribe=one-click":
        yield _about("one-click", f"List-Unsubscribe-Post says {shortened(post.value, 40)}",
                     "write List-Unsubscribe=One-Click", post)  # fmt: skip


def by_mail_alone(letter: Letter) -> Iterator[Remark]:
    """Of digest's own mails: whether whoever wants to leave must write a mail, for want of a page that does it."""
    leave = next((one for one in header_lines(letter.raw) if one.name == "list-unsubscribe"), None)
    if leave is not None and "https://" not in leave.value.lower():
        yield _about("one-click", "List-Unsubscribe has a mail address alone: leaving takes a mail, not a click",
                     "Gmail and Yahoo ask for one click of those who mail thousands: see `digest serve --help`",
                     leave, advice=True)  # fmt: skip


def header_text(letter: Letter) -> Iterator[Remark]:
    """What stands in headers is readable everywhere: encoded where it must be, and without tricks."""
    for one in header_lines(letter.raw):
        shown = _cased(one.name)
        if not one.raw.isascii():
            yield _about("header-text", f"{shown} has letters that are not encoded", "encode it (RFC 2047)", one)
        if any(len(line) > _LINE for line in one.raw.split(b"\r\n")):
            continue  # a finding of line-ends
        if any(
            ord(character) < 32 and character != "\t" for character in one.raw.decode("latin-1").replace("\r\n", "")
        ):
            yield _about("header-text", f"{shown} has a control character", "take it out", one)
        if one.name in {"subject", "from", "to", "reply-to", "sender"}:
            yield from _words(one, shown)


def _words(one: HeaderLine, shown: str) -> Iterator[Remark]:
    said = one.text
    if one.name != "subject" and (unseen := _unseen(said)):
        yield _about("header-text", f"{shown} holds the invisible U+{ord(unseen):04X}", "take it out", one)
    value = one.value
    for found in _ENCODED.finditer(value):
        if trouble := _undecodable(*found.groups()):
            yield _about("header-text", f"{shown} cannot be decoded: {trouble}", "encode it as RFC 2047 has it", one)
            return
    if _BROKEN_WORD.search(said) or (said == value and _BROKEN_WORD.search(value)):
        yield _about("header-text", f"{shown} has a broken encoded word: {shortened(said, 40)}",
                     "encode it as RFC 2047 has it", one)  # fmt: skip
    elif "\ufffd" in said:
        yield _about("header-text", f"{shown} is not in the charset it names", "encode it as UTF-8", one)


def _undecodable(charset: str, encoding: str, text: str) -> str:
    if encoding.lower() not in {"q", "b"}:
        return f"there is no encoding {shortened(encoding, 10) or 'named'}"
    try:
        b"".decode(charset.partition("*")[0])
    except LookupError:
        return f"there is no charset {shortened(charset, 20) or 'named'}"
    if encoding.lower() == "b" and not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text):
        return "it is no base64"
    if encoding.lower() == "q" and (" " in text or re.search(r"=(?![0-9A-Fa-f]{2})", text)):
        return "it is no quoted-printable"
    return ""


def _unseen(text: str) -> str:
    """The first character that changes what is shown and is not seen itself."""
    return next((one for one in text if _BIDI.match(one) or unicodedata.category(one) in {"Cc", "Zl", "Zp"}
                 or one in "\u200b\u2060\ufeff\u00ad"), "")  # fmt: skip


def odd_headers(letter: Letter) -> Iterator[Remark]:
    """Headers that a newsletter should not have: priorities, receipts, somebody else's notes."""
    for one in header_lines(letter.raw):
        if one.name in _ODD and not (_ODD[one.name] == "a priority" and one.value.lower() in _NORMAL):
            yield _about(
                "odd-headers", f"{_cased(one.name)} {_ODD[one.name]}: {shortened(one.value, 30)}", "take it out", one
            )
        elif one.name == "precedence" and one.value.lower() not in {"bulk", "list"}:
            yield _about(
                "odd-headers", f"Precedence is {shortened(one.value, 20)}", "write bulk, or leave it away", one
            )


def _named(letter: Letter, *names: str) -> Iterator[HeaderLine]:
    return (one for one in header_lines(letter.raw) if one.name in names)


def _cased(name: str) -> str:
    return "-".join("ID" if part == "id" and name == "message-id" else part.capitalize() for part in name.split("-"))


def _about(rule: str, message: str, hint: str, header: HeaderLine | None = None, *, advice: bool = False) -> Remark:
    return Remark(
        rule=rule, part="message", line=header.line if header else None, message=message, hint=hint, advice=advice
    )


HEADER_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    headers, message_id, sender, list_headers, header_text, odd_headers,
)  # fmt: skip
