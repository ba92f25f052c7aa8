"""What the pages of the site have in common: how they lead to each other, and the frame around each.

Every ``href`` here is given from the folder of the home page and ends in a file's name ("2026-W47/grain/index.html");
a template puts ``root``, the way from its own page to that folder, before it. So a line can stand on any page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from markupsafe import Markup

from digest.config.settings import Settings
from digest.model import Html
from digest.render.furniture import Words, has_letters_apart, long_date, words
from digest.render.past import subscribe_url
from digest.render.policy import POLICY, sealed
from digest.render.templates import Templates, safe
from digest.render.theme import Theme, make_theme
from digest.text.direction import direction

if TYPE_CHECKING:
    from digest.model import Named

FEED, JSON_FEED = "feed.xml", "feed.json"  # beside the home page
_INDEX = "index.html"
_STYLE, _STYLE_ENDS = "<!--style-->\n", "<!--/style-->\n"  # site.html puts them around a style that it made


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way to a page of the site."""

    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A story in a list."""

    href: str  # of its own page
    title: str
    section: str
    number: int  # of its issue; 0: that has none
    on: date  # of its issue
    date: str  # as people write it
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLine:
    """An organisation or a person, in a list or on a story's page."""

    href: str
    name: str
    kind: Literal["organisation", "person"]
    count: int  # of its stories in the archive
    why: str = ""  # on a story's page: what it has to do with the story, as people say it


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A dated note of what was put right in a story."""

    place: int  # of the story in its issue
    on: date
    date: str  # as people write it
    html: Html
    href: str  # of the story's page
    title: str  # of the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all pages share, made once: the look, the words, and what of the site there is to lead to."""

    settings: Settings
    templates: Templates
    theme: Theme
    words: Words
    sections: tuple[Link, ...]
    menu: Mapping[str, Link]  # the other pages there are beside them: "search", "organisations", "people" …
    on_site: bool  # False: a page by itself, which knows of no other but the home page
    shared: Mapping[str, object]  # what every template is given, whatever the page
    styles: dict[str, Markup] = field(default_factory=dict)  # of each template that has made a page

    def render(self, template: str, *, path: str, title: str = "", description: str = "", **values: object) -> str:
        """A page, whole: one file with its style inside.

        Args:
            template: extends ``site.html``. Its style may depend on nothing but the frame: it is made once.
            path: where the page goes below the folder of the home page; a folder's page ends in ``index.html``.
            title: of the page, before the newsletter's; empty: that alone.
            description: a line or two, plain text.
            values: what else the template asks for; they win over what the frame gives.

        Raises:
            TemplateError: a template is wrong.
        """
        root = "../" * path.count("/")
        logo = self.theme.logo
        page = self.templates.render(
            template,
            **{
                **self.shared,
                "root": root,
                "here": path,
                "url": self.address(path),
                "feed": root + FEED,
                "logo": (root if logo.is_file else "") + logo.address(None) if logo else "",
                "title": title,
                "description": description,
                "style": self.styles.get(template),
                **values,
            },
        )
        before, _, marked = page.partition(_STYLE)
        style, ends, after = marked.partition(_STYLE_ENDS)
        if ends:
            self.styles[template] = Markup(style)  # noqa: S704  what the template made
            page = f"{before}{style}{after}"
        return sealed(page)

    @property
    def shared_key(self) -> str:
        """Differs if what there is to lead to does, and so every page."""
        return repr((self.sections, self.menu, self.on_site))

    def address(self, path: str) -> str:
        """Where a page is on the web; empty if the newsletter has no address."""
        base = self.settings.newsletter.url
        return base + quote(path.removesuffix(_INDEX)) if base else ""

    def date(self, day: date) -> str:
        """A date as people write it, in the newsletter's language."""
        return _long_date(day, self.settings.newsletter.language)

    def why(self, named: Named) -> str:
        """What a name has to do with a story, in the newsletter's language."""
        return _whys(self.words).get(named.why, named.why)

    def tallied(self, why: str, count: int) -> str:
        """How many stories a name has to do with in one way (``Named.why``); empty if digest has no words for it."""
        return _tallies(self.words).get(why, "").format(count=count)


def make_frame(
    settings: Settings,
    templates: Templates,
    *,
    sections: Sequence[Link] = (),
    search: bool = False,
    organisations: bool = False,
    people: bool = False,
    corrections: bool = False,
    coverage: bool = False,
    on_site: bool = True,
) -> Frame:
    """The frame of a newsletter's pages.

    Args:
        settings: of the newsletter.
        templates: the look.
        sections: those that have a page, in the order in which they are shown.
        search: whether there is ``search/index.html``; likewise ``organisations``, ``people``, ``corrections`` and
            ``coverage``, each a folder of that name.
        on_site: False for a page that is looked at before there is a site around it.

    Raises:
        TemplateError: a ``theme.toml`` or a file of words is wrong.
    """
    newsletter = settings.newsletter
    theme = make_theme(templates, settings)
    said = words(newsletter.language, templates.project)
    there = {"search": search, "organisations": organisations, "people": people, "coverage": coverage,
             "corrections": corrections}  # fmt: skip
    places = tuple(replace(one, text=one.text or said.other) for one in sections)
    menu = {name: Link(href=f"{name}/{_INDEX}", text=getattr(said, name)) for name in there if there[name]}
    shared: dict[str, object] = {
        "called_issue": _IssueNames(said),
        "theme": theme,
        "footer": safe(theme.footer),
        "policy": POLICY,
        "newsletter": newsletter,
        "language": newsletter.language,
        "direction": direction(newsletter.language),
        "spaced": has_letters_apart(newsletter.language),
        "words": said,
        "subscribe": subscribe_url(settings),
        "on_site": on_site,
        "places": places,
        "menu": menu,
        "kind": "website",
        "picture": None,
        "structured": (),
        "noindex": False,
        "icon": _icon(newsletter.title, theme),
    }
    return Frame(
        settings=settings, templates=templates, theme=theme, words=said, sections=places, menu=menu,
        on_site=on_site, shared=shared,
    )  # fmt: skip


def _tallies(said: Words) -> dict[str, str]:
    return {
        "published it": said.tally_published,
        "is quoted in it": said.tally_quoted,
        "is named in it": said.tally_named,
    }


def _icon(title: str, theme: Theme) -> str:
    """A picture for the browser's tab, of the title's first letter, as an address that holds it."""
    drawn = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
        f"<rect width='32' height='32' rx='6' fill='{theme.light.accent}'/><text x='16' y='23.5' "
        "font-family='Georgia,serif' font-size='22' font-weight='700' text-anchor='middle' fill='#fff'>"
        f"{escape(title[:1])}</text></svg>"
    )
    return f"data:image/svg+xml,{quote(drawn)}"


class _IssueNames(dict[int, str]):
    """What issues are called, by number; each is put together once: the sandbox watches over every ``format``."""

    def __init__(self, said: Words) -> None:
        super().__init__()
        self._said = said.issue

    def __missing__(self, number: int) -> str:
        called = self[number] = self._said.format(number=number)
        return called


def _whys(said: Words) -> dict[str, str]:
    return {
        "published it": said.why_published,
        "is quoted in it": said.why_quoted,
        "is named in it": said.why_named,
    }


_long_date = lru_cache(maxsize=4096)(long_date)  # an archive has as many days as issues, each many times
