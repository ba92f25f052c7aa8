"""The picture that stands for a page where others link to it: https://ogp.me, schema.org's ``image``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from digest.model import Html
from digest.render.markup import Tag, walk
from digest.render.stories import PageSection, PageStory
from digest.render.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """The picture that stands for a page where others link to it."""

    url: str  # absolute
    alt: str
    large: bool = True  # a picture of what is told, no logo


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
    return _absolute(_pictures(intro, sections), theme, base)


def picture_of_story(story: PageStory, theme: Theme, *, base: str) -> PagePicture | None:
    """The first picture that the story shows, else the logo; ``base`` as in ``picture_of``."""
    return _absolute(_of_story(story), theme, base) if base else None


def _absolute(pictures: Iterator[PagePicture], theme: Theme, base: str) -> PagePicture | None:
    shown = next(pictures, None)
    if shown:
        url = shown.url if shown.url.startswith(("http://", "https://")) else base + shown.url
        return replace(shown, url=url)
    return PagePicture(url=theme.logo.address(base), alt=theme.logo.alt, large=False) if theme.logo else None


def _pictures(intro: Markup, sections: Sequence[PageSection]) -> Iterator[PagePicture]:
    yield from _inside(intro)
    for section in sections:
        yield from _inside(section.intro)
        for story in section.stories:
            yield from _of_story(story)


def _of_story(story: PageStory) -> Iterator[PagePicture]:
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
