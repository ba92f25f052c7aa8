"""A real name server for tests: UDP on the loopback, records by name, every question in a log."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, Mapping[str, Sequence[str]]]
"""Name → kind → records as they stand in a zone file: ``{"example.org": {"MX": ["10 mail.example.org."]}}``."""


@dataclass(slots=True)
class NameServer:
    """A running name server."""

    zone: Zone
    port: int = 0
    address: str = "127.0.0.1"
    broken: frozenset[str] = frozenset()  # names of which it answers SERVFAIL
    silent: frozenset[str] = frozenset()  # names of which it answers nothing
    asked: list[tuple[str, str]] = field(default_factory=list)  # (name, kind)

    def reply(self, query: dns.message.Message) -> dns.message.Message | None:
        """The answer to a question; None: none goes out."""
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        records = self.zone.get(name)
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif records is None:
            above = any(known.endswith(f".{name}") for known in self.zone)
            response.set_rcode(dns.rcode.NOERROR if above else dns.rcode.NXDOMAIN)
        elif kind in records:
            response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, records[kind]))
        return response


@contextlib.contextmanager
def answering(
    zone: Zone, *, broken: frozenset[str] = frozenset(), silent: frozenset[str] = frozenset()
) -> Iterator[NameServer]:
    """A name server for the length of a block."""
    running = NameServer(zone=zone, broken=broken, silent=silent)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, line = self.request
            response = running.reply(dns.message.from_wire(data))
            if response is not None:
                line.sendto(response.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer((running.address, 0), Handler) as server:
        running.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join(timeout=10)
