"""Files on disk: whole or not at all, and never outside the folder they belong to."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import BusyError, DigestError, ProjectError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


def shipped(name: str) -> Path:
    """The path of a file or folder that comes with digest: ``templates``, ``feeds``, ``digest.toml``.

    In a wheel they lie in ``digest/_shipped``; in a checkout they are the repository's own, because the repository
    is the example newsletter. An editable install has a stale copy of ``_shipped`` in site-packages, but this file
    then lies in the checkout, so the checkout wins.
    """
    package = Path(__file__).resolve().parent
    beside = package / "_shipped" / name
    return beside if beside.exists() else package.parent / name


def write_whole(path: Path, data: str | bytes, *, mode: int | None = None, durable: bool = True) -> None:
    """Write beside and rename, so that a crash leaves the old file or the new one, never half of one.

    Args:
        path: the file; its folder is made if need be.
        data: its content; text becomes UTF-8.
        mode: its permissions; None: as the old file's, 0644 for a new one.
        durable: wait until it is on the disk. Without, it is whole however the process ends, but may be empty after a
            loss of power: for thousands of files that can be made again, and whose sizes are looked at.

    Raises:
        DigestError: it cannot be written; the old file is as it was.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode is None:
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(raw)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            part.chmod(mode)
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
    except OSError as error:
        raise DigestError(
            f"{path}: cannot be written: {error.strerror}", hint="is the disk full, or the folder not writable?"
        ) from error


def sweep(folder: Path) -> None:
    """Remove what ``write_whole`` was kept from finishing, below a folder that nobody else writes to."""
    for part in folder.rglob(".*.????????.part"):
        with contextlib.suppress(OSError):
            part.unlink()


def write_changed(path: Path, data: str | bytes) -> bool:
    """Write whole, but only if the content differs; say whether it was written.

    Raises:
        DigestError: it cannot be written.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    with contextlib.suppress(OSError):  # what cannot be read is written anew
        if path.read_bytes() == raw:
            return False
    write_whole(path, raw)
    return True


@contextlib.contextmanager
def locked(path: Path, *, wait_s: float, busy: str, hint: str) -> Iterator[None]:
    """Hold a lock that the kernel gives back however the process ends.

    Args:
        path: the lock's file; it stays.
        wait_s: how long to wait for another holder.
        busy: what to say if that was not long enough, and what to do then (``hint``).

    Raises:
        BusyError: somebody else holds it.
        StoreError: the file cannot be made.
    """
    import filelock  # noqa: PLC0415  60 ms that reading verbs need not spend

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # No fallback to a lock that is a mere file: one left by a killed process would block for ever.
        lock = filelock.FileLock(path, timeout=wait_s, thread_local=False)
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(busy, hint=hint) from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be locked: {error.strerror}", hint="is the folder writable?") from error
    try:
        yield
    finally:
        lock.release()


def inside(root: Path, relative: str) -> Path:
    """The path ``root/relative``, refused if it leads out of root (``..``, an absolute path, a symlink).

    Raises:
        ProjectError: the path leads outside.
    """
    path = (root / relative).resolve()
    if not path.is_relative_to(root.resolve()):
        msg = f"{relative}: leads outside {root}"
        raise ProjectError(msg, hint="use a path below the project folder")
    return path
