"""The looks there are for a newsletter: those that come with digest, and its own."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from digest.disk import shipped, write_whole
from digest.errors import UsageError
from digest.render.templates import DEFAULT_LOOK, looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look by name, and where its files are."""

    name: str
    shipped: bool
    own: tuple[str, ...]  # the newsletter's own files of it, below templates/<name>

    @property
    def comes_from(self) -> str:
        mine = f"templates/{self.name}"
        if not self.shipped:
            return mine
        if not self.own:
            return "digest"
        files = f"{len(self.own)} file{'' if len(self.own) == 1 else 's'}"
        return f"digest, with {files} of your own in {mine}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ejected:
    """What copying a look came to."""

    copied: tuple[Path, ...]
    kept: tuple[Path, ...]  # there already, and left alone


def all_looks(root: Path) -> tuple[Look, ...]:
    """Every look the newsletter in ``root`` may use, by name."""
    return tuple(
        Look(
            name=name,
            shipped=(shipped("templates") / name).is_dir(),
            own=()
            if _is_shipped_itself(root)
            else tuple(path.as_posix() for path in _files(root / "templates" / name)),
        )
        for name in looks(root)
    )


def eject(root: Path, name: str, *, dry_run: bool) -> Ejected:
    """Copy the files of a shipped look to the newsletter in ``root``, overwriting none.

    What the look takes from ``brief`` is copied too, so that the folder is the whole look, and no later version of
    digest changes it.

    Raises:
        UsageError: no such look comes with digest, or the newsletter is the one its looks come from.
        DigestError: a file cannot be written.
    """
    known = [look.name for look in all_looks(root) if look.shipped]
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        guess = f'did you mean "{close[0]}"? ' if close else ""
        raise UsageError(f'no look called "{name}" comes with digest', hint=f"{guess}there is: {', '.join(known)}")
    if _is_shipped_itself(root):
        raise UsageError(f"templates/{name}: is the shipped look itself", hint="change it where it is")
    target = root / "templates" / name
    origins = {
        target / file: origin / file
        for origin in (shipped("templates") / DEFAULT_LOOK, shipped("templates") / name)
        for file in _files(origin)
    }
    kept = tuple(path for path in sorted(origins) if path.exists())
    copied = tuple(path for path in sorted(origins) if not path.exists())
    if not dry_run:
        for path in copied:
            write_whole(path, origins[path].read_bytes())
    return Ejected(copied=copied, kept=kept)


def _files(folder: Path) -> tuple[Path, ...]:
    """The files of a look, below its folder."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple(path for path in found if not any(part.startswith(".") for part in path.parts))


def _is_shipped_itself(root: Path) -> bool:
    """A checkout of digest is a newsletter too, and its templates are the ones that are shipped."""
    return (root / "templates").resolve() == shipped("templates").resolve()
