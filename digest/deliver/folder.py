"""A folder that takes the messages, each as a file: to look at them, or for another program to carry them on.

A folder that is a maildir (it has ``tmp``, ``new`` and ``cur``) gets them in ``new``; any other gets ``.eml`` files. A
file is named by its Message-ID, so a message that is written once more is the same file: nothing is ever double.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from digest.deliver.line import Envelope, Outcome, unstuffed
from digest.disk import write_whole
from digest.errors import ConnectError, DigestError

_MESSAGE_ID = re.compile(rb"(?mi)^Message-ID:\s*<([A-Za-z0-9._-]{1,80})")


class FolderCarrier:
    """One folder."""

    connections = 1  # the disk takes them one after the other
    alive = True
    worn = False
    asks_ahead = False

    def __init__(self, folder: Path, *, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self) -> None:
        """Make the folder if need be.

        Raises:
            ConnectError: it cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConnectError(
                f"{self.folder}: the folder for the messages cannot be made: {error.strerror}",
                host="", port=0, security="none", hint="[send] folder names it",
            ) from error  # fmt: skip

    @contextlib.contextmanager
    def connection(self) -> Iterator[Self]:
        """The folder itself. Raises as check."""
        self.check()
        yield self

    def pace(self, stop: threading.Event) -> None:
        """A folder is as fast as it is."""

    def slow(self) -> None:
        """It never asks for that."""

    def close(self) -> None:
        """Nothing is open."""

    def hand_over(  # the envelope is in no file
        self,
        envelope: Envelope,  # noqa: ARG002
        data: bytes,
        on_body: Callable[[], None],
        following: Envelope | None = None,  # noqa: ARG002
    ) -> Outcome:
        """Write the file, whole or not at all: never in doubt."""
        raw = unstuffed(data)
        found = _MESSAGE_ID.search(raw)
        name = found[1].decode("ascii") if found else hashlib.sha256(raw).hexdigest()[:32]
        is_maildir = all((self.folder / part).is_dir() for part in ("tmp", "new", "cur"))
        path = self.folder / "new" / name if is_maildir else self.folder / f"{name}.eml"
        on_body()
        try:
            write_whole(path, raw, mode=0o600)
        except DigestError as error:
            return Outcome(result="again", detail=error.message)
        return Outcome(result="sent", detail=f"written as {path.name}")
