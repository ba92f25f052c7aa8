"""Work that holds very many objects until it is done, and the collector of garbage."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def kept_in_memory() -> Iterator[Callable[[], None]]:
    """While objects are made that all stay until the end, Python does not look again and again for garbage among them.

    Of ten thousand stories these looks are half the time that finding out what to publish takes. Call what is given
    once they are made: from then on garbage is collected as always, but not looked for among them.
    """
    was_on = gc.isenabled()
    gc.disable()

    def settle() -> None:
        gc.freeze()
        if was_on:
            gc.enable()

    try:
        yield settle
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
