"""The mails these pages send: one that asks for a confirmation, and one for whoever is on the list already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.deliver.dkim import signer_of
from digest.deliver.message import build_notice
from digest.deliver.optin import GOOD_FOR, Due
from digest.deliver.stamp import Recipient, sender_address
from digest.model import Mail
from digest.render.furniture import long_date, words
from digest.render.templates import Templates
from digest.render.theme import make_theme
from digest.text.direction import direction

if TYPE_CHECKING:
    from digest.config.settings import Settings
    from digest.deliver.tokens import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    subject: str
    text: str
    button: str
    link: str
    notes: tuple[str, ...]


class Letters:
    """The templates ``serve_email.html`` and ``serve_email.txt`` of the newsletter's look."""

    def __init__(self, settings: Settings, *, url: str, root: Path) -> None:
        """Read the look.

        Raises:
            TemplateError: a template, or a file of words or colours, is wrong.
            DeliveryError: the key to sign with is of no use.
        """
        self._settings, self._url = settings, url
        self._templates = Templates(settings.newsletter.look, root)
        self._theme = make_theme(self._templates, settings)
        self._words = words(settings.newsletter.language, root)
        self._signer = signer_of(settings, root)
        self._mail(_Said(subject="", text="", button="", link="", notes=("",)))  # a wrong template is found now

    def message(self, due: Due, keyring: Keyring, *, now: datetime) -> bytes:
        """The message that is owed: nothing in it was written by whoever asked, so it carries nobody's advertisement.

        Raises:
            DeliveryError: the address cannot be mailed.
            TemplateError: a template was changed, and is wrong now.
        """
        said = self._known(due, keyring) if due.subscriber.state == "active" else self._asks(due, keyring, now)
        # The same for the same asking: should it leave twice, mail programs see that it is one.
        digits = hashlib.sha256(f"{keyring.list_id}\0{due.subscriber.id}\0{due.asked.number}".encode()).hexdigest()
        raw = build_notice(
            self._mail(said),
            self._settings,
            Recipient(subscriber_id=due.subscriber.id, address=due.subscriber.address),
            message_id=f"<{digits[:32]}.notice@{sender_address(self._settings).rpartition('@')[2]}>",
            date=now,
        )
        return self._signer.signed(raw, when=now) if self._signer else raw

    def _asks(self, due: Due, keyring: Keyring, now: datetime) -> _Said:
        words, title, until = self._words, self._settings.newsletter.title, now + GOOD_FOR
        day = until.astimezone(ZoneInfo(self._settings.newsletter.timezone)).date()
        return _Said(
            subject=words.asked_subject.format(title=title),
            text=words.asked_text.format(title=title),
            button=words.asked_button,
            link=f"{self._url}confirm/{keyring.sign('confirm', due.subscriber.id, until=until)}",
            notes=(
                words.asked_until.format(date=long_date(day, self._settings.newsletter.language)),
                words.asked_ignore,
            ),
        )

    def _known(self, due: Due, keyring: Keyring) -> _Said:
        words, title = self._words, self._settings.newsletter.title
        return _Said(
            subject=words.known_subject.format(title=title),
            text=words.known_text.format(title=title),
            button=words.choice_link,
            link=f"{self._url}preferences/{keyring.sign('preferences', due.subscriber.id)}",
            notes=(),
        )

    def _mail(self, said: _Said) -> Mail:
        newsletter = self._settings.newsletter
        context = {
            "newsletter": newsletter,
            "language": newsletter.language,
            "direction": direction(newsletter.language),
            "theme": self._theme,
            "words": self._words,
            "subject": said.subject,
            "text": said.text,
            "button": said.button,
            "link": said.link,
            "notes": said.notes,
        }
        return Mail(
            subject=said.subject,
            preheader="",
            html=self._templates.render("serve_email.html", **context),
            text=self._templates.render("serve_email.txt", **context),
            language=newsletter.language,
        )
