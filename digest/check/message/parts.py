"""Rules about both parts of a mail: that they say the same, are short enough, and have a way out.

Sources: research of what Gmail clips (digest.text.limits); SpamAssassin's MPART_ALT_DIFF; RFC 8058; the laws of many
countries on a postal address.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.issue.leftover import leftover
from digest.check.issue.printed import plain
from digest.check.remarks import shortened
from digest.model import UNSUBSCRIBE_MARK
from digest.text.limits import HTML_MOST_BYTES, HTML_WANTED_BYTES
from digest.text.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.galley import Galley, Part
    from digest.check.html.document import Element
    from digest.check.letter import Letter

_WRITTEN = re.compile(r"(?i)https?://[^\s<>\"]+")
_AFTER = ").,;:!?'*_]"
_ITEM = re.compile(r"\s*(?:[-*•–·]|\d{1,2}[.)])\s")
_LEAVE = re.compile(
    r"(?i)un-?subscri|opt[ -]?out|sign[ -]?off|leave (?:this|the) list|stop (?:receiving|getting)"
    r"|manage (?:your )?(?:subscription|preference)"
    r"|abbestell|abmelde|abzumelden|austrag|newsletter beenden|désabonne|désinscri|se désabonner|plus recevoir"
    r"|cancelar (?:la |su |tu )?suscripci|darse de baja|anular|dar(?:te|me) de baja|desuscrib|deja(?:r)? de recibir"
)
_HEADS = ("h1", "h2", "h3")
_SAME_TEXT = 60  # characters; shorter paragraphs may well come twice
_SAME_HEADLINE = 12  # as of "Also in" no story is called
_MOST_LINES = 3  # of a headline in the text part
_SILENT = frozenset({"head", "title", "style"})


def size(galley: Galley) -> Iterator[Remark]:
    """Gmail shows only the first 102 KB of a mail."""
    count = len(galley.mail.html.encode("utf-8"))
    hint = 'drop stories, or give sections style = "headline"'
    yield from _size(count, hint, "html")
    if galley.mail.left_out and count < HTML_MOST_BYTES:
        yield Remark(rule="size", message=f"{galley.mail.left_out} stories do not fit into the mail; the page has them",
                     advice=True, hint="drop stories, or move some to `## Next week`")  # fmt: skip


def letter_size(letter: Letter) -> Iterator[Remark]:
    """The same of a mail that is no issue of digest's, decoded and as it travels."""
    encoded = [
        len(str(part.get_payload()).encode("utf-8", "replace"))
        for part in (letter.message.walk() if letter.message else ())
        if part.get_content_type() == "text/html"
    ]
    count = max((len(letter.html.encode("utf-8", "replace")), *encoded))
    yield from _size(count, "shorten it, or take out styles that are repeated", "html")


def _size(count: int, hint: str, part: Part) -> Iterator[Remark]:
    if count >= HTML_MOST_BYTES:
        yield Remark(rule="size", part=part, hint=hint,
                     message=f"the HTML mail has {count:,} bytes; Gmail clips at {HTML_MOST_BYTES:,}")  # fmt: skip
    elif count > HTML_WANTED_BYTES:
        yield Remark(rule="size", part=part, advice=True, hint=hint,
                     message=f"the HTML mail has {count:,} bytes; {HTML_WANTED_BYTES:,} are a good limit")  # fmt: skip


def unsubscribe(galley: Galley) -> Iterator[Remark]:
    """A way out in both parts (templates of one's own may have lost it)."""
    for name, part, text in (("HTML", "html", galley.mail.html), ("text", "text", galley.mail.text)):
        if UNSUBSCRIBE_MARK not in text:
            yield Remark(rule="unsubscribe", message=f"the {name} part has no unsubscribe link",
                         part="html" if part == "html" else "text",
                         hint="print {{ unsubscribe }} in the template")  # fmt: skip


def letter_unsubscribe(letter: Letter) -> Iterator[Remark]:
    """The same of a mail that is no issue of digest's: what its header names, or words for it in four languages."""
    ways = _ways_out(letter)
    links = [f"{link.text} {link.get('href')}" for link in letter.document.all("a", "area")]
    if letter.html and not any(_leads_out(said, ways) for said in links):
        yield Remark(rule="unsubscribe", part="html", message="the HTML part has no unsubscribe link",
                     hint="print a link that says so, and works without a login")  # fmt: skip
    if letter.text and not _leads_out(letter.text, ways):
        yield Remark(rule="unsubscribe", part="text", message="the text part has no unsubscribe link",
                     hint="print a line that says so, and the address below it")  # fmt: skip


def _ways_out(letter: Letter) -> tuple[str, ...]:
    """The addresses of List-Unsubscribe (RFC 2369): a link to one of them is a way out in any language."""
    header = str(letter.message.get("List-Unsubscribe") or "") if letter.message else ""
    return tuple(re.findall(r"<\s*([^<>\s]+)\s*>", header))


def _leads_out(said: str, ways: tuple[str, ...]) -> bool:
    return bool(_LEAVE.search(said)) or UNSUBSCRIBE_MARK in said or any(way in said for way in ways)


def address(galley: Galley) -> Iterator[Remark]:
    """Many countries ask for a postal address in every mailing, in both parts."""
    wanted = galley.settings.newsletter.address
    if not wanted:
        yield Remark(rule="address", message="there is no postal address in the footer", part="settings",
                     hint='write address = "…" under [newsletter] in digest.toml')  # fmt: skip
        return
    document = galley.letter.document.body.text
    if _folded(wanted) not in _folded(document):
        yield Remark(rule="address", part="html", message="the HTML part has no postal address",
                     hint="print {{ newsletter.address }} in the template")  # fmt: skip
    if _folded(wanted) not in _folded(galley.mail.text):
        yield Remark(rule="address", part="text", message="the text part has no postal address",
                     hint="print {{ newsletter.address }} in the template")  # fmt: skip


def same_stories(letter: Letter) -> Iterator[Remark]:
    """Both parts tell the same stories, in the same order."""
    if not letter.html.strip() or not letter.text.strip():
        return
    told = _headlines(letter)
    lines = _Lines(letter.text)
    furthest, before = -1, ""
    for element in told:
        said = element.text
        at = lines.place(said)
        if at is None and not lines.has(said):
            yield Remark(rule="same-stories", part="html", line=element.line,
                         message=f"the text part does not have “{shortened(said)}”",
                         hint="let both parts tell the same stories")  # fmt: skip
        elif at is not None and at < furthest:
            yield Remark(rule="same-stories", part="text", line=at + 1,
                         message=f"in another order here: “{shortened(said, 45)}” before “{shortened(before, 30)}”",
                         hint="let both parts tell the stories in the same order")  # fmt: skip
        elif at is not None:
            furthest, before = at, said


def all_stories(galley: Galley) -> Iterator[Remark]:
    """Every story of the issue is in both parts of its mail (templates of one's own may lose some)."""
    if galley.mail.left_out:
        return
    document, text = _folded(galley.letter.document.body.text), _folded(galley.mail.text)
    for story in galley.issue.stories:
        said = _folded(html.unescape(plain(story.title)))
        missing = " and ".join(name for name, part in (("HTML", document), ("text", text)) if said not in part)
        if missing:
            yield Remark(rule="all-stories", line=story.line, hint="look into the template",
                         message=f"not in the {missing} part: “{shortened(plain(story.title))}”")  # fmt: skip


def same_links(letter: Letter) -> Iterator[Remark]:
    """Both parts lead to the same places."""
    if not letter.html.strip() or not letter.text.strip():
        return
    yield from _one_sided(letter)


def _one_sided(letter: Letter) -> Iterator[Remark]:
    shown = {
        key: (link.get("href"), link.line)
        for link in reversed(list(_links(letter)))
        for key in _readings(link.get("href"))
    }
    written: dict[str, tuple[str, int]] = {}
    spans: list[tuple[str, int, frozenset[str]]] = []
    for number, line in enumerate(letter.text.split("\n"), 1):
        for found in _WRITTEN.finditer(line):
            keys = frozenset(key for url in _trimmed(found.group()) for key in _readings(url))
            spans.append((found.group().rstrip(_AFTER), number, keys))
            written |= dict.fromkeys(keys, (found.group(), number))
    told: set[str] = set()
    for link in _links(letter):
        url = link.get("href")
        if not _readings(url) & set(written) and url not in told and not _may_be_missing(link):
            told.add(url)
            yield Remark(rule="same-links", part="html", line=link.line, hint="print its address in the text part too",
                         message=f"the text part does not lead to {shortened(url, 80)}")  # fmt: skip
    for url, number, keys in spans:
        if not keys & set(shown) and url not in told and url not in letter.document.body.text and not _is_front(url):
            told.add(url)
            yield Remark(rule="same-links", part="text", line=number, hint="link to it in the HTML part too",
                         message=f"the HTML part does not lead to {shortened(url, 80)}")  # fmt: skip


def letter_todo(letter: Letter) -> Iterator[Remark]:
    """Notes to oneself in a mail that is no issue of digest's."""
    for part in letter.document.body.texts():
        in_code = part.parent.name in {"pre", "code"} or part.parent.within("pre", "code")
        said = "" if in_code else leftover(part.text, language=letter.language)
        if said:
            yield Remark(rule="todo", part="html", line=part.line + part.text.count("\n", 0, part.text.find(said)),
                         message=f"“{shortened(said, 50)}” is still in the text",
                         hint="finish the sentence or delete it")  # fmt: skip
    for comment in letter.document.comments:
        if said := leftover(comment.text, language=letter.language):
            at = comment.line + comment.text.count("\n", 0, comment.text.find(said))
            yield Remark(rule="todo", part="html", line=at,
                         message=f"“{shortened(said, 50)}” is still in a comment, which every reader can look at",
                         hint="delete the comment", advice=True)  # fmt: skip
    for number, line in enumerate(letter.text.split("\n"), 1):
        if said := leftover(line, language=letter.language):
            yield Remark(rule="todo", part="text", line=number, message=f"“{shortened(said, 50)}” is still in the text",
                         hint="finish the sentence or delete it")  # fmt: skip


def letter_empty(letter: Letter) -> Iterator[Remark]:
    """A mail without a word."""
    if not letter.document.body.text and not letter.text.strip():
        yield Remark(rule="empty", part="html", message="the mail says nothing",
                     hint="look whether it is the right file")  # fmt: skip


def letter_repeat(letter: Letter) -> Iterator[Remark]:
    """Headlines and paragraphs that stand twice in a mail."""
    seen: dict[str, int] = {}
    for one in letter.document.body.elements():
        key = _folded(one.text) if one.name in {"h2", "h3", "p"} and not one.within(*_HEADS) else ""
        if len(key) < (_SAME_TEXT if one.name == "p" else _SAME_HEADLINE):
            continue
        if key in seen:
            yield Remark(rule="repeat", part="html", line=one.line, advice=True, hint="delete one of them",
                         message=f"the same words as in line {seen[key]}: {shortened(one.text, 40)}")  # fmt: skip
        seen.setdefault(key, one.line)


class _Lines:
    """The text part, to find headlines in: they begin a line, and end one."""

    def __init__(self, text: str) -> None:
        self._whole = _folded(text)
        self._lines = ["" if _ITEM.match(line) else _folded(line) for line in text.split("\n")]

    def has(self, said: str) -> bool:
        return _folded(said) in self._whole

    def place(self, said: str) -> int | None:
        """Where a headline stands last; before that it may be in a list of contents."""
        wanted = _folded(said)
        for at in range(len(self._lines) - 1, -1, -1):
            begins = self._lines[at] and wanted.startswith(self._lines[at])
            if begins and any("".join(self._lines[at : at + lines]) == wanted for lines in range(1, _MOST_LINES + 2)):
                return at
        return None


def _headlines(letter: Letter) -> list[Element]:
    """The stories of a mail: its third headings, or, where there are none, its second."""
    for name in ("h3", "h2"):
        found = [one for one in letter.document.body.elements() if one.name == name and len(_folded(one.text)) > 2]
        if len(found) > 1 or (found and name == "h2"):
            return found
    return []


def _links(letter: Letter) -> Iterator[Element]:
    return (
        link
        for link in letter.document.all("a")
        if link.get("href").lower().startswith(("http:", "https:")) and not link.within(*_SILENT)
    )


def _may_be_missing(link: Element) -> bool:
    """A logo, the front page, a social network's button: nobody misses them in a text."""
    return (
        not link.text.strip(" \u00a0")
        or bool(_LEAVE.search(f"{link.text} {link.get('href')}"))
        or _is_front(link.get("href"))
    )


def _is_front(url: str) -> bool:
    return url.partition("//")[2].rstrip("/").count("/") == 0 and "?" not in url


def _trimmed(written: str) -> Iterator[str]:
    """What an address may be that stands in a sentence."""
    yield written
    while written and written[-1] in _AFTER:
        written = written[:-1]
        yield written


def _readings(url: str) -> frozenset[str]:
    return frozenset({url_key(url), url_key(url.partition("#")[0])}) if url else frozenset()


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


PART_RULES: tuple[Callable[[Galley], Iterator[Remark]], ...] = (size, unsubscribe, address, all_stories)
BOTH_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (same_stories, same_links)
