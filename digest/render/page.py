"""An issue as a web page, and as the text of its entry in the feed: the stories of the mail, from the same Issue.

The page is frozen at approval and published byte for byte, so it holds nothing that is not known then: no way to the
next issue, and no address but relative ones for what lies beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from digest.config.settings import Newsletter, Settings
from digest.model import Entry, Html, Issue
from digest.render.furniture import has_letters_apart, long_date, words
from digest.render.glance import at_a_glance
from digest.render.markup import Tag, walk
from digest.render.pagebody import laid_out
from digest.render.past import PastIssue, headline, issue_line, page_url, subscribe_url
from digest.render.policy import POLICY, sealed
from digest.render.signs import introduction
from digest.render.stories import PageSection, page_sections
from digest.render.templates import Templates, safe
from digest.render.theme import Theme, make_theme
from digest.render.updates import UNKNOWN, Updates
from digest.text.direction import direction
from digest.text.plain import drop_controls
from digest.text.readermarks import without_marks

__all__ = ["FEED", "PagePicture", "headline", "page_url", "picture_of", "render_content", "render_page"]

FEED = "feed.xml"  # beside the home page, one folder above every issue
ROOT = "../"  # from an issue's page to the home page


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """The picture that stands for a page where others link to it."""

    url: str  # absolute
    alt: str
    large: bool = True  # a picture of what is told, no logo


def render_page(
    issue: Issue,
    *,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    number: int,
    on: date,
    updates: Updates = UNKNOWN,
    previous: PastIssue | None = None,
) -> str:
    """The page of an issue: one file with its style inside, no script, nothing fetched but the pictures asked for.

    Args:
        issue: what the issue file says.
        settings: of the newsletter.
        templates: the look; ``page.html`` is used.
        entries: by id, those the issue's sources name; one that is missing costs its kicker and language mark.
        number: 1 for the first issue.
        on: the day the issue is dated, in the newsletter's time zone.
        updates: what its updates are about.
        previous: the newest issue that was out when this one was approved; None: there was none, or it is not known.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    url = page_url(issue.name, newsletter)
    said = words(newsletter.language, templates.project)
    intro = _laid_out(safe(introduction(issue)))
    sections = tuple(
        _section(section) for section in page_sections(issue, settings=settings, entries=entries, updates=updates)
    )
    theme = make_theme(templates, settings)
    logo = theme.logo.address(None) if theme.logo else ""
    picture = picture_of(intro, sections, theme, base=url)
    page = templates.render(
        "page.html",
        theme=theme,
        logo=logo,
        footer=safe(theme.footer),
        policy=POLICY,
        newsletter=newsletter,
        language=newsletter.language,
        direction=direction(newsletter.language),
        spaced=has_letters_apart(newsletter.language),
        words=said,
        root=ROOT,
        feed=ROOT + FEED,
        paper=issue.title or newsletter.title,
        headline=headline(issue, newsletter),
        preheader=without_marks(drop_controls(issue.preheader)),
        number=number,
        on=on.isoformat(),
        date=long_date(on, newsletter.language),
        url=url,
        picture=picture,
        structured=_structured(issue, newsletter, number=number, on=on, url=url, picture=picture),
        intro=intro,
        glance=at_a_glance([section.stories for section in sections]),
        sections=sections,
        count=len(issue.stories),
        nothing=getattr(said, f"nothing_{settings.issue.every}"),
        previous=issue_line(previous, newsletter, root=ROOT) if previous else None,
        subscribe=subscribe_url(settings),
    )
    return sealed(page)


def render_content(
    issue: Issue, *, settings: Settings, templates: Templates, entries: Mapping[str, Entry], updates: Updates = UNKNOWN
) -> Html:
    """The stories of an issue as one piece of HTML without style, for the feed.

    Addresses are absolute if the newsletter has a place on the web, else relative to the issue's page.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    said = words(newsletter.language, templates.project)
    base = page_url(issue.name, newsletter) or None
    return Html(
        templates.render(
            "content.html",
            words=said,
            preheader=without_marks(drop_controls(issue.preheader)),
            intro=safe(introduction(issue, base=base)),
            sections=page_sections(issue, settings=settings, entries=entries, base=base, updates=updates),
            nothing=getattr(said, f"nothing_{settings.issue.every}"),
        )
    )


def picture_of(intro: Markup, sections: Sequence[PageSection], theme: Theme, *, base: str) -> PagePicture | None:
    """The first picture that the issue shows, else the logo.

    Args:
        intro: the introduction, as printed.
        sections: the sections, as printed.
        theme: for the logo.
        base: the absolute address of the issue's page; without one there is no picture, for it needs one too.
    """
    if not base:
        return None
    shown = next(_pictures(intro, sections), None)
    if shown:
        url = shown.url if shown.url.startswith(("http://", "https://")) else base + shown.url
        return replace(shown, url=url)
    return PagePicture(url=theme.logo.address(base), alt=theme.logo.alt, large=False) if theme.logo else None


def _pictures(intro: Markup, sections: Sequence[PageSection]) -> Iterator[PagePicture]:
    yield from _inside(intro)
    for section in sections:
        yield from _inside(section.intro)
        for story in section.stories:
            if story.image_url:
                yield PagePicture(url=story.image_url, alt=story.image_alt)
            yield from _inside(story.summary)
            yield from _inside(story.why)


def _inside(text: Markup) -> Iterator[PagePicture]:
    if "<img" not in text:
        return
    for part in walk(Html(str(text))):
        if isinstance(part, Tag) and part.name == "img" and part.attributes.get("src"):
            yield PagePicture(url=part.attributes["src"], alt=part.attributes.get("alt", ""))


def _section(section: PageSection) -> PageSection:
    """The section with its tables laid out for a page."""
    stories = tuple(
        replace(story, summary=_laid_out(story.summary), why=_laid_out(story.why)) for story in section.stories
    )
    return replace(section, intro=_laid_out(section.intro), stories=stories)


def _laid_out(text: Markup) -> Markup:
    return safe(laid_out(Html(str(text))))


def _structured(
    issue: Issue, newsletter: Newsletter, *, number: int, on: date, url: str, picture: PagePicture | None
) -> Markup:
    """What the page is, for machines: schema.org's PublicationIssue as JSON-LD."""
    said = {
        "@context": "https://schema.org",
        "@type": "PublicationIssue",
        "name": headline(issue, newsletter),
        "description": without_marks(drop_controls(issue.preheader)) or None,
        "issueNumber": str(number),
        "datePublished": on.isoformat(),
        "inLanguage": newsletter.language,
        "url": url or None,
        "image": picture.url if picture else None,
        "isPartOf": {"@type": "Periodical", "name": newsletter.title, "url": newsletter.url or None},
    }
    known = {name: value for name, value in said.items() if value is not None}
    written = json.dumps(known, ensure_ascii=True, separators=(",", ":"))
    # Inside <script> an HTML parser looks for "</script" and "<!--" only; escaped, JSON means the same.
    return Markup(written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
