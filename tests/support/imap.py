"""An IMAP server on this machine: one user, one folder, TLS; as much of RFC 3501 as reading a mailbox needs."""

from __future__ import annotations

import contextlib
import re
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme


@dataclass(slots=True, kw_only=True)
class ImapServer:
    """Where it listens, what it holds, and what it heard."""

    port: int = 0
    ca_file: Path | None = None
    mails: dict[int, bytes] = field(default_factory=dict)  # by UID
    seen: set[int] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    validity: int = 7
    drop_after: int | None = None  # so many fetched mails, then the line drops


class _Talk(socketserver.StreamRequestHandler):
    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self) -> None:
        held: ImapServer = self.server.held  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            self.say("* OK ready")
            for raw in self.rfile:
                tag, _, rest = raw.decode().strip().partition(" ")
                held.heard.append(rest)
                if not self.answer(held, tag, rest):
                    return

    def answer(self, held: ImapServer, tag: str, rest: str) -> bool:  # noqa: C901  a branch a command
        verb = re.match(r"(?:UID )?\w+", rest.upper())
        match verb.group() if verb else "":
            case "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            case "LOGIN" if '"harbour \\"box\\"" "secret"' not in rest:
                self.say(f"{tag} NO wrong password")
                return True
            case "SELECT" | "EXAMINE" if '"R&APw-ck"' not in rest:
                self.say(f"{tag} NO no such folder")
                return True
            case "SELECT" | "EXAMINE":
                self.say(f"* {len(held.mails)} EXISTS", f"* OK [UIDVALIDITY {held.validity}] ok")
            case "UID SEARCH":
                self.say(f"* SEARCH {' '.join(map(str, held.mails))}")
            case "UID FETCH":
                if held.drop_after is not None:
                    held.drop_after -= 1
                    if held.drop_after < 0:
                        return False
                uid = int(rest.split()[2])
                self.say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(held.mails[uid])}}}")
                self.wfile.write(held.mails[uid] + b")\r\n")
            case "UID STORE":
                held.seen |= {int(one) for one in rest.split()[2].split(",")}
            case "LOGOUT":
                self.say("* BYE", f"{tag} OK bye")
                return False
            case _:
                pass
        self.say(f"{tag} OK done")
        return True


@contextlib.contextmanager
def imap_server(*, certificate_for: str = "localhost") -> Iterator[ImapServer]:
    """A server with a certificate; the user is ``harbour "box"``, the password secret, the folder Rück."""
    held = ImapServer()
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(certificate_for).configure_cert(context)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def finish_request(self, request: Any, client: Any) -> None:
            with contextlib.suppress(OSError), context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client)

    with tempfile.TemporaryDirectory(prefix="imap-") as folder, Server(("127.0.0.1", 0), _Talk) as server:
        server.held = held  # type: ignore[attr-defined]
        held.port = server.server_address[1]
        held.ca_file = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(held.ca_file))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield held
        finally:
            server.shutdown()
