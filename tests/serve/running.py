"""The pages as a process of its own, and clients that ask it what browsers and mail providers ask."""

from __future__ import annotations

import contextlib
import html
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from digest.model import Subscriber
from tests.support.project import make_project, opened
from tests.support.smtp import SmtpServer

HOME = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]  # their names in small letters
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return html.unescape(found[1]).strip() if found else ""


@dataclass(slots=True, kw_only=True)
class Served:
    """A newsletter, and the process that serves its pages."""

    root: Path
    port: int
    path: str
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def ask(
        self,
        method: str,
        where: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, on a line of its own; ``where`` is below the public address, or that address itself."""
        target = urlsplit(where).path if where.startswith("http") else f"{self.path}{where}"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(line):
            line.request(method, target, body=body, headers=dict(headers or {}))
            got = line.getresponse()
            named = {name.lower(): value for name, value in got.getheaders()}
            return Answer(status=got.status, headers=named, body=got.read())

    def get(self, where: str, **headers: str) -> Answer:
        return self.ask("GET", where, headers=headers)

    def post(self, where: str, *fields: tuple[str, str], **headers: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", where, body=urlencode(fields).encode(), headers=kind | headers)

    def subscriber(self, address: str) -> Subscriber | None:
        from digest.deliver import subscribers

        with opened(self.root) as project, project.store.read() as connection:
            return subscribers.find(connection, address)

    def events(self, address: str) -> list[str]:
        """What happened to a subscriber, oldest first."""
        from digest.deliver import subscribers

        with opened(self.root) as project, project.store.read() as connection:
            known = subscribers.find(connection, address)
            return [one.event for one in subscribers.history(connection, known.id)] if known else []

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


def one_click(served: Served, raw: bytes) -> Answer:
    """What a mail provider does with a message, as RFC 8058 §3.2 tells it; nothing else is known to it."""
    import email
    import email.policy

    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    links = re.findall(r"<([^>]+)>", str(message["List-Unsubscribe"]))
    link = next(link for link in links if link.startswith(("http://", "https://")))
    return served.post(link, ("List-Unsubscribe", "One-Click"))


# The program as it is, but for how long it is patient.
HASTY = """\
from digest.cli.main import main
from digest.serve import form, server
from digest.store import postgres, sqlite
server.HEAD_WITHIN_S = form.READ_WITHIN_S = 2.0
sqlite.BUSY_TIMEOUT_MS = postgres.LOCK_TIMEOUT_MS = 500
main()
"""

CONFIG = """\
[newsletter]
title = "The Quay Letter"
from = "The Quay Letter <letter@quay.example>"
reply_to = "desk@quay.example"
description = "Ports, ferries and the law of the sea, every Friday"
address = "4 Chandler's Wharf, Quayside"
language = "{language}"
look = "{look}"

[[section]]
title = "Ports"

[[section]]
title = "Ferries & tides"

[check]
block = ["embargo"]

[send]
host = "127.0.0.1"
port = {smtp_port}
security = "none"

[serve]
url = "http://127.0.0.1:{port}{path}"
port = {port}
{more}
"""


def newsletter(
    root: Path,
    *,
    smtp_port: int = 9,
    port: int = 8025,
    path: str = "/",
    language: str = "en",
    look: str = "brief",
    more: str = "",
) -> Path:
    """A newsletter that has pages."""
    config = CONFIG.format(smtp_port=smtp_port, port=port, path=path, language=language, look=look, more=more)
    return make_project(root, config=config)


@contextlib.contextmanager
def serving(
    root: Path,
    mail: SmtpServer | None = None,
    *,
    path: str = "/",
    language: str = "en",
    look: str = "brief",
    more: str = "",
    new: bool = True,
    hasty: bool = False,
    arguments: tuple[str, ...] = (),
) -> Iterator[Served]:
    """Serve a newsletter until the block ends; with ``new`` it is made first, ``hasty``: with little patience."""
    port = free_port() if new else 0
    if new:
        newsletter(root, smtp_port=mail.port if mail else 9, port=port, path=path, language=language, look=look,
                   more=more)  # fmt: skip
    paths = os.pathsep.join([str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])])
    log = root.parent / f"{root.name}.log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, *(("-c", HASTY) if hasty else ("-m", "digest")), "serve", "--json", *arguments],
            cwd=root, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | {"PYTHONPATH": paths},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, log.read_text()
            told = json.loads(line)
            assert "url" in told, told
            where = urlsplit(told["url"])
            port = urlsplit(told["listens"]).port or 0
            yield Served(root=root, port=port, path=where.path, process=process)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(30)
            if process.stdout is not None:
                process.stdout.close()
