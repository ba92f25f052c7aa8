"""Word documents made by hand: the parts that a word processor writes, as small as they can be."""

from __future__ import annotations

import io
import zipfile

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
    for key, name in (("Title", "Title"), ("berschrift1", "heading 1"), ("Heading2", "heading 2"), ("Quote", "Quote"))
)
PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="A chart"/><a:graphic><a:graphicData>'
    '<pic:pic><pic:blipFill><a:blip r:embed="rIdPicture"/></pic:blipFill></pic:pic>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)


def run(text: str, properties: str = "") -> str:
    """A run; ``text`` is XML."""
    return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*inner: str, style: str = "") -> str:
    """A paragraph of text, or of runs that are XML."""
    content = "".join(part if part.startswith("<") else run(part) for part in inner)
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{content}</w:p>"


def core(**properties: str) -> str:
    """The core properties: title, creator, language; modified, created."""
    names = {"modified": "dcterms:modified", "created": "dcterms:created"}
    inner = "".join(
        f"<{names.get(key, f'dc:{key}')}>{value}</{names.get(key, f'dc:{key}')}>" for key, value in properties.items()
    )
    return (
        f'{HEADER}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"{inner}</cp:coreProperties>"
    )


def notes(*texts: str) -> str:
    """The footnotes, numbered from 1."""
    inner = "".join(
        f'<w:footnote w:id="{number}">{paragraph(text)}</w:footnote>' for number, text in enumerate(texts, 1)
    )
    return f"{HEADER}<w:footnotes {NAMESPACES}>{inner}</w:footnotes>"


def docx(
    *paragraphs: str,
    footnotes: str = "",
    extra: dict[str, bytes] | None = None,
    packed: bool = False,
    core_properties: str = "",
    **properties: str,
) -> bytes:
    """A document; ``extra`` are other parts, or replace these. Not ``packed``, its bytes are the same everywhere.

    Its properties are given as ``core`` makes them, or as ``core`` takes them.
    """
    related = {"rIdStyles": ("styles", "styles.xml"), "rIdPicture": ("image", "media/image1.png")}
    if footnotes:
        related["rIdNotes"] = ("footnotes", "footnotes.xml")
    inner = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in related.items()
    )
    parts = {
        "[Content_Types].xml": f'{HEADER}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/></Types>',
        "_rels/.rels": f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">{inner}'
        "</Relationships>",
        "word/styles.xml": f"{HEADER}<w:styles {NAMESPACES}>{STYLES}</w:styles>",
        "word/document.xml": f"{HEADER}<w:document {NAMESPACES}><w:body>{''.join(paragraphs)}</w:body></w:document>",
        "docProps/core.xml": core_properties or core(**properties),
    }
    if footnotes:
        parts["word/footnotes.xml"] = footnotes
    whole = {name: text.encode() for name, text in parts.items()} | (extra or {})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, data in whole.items():
            info = zipfile.ZipInfo(name)  # of 1980, so that the bytes are the same each time
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            file.writestr(info, data)
    return made.getvalue()
