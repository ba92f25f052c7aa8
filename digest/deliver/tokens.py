"""What proves that a link or a Message-ID is ours: keyed hashes, each bound to its purpose.

The keys are made once, kept in the store and with it in every backup, so that links in old mails keep working. A new
key signs from the day it is made; older ones go on proving what they signed.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Purpose = Literal["message-id", "bounce"]
LinkPurpose = Literal["unsubscribe", "confirm", "preferences"]

# Hex digits, because capitals make no difference to them: people and programs change those. 32 hold 128 bits.
_TOKEN = re.compile(r"([1-9][0-9]{0,5})-([1-9][0-9]{0,17})(?:-u([1-9][0-9]{0,11}))?-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key that signs links."""

    version: int  # from 1; the highest signs
    secret: str  # at least 32 random bytes, in hex digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Every key of one list, and the list they are for."""

    list_id: str  # minted with the first key: a copied store with a new list id makes links of its own
    keys: tuple[Key, ...]

    def sign(self, purpose: LinkPurpose, subscriber_id: int, *, until: datetime | None = None) -> str:
        """A token that only this list can make for this subscriber and purpose; ``until`` it is good, None: for ever.

        It is letters of a to z, digits and hyphens: good in a URL and in the part of an address before the @.
        """
        key = max(self.keys, key=lambda one: one.version)
        good_until = None if until is None else str(int(until.timestamp()))
        timed = "" if good_until is None else f"-u{good_until}"
        digits = self._digits(key, purpose, str(subscriber_id), good_until)
        return f"{key.version}-{subscriber_id}{timed}-{digits}"

    def subscriber_of(self, token: str, purpose: LinkPurpose, *, now: datetime) -> int | None:
        """Whose token it is; None: it is forged, damaged, for another purpose or list, or its time is over."""
        found = _TOKEN.fullmatch(token.lower()) if token.isascii() else None
        key = next((one for one in self.keys if found and one.version == int(found[1])), None)
        if found is None or key is None:
            return None
        if not hmac.compare_digest(self._digits(key, purpose, found[2], found[3]), found[4]):
            return None
        if found[3] is not None and now > datetime.fromtimestamp(int(found[3]), UTC):
            return None
        return int(found[2])

    def _digits(self, key: Key, purpose: LinkPurpose, subscriber_id: str, until: str | None) -> str:
        text = "\0".join(("link", purpose, self.list_id, str(key.version), subscriber_id, until or ""))
        return hmac.digest(key.secret.encode("utf-8"), text.encode("utf-8"), "sha256").hex()[:32]


def mac(secret: str, purpose: Purpose, *parts: str) -> bytes:
    """HMAC-SHA256 over the purpose and the parts: one made for another purpose, or other parts, is never equal."""
    text = "\0".join((purpose, *parts))
    return hmac.digest(secret.encode("utf-8"), text.encode("utf-8", "surrogatepass"), "sha256")
