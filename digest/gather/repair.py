"""What real feeds and files get wrong, repaired here and nowhere else, each repair with its reason.

The figures are from 454 captured feeds with 12,736 entries.
"""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from typing import Any, Final

from digest.model import Html
from digest.text.clean import clean
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


# Texts that stop in the middle ------------------------------------------------------------------------------------

_MORE: Final = re.compile(
    r"[\[(]?\s*\b(?:read more|continue reading|read the (?:full|rest)|read on|full (?:story|article)|keep reading|"
    r"weiterlesen|lire la suite|leer más|seguir leyendo)\b[^\n.!?]{0,150}[.\])]*\s*\Z",
    re.IGNORECASE,
)
_MORE_WORDS: Final = ("read", "full ", "weiterlesen", "lire la", "leer m", "seguir le")
_TAIL: Final = 250  # letters at the end of a text, in which all of these stand; _APPEARED may be twice as long
_CUT: Final = re.compile(r"\s*(?:\[\s*(?:…|\.{3})\s*\]|…|(?<!\.)\.{3})\s*\Z")
_APPEARED: Final = re.compile(r"\n*The post .{1,300} (?:appeared first on|first appeared on) .{1,200}\Z")
_WHOLE: Final = re.compile(r"[.!?。！？؟।]['\"”’»)\]]*\Z")


def _could_be_more(tail: str) -> bool:
    """Whether it has words that ``_MORE`` needs; looking for these is much quicker."""
    for words in _MORE_WORDS:  # noqa: SIM110  twice as quick as any()
        if words in tail:
            return True
    return False


def without_marker(text: str) -> tuple[str, bool]:
    """The text without what says that it goes on elsewhere, and whether there was such a thing.

    5 % of the entries end in "Read more", "[…]" or "…"; where that cut a sentence, "…" stays to show it. WordPress'
    "The post … appeared first on …" goes too, but says nothing about the length.
    """
    text, truncated = text.rstrip(), False
    if "The post " in text[-_TAIL * 2 - 50 :]:
        text = _APPEARED.sub("", text).rstrip()
    head, _, last = text.rpartition("\n")
    more = _MORE.search(last, max(0, len(last) - _TAIL)) if _could_be_more(last[-_TAIL:].lower()) else None
    if more:
        before = last[: more.start()].rstrip()
        if not before or more.group()[0] in "[(" or _WHOLE.search(before) or _CUT.search(before):
            text, truncated = f"{head}\n{before}".strip("\n"), True
    cut = _CUT.search(text, max(0, len(text) - _TAIL)) if text.rstrip().endswith(("…", "...", "]")) else None
    if cut:
        text, truncated = text[: cut.start()].rstrip(), True
        if text and not _WHOLE.search(text):
            text += "…"
    return text, truncated


# Dates ------------------------------------------------------------------------------------------------------------


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
