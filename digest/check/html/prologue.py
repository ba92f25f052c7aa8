"""Rules about what a mail says of itself before it says anything: characters, charset, title, language, direction.

Sources: HTML standard 3.2.6, 4.2 and 13.1.1; BCP 47; the yearly reports of the Email Markup Consortium; reports of
mails that Gmail clips for one C1 control character or an undeclared charset.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.document import Element, Text
from digest.check.misread import misread
from digest.check.remarks import shortened, tag
from digest.text import direction as reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.letter import Letter

_CHARSET_BYTES = 1024
"""Browsers look no further for the charset (HTML standard, 4.2.5.4)."""
_WRONG = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffd\ufffe\uffff\u2028-\u202e]|\r(?!\n)"
)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));?")
_QUIRKS = re.compile(
    r"(?i)doctype\s+html\s+public\s+.-//(?:ietf|w3c)//dtd html (?:2|3|4\.0 transitional|4\.01 transitional.{1,5}\Z)"
)
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{1,8})*\Z")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LTR = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f\u3040-\u9fff\uac00-\ud7a3]")
_NO_TITLES = frozenset(
    {"document", "untitled", "untitled document", "title", "newsletter", "email", "e-mail", "new page"}
)
_META = re.compile(r"(?i)<meta\b[^>]*\bcharset[^>]*>")
_FIRST = re.compile(r"(?i)\ufeff?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<!doctype", re.DOTALL)
_SCALE = re.compile(r"maximum-scale\s*=\s*([0-9.]+)")
_LEAST_SCALE = 2.0  # WCAG 2.2, 1.4.4: text can be twice as large


def controls(letter: Letter) -> Iterator[Remark]:
    """Characters that are no text: control characters, byte order marks, replacement characters."""
    for number, line in enumerate(letter.html.split("\n"), 1):
        for found in _WRONG.finditer(line):
            code = ord(found.group()[0])
            if found.group() == "\r" and found.end() == len(line):
                continue  # the line ends with CR LF
            yield Remark(rule="controls", part="html", line=number, message=f"U+{code:04X} {_what(code)}",
                         hint="delete the character, or write the one that was meant")  # fmt: skip
        if read_wrong := misread(line):
            yield Remark(rule="controls", part="html", line=number, hint="write it as UTF-8, once",
                         message=f"“{read_wrong}”: UTF-8 that was read as something else")  # fmt: skip
        for written in _REFERENCE.finditer(line):
            code = int(written.group(1), 16) if written.group(1) else int(written.group(2))
            if code not in {9, 10, 13} and (code > 0x10FFFF or _WRONG.match(chr(code))):
                yield Remark(rule="controls", part="html", line=number, message=f"{written.group()} is no character",
                             hint="delete the character, or write the one that was meant")  # fmt: skip


def charset(letter: Letter) -> Iterator[Remark]:
    """The mail says in its first 1,024 bytes that it is UTF-8."""
    if not letter.html:
        return
    declared = [(meta, said) for meta in letter.document.all("meta") if (said := _declared(meta))]
    if not declared:
        yield Remark(rule="charset", part="html", line=1, message="nothing says which charset the mail is written in",
                     hint='put <meta charset="utf-8"> first in <head>')  # fmt: skip
    for meta, said in declared[:1]:
        if said not in {"utf-8", "utf8"}:
            yield Remark(rule="charset", part="html", line=meta.line, message=f"the charset is said to be {said}",
                         hint='write <meta charset="utf-8">')  # fmt: skip
        elif _bytes_up_to(_META, letter.html) > _CHARSET_BYTES:
            yield Remark(rule="charset", part="html", line=meta.line,
                         message="the charset is said only after the first 1,024 bytes, where nobody looks for it",
                         hint='put <meta charset="utf-8"> first in <head>')  # fmt: skip
    for meta, said in declared[1:]:
        if said.replace("-", "") != declared[0][1].replace("-", ""):
            yield Remark(rule="charset", part="html", line=meta.line, message=f"a second charset: {said}",
                         hint='write <meta charset="utf-8"> once')  # fmt: skip


def doctype(letter: Letter) -> Iterator[Remark]:
    """Without its first line browsers lay a page out as they did in 1998."""
    if not letter.html:
        return
    said = letter.document.doctype
    if said is None or not said.lower().startswith("doctype html"):
        yield Remark(rule="doctype", part="html", line=1, message="the mail does not begin with <!doctype html>",
                     hint="write <!doctype html> as its first line")  # fmt: skip
    elif _QUIRKS.match(" ".join(said.split())):
        yield Remark(rule="doctype", part="html", line=1, message=f"an old doctype: {shortened(said)}",
                     hint="write <!doctype html> as its first line")  # fmt: skip
    elif not _FIRST.match(letter.html):
        yield Remark(rule="doctype", part="html", line=1, message="something stands before <!doctype html>",
                     hint="write <!doctype html> as its first line")  # fmt: skip


def viewport(letter: Letter) -> Iterator[Remark]:
    """Phones show the mail at their own width, and readers may enlarge it."""
    if not letter.html:
        return
    found = [meta for meta in letter.document.all("meta") if meta.get("name").lower() == "viewport"]
    if not found:
        yield Remark(rule="viewport", part="html", line=1, advice=True,
                     message="there is no viewport: some phones show the mail as wide as on a desk",
                     hint='write <meta name="viewport" content="width=device-width, initial-scale=1">')  # fmt: skip
    for meta in found:
        said = meta.get("content").lower()
        scale = _SCALE.search(said)
        least = float(scale.group(1)) if scale and scale.group(1).replace(".", "", 1).isdigit() else _LEAST_SCALE
        if re.search(r"user-scalable\s*=\s*(?:no|0)", said) or least < _LEAST_SCALE:
            yield Remark(rule="viewport", part="html", line=meta.line,
                         message=f"readers cannot enlarge the mail: {shortened(said)}",
                         hint="take user-scalable and maximum-scale out of the viewport")  # fmt: skip
        elif "device-width" not in said:
            yield Remark(rule="viewport", part="html", line=meta.line, advice=True,
                         message=f"the viewport is not as wide as the device: {shortened(said)}",
                         hint="write content=\"width=device-width, initial-scale=1\"")  # fmt: skip


def title(letter: Letter) -> Iterator[Remark]:
    """The title is the subject: screen readers read it first, and browsers show it in the tab."""
    if not letter.html:
        return
    titles = list(letter.document.all("title"))
    titles = [one for one in titles if not one.within("svg")]
    if not titles:
        yield Remark(rule="title", part="html", line=1, message="the mail has no title",
                     hint="write the subject into <title> in <head>")  # fmt: skip
    for one in titles[1:]:
        yield Remark(rule="title", part="html", line=one.line, message="a second <title>", hint="keep the first")
    for one in titles[:1]:
        said, wanted = one.text, " ".join(letter.subject.split())
        if not said:
            yield Remark(rule="title", part="html", line=one.line, message="the title is empty",
                         hint="write the subject into <title> in <head>")  # fmt: skip
        elif said.casefold() in _NO_TITLES:
            yield Remark(rule="title", part="html", line=one.line, hint="write the subject into <title>",
                         message=f"the title “{said}” says nothing")  # fmt: skip
        elif any(one.elements()) or re.search(r"</?[a-z]+>", said):
            yield Remark(rule="title", part="html", line=one.line, hint="write plain text",
                         message=f"the title has tags in it, which are shown as text: {shortened(said)}")  # fmt: skip
        elif wanted and said.casefold() != wanted.casefold():
            yield Remark(rule="title", part="html", line=one.line, hint="let both say the same",
                         message=f"the title “{shortened(said)}” is not the subject “{shortened(wanted)}”")  # fmt: skip


def language(letter: Letter) -> Iterator[Remark]:
    """Screen readers choose a voice by the language: on <html>, and on each part of the body as Gmail drops <html>."""
    if not letter.html:
        return
    html = letter.document.first("html")
    if html is None or not (html.get("lang") or html.get("xml:lang")):
        yield Remark(rule="language", part="html", line=html.line if html else 1,
                     message="<html> does not say in which language the mail is",
                     hint='write lang="…" on it, such as lang="en"')  # fmt: skip
    elif letter.language and _primary(html.get("lang")) not in {"", _primary(letter.language)}:
        yield Remark(rule="language", part="html", line=html.line,
                     message=f"<html lang=\"{html.get('lang')}\">, but the mail is in “{letter.language}”",
                     hint=f'write lang="{letter.language}"')  # fmt: skip
    said = {_primary(one.get("lang")) for one in _spoken(letter) if one.get("lang")}
    if html is not None and said and _primary(html.get("lang")) not in {"", *said}:
        message = f'<html lang="{html.get("lang")}">, but its parts are in “{", ".join(sorted(said))}”'
        yield Remark(rule="language", part="html", line=html.line, message=message, hint="let both agree")
    for child in _spoken(letter):
        if not child.get("lang"):
            yield Remark(rule="language", part="html", line=child.line,
                         message=f"{tag(child)} in the body does not say its language; webmail drops that of <html>",
                         hint='write lang="…" on each part of the body')  # fmt: skip
    for element in letter.document.all():
        lang = element.get("lang")
        if lang and not _TAG.match(lang):
            yield Remark(rule="language", part="html", line=element.line, message=f"lang=\"{shortened(lang, 20)}\" is"
                         " no language", hint='a language tag such as "en", "de" or "pt-BR" belongs there')  # fmt: skip


def direction(letter: Letter) -> Iterator[Remark]:
    """Which way the mail is read: on <html>, on each part of the body, and on blocks that are read the other way."""
    if not letter.html:
        return
    html = letter.document.first("html")
    if html is None or not html.get("dir"):
        yield Remark(rule="direction", part="html", line=html.line if html else 1,
                     message="<html> does not say in which direction the mail is read",
                     hint='write dir="ltr" or dir="rtl" on it')  # fmt: skip
    for child in _spoken(letter):
        if not child.get("dir"):
            yield Remark(rule="direction", part="html", line=child.line,
                         message=f"{tag(child)} in the body does not say its direction; webmail drops that of <html>",
                         hint='write dir="…" on each part of the body')  # fmt: skip
    for element in letter.document.all():
        yield from _wrong_direction(element)
    for element in letter.document.body.elements():
        if _runs_against(element):
            yield Remark(rule="direction", part="html", line=element.line, hint='write dir="auto" on the block',
                         message=f"right-to-left text reads left to right: {shortened(element.text, 40)}")  # fmt: skip


def _wrong_direction(element: Element) -> Iterator[Remark]:
    said, lang = element.get("dir").lower(), _primary(element.get("lang"))
    if "dir" in element.attributes and said not in {"ltr", "rtl", "auto"}:
        yield Remark(rule="direction", part="html", line=element.line, message=f"dir=\"{said}\" is no direction",
                     hint='write "ltr", "rtl" or "auto"')  # fmt: skip
    elif said in {"ltr", "rtl"} and element.get("lang").isalpha() and said != reading.direction(lang):
        yield Remark(rule="direction", part="html", line=element.line, hint="let both agree",
                     message=f"{tag(element)} is in “{lang}” and yet read {said}")  # fmt: skip
    if element.name == "bdi" or (element.name == "a" and said):
        yield Remark(rule="direction", part="html", line=element.line,
                     message=f"{'<bdi>' if element.name == 'bdi' else 'dir on <a>'} is not understood everywhere",
                     hint='write dir="auto" on the block around it')  # fmt: skip


def _runs_against(element: Element) -> bool:
    """Whether its own text is mostly right to left, and nothing around it says so."""
    own = "".join(child.text for child in element.children if isinstance(child, Text))
    if len(_RTL.findall(own)) <= len(_LTR.findall(own)) or element.name in {"title", "style", "script"}:
        return False
    said = next((one.get("dir").lower() for one in (element, *element.ancestors()) if one.get("dir")), "")
    return said not in {"rtl", "auto"}


def _spoken(letter: Letter) -> Iterator[Element]:
    """The children of the body that say something."""
    body = letter.document.first("body")
    for child in body.children if body else ():
        if not isinstance(child, Element) or child.name in {"style", "script"}:
            continue
        if child.text or any(image.get("alt") for image in (child, *child.elements()) if image.name == "img"):
            yield child


def _declared(meta: Element) -> str:
    if meta.get("charset"):
        return meta.get("charset").lower()
    if meta.get("http-equiv").lower() == "content-type":
        return meta.get("content").lower().partition("charset=")[2].strip()
    return ""


def _bytes_up_to(pattern: re.Pattern[str], html: str) -> int:
    """Up to the end of what is found: the whole element must stand there."""
    found = pattern.search(html)
    return len(html[: found.end()].encode("utf-8", "replace")) if found else 0


def _primary(lang: str) -> str:
    return lang.partition("-")[0].lower()


def _what(code: int) -> str:
    if code == 0xFFFD:
        return "stands where a character was lost"
    if code == 0xFEFF:
        return "is a byte order mark; it does not belong into a mail"
    if code in {0x2028, 0x2029}:
        return "ends a line or paragraph where HTML has <br> and <p>"
    if code in range(0x202A, 0x202F):
        return "turns the reading direction round; HTML has dir for that"
    return "is a control character; Gmail clips mails for one"


PROLOGUE_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    controls, charset, doctype, viewport, title, language, direction,
)  # fmt: skip
