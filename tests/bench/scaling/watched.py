"""The command `digest`, which writes down who called what: python -m tests.bench.scaling.watched FILE ARGUMENTS.

It is the command as it is installed. Each call of a function that hands mail over becomes a line of FILE: what was
called, by which function of which file (that is the stack's word), and of deliver_range its ids and how many were sent.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import digest.cli.main
from digest.deliver import delivery
from digest.deliver.crew import Crew
from digest.deliver.line import Line

HOME = Path(digest.cli.main.__file__).parents[2]


def watch(place: Any, name: str, descriptor: int) -> None:
    """Note each call of this function of a module or a class, at its end, before anybody has imported it elsewhere."""
    real: Callable[..., Any] = getattr(place, name)

    @functools.wraps(real)
    def noted(*given: Any, **more: Any) -> Any:
        caller = sys._getframe(1).f_code
        told: dict[str, Any] = {
            "called": real.__qualname__,
            "file": str(Path(caller.co_filename).relative_to(HOME)),
            "function": caller.co_qualname,
        }
        found = real(*given, **more)
        if real.__qualname__ == "deliver_range":
            _, _, _, _, lo, hi, *_ = given
            told |= {"lo": lo, "hi": hi, "sent": found.sent}
        os.write(descriptor, json.dumps(told).encode() + b"\n")
        return found

    setattr(place, name, noted)


def main() -> None:
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    sys.argv = ["digest", *sys.argv[2:]]
    watch(delivery, "deliver_range", file)
    watch(Crew, "run", file)
    watch(Line, "hand_over", file)
    digest.cli.main.main()


if __name__ == "__main__":
    main()
