"""Rules about what has no place in a mail, because mail programs throw it out, warn of it, or read it wrongly.

Sources: caniemail's table for Gmail, Outlook, Apple Mail and Yahoo; HTML standard; WAI-ARIA 1.2, sections 5 and 6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digest.check.galley import Remark
from digest.check.html import elements as kinds
from digest.check.remarks import shortened, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.html.document import Element
    from digest.check.letter import Letter

_STYLE_BYTES = 16_384
"""Of all style sheets together; Gmail drops what comes after (caniemail #144)."""
_ADDRESSES = frozenset(
    "href src action formaction background poster data cite longdesc srcset xlink:href lowsrc dynsrc profile".split()  # noqa: SIM905
)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_SCRIPTING = re.compile(r"(?i)(javascript|vbscript|livescript|mocha):")
_DATA = re.compile(r"(?i)\s*data:")
_WHY_NOT = (
    (kinds.FRAMES, "is taken out by every mail program", "link to the page instead"),
    (kinds.FORMS, "makes mail programs warn, or is taken out", "link to a page with the form"),
    (kinds.DRAWINGS, "is taken out by most mail programs", "use a PNG picture with an alt text"),
    (kinds.MEDIA, "plays in few mail programs", "link to it from a picture or a sentence"),
    (kinds.REFUSED, "is taken out or misread by mail programs", "take it out"),
)
_WITH_PARTS = frozenset({"svg", "math", "object", "video", "audio"})
_ROLES = frozenset(
    """
    alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox
    comment complementary contentinfo definition deletion dialog directory document emphasis feed figure form generic
    grid gridcell group heading img image insertion link list listbox listitem log main mark marquee math menu menubar
    menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio
    radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong
    subscript suggestion superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree
    treegrid treeitem doc-abstract doc-afterword doc-appendix doc-backlink doc-biblioentry doc-bibliography
    doc-biblioref doc-chapter doc-colophon doc-conclusion doc-cover doc-credit doc-credits doc-dedication doc-endnote
    doc-endnotes doc-epigraph doc-epilogue doc-errata doc-example doc-footnote doc-foreword doc-glossary doc-glossref
    doc-index doc-introduction doc-noteref doc-notice doc-pagebreak doc-pagelist doc-part doc-preface doc-prologue
    doc-pullquote doc-qna doc-subtitle doc-tip doc-toc
    """.split()  # noqa: SIM905
)
_ARIA = frozenset(
    """
    activedescendant atomic autocomplete braillelabel brailleroledescription busy checked colcount colindex colindextext
    colspan controls current describedby description details disabled dropeffect errormessage expanded flowto grabbed
    haspopup hidden invalid keyshortcuts label labelledby level live modal multiline multiselectable orientation owns
    placeholder posinset pressed readonly relevant required roledescription rowcount rowindex rowindextext rowspan
    selected setsize sort valuemax valuemin valuenow valuetext
    """.split()  # noqa: SIM905
)
_REFERRING = ("labelledby", "describedby", "controls", "owns", "details", "flowto", "activedescendant", "errormessage")


def scripts(letter: Letter) -> Iterator[Remark]:
    """No mail program runs scripts; many throw a mail with one away."""
    for element in letter.document.all():
        if element.name in kinds.SCRIPTS:
            yield Remark(rule="scripts", part="html", line=element.line, message=f"a {tag(element)}",
                         hint="take it out: mails cannot run scripts")  # fmt: skip
        for name, value in element.attributes.items():
            if name.startswith("on") and len(name) > 2:
                yield Remark(rule="scripts", part="html", line=element.line, hint="take the attribute out",
                             message=f"<{element.name} {name}=\"{shortened(value, 30)}\"> is a script")  # fmt: skip
            elif name in _ADDRESSES and runs_script(value) and not (element.name == "img" and _DATA.match(value)):
                yield Remark(rule="scripts", part="html", line=element.line, hint="link to a web address",
                             message=f"<{element.name} {name}=\"{shortened(value, 40)}\"> is a script")  # fmt: skip


def runs_script(address: str) -> bool:
    """Whether an address is a script or, but for pictures, a document in itself, however it is disguised.

    Browsers drop tabs, line ends and blanks before the scheme (WHATWG URL 4.4); others decode twice.
    """
    for spelled in (address, unquote(address)):
        plain = _UNSEEN.sub("", spelled)
        if _SCRIPTING.match(plain) or (_DATA.match(plain) and not plain.lower().startswith("data:image/")):
            return True
        if plain.lower().startswith("data:image/svg"):
            return True
    return False


def foreign(letter: Letter) -> Iterator[Remark]:
    """Elements that mail programs take out: frames, forms, drawings, films, and what is no HTML at all."""
    parts: set[Element] = set()
    for element in letter.document.all():
        if element.parent in parts:
            parts.add(element)
            continue
        if element.name in _WITH_PARTS:
            parts.add(element)
        for names, why, hint in _WHY_NOT:
            if element.name in names:
                yield Remark(rule="foreign", part="html", line=element.line, message=f"{tag(element)} {why}",
                             hint=hint)  # fmt: skip
                break
        else:
            yield from _of_head(element)
            if element.name not in kinds.KNOWN:
                yield Remark(rule="foreign", part="html", line=element.line, message=f"{tag(element)} is no HTML",
                             hint="use an element of HTML, or a conditional comment for Outlook's own")  # fmt: skip


def _of_head(element: Element) -> Iterator[Remark]:
    if element.name == "link":
        yield Remark(rule="foreign", part="html", line=element.line,
                     message=f"{tag(element)} is loaded by hardly any mail program",
                     hint="write the styles on the tags, and fonts that readers have")  # fmt: skip
    elif element.name == "meta" and element.get("http-equiv").lower() in {"refresh", "set-cookie"}:
        yield Remark(rule="foreign", part="html", line=element.line, hint="take it out",
                     message=f"<meta http-equiv=\"{element.get('http-equiv')}\"> has no place in a mail")  # fmt: skip


def style_place(letter: Letter) -> Iterator[Remark]:
    """Style sheets stand in the head, and are short enough for Gmail."""
    size, told = 0, False
    for sheet in letter.document.all("style"):
        size += len("".join(text.text for text in sheet.texts()).encode("utf-8", "replace"))
        if not sheet.within("head"):
            yield Remark(rule="style-place", part="html", line=sheet.line,
                         message="a style sheet outside of <head>: Gmail takes no notice of it",
                         hint="move it into <head>, or write the styles on the tags")  # fmt: skip
        elif size > _STYLE_BYTES and not told:
            told = True
            yield Remark(rule="style-place", part="html", line=sheet.line,
                         message=f"the style sheets have {size:,} bytes; Gmail drops all after {_STYLE_BYTES:,}",
                         hint="shorten them, or write the styles on the tags")  # fmt: skip


def obsolete(letter: Letter) -> Iterator[Remark]:
    """Elements of the nineties, which still work."""
    for element in letter.document.all(*sorted(kinds.OBSOLETE)):
        yield Remark(rule="obsolete", part="html", line=element.line, message=f"{tag(element)} is obsolete",
                     hint="write it as a style", advice=True)  # fmt: skip


def semantics(letter: Letter) -> Iterator[Remark]:
    """Word drops <main>, <section> and the like with the styles on them, others in part."""
    for element in letter.document.all(*sorted(kinds.SECTIONING)):
        carried = next((name for name in ("style", "class", "bgcolor", "align", "dir", "lang", "role", "id")
                        if element.get(name)), None)  # fmt: skip
        lost = f", and its {carried} with it" if carried else ""
        yield Remark(rule="semantics", part="html", line=element.line, advice=carried in {None, "id"},
                     message=f"<{element.name}> is dropped by Outlook{lost}",
                     hint='use <div>, with role="…" where it matters')  # fmt: skip


def ids(letter: Letter) -> Iterator[Remark]:
    """An id stands once, and what refers to one finds it."""
    seen: dict[str, int] = {}
    for element in letter.document.all():
        if "id" in element.attributes:
            own = element.attributes["id"]
            if own in seen:
                yield Remark(rule="ids", part="html", line=element.line, hint="give each its own",
                             message=f"the id “{shortened(own, 40)}” twice: also in line {seen[own]}")  # fmt: skip
            elif not own or own != "".join(own.split()):
                yield Remark(rule="ids", part="html", line=element.line, hint="write a word without blanks",
                             message=f"id=\"{shortened(own, 40)}\" is no id")  # fmt: skip
            seen.setdefault(own, element.line)
    for element in letter.document.all():
        for name in ("headers", "for", "form", "list"):
            for wanted in element.get(name).split():
                if wanted not in seen:
                    yield Remark(rule="ids", part="html", line=element.line, hint="name an id that is there",
                                 message=f"{name}=\"{shortened(wanted, 40)}\" refers to nothing")  # fmt: skip


def aria(letter: Letter) -> Iterator[Remark]:
    """Roles and labels for screen readers are spelled right and lead somewhere."""
    known = {element.get("id") for element in letter.document.all() if element.get("id")}
    for element in letter.document.all():
        for role in element.get("role").lower().split():
            if role not in _ROLES:
                yield Remark(rule="aria", part="html", line=element.line, hint="take it out, or spell it right",
                             message=f"there is no role “{shortened(role)}”")  # fmt: skip
        for name in element.attributes:
            if name.startswith("aria-"):
                yield from _aria_attribute(element, name.removeprefix("aria-"), known)
        if element.get("aria-hidden").lower() == "true" and _reached(element):
            yield Remark(rule="aria", part="html", line=element.line, hint="take aria-hidden away, or the links",
                         message=f"{tag(element)} is hidden from screen readers but has a link in it")  # fmt: skip
        if element.get("role").lower() in {"img", "image"} and element.name != "img" and not _named(element):
            yield Remark(rule="aria", part="html", line=element.line, hint='say what it shows in aria-label="…"',
                         message=f"{tag(element)} is a picture for screen readers, without a name")  # fmt: skip


def _aria_attribute(element: Element, name: str, known: set[str]) -> Iterator[Remark]:
    value = element.get(f"aria-{name}")
    if name not in _ARIA:
        yield Remark(rule="aria", part="html", line=element.line, message=f"there is no attribute aria-{name}",
                     hint="take it out, or spell it right")  # fmt: skip
    elif name in {"label", "roledescription"} and not value:
        yield Remark(rule="aria", part="html", line=element.line, message=f"aria-{name} on {tag(element)} is empty",
                     hint="take it out, or fill it")  # fmt: skip
    elif name == "hidden" and value.lower() not in {"true", "false", ""}:
        yield Remark(rule="aria", part="html", line=element.line, message=f"aria-hidden=\"{shortened(value, 20)}\"",
                     hint='write "true" or "false"')  # fmt: skip
    for wanted in value.split() if name in _REFERRING else ():
        if wanted not in known:
            yield Remark(rule="aria", part="html", line=element.line, hint="name an id that is there",
                         message=f"aria-{name} refers to “{shortened(wanted, 40)}”, which is nowhere")  # fmt: skip


def focus(letter: Letter) -> Iterator[Remark]:
    """The keyboard goes through a mail in its order, and keys belong to the mail program."""
    for element in letter.document.all():
        order = element.get("tabindex")
        if order.isdigit() and int(order) > 0:
            yield Remark(rule="focus", part="html", line=element.line, hint="take tabindex away",
                         message=f"tabindex=\"{order}\" on {tag(element)} makes the keyboard jump")  # fmt: skip
        for name in ("accesskey", "autofocus", "contenteditable", "draggable"):
            if name in element.attributes:
                yield Remark(rule="focus", part="html", line=element.line, message=f"{name} on {tag(element)}",
                             hint="take the attribute away")  # fmt: skip


def _reached(element: Element) -> bool:
    return any(one.name == "a" and one.get("href") for one in (element, *element.elements()))


def _named(element: Element) -> bool:
    return bool(element.get("aria-label") or element.get("aria-labelledby") or element.get("title"))


FOREIGN_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    scripts, foreign, style_place, obsolete, semantics, ids, aria, focus,
)  # fmt: skip
