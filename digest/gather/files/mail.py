"""A mail saved as .eml: a newsletter, a release sent to a list, or either forwarded by a colleague."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from typing import Any, Final

from digest.gather.embargo import cut_html, cut_lines, cut_title
from digest.gather.files import mailparts, press
from digest.gather.files.document import Document, UnreadableError
from digest.gather.files.entry import finish
from digest.gather.files.forwarded import find_forwarded, unquoted, without_prefix
from digest.gather.files.hidden import split_hidden
from digest.gather.files.plaintext import as_html, paragraphs
from digest.gather.repair import body_text, language_tag, without_marker
from digest.model import Entry, Html
from digest.text.clean import clean
from digest.text.plain import plain
from digest.text.titles import tidy_title, title_key
from digest.text.urls import clean_url

_IN_BROWSER: Final = re.compile(
    r"(?:view|read|open|see)\b.{0,40}\b(?:browser|online|web)|web ?version|im browser|online (?:ansehen|lesen)|"
    r"dans (?:votre|le) navigateur|version en ligne|en (?:el|tu|su) navegador|versión web",
    re.IGNORECASE,
)
_ANCHOR: Final = re.compile(r'<a href="([^"]+)"[^<>]*>(.*?)</a>', re.DOTALL)
_CANONICAL: Final = re.compile(
    r"""<link\b(?=[^<>]*\brel\s*=\s*["']?canonical)[^<>]*\bhref\s*=\s*["']?([^\s"'<>]+)""", re.IGNORECASE
)
_LANGUAGE: Final = re.compile(r"""<html\b[^<>]*\blang\s*=\s*["']?([A-Za-z-]{2,12})""", re.IGNORECASE)
_FOOTER: Final = re.compile(
    r"unsubscribe|manage (?:your )?(?:preferences|subscription)|update (?:your )?preferences|leave (?:the|this) list|"
    r"you(?:['’]re| are|['’]ve| have)? (?:receiv(?:e|ed|ing)|getting) this|"
    r"you(?:['’]re| are) (?:on|subscribed to) (?:the|our)|forward(?:ed)? (?:this|to a friend)|add us to your address|"
    r"abbestellen|newsletter abmelden|abmelden\W*\Z|"
    r"sie (?:erhalten|bekommen) diese|(?:se|vous) désabonner|désinscri|vous recevez ce|dar(?:te|se) de baja|"
    r"recibes? este (?:correo|mensaje|bolet)|ha recibido este (?:correo|mensaje|bolet)",
    re.IGNORECASE,
)
_LONGEST_FOOTER = 300
_LONGEST_SIGNATURE = 700
_PIXEL: Final = re.compile(
    r"<img\b[^<>]*?(?:style\s*=\s*[\"'][^\"'<>]*(?<![\w-])(?:width|height)\s*:\s*[01](?:px)?\s*[;\"']|src\s*=\s*[\"']?"
    r"[^\s\"'<>]*/(?:open|pixel|beacon|track|wf/open|o)(?:\.(?:gif|png|php|aspx))?[?/])[^<>]*>",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(
    r"<br>|</?(?:p|div|section|article|header|footer|main|aside|h[1-6]|ul|ol|li|blockquote|pre|table|tbody|"
    r"thead|tr|td|th|hr)(?:\s(?:\"[^\"]*+\"|[^<>\"])*+)?>"
)
_GENERIC: Final = re.compile(
    r"\W*(?:(?:(?:press|news|media) (?:release|statement|advisory)|presse(?:mitteilung|information)|"
    r"communiqué de presse|(?:nota|comunicado) de prensa|newsletter|news|embargoed?|for immediate "
    r"release|statement|medienmitteilung)\W*)+[\d\W]*",
    re.IGNORECASE,
)
_REMARK = 60  # words of a mail around an attached one
_DEEPEST = 5  # mails forwarded in mails


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """What a mail says, or the mail forwarded in it."""

    subject: str
    sender: str
    date: datetime | None
    language: str | None
    body: Html  # what it shows
    notices: tuple[str, ...] = ()  # of an embargo, in what is not shown, or in the mail around it
    lines: tuple[str, ...] = ()  # of a mail in plain text
    canonical: str = ""  # where its HTML says that it stands on the web


def read(document: Document) -> Entry:
    """The entry of a mail: its HTML part if there is one, else the text; the sender's name is the organisation.

    Of a forwarded one the entry is what was forwarded; of an answer, what it says above the words it answers. A
    release within is read as one.

    Raises:
        UnreadableError: it is empty, no mail, has no text or nothing but attachments, or has an embargo whose time
            cannot be read.
    """
    if not document.data.strip():
        raise UnreadableError("is empty")
    try:
        message = message_from_bytes(document.data, policy=policy.default)
        message = mailparts.mended(message)
        files = mailparts.attached(message)
        letter, message, notes = _letter(message)
    except mailparts.HEADER_ERRORS as error:
        raise UnreadableError(f"is a mail that cannot be read: {error}") from error
    if not letter.subject and not letter.sender:
        raise UnreadableError("is no mail: it has neither a subject nor a sender")
    letter = _innermost(document, letter)
    text, truncated = without_marker(_article_text(letter))
    if not text and files:
        raise UnreadableError(f"holds nothing but attachments: {', '.join(files)}",
                              hint="save the attachment itself into feeds/")  # fmt: skip
    if not text:
        raise UnreadableError("is a mail without a text")
    if files:
        notes = (*notes, f"has attachments that were not read: {', '.join(files)}")
    return finish(
        document,
        body=letter.body,
        published=letter.date,
        language=letter.language,
        notes=notes,
        **{
            "title": tidy_title(letter.subject),
            "text": text,
            "url": _original(message, letter),
            "organisation": mailparts.sender_name(letter.sender),
            "truncated": truncated,
            "notices": letter.notices,
            **_as_release(text, letter),
        },
    )


def _letter(message: EmailMessage) -> tuple[_Letter, EmailMessage, tuple[str, ...]]:
    """What a mail says, or the one attached to it if that is what it forwards."""
    notes: tuple[str, ...] = ()
    outer: tuple[str, ...] = ()
    for _ in range(_DEEPEST):
        inner = mailparts.attached_mails(message)
        own = mailparts.body_part(message)
        if not inner or len(_words(own).split()) > _REMARK:
            break
        outer = (*outer, *_notices(mailparts.header(message, "Subject"), _words(own).split("\n")))
        message = inner[0]
        notes = (f"has {len(inner)} mails attached; only the first was read",) if len(inner) > 1 else notes
    part = mailparts.body_part(message)
    subject, sender = mailparts.header(message, "Subject"), mailparts.header(message, "From")
    said = language_tag(mailparts.header(message, "Content-Language").partition(",")[0])
    letter = _Letter(
        subject=subject, sender=sender, date=mailparts.date_of(message), language=said, body=Html(""), notices=outer
    )
    if part is None:
        return letter, message, notes
    content = mailparts.content(part)
    if part.get_content_subtype() != "html":
        return replace(letter, lines=tuple(content.split("\n"))), message, notes
    shown, hidden = split_hidden(_PIXEL.sub("", content))
    canonical, language = _CANONICAL.search(content), _LANGUAGE.search(content)
    letter = replace(
        letter,
        body=clean(shown),
        notices=(*outer, *cut_html(clean(hidden))[1]),
        canonical=canonical[1] if canonical else "",
        language=said or (language_tag(language[1]) if language else None),
    )
    return letter, message, notes


def _words(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    text = mailparts.content(part)
    return plain(clean(text)) if part.get_content_subtype() == "html" else text


def _innermost(document: Document, letter: _Letter) -> _Letter:
    """The mail that is forwarded in the text of this one, if there is one; without what it answers.

    What the one who forwards it says of an embargo, in the subject or above, holds for it too.
    """
    for _ in range(_DEEPEST):
        spans, lines = _lines(letter)
        found = find_forwarded(lines, letter.subject)
        if found is None:
            break
        start, end = (found.start, len(lines)) if found.is_news else (0, found.above)
        letter = replace(
            letter,
            lines=tuple(unquoted(lines[start:end])) if letter.lines else (),
            body=letter.body if letter.lines else clean(_piece(letter.body, spans, start, end)),
        )
        if not found.is_news:
            break
        letter = replace(
            letter,
            subject=found.subject or letter.subject,
            sender=found.sender or letter.sender,
            date=press.moment(document, found.date) or letter.date,
            notices=(*letter.notices, *_notices(letter.subject, lines[: found.above])),
        )
    subject = without_prefix(tidy_title(letter.subject))
    body = as_html(paragraphs([line.strip() for line in letter.lines])) if letter.lines else letter.body
    return replace(letter, subject=subject, body=body)


def _notices(subject: str, lines: Sequence[str]) -> tuple[str, ...]:
    return (*cut_title(without_prefix(tidy_title(subject)))[1], *cut_lines([*lines])[1])


def _lines(letter: _Letter) -> tuple[list[tuple[int, int]], list[str]]:
    """The lines of a mail, and where in its HTML they stand."""
    if letter.lines:
        return [], list(letter.lines)
    bounds = [0, *(edge for tag in _BREAK.finditer(letter.body) for edge in tag.span()), len(letter.body)]
    spans = list(zip(bounds[::2], bounds[1::2], strict=True))
    return spans, [" ".join(plain(letter.body[start:end]).split()) for start, end in spans]


def _piece(body: str, spans: list[tuple[int, int]], start: int, end: int) -> str:
    if start >= len(spans):
        return ""
    return body[spans[start][0] : spans[end - 1][1] if end else 0]


def _as_release(text: str, letter: _Letter) -> dict[str, Any]:
    """What is read otherwise if the mail holds a release: see ``press``."""
    if not press.is_press_release(text):
        return {}
    try:
        release = press.parse(text)
    except UnreadableError:  # several, as wires send them: a newsletter then
        return {}
    subject, in_subject = cut_title(letter.subject)
    same = _alike(subject, release.title) and (not subject or press.is_headline(release.title))
    told = release.article if same else (release.title, *release.article)
    fields: dict[str, Any] = {
        "title": release.title if same else subject,
        "text": "\n\n".join(told), "summary": release.summary, "kind": release.kind, "contact": release.contact,
        "authors": release.authors, "quotes": release.quotes, "truncated": release.truncated,
        "notices": (*letter.notices, *in_subject, *release.notices),
    }  # fmt: skip
    if release.link and (url := clean_url(release.link)):
        fields["url"] = url
    if release.organisation:
        fields["organisation"] = release.organisation
    return fields


def _alike(subject: str, headline: str) -> bool:
    """Whether the subject is the headline, a part of it, or no more than "Press release"."""
    if not subject or _GENERIC.fullmatch(subject):
        return True
    one, other = (set(title_key(text).split()) for text in (subject, headline))
    return len(one & other) * 2 >= min(len(one), len(other)) > 0


def _article_text(letter: _Letter) -> str:
    """The text without the line that leads to the browser, and without what follows the footer's first words."""
    kept: list[str] = []
    parts = _without_signature(body_text(letter.body)).split("\n\n")
    for number, part in enumerate(parts):
        lines = part.split("\n")
        shown = [
            line for line in lines if re.search(r"\w", line) and not _is_footer(line) and not _leads_to_browser(line)
        ]
        if shown:
            kept.append("\n".join(shown))
        elif number * 2 >= len(parts) and any(_is_footer(line) for line in lines):
            break
    return "\n\n".join(kept)


def _without_signature(text: str) -> str:
    """The text up to the "--" that parts a signature from it (RFC 3676 §4.3), unless more follows than one has."""
    head, mark, tail = f"\n{text}".rpartition("\n--\n")
    return head.strip("\n") if mark and re.search(r"\w", head) and len(tail) <= _LONGEST_SIGNATURE else text


def _is_footer(line: str) -> bool:
    return len(line) < _LONGEST_FOOTER and _FOOTER.search(line) is not None


def _leads_to_browser(line: str) -> bool:
    return len(line) < 150 and _IN_BROWSER.search(line) is not None


def _original(message: EmailMessage, letter: _Letter) -> str | None:
    """Where the mail can be read on the web: its "view in browser" link, else the address its head or headers give.

    Not ``List-Archive``: that is the list's page, the same for all its mails.
    """
    for href, words in _ANCHOR.findall(letter.body):
        if _IN_BROWSER.search(plain(words)):
            return clean_url(plain(href))
    for number, line in enumerate(letter.lines):
        if _leads_to_browser(line):
            found = re.search(r"https?://[^\s<>()\]]+", " ".join(letter.lines[number : number + 2]))
            if found:
                return clean_url(found.group())
    archived = re.search(r"<?(https?://[^\s<>]+)>?", letter.canonical or mailparts.header(message, "Archived-At"))
    return clean_url(archived[1]) if archived else None
