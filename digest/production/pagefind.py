"""Pagefind at work: pages go in, an index comes out.

It runs as a process of its own and is spoken to in the protocol of its own Python package, which is asynchronous and
waits a tenth of a second between answers: JSON in base64, a comma after each message.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

from digest.errors import DigestError

LIMIT_S: Final = 600.0
"""For one index. A year of 1,040 pages takes one second."""

_HINT: Final = "`pip install --force-reinstall 'pagefind[bin]'`, then publish again; the pages themselves are published"


def run_pagefind(pages: Sequence[tuple[str, str]], *, language: str) -> dict[str, bytes]:
    """The files of an index of pages, by their paths below its folder.

    Args:
        pages: each with its address from the folder of the site, and its HTML.
        language: two letters. Words are reduced to their stems as is done in it, whatever a page says of itself.

    Raises:
        DigestError: it cannot be started, complains, ends early, or takes too long.
    """
    requests: list[dict[str, object]] = [
        {"type": "NewIndex", "config": {"force_language": language, "keep_index_url": True}},
        *({"type": "AddFile", "index_id": 0, "url": url, "file_contents": html} for url, html in pages),
        # Not WriteFiles: pagefind 1.5 says that it has written while its last files are still empty.
        {"type": "GetFiles", "index_id": 0},
    ]
    with tempfile.TemporaryFile() as said, _started(said) as process:
        # It answers while it is asked: whoever only wrote, or only read, would wait for ever.
        threading.Thread(target=_ask, args=(process, requests), daemon=True).start()
        for answer in _answers(process):
            _complain(answer, pages)
            if answer["payload"]["type"] == "GetFiles":
                return {file["path"]: base64.b64decode(file["content"]) for file in answer["payload"]["files"]}
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip().splitlines()
        told = f": {words[-1]}" if words else ""
        raise DigestError(f"pagefind ended before its work was done{told}", hint=_HINT)


@contextlib.contextmanager
def _started(said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, which has ended afterwards."""
    import pagefind_bin  # type: ignore[import-untyped]  # noqa: PLC0415  of the extra "site"

    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603  the program of the package just imported
            [str(pagefind_bin.get_executable()), "--service"], stdin=pipe, stdout=pipe, stderr=said
        )
    except OSError as error:
        raise DigestError(f"pagefind cannot be started: {error}", hint=_HINT) from error
    patience = threading.Timer(LIMIT_S, process.kill)
    patience.start()
    try:
        yield process
    finally:
        patience.cancel()
        process.kill()  # it would wait for more
        process.wait()
        for end in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what was not written to it is of no interest any more
                if end:
                    end.close()


def _ask(process: subprocess.Popen[bytes], requests: Sequence[dict[str, object]]) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(OSError, ValueError):  # it has ended; that there are too few answers tells
        for number, request in enumerate(requests):
            message = json.dumps({"message_id": number, "payload": request})
            process.stdin.write(base64.b64encode(message.encode()) + b",")
        process.stdin.flush()


def _answers(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    begun = bytearray()  # the last answer is as long as the index
    while process.stdout and (data := os.read(process.stdout.fileno(), 1 << 20)):
        *ends, rest = data.split(b",")
        for end in ends:
            yield json.loads(base64.b64decode(begun + end))
            begun.clear()
        begun += rest


def _complain(answer: dict[str, Any], pages: Sequence[tuple[str, str]]) -> None:
    payload = answer["payload"]
    if payload["type"] != "Error":
        return
    number = answer.get("message_id") or 0
    page = f"{pages[number - 1][0]}: " if 0 < number <= len(pages) else ""
    raise DigestError(f"pagefind: {page}{payload['message']}", hint=_HINT)
