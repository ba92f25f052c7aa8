"""A message of hostile text arrives as it left: byte for byte, with our headers and no others."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from functools import partial
from pathlib import Path

import pytest

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.deliver.headers import one_line
from digest.deliver.line import Envelope, hand_over
from digest.deliver.message import build_message
from digest.deliver.smtp import Transport
from digest.deliver.stamp import Recipient, Stamp
from digest.edit.issuefile import read_issue
from digest.errors import IssueFileError
from digest.model import UNSUBSCRIBE_MARK, IssueSection, Mail
from tests.deliver.helpers import KEYRING
from tests.render.hostile import ALL
from tests.render.hostile.drafted import WAYS, drafted, pasted
from tests.render.hostile.rendered import faults, joined, mail_of
from tests.support.project import at
from tests.support.smtp import smtp_server

HARMLESS = Mail(subject="Tides", preheader="", html="<p>Low.</p>\n", text="Low.\n", language="en")
SECRET, MAILING = "5e" * 32, "0123456789abcdef"


def settings(**send: object) -> Settings:
    newsletter = {"title": "The Trial", "from": "Trial <trial@example.org>", "reply_to": "editor@example.org"}
    return table_of(Settings, {"newsletter": newsletter, "send": send})


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> list[Mail]:
    """One of every paste, one of every entry by itself, and one of all entries."""
    made = []
    short = [one for one in ALL if not one.is_long]
    for one in short:
        try:
            made.append(mail_of(read_issue(pasted(one), path=one.name).issue, {}))
        except IssueFileError:  # said to the editor, with its line
            continue
    with drafted(tmp_path_factory.mktemp("drafted"), short, WAYS["json"]) as (_, draft):
        made.append(mail_of(replace(draft.issue, name="2026-W47"), draft.entries))
        for _, story in draft.stories:
            full = replace(story, id=None, options=frozenset({"full", "image"}))
            made.append(mail_of(joined([IssueSection(title="World", stories=(full,))]), draft.entries))
    return made


def test_every_message_arrives_byte_for_byte_and_says_what_was_rendered(tmp_path: Path, mails: list[Mail]) -> None:
    reader = Recipient(subscriber_id=7, address="anna@readers.example", name="Anna \u202e\r\nBcc: all@leak.example")
    with smtp_server() as server, Transport(settings(**server.send_table()), root=tmp_path) as transport:
        chosen = settings(**server.send_table())
        stamp = Stamp(settings=chosen, mailing_id=MAILING, secret=SECRET, keyring=KEYRING)
        link = stamp.links(reader).mail
        build = partial(build_message, stamp=stamp, recipient=reader, date=at(20))
        sent = [build(mail) for mail in mails]
        ours = message_from_bytes(build(HARMLESS)).keys()
        with transport.connection() as line:
            for data in sent:
                envelope = Envelope("trial@example.org", reader.address)
                assert hand_over(line, envelope, data, lambda: None).result == "sent"
        assert [one.data for one in server.messages] == sent

    for mail, arrived in zip(mails, server.messages, strict=True):
        parsed = arrived.parsed
        assert parsed.keys() == ours, mail.subject
        assert parsed["Subject"] == one_line(mail.subject)
        assert parsed.defects == []
        text, html = (part.get_content().replace("\r\n", "\n") for part in parsed.iter_parts())
        assert text == mail.text.replace(UNSUBSCRIBE_MARK, link)
        assert html == mail.html.replace(UNSUBSCRIBE_MARK, link.replace("&", "&amp;"))
        assert arrived.data.isascii()
        assert max(map(len, arrived.data.split(b"\r\n"))) <= 998  # octets; RFC 5322 §2.1.1
        assert re.search(rb"\r(?!\n)|(?<!\r)\n|\0", arrived.data) is None


def test_letters_and_lines_of_every_mail_are_in_order(mails: list[Mail]) -> None:
    assert [(mail.subject, found) for mail in mails if (found := faults(mail))] == []
