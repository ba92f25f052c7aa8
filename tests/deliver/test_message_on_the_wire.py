"""What was built is what arrives: through a real connection to a real server, to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings

from digest.deliver.delivery import deliver_one
from digest.deliver.smtp import Transport
from digest.model import Mail
from tests.deliver.helpers import settings
from tests.deliver.test_message import BODY, HOSTILE, build, parse
from tests.render.mailed import mail
from tests.support.smtp import SmtpServer, smtp_server

Line = tuple[SmtpServer, Transport]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    root: Path = tmp_path_factory.mktemp("line")
    with smtp_server() as server, Transport(settings(**server.send_table()), root=root) as transport:
        yield server, transport


def sent(line: Line, message: bytes) -> bytes:
    """A message as it arrived."""
    server, transport = line
    assert deliver_one(transport, "anna@readers.example", message).result == "sent"
    return server.messages.pop().data


def test_an_issue_arrives_as_it_was_built(line: Line) -> None:
    made = mail()
    message = build(made)

    arrived = sent(line, message)

    assert arrived == message
    parsed = parse(arrived)
    link = parsed["List-Unsubscribe"].strip("<>")
    text, html = (part.get_content().replace("\r\n", "\n") for part in parsed.iter_parts())
    assert parsed["Subject"] == made.subject
    assert text == made.text.replace("@@unsubscribe@@", link)
    assert html == made.html.replace("@@unsubscribe@@", link)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=HOSTILE, text=BODY, html=BODY)
@example(subject="", text=".\n..\n.\r\n.\nQUIT\n", html="\n.\n")
@example(subject="\r\n.\r\nQUIT\r\n", text="From x\n\n>From y", html="." * 200)
@example(subject="S", text="é" * 5_000, html="." * 80 + "能" * 100_000)
def test_whatever_it_says_it_arrives_to_the_byte(line: Line, subject: str, text: str, html: str) -> None:
    message = build(Mail(subject=subject, preheader="", html=html, text=text, language="en"))

    assert sent(line, message) == message
