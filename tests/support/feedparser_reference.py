"""feedparser as it was released, to compare with: digest hastens and repairs the one in its own process.

Run as a program it imports nothing but feedparser, and answers each pickled question on its standard input with what
``bare`` makes of feedparser's result.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import subprocess
import sys
from typing import Any, Self


class Reference:
    """Another process that has never heard of digest; as a context manager it ends with the block."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-W", "ignore", __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def parse(self, body: bytes, *, url: str, content_type: str = "application/xml") -> dict[str, Any]:
        """What feedparser finds in a document, called with the options digest calls it with.

        Args:
            body: as it came.
            url: where it was found.
            content_type: what its header says.
        """
        pipes = self._process
        assert pipes.stdin is not None
        assert pipes.stdout is not None
        pickle.dump((body, url, content_type), pipes.stdin)
        pipes.stdin.flush()
        found: dict[str, Any] = pickle.load(pipes.stdout)
        return found


def bare(value: Any) -> Any:
    """The same in plain types. ``dict.items``, because feedparser's mappings also answer for keys they have not."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in dict.items(value)}
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    if isinstance(value, BaseException):
        return type(value).__name__
    return tuple(value) if isinstance(value, tuple) else value


def _answer(body: bytes, url: str, content_type: str) -> Any:
    import feedparser

    headers = {"content-location": url, "content-type": content_type}
    try:
        return bare(
            feedparser.parse(
                io.BytesIO(body.lstrip()), sanitize_html=False, resolve_relative_uris=False, response_headers=headers
            )
        )
    except Exception as error:  # noqa: BLE001  what it raises is an answer, too
        return {"raised": type(error).__name__}


def _main() -> None:
    with contextlib.suppress(EOFError):
        while True:
            answer = _answer(*pickle.load(sys.stdin.buffer))
            assert not [name for name in sys.modules if name.partition(".")[0] == "digest"]
            pickle.dump(answer, sys.stdout.buffer)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
