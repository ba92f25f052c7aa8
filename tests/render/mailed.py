"""Mails for the tests, and what is looked at in them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace

from digest.disk import shipped
from digest.model import UNSUBSCRIBE_MARK, Entry, Issue, IssueSection, IssueStory, Mail
from digest.render.mail import render_mail
from digest.render.templates import Templates
from digest.render.theme import make_theme
from digest.render.updates import Updates
from tests.render.outline import Outline, outline
from tests.support.sample import ON, SAMPLE, UPDATES, sample_entries, sample_settings

LOOKS = ("brief", "magazine", "plain")


@functools.cache
def templates(look: str) -> Templates:
    """The templates of a shipped look."""
    return Templates(look, shipped("templates").parent)


TEMPLATES = templates("brief")
THEME = make_theme(TEMPLATES, sample_settings())
EMPTY = replace(SAMPLE, intro="", preheader="", sections=())


def mail(issue: Issue = SAMPLE, **newsletter: str) -> Mail:
    return told(issue, sample_entries(), updates=UPDATES, **newsletter)


def told(issue: Issue, entries: Mapping[str, Entry], *, updates: Updates = UPDATES, **newsletter: str) -> Mail:
    settings = sample_settings(**newsletter)
    look = templates(settings.newsletter.look)
    return render_mail(issue, settings=settings, templates=look, entries=entries, number=12, on=ON, updates=updates)


def one_story(story: IssueStory) -> Issue:
    return replace(SAMPLE, intro="", sections=(IssueSection(title="World", stories=(story,)),))


def body(html: str) -> str:
    return html.partition("<body")[2]


# --- what every HTML part must be (numbers are those of the rules for mails in Gmail, Outlook, Apple Mail) ------

FORBIDDEN = frozenset("script iframe object embed form input svg math video audio link base picture".split())  # noqa: SIM905
MEANINGLESS = frozenset("main nav header footer article section aside details summary figure".split())  # noqa: SIM905
ADDRESS = re.compile(r"(https?://|mailto:)\S+\Z")


def problems(html: str) -> list[str]:
    """What is wrong with an HTML part, whatever it says."""
    page = outline(re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))
    found = list(page.faults)
    found += [f"<{one.name}>" for one in page.elements if one.name in FORBIDDEN | MEANINGLESS]
    found += [f"{one.name} {key}" for one in page.elements for key in one.attributes if key.startswith("on")]
    found += [f"leads to {one}" for one in page.addresses if one != UNSUBSCRIBE_MARK and not ADDRESS.match(one)]
    if page.levels.count(1) != 1 or any(b > a + 1 for a, b in zip(page.levels, page.levels[1:], strict=False)):
        found.append(f"headings {page.levels}")
    found += ["id twice"] * (len(page.ids) != len(set(page.ids)))
    found += ["a link without a text" for one in page.all("a") if not one.text.strip()]
    found += [
        f"table {one.attributes}"
        for one in page.all("table")
        if not (_is_layout(one.attributes) or _is_data(one.text, page))
    ]
    found += _image_problems(page) + character_problems(html) + _style_problems(html)
    found += re.findall(r"</(?:a|span|em|strong|b|i|code|small)><(?:a|span|em|strong|b|i|code|small)\b", html)
    return found


def _is_layout(attributes: dict[str, str]) -> bool:
    return attributes.get("role") == "presentation"


def _is_data(text: str, page: Outline) -> bool:
    return any(head.text in text for head in page.all("th"))


def _image_problems(page: Outline) -> list[str]:
    images = page.all("img")
    found = [f"img {one.attributes}" for one in images if "alt" not in one.attributes]
    return found + [f"img {one.attributes}" for one in images if not 0 < int(one.attributes.get("width", "0")) <= 600]


def character_problems(html: str) -> list[str]:
    found = [
        f"U+{ord(one):04X}"
        for one in re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", html)
    ]
    return found + ["no charset"] * ('<meta charset="utf-8">' not in html[:1024])


def _style_problems(html: str) -> list[str]:
    head, _, rest = html.partition("</head>")
    sheets = re.findall(r"<style>(.*?)</style>", head, re.DOTALL)
    inline = re.findall(r'style="([^"]*)"', rest)
    found = ["a style sheet in the body"] * ("<style" in rest) + ["style too long"] * (sum(map(len, sheets)) > 16_384)
    found += ["an @ in an @"] * any(re.search(r"@media[^{]*\{[^@}]*(\{[^}]*\}[^@}]*)*@", sheet) for sheet in sheets)
    said = "\n".join((*sheets, *inline))
    found += re.findall(
        r"(?:rgb|rgba|hsl|oklch|lab|var|calc)\(|position:|float:|display:\s*(?:flex|grid)|margin[^;]*:-", said
    )
    return found + [colour for colour in re.findall(r"#[0-9a-zA-Z]+", said) if not re.fullmatch("#[0-9a-f]{6}", colour)]


def titles(html: str) -> list[str]:
    """The headlines of the stories: what an editor's own h3 has no need of, they have."""
    return [" ".join(one.text.split()) for one in outline(html).all("h3", dir="auto")]


def assert_alike(made: Mail, wanted: list[str]) -> None:
    assert titles(made.html) == wanted
    flat = " ".join(made.text.split())
    flat = flat.rpartition("At a glance")[2]
    at = 0
    for title in wanted:
        place = flat.find(title, at)
        assert place >= at, title
        at = place + len(title)
