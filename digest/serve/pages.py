"""The pages people see, in the newsletter's look and language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from starlette.responses import HTMLResponse

from digest.render.furniture import has_letters_apart, language_name, words
from digest.render.policy import POLICY, sealed
from digest.render.templates import Templates, safe
from digest.render.theme import make_theme
from digest.serve.form import Filled
from digest.text.direction import direction
from digest.text.topics import find_topic

if TYPE_CHECKING:
    from digest.config.serve import ServeSettings
    from digest.config.settings import Settings
    from digest.model import Subscriber

Kind = Literal[
    "join", "sent", "confirm", "confirmed", "leave", "left", "choice", "nobody", "no_link", "no_page", "later", "often"
]
HEADINGS: dict[Kind, str] = {
    "join": "join_title",
    "sent": "sent_title",
    "confirm": "confirm_title",
    "confirmed": "confirmed_title",
    "leave": "leave_title",
    "left": "left_title",
    "choice": "choice_title",
    "nobody": "choice_title",
    "no_link": "no_link_title",
    "no_page": "no_page_title",
    "later": "later_title",
    "often": "later_title",
}

# The pages have forms, which the archive's have not; and nobody may lay them, unseen, over a page of their own.
PAGE_POLICY = POLICY.replace("form-action 'none'", "form-action 'self'")
HEADER_POLICY = f"{PAGE_POLICY}; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to choose from; fewer than two of either are no choice."""

    sections: tuple[str, ...]
    languages: tuple[str, ...]

    @staticmethod
    def of(settings: Settings) -> Choices:
        """As digest.toml has it."""
        own, offered = settings.newsletter.language, settings.serve.languages if settings.serve else ()
        languages = tuple(dict.fromkeys((own, *offered)))
        return Choices(
            sections=tuple(section.title for section in settings.section),
            languages=languages if len(languages) > 1 else (),
        )


class Pages:
    """The template ``serve.html`` of the newsletter's look, and what all pages have in common."""

    def __init__(self, settings: Settings, serve: ServeSettings, *, root: Path, site: Path) -> None:
        """Read the look.

        Args:
            settings: of the newsletter.
            serve: its part about these pages.
            root: the newsletter's folder.
            site: the folder of the archive, which need not be there.

        Raises:
            TemplateError: a template, or a file of words or colours, is wrong.
        """
        newsletter = settings.newsletter
        self._templates = Templates(newsletter.look, root)
        self._words = words(newsletter.language, root)
        self._newsletter, self._url, self._site = newsletter, serve.url, site
        self.choices = Choices.of(settings)
        theme = make_theme(self._templates, settings)
        self._logo = theme.logo
        self._common: dict[str, object] = {
            "policy": PAGE_POLICY,
            "newsletter": newsletter,
            "language": newsletter.language,
            "direction": direction(newsletter.language),
            "spaced": has_letters_apart(newsletter.language),
            "words": self._words,
            "theme": theme,
            "footer": safe(theme.footer),
            "reply": parseaddr(newsletter.reply_to or newsletter.sender)[1],
            "subscribe": f"{serve.url}subscribe",
            "topics": self.choices.sections if len(self.choices.sections) > 1 else (),
            "languages": [(tag, language_name(tag, tag)) for tag in self.choices.languages],
        }
        for kind in HEADINGS:  # a wrong template is found now, not by the first reader
            self.page(kind, choose="", undo="", masked="", saved=False)

    def page(
        self,
        kind: Kind,
        *,
        status: int = 200,
        form: Filled | None = None,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> HTMLResponse:
        """A page.

        Args:
            kind: which.
            status: of HTTP.
            form: what to fill the form with; None: everything ticked.
            headers: further ones.
            more: what only this kind is given: ``choose``, ``undo``, ``masked``, ``saved``.

        Raises:
            TemplateError: a template was changed, and is wrong now.
        """
        home = self._home()
        filled = form or Filled(topics=self.choices.sections, language=self._newsletter.language)
        html = self._templates.render(
            "serve.html",
            **self._common,
            page=kind,
            heading=getattr(self._words, HEADINGS[kind]).format(title=self._newsletter.title),
            home=home,
            logo=self._logo.address(home) if self._logo and (home or not self._logo.is_file) else "",
            form=filled,
            **more,
        )
        policy = sealed(f"{HEADER_POLICY}\n{html}").partition("\n")[0]
        return HTMLResponse(sealed(html), status, {**(headers or {}), "Content-Security-Policy": policy})

    def filled_for(self, person: Subscriber) -> Filled:
        """The form as somebody on the list finds it; who follows nothing that there is gets everything."""
        sections = self.choices.sections
        followed = {find_topic(topic, sections) for topic in person.topics}
        return Filled(
            name=person.name,
            language=person.language or self._newsletter.language,
            topics=tuple(title for title in sections if title in followed) or sections,
        )

    def _home(self) -> str:
        """Where the archive is; empty: nowhere."""
        if self._newsletter.url:
            return self._newsletter.url
        return self._url if (self._site / "index.html").is_file() else ""


def masked(address: str) -> str:
    """The address so that its owner knows it and nobody else learns it: ``m…@example.org``."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def relative(purpose: str, token: str) -> str:
    """The way from one page of a link to another, whatever name the server was asked by."""
    return f"../{purpose}/{quote(token)}"
