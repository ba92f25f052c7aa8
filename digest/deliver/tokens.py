"""What proves that a link or a Message-ID is ours: keyed hashes, each bound to its purpose.

The key is made once, kept in the store and with it in every backup, so that links in old mails keep working.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Literal

Purpose = Literal["message-id", "unsubscribe", "bounce"]


def mac(secret: str, purpose: Purpose, *parts: str) -> bytes:
    """HMAC-SHA256 over the purpose and the parts: one made for another purpose, or other parts, is never equal."""
    text = "\0".join((purpose, *parts))
    return hmac.new(secret.encode("utf-8"), text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def unsubscribe_token(secret: str, subscriber_id: int, address: str) -> str:
    """22 characters, 128 bits, that only this project can make for this subscriber."""
    raw = mac(secret, "unsubscribe", str(subscriber_id), address)[:16]
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
