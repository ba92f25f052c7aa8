"""What makes a message ours: where it comes back to, its links, and the page that takes a wish to leave at once."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.deliver.message import build_message, build_notice
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient
from digest.deliver.verp import read_return_path
from digest.model import PREFERENCES_MARK
from tests.deliver.helpers import KEYRING, MAIL, NOON, sending, stamp
from tests.support.smtp import smtp_server

ANNA = Recipient(subscriber_id=7, address="anna@readers.example", name="Anna")
NEWSLETTER = {"title": "The Harbour Brief", "from": "brief@harbour.example"}
CHOICE = replace(
    MAIL,
    text=f"{MAIL.text}Choose your topics:\n{PREFERENCES_MARK}\n",
    html=MAIL.html.replace("</body>", f'<a href="{PREFERENCES_MARK}">Choose</a></body>'),
)


def chosen(**tables: dict[str, Any]) -> Settings:
    return table_of(Settings, {"newsletter": NEWSLETTER, **tables})


def read(data: bytes) -> tuple[dict[str, str], str, str]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    return dict(message.items()), text, html


def test_with_a_page_the_wish_to_leave_is_one_post_and_the_mailto_stays() -> None:
    ours = stamp(chosen(serve={"url": "https://news.harbour.example/"}))
    page = f"https://news.harbour.example/unsubscribe/{KEYRING.sign('unsubscribe', 7)}"
    choice = f"https://news.harbour.example/preferences/{KEYRING.sign('preferences', 7)}"

    for data in (build_message(CHOICE, ours, ANNA, date=NOON), Splice(CHOICE, ours, date=NOON).message(ANNA)):
        head, text, html = read(data)
        assert head["List-Unsubscribe"] == f"<{page}>, <{ours.links(ANNA).mail}>"
        assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"  # RFC 8058 §3.1, to the letter
        assert f"{page}\n" in text
        assert choice in text
        assert f'href="{page}"' in html
        assert f'href="{choice}"' in html
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data


def test_without_a_page_there_is_no_one_click_and_every_link_asks_by_mail() -> None:
    head, text, html = read(build_message(CHOICE, stamp(chosen()), ANNA, date=NOON))

    assert "List-Unsubscribe-Post" not in head
    assert "@@" not in text + html
    assert "https:" not in text


def test_a_message_comes_back_to_an_address_of_its_own_when_somebody_reads_it(tmp_path: Path) -> None:
    with smtp_server() as server, sending(tmp_path, ["ok.1@readers.example"], **server.send_table()) as job:
        job.chosen = chosen(
            send=server.send_table(), inbox={"kind": "maildir", "path": "back", "address": "B <back@harbour.example>"}
        )
        assert job.send().sent == 1
        mailing = job.mailing().id

    assert [one.mail_from for one in server.messages] == [stamp(job.chosen, mailing).envelope_sender(1)]
    named = read_return_path(server.messages[0].mail_from, "back@harbour.example", secret="a secret")
    assert named == (mailing, 1)


def test_without_a_mailbox_it_comes_back_to_the_sender() -> None:
    assert stamp(chosen()).envelope_sender(7) == "brief@harbour.example"


@pytest.mark.parametrize("address", [None, "back@harbour.example"])
def test_a_return_path_fits_what_servers_take(address: str | None) -> None:
    ours = stamp(chosen(inbox={"kind": "maildir", "path": "back", "address": address}), "f" * 16)
    local = ours.envelope_sender(9_999_999_999).rpartition("@")[0]
    assert len(local) <= 64  # RFC 5321 §4.5.3.1.1


def test_a_notice_is_from_no_list_and_asks_for_no_answer() -> None:
    data = build_notice(
        replace(MAIL, text="Please confirm.\n", html="<p>Please confirm.</p>\n"),
        chosen(), ANNA, message_id="<one@harbour.example>", date=NOON,
    )  # fmt: skip
    head, text, html = read(data)

    assert head["Auto-Submitted"] == "auto-generated"  # RFC 3834 §5
    assert not [name for name in head if name.startswith(("List-", "Precedence"))]
    assert (text, html) == ("Please confirm.\n", "<p>Please confirm.</p>\n")
    assert head["To"] == "Anna <anna@readers.example>"
