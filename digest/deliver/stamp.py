"""What makes the messages of one mailing ours: their links, their Message-IDs, and where they come back to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from digest.config.settings import Settings
from digest.deliver.headers import mailbox
from digest.deliver.tokens import Keyring, mac
from digest.deliver.verp import return_path
from digest.text.address import smtp_address, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom one message is for."""

    subscriber_id: int
    address: str
    name: str = ""


class Links(NamedTuple):
    """One recipient's own links."""

    mail: str  # writes a mail that asks for them to be removed (RFC 6068)
    unsubscribe: str | None  # a page; None: `digest serve` is not used
    preferences: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The newsletter, one mailing of it, and the keys that prove what is made here."""

    settings: Settings
    mailing_id: str
    secret: str  # of Message-IDs and return paths
    keyring: Keyring  # of links

    def message_id(self, subscriber_id: int) -> str:
        """The same for the same mailing and subscriber, so that a second copy can be known as one."""
        domain = sender_address(self.settings).rpartition("@")[2]
        return f"<{message_id_digits(self.secret, self.mailing_id, subscriber_id)}@{domain}>"

    def envelope_sender(self, subscriber_id: int) -> str:
        """Where the message comes back to if it cannot be delivered: a return path of its own, if somebody reads it.

        Without a mailbox in ``[inbox] address`` it is the sender's address.
        """
        inbox = self.settings.inbox
        if inbox is None or inbox.address is None:
            return sender_address(self.settings)
        base = _spec(inbox.address)
        return return_path(base, secret=self.secret, mailing_id=self.mailing_id, subscriber_id=subscriber_id)

    def links(self, recipient: Recipient) -> Links:
        """The links that prove that we wrote them, and for whom."""
        settings, number = self.settings, recipient.subscriber_id
        reader = _spec(settings.send.unsubscribe or settings.newsletter.reply_to or settings.newsletter.sender)
        token = self.keyring.sign("unsubscribe", number)
        subject = quote(f"unsubscribe {smtp_address(tidy(recipient.address))} {token}", safe="@")
        mail = f"mailto:{quote(reader, safe='@')}?subject={subject}"
        if settings.serve is None:
            return Links(mail=mail, unsubscribe=None, preferences=None)
        pages = settings.serve.url
        return Links(
            mail=mail,
            unsubscribe=f"{pages}unsubscribe/{token}",
            preferences=f"{pages}preferences/{self.keyring.sign('preferences', number)}",
        )


def message_id_digits(secret: str, mailing_id: str, subscriber_id: int) -> str:
    """What a Message-ID has before the @."""
    return f"{mac(secret, 'message-id', mailing_id, str(subscriber_id)).hex()[:32]}.issue"


def sender_address(settings: Settings) -> str:
    """The address the newsletter comes from, as it stands on the wire."""
    return _spec(settings.newsletter.sender)


@lru_cache(maxsize=16)  # asked for each recipient, and always of the same few
def _spec(text: str) -> str:
    return mailbox("", parseaddr(text)[1]).addr_spec
