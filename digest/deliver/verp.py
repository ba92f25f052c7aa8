"""The return path that names its mailing and its reader, so that what comes back can be told apart and believed.

``bounces+<mailing>.<subscriber>.<mac>@example.org`` (the idea is D. J. Bernstein's VERP; "+" is RFC 5233's). Without
the MAC anybody could end anybody's subscription with a made-up delivery report.
"""

from __future__ import annotations

import base64
import hmac
import re

from digest.deliver.tokens import mac

SECRET = "message-id-secret"  # noqa: S105  the name under which the store keeps what proves return paths and Message-IDs
MAX_ADDED = 45  # octets before the @: "+", 16 of the mailing, 10 of the subscriber, 16 of the MAC, two dots

_NAMED = re.compile(r"\+([0-9a-f]{1,40})\.(\d{1,10})\.([a-z2-7]{16})")


def return_path(base: str, *, secret: str, mailing_id: str, subscriber_id: int) -> str:
    """Where a message of this mailing to this subscriber comes back to, on the wire (ASCII)."""
    local, _, domain = base.rpartition("@")
    return f"{local}+{mailing_id}.{subscriber_id}.{_proof(secret, mailing_id, subscriber_id)}@{domain}"


def read_return_path(address: str, base: str, *, secret: str) -> tuple[str, int] | None:
    """The mailing and the subscriber that an address names; None: it is none of ours, or forged.

    Capitals make no difference: some servers change them.
    """
    kept, own = address.lower(), base.lower()
    local, _, domain = kept.rpartition("@")
    own_local, _, own_domain = own.rpartition("@")
    if domain != own_domain or not local.startswith(own_local):
        return None
    match = _NAMED.fullmatch(local.removeprefix(own_local))
    if match is None:
        return None
    mailing_id, subscriber_id = match.group(1), int(match.group(2))
    if not hmac.compare_digest(match.group(3), _proof(secret, mailing_id, subscriber_id)):
        return None
    return mailing_id, subscriber_id


def _proof(secret: str, mailing_id: str, subscriber_id: int) -> str:
    """80 bits in 16 letters and digits that survive a server without capitals."""
    raw = mac(secret, "bounce", mailing_id, str(subscriber_id))[:10]
    return base64.b32encode(raw).decode("ascii").lower()
