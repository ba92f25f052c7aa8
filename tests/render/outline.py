"""A page as a test looks at it: its tags in order, read by the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    text: str = ""  # of everything in it


@dataclass
class Outline:
    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def all(self, name: str, **attributes: str) -> list[Element]:
        """Every element of that name whose attributes are so; ``class_`` and the like lose their underscore."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [one for one in self.elements if one.name == name and wanted.items() <= one.attributes.items()]

    def one(self, name: str, **attributes: str) -> Element:
        (found,) = self.all(name, **attributes)
        return found

    @property
    def ids(self) -> list[str]:
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    @property
    def levels(self) -> list[int]:
        return [int(one.name[1]) for one in self.elements if one.name in HEADINGS]

    @property
    def addresses(self) -> list[str]:
        """Where the page leads and what it loads; an icon that is drawn in its own address is neither."""
        found = [one.attributes[key] for one in self.elements for key in ("href", "src") if key in one.attributes]
        return [one for one in found if not one.startswith("data:image/svg+xml,%3Csvg") or one not in self._icons]

    @property
    def _icons(self) -> list[str]:
        return [one.attributes["href"] for one in self.all("link", rel="icon")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.outline = Outline()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        if len(element.attributes) < len(attrs):
            self.outline.faults.append(f"<{tag}> has an attribute twice")
        self.outline.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].name != tag:
            self.outline.faults.append(f"</{tag}> closes {self.open[-1].name if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def outline(html: str) -> Outline:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open:
        reader.outline.faults.append(f"never closed: {[one.name for one in reader.open]}")
    return reader.outline


def faults(html: str) -> list[str]:
    """What is wrong with any page of the site, whatever it shows."""
    page = outline(html)
    found = list(page.faults)
    if page.levels.count(1) != 1:
        found.append(f"{page.levels.count(1)} h1")
    found += [
        f"h{one} is followed by h{two}" for one, two in zip(page.levels, page.levels[1:], strict=False) if two > one + 1
    ]
    found += [f"id twice: {one}" for one in sorted(set(page.ids)) if page.ids.count(one) > 1]
    for one in page.elements:
        found += [f"<{one.name} {name}>" for name in one.attributes if name.startswith("on") or name == "style"]
        if one.name in {"iframe", "object", "form", "embed", "base"}:
            found.append(f"<{one.name}>")
    found += [
        f"leads to {one}" for one in page.addresses if one.split(":")[0].lower() in {"javascript", "data", "file"}
    ]
    found += ["a script"] * sum(one.attributes.get("type") != "application/ld+json" for one in page.all("script"))
    found += [f"labelled by nothing: {one}" for one in _labels(page) if one not in page.ids]
    found += ["a picture without alt" for one in page.all("img") if "alt" not in one.attributes]
    found += ["a link without text" for one in page.all("a") if not one.text.strip()]
    return found


def _labels(page: Outline) -> list[str]:
    return [one.attributes["aria-labelledby"] for one in page.elements if "aria-labelledby" in one.attributes]
