"""What approval freezes of an issue, and how it is read again: the bytes that leave, and who they are from."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy import select

from digest.config.serve import ServeSettings
from digest.edit.issuefile import read_issue
from digest.edit.slices import ALL
from digest.errors import StateError
from digest.model import Issue, IssueRecord, Mail
from digest.store import issues, schema
from digest.store.corrections import current_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.config.settings import Settings

Parts = dict[tuple[str, str], bytes]
"""What approval freezes, by (variant, part)."""

VARIANT = ALL
IMAGES = "images/"  # before the names of frozen pictures
_MAIL = ("email.html", "email.txt", "mail.json")


def mail_parts(mail: Mail, settings: Settings) -> Parts:
    """What is frozen of a mail."""
    envelope = json.dumps(_envelope(mail, settings), ensure_ascii=False, sort_keys=True)
    texts = dict(zip(_MAIL, (mail.html, mail.text, envelope), strict=True))
    return {(mail.variant, name): text.encode("utf-8") for name, text in texts.items()}


def _envelope(mail: Mail, settings: Settings) -> dict[str, object]:
    newsletter, send, serve = settings.newsletter, settings.send, settings.serve
    return {
        "subject": mail.subject,
        "preheader": mail.preheader,
        "language": mail.language,
        "sender": {
            "title": newsletter.title,
            "sender": newsletter.sender,
            "reply_to": newsletter.reply_to,
            "list_id": send.list_id,
            "unsubscribe": send.unsubscribe,
            **({"serve": serve.url} if serve else {}),
        },
    }


def frozen_parts(connection: Connection, record: IssueRecord) -> Parts:
    """The approved bytes.

    Raises:
        StateError: the issue is not approved.
    """
    return _required(issues.frozen_parts(connection, record.name), record)


def whole_parts(connection: Connection, record: IssueRecord) -> Parts:
    """The approved bytes less the mails of slices, which for a page are megabytes of no use.

    Raises:
        StateError: the issue is not approved.
    """
    row = schema.frozen.c
    query = select(row.part, row.data).where(row.issue == record.name, row.variant == VARIANT)
    return _required({(VARIANT, part): bytes(data) for part, data in connection.execute(query)}, record)


def _required(parts: Parts, record: IssueRecord) -> Parts:
    if record.state == "draft" or not parts:
        raise StateError(f"{record.name} is not approved", hint="approve it with `digest approve --by NAME`")
    return parts


def frozen_issue(parts: Parts, name: str) -> Issue:
    """The approved text, read."""
    return read_issue(parts[VARIANT, "issue.md"].decode("utf-8"), path=f"{name} as approved").issue


def current_issue(connection: Connection, name: str) -> Issue:
    """An issue that is approved or out as it stands now: as approved, or as corrected since.

    Raises:
        StateError: it is not approved.
    """
    text = current_text(connection, name)
    if text is None:
        raise StateError(f"{name} is not approved", hint="approve it with `digest approve --by NAME`")
    return read_issue(text, path=f"{name} as it is out").issue


def frozen_variants(parts: Parts) -> tuple[str, ...]:
    """The ids of the mails that were approved: of the whole issue, and of slices of it."""
    return tuple(sorted(variant for variant, part in parts if part == "mail.json"))


def frozen_mail(parts: Parts, variant: str = VARIANT) -> Mail:
    """An approved mail."""
    envelope = json.loads(parts[variant, "mail.json"])
    return Mail(
        html=parts[variant, "email.html"].decode("utf-8"),
        text=parts[variant, "email.txt"].decode("utf-8"),
        subject=envelope["subject"],
        preheader=envelope["preheader"],
        language=envelope["language"],
        variant=variant,
    )


def frozen_settings(parts: Parts, settings: Settings) -> Settings:
    """The settings with the sender as approved: a message that is tried again is the same to the byte."""
    sender = json.loads(parts[VARIANT, "mail.json"])["sender"]
    newsletter = replace(settings.newsletter, **{key: sender[key] for key in ("title", "sender", "reply_to")})
    send = replace(settings.send, **{key: sender[key] for key in ("list_id", "unsubscribe")})
    url = sender.get("serve")
    serve = replace(settings.serve, url=url) if settings.serve and url else ServeSettings(url=url) if url else None
    return replace(settings, newsletter=newsletter, send=send, serve=serve)


def content_sha256(parts: Parts) -> str:
    """What tells one content of a mailing from another: every mail that was approved."""
    others = [variant for variant in frozen_variants(parts) if variant != VARIANT]
    pieces = [parts[VARIANT, part] for part in _MAIL]  # without slices as it was before there were any
    pieces += [piece for one in others for piece in (one.encode(), *(parts[one, part] for part in _MAIL))]
    return hashlib.sha256(b"\0".join(pieces)).hexdigest()
