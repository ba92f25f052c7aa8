"""Rules about pictures: that they arrive, fit, say what they show, and do not watch the reader.

Sources: caniemail's table (formats, srcset, picture); WCAG 2.2, 1.1.1; Word takes a picture's width from its attribute.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from digest.check.galley import Remark
from digest.check.html.foreign import runs_script
from digest.check.html.hidden import is_hidden
from digest.check.html.hosts import host_of, is_private
from digest.check.remarks import shortened, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.html.document import Element
    from digest.check.letter import Letter

_WIDEST_PX = 600
_ALT_CHARS = 250
_MANY = 30
_LEAST_TEXT = 200
"""Characters, without links, below which a mail with pictures is a picture; spam filters count much the same."""
_LARGE_PX = 300  # smaller ones are logos and icons
_PIXEL_PX = 3
_FORMATS = {
    "svg": "Gmail", "svgz": "Gmail", "webp": "Outlook for Windows", "avif": "most mail programs", "bmp": "Gmail",
    "tif": "most mail programs", "tiff": "most mail programs", "heic": "most mail programs",
    "heif": "most mail programs", "jxl": "most mail programs", "jp2": "most mail programs", "ico": "some mail programs",
    "pdf": "most mail programs", "psd": "every mail program", "mp4": "most mail programs", "apng": "some mail programs",
}  # fmt: skip
"""A file's ending → who does not show it."""
_FILE = re.compile(
    r"(?i)[\w%().+ -]*\.(?:png|jpe?g|gif|webp|svg|avif|bmp|tiff?|heic)\Z"
    r"|(?:img|dsc|image|screenshot|photo)[-_ ]?\d{2,}[\w-]*\Z"
)
_SAYS_NOTHING = frozenset(
    """
    image picture photo photograph img pic graphic icon logo banner header hero spacer alt thumbnail untitled
    placeholder figure bild foto grafik symbol titelbild photographie illustration icône imagen fotografía gráfico
    icono cabecera
    """.split()  # noqa: SIM905  read by people
)
_NUMBER = re.compile(r"\d{1,5}(?:px)?\Z")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]")


def image_alt(letter: Letter) -> Iterator[Remark]:
    """Every picture says what it shows; an ornament says that it is one, with alt=""."""
    for image in letter.document.all("img", "area"):
        said = image.get("alt")
        if "alt" not in image.attributes:
            if not is_hidden(image):
                yield Remark(rule="image-alt", part="html", line=image.line, message=f"{tag(image)} has no alt text",
                             hint='say what it shows in alt="…"; for an ornament write alt=""')  # fmt: skip
        elif said and _says_nothing(said, image.get("src")):
            yield Remark(rule="image-alt", part="html", line=image.line, advice=True,
                         message=f"the alt text “{shortened(said, 40)}” does not say what {tag(image)} shows",
                         hint='say what it shows in alt="…"; for an ornament write alt=""')  # fmt: skip
        elif len(said) > _ALT_CHARS:
            yield Remark(rule="image-alt", part="html", line=image.line, advice=True,
                         message=f"an alt text of {len(said)} characters: {shortened(said, 40)}",
                         hint="say it in a sentence, and the rest in the mail")  # fmt: skip


def _says_nothing(said: str, source: str) -> bool:
    stem = unquote(source.partition("?")[0].rpartition("/")[2]).rpartition(".")[0]
    if _FILE.match(said) or (said == stem and re.search(r"[-_0-9]", stem)):
        return True
    if said.startswith(("http://", "https://")) or not re.search(r"\w", said):
        return True
    return said.casefold().strip(" .:!") in _SAYS_NOTHING


def image_source(letter: Letter) -> Iterator[Remark]:
    """Pictures come from the web, over https, at a whole address."""
    attached = _attached(letter)
    for image in letter.document.all():
        for name in ("src", "background") if image.name != "script" else ():
            if name not in image.attributes and not (name == "src" and image.name == "img"):
                continue
            if name == "src" and image.name != "img":
                continue
            source = image.get(name)
            if (not runs_script(source) or image.name == "img") and (said := _wrong_source(source, attached)):
                yield Remark(rule="image-source", part="html", line=image.line,
                             message=f"{tag(image)} {said[0]}", hint=said[1])  # fmt: skip


def _wrong_source(source: str, attached: frozenset[str] | None) -> tuple[str, str] | None:
    """What is wrong with a picture's address, and what to do; None: nothing."""
    scheme = source.partition(":")[0].lower() if ":" in source else ""
    if not source:
        return "shows nothing: its address is empty", "give it an address, or take it out"
    if scheme == "data":
        return "is written into the mail itself, which Gmail does not show", "put the picture on the web"
    if scheme == "cid":
        there = attached is None or unquote(source.partition(":")[2]) in attached
        said = f"shows the attachment {shortened(source, 40)}, which is not there"
        return None if there else (said, "attach it, or put it on the web")
    if scheme not in {"http", "https"}:
        kind = f"an address that begins with {scheme}:" if scheme else "a relative address:"
        return f"has {kind} {shortened(source, 40)}", "write an address that begins with https://"
    return _wrong_place(source, scheme)


def _wrong_place(source: str, scheme: str) -> tuple[str, str] | None:
    if _BLANKS.search(source):
        return f"has a blank in its address: {shortened(source, 40)}", "write %20 for it"
    if is_private(source) or not host_of(source):
        return f"is on a machine that readers cannot reach: {shortened(source, 40)}", "put the picture on the web"
    if scheme == "http":
        return "comes over http://, which mail programs block or warn of", "write https://"
    return None


def _attached(letter: Letter) -> frozenset[str] | None:
    if letter.message is None:
        return None
    return frozenset(str(part.get("content-id", "")).strip().strip("<>") for part in letter.message.walk())


def image_format(letter: Letter) -> Iterator[Remark]:
    """PNG, JPEG and GIF are shown everywhere."""
    for image in letter.document.all("img"):
        path = _path(image.get("src"))
        ending = path.rpartition(".")[2].lower() if "." in path else ""
        if image.get("src").lower().startswith("data:image/svg"):
            ending = "svg"
        if ending in _FORMATS:
            yield Remark(rule="image-format", part="html", line=image.line,
                         message=f"{_FORMATS[ending]} does not show {ending.upper()} pictures: {shortened(path, 40)}",
                         hint="use PNG, JPEG or GIF")  # fmt: skip


def image_size(letter: Letter) -> Iterator[Remark]:
    """Outlook takes a picture's width from its attribute only, and shows it in its own size without."""
    for image in letter.document.all("img"):
        width, height = image.get("width").lower(), image.get("height").lower()
        if is_hidden(image):
            continue
        if not width:
            yield Remark(rule="image-size", part="html", line=image.line, message=f"{tag(image)} has no width",
                         hint=f'write width="…" in pixels, at most {_WIDEST_PX}')  # fmt: skip
        elif not _NUMBER.match(width) or width.endswith("px"):
            yield Remark(rule="image-size", part="html", line=image.line, hint="write a number of pixels, such as 600",
                         message=f"width=\"{shortened(width, 20)}\" of {tag(image)} is no number")  # fmt: skip
        elif int(width) > _WIDEST_PX:
            yield Remark(rule="image-size", part="html", line=image.line,
                         message=f"{tag(image)} is {width} px wide; the mail is {_WIDEST_PX}",
                         hint=f'write width="…" in pixels, at most {_WIDEST_PX}')  # fmt: skip
        if height and not height.isdigit() and height != "auto":
            yield Remark(rule="image-size", part="html", line=image.line, hint="write a number of pixels, such as 600",
                         message=f"height=\"{shortened(height, 20)}\" of {tag(image)} is no number")  # fmt: skip


def image_choice(letter: Letter) -> Iterator[Remark]:
    """Mail programs show the one picture in src; choices and maps are for web pages."""
    for element in letter.document.all("img", "picture", "map"):
        if element.name != "img":
            yield Remark(rule="image-choice", part="html", line=element.line, hint="use <img> with src alone",
                         message=f"{tag(element)} is not understood by most mail programs")  # fmt: skip
        for name in ("srcset", "usemap", "ismap"):
            if name in element.attributes:
                yield Remark(rule="image-choice", part="html", line=element.line, hint="use <img> with src alone",
                             message=f"{name} on {tag(element)} does not work in most mail programs")  # fmt: skip


def tracking_pixel(letter: Letter) -> Iterator[Remark]:
    """A picture that nobody can see tells its server who opened the mail, when and where."""
    for image in letter.document.all("img"):
        if not image.get("src").lower().startswith(("http:", "https:", "//")):
            continue
        style = image.style
        sizes = [_pixels(image.get(side) or style.get(side, "")) for side in ("width", "height")]
        tiny = [size is not None and size < _PIXEL_PX for size in sizes]
        if all(tiny) or 0 in sizes or is_hidden(image) or any(is_hidden(above) for above in image.ancestors()):
            yield Remark(rule="tracking-pixel", part="html", line=image.line,
                         message=f"a picture that nobody sees: {shortened(image.get('src'), 50)}",
                         hint="take it out; space is made with padding")  # fmt: skip


def image_share(letter: Letter) -> Iterator[Remark]:
    """A mail that is all pictures is empty where pictures are off, and mostly spam."""
    images = [image for image in letter.document.all("img") if (_pixels(image.get("width")) or _WIDEST_PX) >= _LARGE_PX]
    text = sum(len(one.text.strip()) for one in letter.document.body.texts() if not _unread(one.parent))
    if images and text < _LEAST_TEXT:
        yield Remark(rule="image-share", part="html", line=images[0].line,
                     message=f"{len(images)} pictures and {text} characters of text",
                     hint="write as text what the pictures say")  # fmt: skip
    if len(images) > _MANY:
        yield Remark(rule="image-share", part="html", line=images[_MANY].line, advice=True,
                     message=f"{len(images)} pictures; mails with more than {_MANY} load slowly",
                     hint="show the pictures of the first stories only")  # fmt: skip


def _unread(element: Element) -> bool:
    return any(one.name in {"head", "a"} or is_hidden(one) for one in (element, *element.ancestors()))


def _pixels(said: str) -> int | None:
    """A length in pixels; None if it is none."""
    found = re.match(r"(\d{1,5})(?:\.\d+)?(?:px)?\Z", said.strip())
    return int(found.group(1)) if found else None


def _path(source: str) -> str:
    try:
        return urlsplit(source).path
    except ValueError:  # a bracket that begins no IPv6 address
        return ""


PICTURE_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    image_alt, image_source, image_format, image_size, image_choice, tracking_pixel, image_share,
)  # fmt: skip
