"""Files on disk: whole or not at all, and never outside the folder they belong to."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from digest.errors import ProjectError


def shipped(name: str) -> Path:
    """The path of a file or folder that comes with digest: ``templates``, ``feeds``, ``digest.toml``.

    In a wheel they lie in ``digest/_shipped``; in a checkout they are the repository's own, because the repository
    is the example newsletter. An editable install has a stale copy of ``_shipped`` in site-packages, but this file
    then lies in the checkout, so the checkout wins.
    """
    package = Path(__file__).resolve().parent
    beside = package / "_shipped" / name
    return beside if beside.exists() else package.parent / name


def write_whole(path: Path, data: str | bytes) -> None:
    """Write beside and rename, so that a crash leaves the old file or the new one, never half of one."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def write_changed(path: Path, data: str | bytes) -> bool:
    """Write whole, but only if the content differs; say whether it was written."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    if path.is_file() and path.read_bytes() == raw:
        return False
    write_whole(path, raw)
    return True


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
