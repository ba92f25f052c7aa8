"""simplemma's sentence splitter, without the rest of simplemma.

``import simplemma`` compiles the lemmatiser's rules for fifty languages: 0.12 s, a tenth of a whole `digest build`.
The splitter needs none of them, so its module is imported as if the package were empty. Whoever imports the package
itself gets it whole all the same.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import cast

_PACKAGE = "simplemma"


def _load() -> Callable[[str, str | None], list[str]]:
    if _PACKAGE not in sys.modules:
        found = importlib.util.find_spec(_PACKAGE)
        empty = ModuleType(_PACKAGE)
        empty.__path__ = list(found.submodule_search_locations or ()) if found else []
        sys.modules[_PACKAGE] = empty
        try:
            module = importlib.import_module(f"{_PACKAGE}.sentences")
        finally:
            del sys.modules[_PACKAGE]
    else:
        module = importlib.import_module(f"{_PACKAGE}.sentences")
    return cast("Callable[[str, str | None], list[str]]", module.split_sentences)


split_sentences = _load()
