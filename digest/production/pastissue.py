"""A past letter as what approval freezes of an issue: rendered by the same functions, and not a word lost."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from digest.edit.issuefile import read_issue
from digest.errors import IssueFileError
from digest.gather.past.composition import Titles, compose, with_pictures
from digest.production.frozen import IMAGES
from digest.render.furniture import words
from digest.render.markup import block
from digest.render.page import render_content, render_page
from digest.render.templates import Templates
from digest.store import entries
from digest.store.imported import PART
from digest.text.markdown import escape_paragraph
from digest.text.markdownize import pieces
from digest.text.plain import plain
from digest.text.titles import title_key
from digest.text.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from digest.gather.past.letter import Picture
    from digest.gather.past.sifting import Sifted
    from digest.model import Html, Issue
    from digest.project import Project
    from digest.text.markdownize import Piece

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIssueParts:
    """An imported issue, rendered."""

    issue: Issue
    texts: dict[str, bytes]  # what is frozen, less the pictures
    pictures: dict[str, Picture]  # by how they are called beside the issue

    def parts(self, bytes_of: Callable[[Picture], bytes]) -> dict[str, bytes]:
        """All that is frozen."""
        return self.texts | {IMAGES + name: bytes_of(picture) for name, picture in self.pictures.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders imported issues in the newsletter's look."""

    project: Project
    templates: Templates
    news: str  # the title of the section of stories that stand in none

    @classmethod
    def of(cls, project: Project) -> Renderer:
        """Of a newsletter.

        Raises:
            TemplateError: its look is wrong.
        """
        newsletter = project.settings.newsletter
        return cls(
            project=project,
            templates=Templates(newsletter.look, project.root),
            news=words(newsletter.language, project.root).news,
        )

    def issue(self, one: Sifted, name: str) -> Issue:
        """The issue that a letter becomes, unless it would not print all of its words.

        Raises:
            IssueFileError: its text cannot be made one that is read as an issue.
        """
        return _read(pieces(with_pictures(one.tidied.html, one.letter)[0]), self._titles(one, name))

    def render(self, one: Sifted, name: str, *, number: int, on: date, batch: str) -> PastIssueParts:
        """What is frozen of the issue that a letter becomes; every word of the letter is printed in it, in its order.

        Args:
            one: the letter.
            name: of the issue.
            number: of the issue; 0: it has none.
            on: the local day it is dated.
            batch: of the import.

        Raises:
            IssueFileError: its text cannot be made one that is read as an issue.
            TemplateError: the look is wrong.
        """
        html, pictures = with_pictures(one.tidied.html, one.letter)
        told, titles = pieces(html), self._titles(one, name)
        settings, templates = self.project.settings, self.templates
        issue = _read(told, titles)
        content = render_content(issue, settings=settings, templates=templates, entries={})
        if not _says_all(issue, content, told):
            issue = _read(tuple(map(_safe, told)), titles)
            content = render_content(issue, settings=settings, templates=templates, entries={})
        about = {
            "batch": batch,
            "form": one.letter.form,
            "origin": one.letter.origin,
            "sha256": one.letter.sha256,
            "keys": [one.letter.key, one.identity],
            "links": list(dict.fromkeys(url_key(link) for piece in told for link in piece.links)),
        }
        texts = {
            "issue.md": issue.text,
            "entries.json": entries.dump_entries(()),
            "index.html": render_page(issue, settings=settings, templates=templates, entries={}, number=number, on=on),
            "content.html": content,
            PART: json.dumps(about, ensure_ascii=False, sort_keys=True),
        }
        encoded = {part: text.encode("utf-8") for part, text in texts.items()}
        return PastIssueParts(issue=issue, texts=encoded, pictures=pictures)

    def _titles(self, one: Sifted, name: str) -> Titles:
        settings = self.project.settings
        return Titles(
            name=name,
            title=settings.newsletter.title,
            subject=one.letter.subject or settings.newsletter.title,
            preheader=_preheader(one),
            section=self.news,
            headlines=frozenset(one.title.casefold() for one in settings.section if one.style == "headline"),
        )


def _read(told: Sequence[Piece], titles: Titles) -> Issue:
    """The issue made of a letter's blocks; of text alone where their structure cannot be read."""
    path = f"{titles.name} as imported"
    try:
        return read_issue(compose(told, titles), path=path).issue
    except IssueFileError:
        flat = tuple(_safe(replace(one, level=0)) for one in told)
        return read_issue(compose(flat, titles), path=path).issue


def _safe(one: Piece) -> Piece:
    """A block as it is if it reads back as its words, else as a paragraph of them without any sign."""
    if not one.words or _words_of(one.markdown) == _WORD.findall(one.words):
        return one
    return replace(one, markdown=escape_paragraph(one.words))


def _words_of(markdown: str) -> list[str]:
    return _WORD.findall(plain(block(markdown)))


def _says_all(issue: Issue, content: Html, told: Iterable[Piece]) -> bool:
    """Whether an issue prints every word of the letter, in its order; its head says those of its titles."""
    said = iter(_WORD.findall(f"{issue.title} {issue.subject} {plain(content)}"))
    return all(word in said for one in told for word in _WORD.findall(one.words))


def _preheader(one: Sifted) -> str:
    """What its list of mails showed after the subject, unless the letter begins so."""
    text = one.tidied.preheader or " ".join(one.letter.preheader.split())
    beginning = title_key(plain(one.tidied.html)[: len(text) + 80])
    return "" if title_key(text) in {"", title_key(one.letter.subject)} or title_key(text) in beginning else text
