"""A Chromium without a window: where it is found, how it is started, and surely ended.

It has a fresh profile each time and knows no host names, so that nothing it is shown reaches the network, unless it is
started with the web.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from digest.errors import DigestError
from digest.preview.tab import LIMIT_S, VARIABLE, Event, Pipe, Tab, other_browser

NAMES: Final = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
    "brave",
)
"""In this order: the shell has no window to hide and starts in half the time."""
MAC_APPLICATIONS: Final = ("Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser")

INSTALL: Final = "`apt-get install chromium-headless-shell` on Debian, `brew install --cask google-chrome` on macOS"
ENDING_S: Final = 3.0  # for it to end by itself

_ARGUMENTS: Final = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",  # the same bytes on every screen
    "--disable-dev-shm-usage",  # 64 MB of it in a container
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-features=HttpsUpgrades",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--use-mock-keychain",  # else macOS asks its user for a password
    "--password-store=basic",
)
_NO_NETWORK: Final = "--host-resolver-rules=MAP * ~NOTFOUND"


def find_browser(environ: Mapping[str, str], *, platform: str = sys.platform) -> str | None:
    """The path of a Chromium; None if there is none, or the system is one where it cannot be spoken to (Windows).

    The one that the variable DIGEST_CHROMIUM names, and no other; else the first on PATH; else a Mac's application.
    """
    if platform == "win32":
        return None
    path = environ.get("PATH", "")
    if named := environ.get(VARIABLE):
        return shutil.which(named, path=path)
    found = next((found for name in NAMES if (found := shutil.which(name, path=path))), None)
    if found or platform != "darwin":
        return found
    roots = [Path("/Applications"), *([Path(environ["HOME"], "Applications")] if environ.get("HOME") else [])]
    programs = (root / f"{name}.app/Contents/MacOS/{name}" for name in MAC_APPLICATIONS for root in roots)
    return next((str(program) for program in programs if os.access(program, os.X_OK)), None)


@contextlib.contextmanager
def running_browser(
    path: str, *, web: bool = False, limit_s: float = LIMIT_S, heed: Callable[[Tab, Event], object] | None = None
) -> Iterator[Tab]:
    """A Chromium for the length of a block; it, and all that it started, has ended afterwards, however that ends.

    Args:
        path: of the program.
        web: whether host names are known to it.
        limit_s: seconds that it may take for one answer.
        heed: is told of every event; it may ``tell``, not ``ask``.

    Raises:
        DigestError: it does not start, ends early, does not answer in time, or answers with an error.
    """
    # Root may have no sandbox. Nor may everybody in a container or where the system forbids it; there it is given up,
    # because what is shown is our own clean HTML, and no script runs. What comes from the web is not shown without.
    may_give_up = os.geteuid() != 0 and not web
    with contextlib.ExitStack() as stack:
        try:
            tab = stack.enter_context(_started(path, sandbox=os.geteuid() != 0, web=web, limit_s=limit_s, heed=heed))
        except DigestError as error:
            if not (may_give_up and "sandbox" in error.message.lower()):
                raise
            tab = stack.enter_context(_started(path, sandbox=False, web=web, limit_s=limit_s, heed=heed))
        yield tab


@contextlib.contextmanager
def _started(
    path: str, *, sandbox: bool, web: bool, limit_s: float, heed: Callable[[Tab, Event], object] | None
) -> Iterator[Tab]:
    with tempfile.TemporaryDirectory(prefix="digest-preview-", ignore_cleanup_errors=True) as folder:
        said = Path(folder, "said.txt")
        arguments = [path, *_ARGUMENTS, f"--user-data-dir={folder}/profile"]
        arguments += [] if sandbox else ["--no-sandbox"]
        arguments += [*([] if web else [_NO_NETWORK]), "about:blank"]
        process, to_it, from_it = _spawn(arguments, said)
        try:
            yield Tab(Pipe(to_it, from_it, path=path, said=said, limit_s=limit_s), heed)
        finally:
            os.close(to_it)  # its cue to leave
            _end(process, from_it)


def _spawn(arguments: Sequence[str], said: Path) -> tuple[int, int, int]:
    """Start it in a process group of its own: its id, and our ends of the two pipes.

    Raises:
        DigestError: there is no such program, or it may not be run.
    """
    import fcntl  # noqa: PLC0415  not on Windows, where nothing is started

    to_it, from_it = os.pipe(), os.pipe()
    # Out of the way of 3 and 4, which are where Chromium listens and speaks.
    theirs = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in (to_it[0], from_it[1])]
    for end in (to_it[0], from_it[1]):
        os.close(end)
    quiet = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, str(said), quiet, 0o600),
        (os.POSIX_SPAWN_DUP2, theirs[0], 3),
        (os.POSIX_SPAWN_DUP2, theirs[1], 4),
    ]
    try:
        process = os.posix_spawn(arguments[0], list(arguments), os.environ, file_actions=actions, setpgroup=0)
    except OSError as error:
        os.close(to_it[1])
        os.close(from_it[0])
        raise DigestError(f"{arguments[0]}: cannot be started: {error.strerror}", hint=other_browser()) from error
    finally:
        for end in theirs:
            os.close(end)
    return process, to_it[1], from_it[0]


def _end(process: int, from_it: int) -> None:
    """Bring about the end of all that was started, and wait for it.

    Its process is often a script around the browser, so that its pipe tells better when the browser itself has gone.
    """
    patience = time.monotonic() + ENDING_S
    try:
        _signal(process, signal.SIGTERM)
        while select.select([from_it], [], [], max(0.0, patience - time.monotonic()))[0]:
            if not os.read(from_it, 1 << 20):
                break
    finally:  # whatever is left of it, and an impatient second Ctrl-C
        _signal(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(from_it)


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: not permitted, of a group of the dead
        os.killpg(group, number)
