"""A mail saved as .eml: a newsletter, or a release sent to a list."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr
from typing import Final

from digest.gather.embargo import cut_html
from digest.gather.files.document import Document, UnreadableError, decoded, finish
from digest.gather.files.hidden import split_hidden
from digest.gather.files.plaintext import as_html, paragraphs
from digest.gather.repair import body_text, without_marker
from digest.model import Entry, Html
from digest.text.clean import clean
from digest.text.plain import drop_controls, plain
from digest.text.titles import tidy_title
from digest.text.urls import clean_url

_IN_BROWSER: Final = re.compile(
    r"(?:view|read|open|see)\b.{0,40}\b(?:browser|online|web)|web version|im browser|dans (?:votre|le) navigateur|"
    r"en (?:el|tu|su) navegador",
    re.IGNORECASE,
)
_ANCHOR: Final = re.compile(r'<a href="([^"]+)"[^<>]*>(.*?)</a>', re.DOTALL)
_FOOTER: Final = re.compile(
    r"unsubscribe|manage (?:your )?(?:preferences|subscription)|update (?:your )?preferences|leave (?:the|this) list|"
    r"you(?:['’]re| are|['’]ve| have)? (?:receiv(?:e|ed|ing)|getting) this|"
    r"you(?:['’]re| are) (?:on|subscribed to) (?:the|our)|abbestellen|newsletter abmelden|abmelden\W*\Z|"
    r"sie (?:erhalten|bekommen) diese|(?:se|vous) désabonner|désinscri|vous recevez ce|dar(?:te|se) de baja|"
    r"recibes? este (?:correo|mensaje|bolet)|ha recibido este (?:correo|mensaje|bolet)",
    re.IGNORECASE,
)
_LONGEST_FOOTER = 300
# The standard library's parser of header values raises these for headers that break the rules in ways it does not know.
_HEADER_ERRORS = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError)


def read(document: Document) -> Entry:
    """The entry of a mail: its HTML part if there is one, else the text; the sender's name is the organisation.

    Raises:
        UnreadableError: it is empty, no mail, or has no text.
    """
    if not document.data.strip():
        raise UnreadableError("is empty")
    try:
        message = message_from_bytes(document.data, policy=policy.default)
    except _HEADER_ERRORS as error:
        raise UnreadableError(f"is a mail that cannot be read: {error}") from error
    subject, sender = _header(message, "Subject"), _header(message, "From")
    if not subject and not sender:
        raise UnreadableError("is no mail: it has neither a subject nor a sender")
    body, unseen = _body(message)
    text, truncated = without_marker(_article_text(body))
    if not text:
        raise UnreadableError("is a mail without a text")
    return finish(
        document,
        title=re.sub(r"\A(?:(?:re|fwd?|aw|wg)\s*:\s*)+", "", tidy_title(subject), flags=re.IGNORECASE),
        body=body,
        text=text,
        notices=cut_html(unseen)[1],
        url=_original(message, body),
        published=_date(message),
        organisation=_sender_name(sender),
        language=None,
        truncated=truncated,
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return drop_controls(str(message.get(name) or ""))
    except _HEADER_ERRORS:
        return ""


def _date(message: EmailMessage) -> datetime | None:
    try:
        moment = getattr(message["Date"], "datetime", None)
    except _HEADER_ERRORS:
        return None
    if not isinstance(moment, datetime):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _sender_name(sender: str) -> str | None:
    """The name before the address, or the address' domain."""
    name, address = parseaddr(sender)
    return tidy_title(name.strip("\"' ")) or address.rpartition("@")[2] or None


def _body(message: EmailMessage) -> tuple[Html, Html]:
    """What the mail shows, and what it does not."""
    try:
        part = message.get_body(preferencelist=("html", "plain"))
    except _HEADER_ERRORS as error:
        raise UnreadableError(f"is a mail whose parts cannot be told apart: {error}") from error
    if part is None or part.get_content_maintype() != "text":
        return Html(""), Html("")
    content = drop_controls(_content(part))
    if part.get_content_subtype() != "html":
        return as_html(paragraphs(content.split("\n"))), Html("")
    shown, hidden = split_hidden(content)
    return clean(shown), clean(hidden)


def _content(part: MIMEPart) -> str:
    """The text of a part; where it names an encoding that does not exist, whichever fits."""
    try:
        return str(part.get_content())
    except _HEADER_ERRORS:
        payload = part.get_payload(decode=True)
        return decoded(payload) if isinstance(payload, bytes) else ""


def _article_text(body: Html) -> str:
    """The text without the line that leads to the browser and without what follows the footer's first words."""
    kept: list[str] = []
    parts = body_text(body).split("\n\n")
    for number, part in enumerate(parts):
        lines = part.split("\n")
        shown = [line for line in lines if not _is_footer(line) and not _leads_to_browser(line)]
        if shown:
            kept.append("\n".join(shown))
        elif number * 2 >= len(parts) and any(_is_footer(line) for line in lines):
            break
    while kept and re.fullmatch(r"[-–—_=*\s]+", kept[-1]):  # the line that parts the signature
        kept.pop()
    return "\n\n".join(kept)


def _is_footer(line: str) -> bool:
    return len(line) < _LONGEST_FOOTER and _FOOTER.search(line) is not None


def _leads_to_browser(line: str) -> bool:
    return len(line) < 150 and _IN_BROWSER.search(line) is not None


def _original(message: EmailMessage, body: Html) -> str | None:
    """Where the mail can be read on the web: its "view in browser" link, else the address its headers give."""
    for href, words in _ANCHOR.findall(body):
        if _IN_BROWSER.search(plain(words)):
            return clean_url(plain(href))
    archived = re.search(r"<?(https?://[^\s<>]+)>?", _header(message, "Archived-At"))
    return clean_url(archived[1]) if archived else None
