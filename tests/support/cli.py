"""The command line as a person uses it: in this process, or as a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from digest.cli.main import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed on standard output, which must be one JSON object and nothing else."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Screen(io.StringIO):
    """A terminal to write to."""

    def isatty(self) -> bool:
        return True


class Keyboard(io.TextIOWrapper):
    """A terminal to read from."""

    def isatty(self) -> bool:
        return True


def digest(
    *arguments: object, root: Path | None = None, now: str | None = None, stdin: str = "", terminal: bool = False
) -> Ran:
    """Run a command line in this process.

    Args:
        arguments: as typed after ``digest``.
        root: the newsletter's folder.
        now: the time it is to be.
        stdin: what comes from standard input.
        terminal: whether a person sits there and types ``stdin``; else all three streams are pipes.
    """
    given = ["-C", str(root)] if root else []
    given += ["--now", now] if now else []
    out, err = (Screen(), Screen()) if terminal else (io.StringIO(), io.StringIO())
    handlers = logging.getLogger().handlers[:]
    typed = (Keyboard if terminal else io.TextIOWrapper)(io.BytesIO(stdin.encode()), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch.object(sys, "stdin", typed):
        code = run([*given, *map(str, arguments)])
    logging.getLogger().handlers[:] = handlers
    return Ran(code=code, out=out.getvalue(), err=err.getvalue())


def digest_process(*arguments: object, cwd: Path, stdin: str = "") -> Ran:
    """Run a command line as a process of its own, in a folder."""
    home = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join([str(home), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "digest", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": paths},
    )
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr)
