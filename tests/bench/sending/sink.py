"""A mail server that takes everything as fast as Python can, as a process of its own.

    python tests/bench/sending/sink.py [--log FILE] [--delay-ms N]

Prints its port. With --log it writes each recipient down before it answers 250, so the file is the truth about what
arrived, however anybody dies. With --delay-ms it answers each write of the client so much later, as a server far away.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

DOT = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, log: int | None, delay_s: float) -> None:
        self.log, self.delay_s = log, delay_s
        self.rest = b""  # an unfinished command, or the end of the body so far
        self.in_body: bool = False
        self.recipient = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport: asyncio.Transport = transport
        self.say([b"220 sink.test\r\n"])

    def data_received(self, data: bytes) -> None:
        replies: list[bytes] = []
        data = self.rest + data
        while data:
            if self.in_body:
                # Nobody here sends anything after the dot before it is answered.
                end = len(data) - 5 if data.endswith(DOT) else data.find(DOT)
                if end < 0:
                    data = data[-4:]
                    break
                data, self.in_body = data[end + 5 :], False
                if self.log is not None:
                    os.write(self.log, self.recipient + b"\n")
                replies.append(b"250 2.0.0 taken\r\n")
                continue
            line, found, after = data.partition(b"\r\n")
            if not found:
                break
            data = after
            replies.append(self.answer(line))
            if line[:4].upper() == b"DATA":
                data = b"\r\n" + data  # a body may be nothing but its dot
        self.rest = data
        self.say(replies)

    def answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            return b"250-sink.test\r\n250-SIZE 10000000\r\n250 PIPELINING\r\n"
        if verb == b"RCPT":
            self.recipient = line[line.index(b"<") + 1 : line.index(b">")]
        if verb == b"DATA":
            self.in_body = True
            return b"354 go ahead\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"

    def say(self, replies: list[bytes]) -> None:
        if not replies:
            return
        said = b"".join(replies)
        if self.delay_s:
            asyncio.get_running_loop().call_later(self.delay_s, self.write, said)
        else:
            self.write(said)

    def write(self, said: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(said)
            if said.endswith(b"221 bye\r\n"):
                self.transport.close()


async def serve(log: Path | None, delay_s: float) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if log else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(descriptor, delay_s), "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    given = parser.parse_args()
    asyncio.run(serve(given.log, given.delay_ms / 1000))
