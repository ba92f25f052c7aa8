"""Postfix's smtp-sink: a mail server that others wrote, which fails as its options say.

    with smtp_sink("-q", ".") as sink:
        ...                       # sink.send_table()
    sink.messages()               # what it has, whatever it answered

Debian's package ``postfix`` has it in /usr/sbin. It need not be installed: unpacked (``dpkg -x postfix_*.deb
.venv/smtp-sink``) it is found as well.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.smtp import Received

UNPACKED = Path(sys.prefix) / "smtp-sink"

_HEAD = re.compile(rb"X-Mail-Args: <([^>]*)>[^\n]*\n((?:X-Rcpt-Args: [^\n]*\n)+)Received: [^\n]*\n(?:[ \t][^\n]*\n)*")


def sink_command() -> Path | None:
    """Where the program is; None: nowhere."""
    found = shutil.which("smtp-sink", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
    unpacked = UNPACKED / "usr" / "sbin" / "smtp-sink"
    return Path(found) if found else unpacked if unpacked.is_file() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """Where it listens, and the folder in which it keeps each message from its first byte on."""

    port: int
    folder: Path

    def send_table(self, **more: Any) -> dict[str, Any]:
        """What ``[send]`` of digest.toml has to say to reach it."""
        return {"host": "127.0.0.1", "port": self.port, "security": "none"} | more

    def messages(self) -> list[Received]:
        """Every message it has read to its end (a blank line follows it)."""
        found = []
        for path in sorted(self.folder.glob("m.*")):
            raw = path.read_bytes()
            head = _HEAD.search(raw)
            if head is None or not raw.endswith(b"\n\n"):
                continue  # it was cut off
            recipients = re.findall(r"<([^>]*)>", head[2].decode("ascii"))
            data = raw[head.end() : -1].replace(b"\n", b"\r\n")
            found.append(Received(mail_from=head[1].decode("ascii"), rcpt_tos=tuple(recipients), data=data))
        return found

    @property
    def recipients(self) -> list[str]:
        return [address for message in self.messages() for address in message.rcpt_tos]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def smtp_sink(*options: str) -> Iterator[Sink]:
    """Run it until the block ends."""
    command = sink_command()
    assert command is not None, "smtp-sink is not here"
    # Directly below /tmp: it gives up root's rights, and then cannot reach what lies in a private folder.
    with tempfile.TemporaryDirectory(prefix="sink-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), _free_port()
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        if as_nobody:
            shutil.chown(folder, "nobody")
        process = subprocess.Popen(
            [str(command), "-4", *as_nobody, "-d", f"{folder}/m.", *options, f"127.0.0.1:{port}", "50"],
            cwd=folder,
            env=os.environ | {"LD_LIBRARY_PATH": str(UNPACKED / "usr" / "lib" / "postfix")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            _wait_until_it_listens(process, port)
            yield Sink(port=port, folder=folder)
        finally:
            process.kill()
            process.communicate()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    process.kill()
    raise AssertionError(f"smtp-sink does not listen: {process.communicate()[1].decode('utf-8', 'replace')}")
