"""Rules about how a message is put together: its parts, their order, charsets and encodings.

Sources: RFC 2045, 2046 (5.1.4 alternative), 2387 and 2392 (related, cid), 3676 (format=flowed), 5322 2.1.1, 6376 5.3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.message.wire import header_lines, travels_with_crlf
from digest.check.remarks import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    from digest.check.letter import Letter

_LONGEST = 998
"""Octets of a line without its end; longer ones are cut or refused."""
_ENCODED = 76
_QP = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?$)", re.MULTILINE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_INVITATIONS = frozenset({"text/calendar", "text/x-amp-html", "text/watch-html"})


def structure(letter: Letter) -> Iterator[Remark]:
    """The parts are alternatives, the text first and the HTML last; pictures belong to the HTML."""
    message = letter.message
    if message is None:
        return
    bodies = [part for part in message.walk() if _is_body(part)]
    kinds = [part.get_content_type() for part in bodies]
    if "text/html" not in kinds and "text/plain" not in kinds:
        yield _about("structure", "there is neither a text part nor an HTML part", "send both")
        return
    if "text/plain" not in kinds:
        yield _about("structure", "there is no text part", "send multipart/alternative: the text first, then the HTML")
    if "text/html" in kinds and "text/plain" in kinds:
        if kinds.index("text/html") < kinds.index("text/plain"):
            yield _about("structure", "the HTML part comes before the text part: programs then show the text",
                         "put the text first and the HTML last")  # fmt: skip
        if not any(_is_alternative(part) for part in message.walk()):
            yield _about("structure", f"both parts are {message.get_content_type()}, so programs show both",
                         "make the whole multipart/alternative")  # fmt: skip
    if "text/html" in kinds and not letter.html.strip():
        yield _about("structure", "the HTML part is empty", "send the text alone, or both")
    for kind in ("text/plain", "text/html"):
        if kinds.count(kind) > 1:
            yield _about("structure", f"{kinds.count(kind)} parts are {kind}", "send one of each")
    yield from _containers(message)


def _containers(message: Message) -> Iterator[Remark]:
    for part in message.walk():
        kind = part.get_content_type()
        inner = [one.get_content_type() for one in part.get_payload()] if part.is_multipart() else []  # type: ignore[union-attr]
        if kind.startswith("multipart/") and not inner:
            yield _about("structure", f"{kind} without parts", "look at its boundary")
        elif kind.startswith("multipart/") and len(inner) == 1:
            yield _about("structure", f"{kind} with a single part", "send both parts, or the part alone", advice=True)
        if kind == "multipart/alternative" and any(one.startswith("image/") for one in inner):
            yield _about("structure", "a picture is an alternative to the texts",
                         "put the HTML and its pictures into multipart/related")  # fmt: skip
        last = inner[-1] if kind == "multipart/alternative" and "text/html" in inner else ""
        if last not in {"", "text/html", "text/plain", "multipart/related"}:
            yield _about("structure", f"{last} comes after the HTML part: programs that know it show that instead",
                         "put the HTML last")  # fmt: skip
        if part.defects and kind.startswith("multipart/"):
            yield _about("structure", f"{kind} is broken: {_defect(part)}", "end each part with its boundary")


def _defect(part: Message) -> str:
    name = type(part.defects[0]).__name__.removesuffix("Defect")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def attachment(letter: Letter) -> Iterator[Remark]:
    """Nothing is attached: filters look twice, phones load it, and a link does the same."""
    for part in letter.message.walk() if letter.message else ():
        disposition = part.get_content_disposition()
        kind = part.get_content_type()
        name = part.get_filename() or kind
        if part.is_multipart():
            continue
        if kind in {"text/plain", "text/html"} and disposition == "attachment" and not part.get_filename():
            yield _about("attachment", f"the {kind} part is marked as an attachment", "take Content-Disposition away")
        elif kind not in {"text/plain", "text/html"} or disposition == "attachment":
            if kind in _INVITATIONS:
                continue
            if not (kind.startswith("image/") and part.get("Content-ID") and disposition != "attachment"):
                yield _about("attachment", f"{shortened(name, 40)} is attached", "put it on the web and link to it")


def cid(letter: Letter) -> Iterator[Remark]:
    """Pictures inside the message are those that the HTML shows, each once."""
    if letter.message is None:
        return
    parts: dict[str, Message] = {}
    for part in letter.message.walk():
        name = str(part.get("Content-ID") or "").strip(" <>")
        if name and name in parts:
            yield _about("cid", f"two parts have the Content-ID {shortened(name, 40)}", "give each its own")
        if name:
            parts.setdefault(name, part)
    shown = re.findall(
        r"(?i)(?:src|background)\s*=\s*[\"']?cid:([^\"'\s>]+)|url\(\s*[\"']?cid:([^\"')\s]+)", letter.html
    )
    wanted = {first or second for first, second in shown}
    for name in sorted(wanted & set(parts)):
        if not _is_related(letter.message, parts[name]):
            said = f"the inline picture <{shortened(name, 40)}> is in no multipart/related with the HTML part"
            yield _about("cid", said, "put both into one, or give the picture an https address")
    for name in sorted(wanted - set(parts)):
        yield Remark(rule="cid", part="html", message=f"no part of the message is cid:{shortened(name, 40)}",
                     hint="give the picture an https address")  # fmt: skip
    for name in sorted(set(parts) - wanted):
        if parts[name].get_content_type().startswith("image/"):
            yield _about("cid", f"the picture <{shortened(name, 40)}> is in the message and nowhere shown",
                         "take it out", advice=True)  # fmt: skip


def _is_related(message: Message, wanted: Message) -> bool:
    """Whether a part stands in a multipart/related together with an HTML part (RFC 2387)."""
    for one in message.walk():
        if one.get_content_type() == "multipart/related":
            inside = list(one.walk())
            if wanted in inside and any(part.get_content_type() == "text/html" for part in inside):
                return True
    return False


def message_charset(letter: Letter) -> Iterator[Remark]:
    """Every text says that it is UTF-8, and is."""
    for part in letter.message.walk() if letter.message else ():
        if part.get_content_maintype() != "text" or part.is_multipart():
            continue
        kind, said = part.get_content_type(), str(part.get_param("charset") or "").strip().lower()
        data = part.get_payload(decode=True)
        data = data if isinstance(data, bytes) else b""
        if not said:
            yield _about("message-charset", f"the {kind} part does not say its charset",
                         f'write Content-Type: {kind}; charset="utf-8"', advice=data.isascii())  # fmt: skip
        elif said not in _UTF_8:
            yield _about("message-charset", f"the charset of the {kind} part is said to be {shortened(said, 30)}",
                         "send UTF-8: Gmail cuts mails off where another one does not fit")  # fmt: skip
        elif not _is_utf8(data):
            yield _about("message-charset", f"the {kind} part is not {said}, as it says", "encode it as UTF-8")
        elif said in {"us-ascii", "ascii"} and not data.isascii():
            yield _about("message-charset", f"the {kind} part is not ASCII, as it says", 'write charset="utf-8"')


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def transfer(letter: Letter) -> Iterator[Remark]:
    """The body is quoted-printable or base64, so that no server on the way changes it and breaks its signature."""
    for part in letter.message.walk() if letter.message else ():
        said = str(part.get("Content-Transfer-Encoding") or "").strip().lower()
        kind, raw = part.get_content_type(), _raw_payload(part)
        if found := _wrong_container(said, kind) if part.is_multipart() else _wrong_encoding(said, kind, raw):
            yield _about("transfer", *found)
        encoded = said in {"quoted-printable", "base64"} and not part.is_multipart()
        if encoded and max(len(line.rstrip(b"\r")) for line in raw.split(b"\n")) > _ENCODED:
            yield _about("transfer", f"the {kind} part has lines of more than {_ENCODED} characters",
                         "RFC 2045 allows no more in an encoded part", advice=True)  # fmt: skip


def _wrong_container(said: str, kind: str) -> tuple[str, str] | None:
    """What is wrong with the encoding of a part that holds parts, and what to do."""
    if said in {"", "7bit"}:
        return None
    if said in {"8bit", "binary"}:
        return f"{kind} travels as {said}", "use quoted-printable or base64"
    return f"{kind} cannot be {shortened(said, 30)}, only its parts can", "write it at the parts"


def _wrong_encoding(said: str, kind: str, raw: bytes) -> tuple[str, str] | None:
    hint = "use quoted-printable or base64"
    if said in {"8bit", "binary"}:
        return f"the {kind} part travels as {said}", hint
    if said in {"", "7bit"}:
        return None if raw.isascii() else (f"the {kind} part says that it is ASCII, and is not", hint)
    if said == "quoted-printable":
        if broken := _QP.search(raw):
            shown = raw[broken.start() : broken.start() + 6].decode("ascii", "replace").strip()
            return f"“{shown}” is no quoted-printable", "write =3D for the sign itself"
        return None if raw.isascii() else (f"the {kind} part is no whole quoted-printable", "encode it again")
    if said == "base64":
        broken_off = _NOT_BASE64.search(raw) or len(re.sub(rb"\s", b"", raw)) % 4
        return (f"the {kind} part is no whole base64", "encode it again") if broken_off else None
    return f"nobody knows the encoding {shortened(said, 30)} of the {kind} part", hint


def _raw_payload(part: Message) -> bytes:
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def line_ends(letter: Letter) -> Iterator[Remark]:
    """Lines are short enough and end with CR LF: servers cut, change or refuse others."""
    yield from _line_ends(letter.raw)


def _line_ends(raw: bytes) -> Iterator[Remark]:
    wire = travels_with_crlf(raw)
    lines = raw.split(b"\n")
    for number, line in enumerate(lines, 1):
        plain = line.removesuffix(b"\r")
        if len(plain) > _LONGEST:
            yield _about("line-ends", f"a line of {len(plain):,} octets; {_LONGEST} are allowed", "fold or encode it",
                         line=number)  # fmt: skip
        if b"\r" in plain:
            yield _about("line-ends", "a carriage return alone", "end lines with CR LF", line=number)
        elif wire and plain == line and number < len(lines):
            yield _about("line-ends", "a line feed alone", "end lines with CR LF", line=number)
        if b"\0" in plain:
            yield _about("line-ends", "a NUL: servers refuse it", "take it out", line=number)


def flowed(letter: Letter) -> Iterator[Remark]:
    """No format=flowed: few programs reflow it, and it forces blanks at the ends of lines."""
    for part in letter.message.walk() if letter.message else ():
        if str(part.get_param("format") or "").lower() == "flowed":
            yield _about("flowed", "the text part is format=flowed", "leave it away", advice=True)


def _is_body(part: Message) -> bool:
    return part.get_content_type() in {"text/plain", "text/html"} and part.get_content_disposition() != "attachment"


def _is_alternative(part: Message) -> bool:
    """Whether a container has both texts as alternatives, the HTML perhaps with its pictures."""
    if part.get_content_type() != "multipart/alternative":
        return False
    kinds = {inner.get_content_type() for inner in part.walk()}
    return {"text/plain", "text/html"} <= kinds


def _about(rule: str, message: str, hint: str, *, advice: bool = False, line: int | None = None) -> Remark:
    return Remark(rule=rule, part="message", line=line, message=message, hint=hint, advice=advice)


def mime_version(letter: Letter) -> Iterator[Remark]:
    """The message says that it is MIME; without that, programs show the source of it."""
    if letter.raw:
        said = [one for one in header_lines(letter.raw) if one.name == "mime-version"]
        if not said:
            yield _about("mime-version", "there is no MIME-Version", "write MIME-Version: 1.0")
        elif said[0].value.partition("(")[0].strip() != "1.0":
            yield _about(
                "mime-version", f"MIME-Version is {said[0].value}", "write MIME-Version: 1.0", line=said[0].line
            )


MIME_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    structure, attachment, cid, message_charset, transfer, line_ends, flowed, mime_version,
)  # fmt: skip
