"""What real feeds and files get wrong, repaired here and nowhere else, each repair with its reason.

The figures are from 454 captured feeds with 12,736 entries.
"""

from __future__ import annotations

import calendar
import codecs
import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from typing import Any, Final
from zoneinfo import ZoneInfo

from digest.model import Html
from digest.text.clean import clean
from digest.text.dates import parse_date
from digest.text.plain import plain

# A picture's caption is no summary --------------------------------------------------------------------------------


def _start_media_description(parser: Any, _attributes: Any) -> None:
    parser.push("media_description", 1)


def _end_media_description(parser: Any) -> None:
    parser.pop("media_description")


def keep_captions_apart() -> None:
    """Let feedparser file ``media:description`` under its own name.

    It takes it for the item's description (kurtmckee/feedparser#53, open since 2016), so that the caption of the
    first picture replaces the summary: in the BBC's, NDTV's and El País' feeds for nearly every entry.
    """
    from feedparser.namespaces import mediarss  # noqa: PLC0415  heavy, and local files need it not

    mediarss.Namespace._start_media_description = _start_media_description  # noqa: SLF001  the only way in
    mediarss.Namespace._end_media_description = _end_media_description  # noqa: SLF001


_FIGCAPTION: Final = re.compile(r"<figcaption\b[^<>]*>.*?</figcaption>", re.DOTALL)


def body_text(body: str) -> str:
    """The plain text of a clean body without the captions of its pictures, unless there is nothing else.

    A caption is a whole sentence that often stands first, and would be taken for the article's first.
    """
    without = plain(_FIGCAPTION.sub("", body)) if "<figcaption" in body else plain(body)
    return without or plain(body)


# HTML that was escaped twice ---------------------------------------------------------------------------------------

_TWICE: Final = re.compile(
    r"&amp;((?:nbsp|amp|quot|apos|[lr][sd]quo|[bs]dquo|sbquo|[lr]aquo|[nm]dash|hellip|eacute|egrave|agrave|ccedil|"
    r"[aou]uml|[AOU]uml|szlig|ntilde|[aiou]acute|pound|euro|copy|reg|trade|middot|bull|deg|times|shy|zwnj|"
    r"#\d{2,6}|#[xX][0-9a-fA-F]{2,5});)"
)
_CODE: Final = re.compile(r"(<(?:code|pre|kbd|samp)\b.*?</(?:code|pre|kbd|samp)>)", re.DOTALL)
_TAGS_AS_TEXT: Final = re.compile(
    r"\s*&lt;(p|div|a|strong|em|ul|h[1-6])(?:\s[^<>]{0,300}?)?&gt;.*&lt;/\1&gt;", re.DOTALL
)


def unescaped(html: Html, *, base: str | None) -> Html:
    """Clean HTML without what was escaped twice: a "&nbsp;" that readers would see, or all tags as text.

    Once, and not in code: a text about HTML means its "&amp;amp;nbsp;" only where it marks it as code.
    """
    if "&" not in html:
        return html
    if "<" not in html and _TAGS_AS_TEXT.match(html):
        return clean(unescape(html), base=base)
    if not _TWICE.search(html):
        return html
    pieces = _CODE.split(html)
    return clean("".join(piece if number % 2 else _TWICE.sub(r"&\1", piece) for number, piece in enumerate(pieces)))


# UTF-8 that was read as Windows-1252 and encoded again ---------------------------------------------------------------

_CP1252_ONLY: Final = bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
_AS_IT_IS: Final = "digest.as-it-is"  # a way of the codecs' to treat errors
_BEYOND_ASCII: Final = re.compile("[^\0-\x7f]")
_DAMAGED: Final = re.compile(f"[\u00c2-\u00f4][\u0080-\u00bf{_CP1252_ONLY}]")
_ABOUT_IT: Final = (
    "mojibake", "utf-8", "utf8", "unicode", "charset", "encod", "codepage", "code page", "latin-1", "latin1", "8859",
    "1252", "zeichensatz", "codific",
)  # fmt: skip


def mended(text: str) -> str:
    """Text that says "donâ€™t" as it was meant, outside of code.

    Only if all of its letters beyond ASCII are such, so that no text is mended in part; and not where it speaks of
    encodings: there it may mean it. (233 of 12,000 entries of captured feeds had such a title or text.)
    """
    first = None if text.isascii() else _BEYOND_ASCII.search(text)
    if first is None or not _DAMAGED.match(text, first.start()):
        return text
    pieces = _CODE.split(text) if "<" in text else [text]
    try:
        pieces[::2] = [_as_bytes(piece).decode() for piece in pieces[::2]]
    except UnicodeError:
        return text
    whole, small = "".join(pieces), text.lower()
    return text if _C1.search(whole) or any(word in small for word in _ABOUT_IT) else whole


def _as_bytes(text: str) -> bytes:
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return text.encode("cp1252", _AS_IT_IS)


def _keep(error: UnicodeError) -> tuple[bytes, int]:
    """Five bytes of Windows-1252 mean nothing: most programs keep these as they are."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].encode("latin-1"), error.end


codecs.register_error(_AS_IT_IS, _keep)


# Texts that say nothing ---------------------------------------------------------------------------------------------


def repeats(text: str, title: str) -> bool:
    """Whether a text is but its title once more, which many programs put there for want of a text."""
    if abs(len(text) - len(title)) > _SLACK or not title:
        return False
    return _words(text) == _words(title)


def _words(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(" .…!?")


_SLACK: Final = 30
_C1: Final = re.compile("[\x80-\x9f]")

# Texts that stop in the middle ------------------------------------------------------------------------------------

_MORE: Final = re.compile(
    r"[\[(]?\s*\b(?:read more|continue reading|read the (?:full|rest)|read on|full (?:story|article)|keep reading|"
    r"weiterlesen|lire la suite|leer más|seguir leyendo)\b[^\n.!?]{0,150}[.\])]*\s*\Z",
    re.IGNORECASE,
)
_MORE_WORDS: Final = ("read", "full ", "weiterlesen", "lire la", "leer m", "seguir le")
_MORE_LENGTH: Final = 250
_APPEARED_LENGTH: Final = 550
_CUT: Final = re.compile(r"\s*(?:\[\s*(?:…|\.{3})\s*\]|…|(?<!\.)\.{3})\s*\Z")
_APPEARED: Final = re.compile(r"\n*The post .{1,300} (?:appeared first on|first appeared on) .{1,200}\Z")
_WHOLE: Final = re.compile(r"[.!?。！？؟।]['\"”’»)\]]*\Z")


def without_marker(text: str) -> tuple[str, bool]:
    """The text without what says that it goes on elsewhere, and whether there was such a thing.

    5 % of the entries end in "Read more", "[…]" or "…"; where that cut a sentence, "…" stays to show it. WordPress'
    "The post … appeared first on …" goes too, but says nothing about the length.
    """
    text, truncated = text.rstrip(), False
    if text.find("The post ", max(0, len(text) - _APPEARED_LENGTH)) >= 0:
        text = _APPEARED.sub("", text).rstrip()
    if _could_be_more(text):
        head, _, last = text.rpartition("\n")
        more = _MORE.search(last, max(0, len(last) - _MORE_LENGTH))
        if more:
            before = last[: more.start()].rstrip()
            if not before or more.group()[0] in "[(" or _WHOLE.search(before) or _CUT.search(before):
                text, truncated = f"{head}\n{before}".strip("\n"), True
    cut = _CUT.search(text, max(0, len(text) - _MORE_LENGTH)) if text.rstrip().endswith(("…", "...", "]")) else None
    if cut:
        text, truncated = text[: cut.start()].rstrip(), True
        if text and not _WHOLE.search(text):
            text += "…"
    return text, truncated


def _could_be_more(text: str) -> bool:
    """Whether its last words, after the last full stop but those at its end, are among those ``_MORE`` looks for.

    Looking for these first takes a tenth of the time.
    """
    core = text.rstrip(" .])")
    start = max(core.rfind("."), core.rfind("!"), core.rfind("?"), core.rfind("\n"), len(core) - _MORE_LENGTH)
    last = core[start + 1 :].lower()
    for words in _MORE_WORDS:  # noqa: SIM110  twice as quick as any()
        if words in last:
            return True
    return False


# References to characters that there are not -------------------------------------------------------------------------

_DOUBTFUL: Final = rb"&#(?:[xX](?:[dD][89a-fA-F][0-9a-fA-F]{2}|[0-9a-fA-F]{5,9})|[0-9]{5,10});"
_REFERENCES: Final = re.compile(_DOUBTFUL + rb"(?:" + _DOUBTFUL + rb")*")
_REFERENCE: Final = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")


def referring(body: bytes) -> bytes:
    """A document without references to halves of characters (``&#55357;&#56832;``: an emoji as UTF-16 has it).

    Halves that belong together become the character, others go, and so does what is beyond Unicode: XML 1.0 §4.1
    forbids them all, feedparser raises, and one of them would cost the whole feed.
    """
    return _REFERENCES.sub(_joined, body) if b"&#" in body else body


def _joined(found: re.Match[bytes]) -> bytes:
    codes = [int(hexed, 16) if hexed else int(number) for hexed, number in _REFERENCE.findall(found[0])]
    if all(code < 0xD800 or 0xDFFF < code <= 0x10FFFF for code in codes):
        return found[0]
    halves = "".join(chr(code) for code in codes if code <= 0x10FFFF).encode("utf-16", "surrogatepass")
    return "".join(f"&#{ord(char)};" for char in halves.decode("utf-16", "ignore")).encode()


# Dates ------------------------------------------------------------------------------------------------------------


_USUAL: Final = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC|[ECMP][SD]T)\Z|"
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))?\Z"
)
_MISREAD: Final = re.compile(
    r"\d{4}/\d{1,2}/\d{1,2}\b|"  # always taken for 1 November
    r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? [A-Za-z]{2,5}\Z|\d{8}T\d{4,6}|"  # the time is lost
    r".*\d:\d\d(?::\d\d)? ?[ap]\.?m\b|"  # so is the half of the day
    r".*\d:\d\d(?::\d\d)? \(?(?:BST|IST|WES?T|CES?T|MES?Z|EES?T|MSK|JST|AE[SD]T)\)?\Z",  # and these zones
    re.IGNORECASE,
)
_EPOCH: Final = re.compile(r"\d{10}(?:\d{3})?\Z")
_UTC_ZONE: Final = ZoneInfo("UTC")


def date_of(text: str | None, parsed: time.struct_time | None) -> datetime | None:
    """A date of an item, in UTC: as feedparser has read it, but for what it is known to misread or not to read.

    It takes ``2020/1/10 14:33:00`` for 1 November 2020, 5 pm for 5 am, a count of seconds for the year 1771, and
    Central European Time for UTC; it reads no "24. März 2025" and no "March 24, 2025".

    Args:
        text: as the feed has it.
        parsed: what feedparser made of that.
    """
    if not text or (parsed is not None and _USUAL.match(text)):
        return moment(parsed)
    said = " ".join(text.split())
    if _EPOCH.match(said):
        return datetime.fromtimestamp(int(said[:10]), UTC)
    if parsed is None or _MISREAD.match(said):
        found = parse_date(said, zone=_UTC_ZONE)
        return found or (None if "/" in said else moment(parsed))
    return moment(parsed)


def moment(parsed: time.struct_time | None) -> datetime | None:
    """A date of feedparser's as a datetime; None for what no calendar has (day 0, second 61, the year 0)."""
    if parsed is None:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except ValueError:
        pass
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


# Languages --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def language_tag(value: str | None) -> str | None:
    """A language tag as BCP 47 writes it, of ``en_us`` or ``EN-GB``; None for what is none ("English")."""
    if not value or not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", value.strip()):
        return None
    first, *rest = value.strip().replace("_", "-").split("-")
    shaped = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest]
    return "-".join([first.lower(), *shaped])
