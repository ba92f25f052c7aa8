"""Letters to import: made up, as tools and mail programs keep them."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

SENDER = "Harbour Notes <notes@harbour.example>"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0"
    b"\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)

CAMPAIGN = """\
<!doctype html><html lang="en"><head><title>{subject}</title><style>p {{ color: red }}</style></head><body>
<span style="display:none;max-height:0">Ferries, fish and a new quay&zwnj;&nbsp;&zwnj;&nbsp;</span>
<!--[if mso]><table><tr><td>For Outlook only</td></tr></table><![endif]-->
<table width="100%"><tr><td><a href="https://mail.example/archive/1">View this
email in your browser</a></td></tr></table>
<table width="600"><tr><td><h1>{subject}</h1>
<p>{greeting}</p>
<p>The harbour was busy this week. Here is what the <em>tides</em> brought in, number {number}.</p>
<h2>Ferries</h2>
<h3><a href="https://ferries.example/{number}?utm_source=mail">The night ferry sails again</a></h3>
<p>After two winters the <strong>Aurora</strong> leaves at ten. <a href="{wrapped}">Timetable</a></p>
<h3>Tickets by telephone</h3>
<p>Call the office &amp; ask for Mr O’Hara.<br>He knows the tides.</p>
<h2>Fish</h2>
<table><tr><td><h3>Herring, and no end</h3><p>Boats came home full. <a href="https://fish.example/{number}">The catch in
figures</a></p></td><td><img src="https://img.example/herring.jpg" alt="A crate of herring"
width="200"></td></tr></table>
<table><thead><tr><th>Quay</th><th>Tonnes</th></tr></thead><tbody><tr><td>North</td><td>12</td></tr>
<tr><td>South</td><td>7</td></tr></tbody></table>
</td></tr></table>
<p>You are receiving this because you signed up at the quay. <a href="https://mail.example/unsub?u=77">Unsubscribe</a></p>
<p>This email was sent to {reader}</p>
<img src="https://mail.example/track/open.php?u=77" width="1" height="1" alt="">
</body></html>
"""


def campaign(number: int = 1, *, subject: str = "", greeting: str = "Dear readers,", reader: str = "you") -> str:
    """A letter as HTML."""
    wrapped = (
        f"https://x.list-manage.com/track/click?u=1&id=2&e=77&url=https%3A%2F%2Fferries.example%2Ftimes%2F{number}"
    )
    return CAMPAIGN.format(
        number=number, subject=subject or f"Harbour Notes {number}", greeting=greeting, reader=reader, wrapped=wrapped
    )


def mail(
    html: str,
    *,
    subject: str,
    date: str = "Thu, 14 Mar 2019 09:00:00 +0000",
    to: str = "Anna Smith <anna.smith@reader.example>",
    sender: str = SENDER,
    ident: str = "",
    pictures: Mapping[str, bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A mail that was sent."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"], message["Date"] = sender, to, subject, date
    message["Message-ID"] = f"<{ident or sha256(subject + to + html)}@harbour.example>"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content("The text part, which nobody needs where there is HTML.")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for cid, data in (pictures or {}).items():
        rich = message.get_body(("html",))
        assert isinstance(rich, EmailMessage)
        rich.add_related(data, "image", "png", cid=f"<{cid}>")
    return message.as_bytes()


def mbox(*mails: bytes) -> bytes:
    """A mailbox of mails, as mboxrd has it."""
    out = b""
    for one in mails:
        body = re.sub(rb"^(>*From )", rb">\1", one.replace(b"\r\n", b"\n"), flags=re.MULTILINE)
        out += b"From notes@harbour.example Thu Mar 14 09:00:00 2019\n" + body + b"\n\n"
    return out


def sha256(text: str) -> str:
    """Something that differs for different mails."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """A zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path
