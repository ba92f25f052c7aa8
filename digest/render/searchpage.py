"""The page that searches the archive in the browser, and its program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from digest.errors import TemplateError
from digest.render.archived import Frame, Link
from digest.render.policy import POLICY

PATH: Final = "search/index.html"
SCRIPT: Final = "search/search.js"  # the page asks for it beside itself

_POLICY: Final = (
    POLICY.replace("form-action 'none'", "form-action 'self'")
    + "; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)
"""What searches is WebAssembly (https://www.w3.org/TR/CSP3/#wasm-unsafe-eval), with the site's own files alone."""


def render_search(frame: Frame, *, years: Sequence[Link], organisations: Sequence[str] = ()) -> str:
    """The page, to be written to ``PATH``; without its program it leads to years, sections and names.

    Args:
        frame: what all pages share.
        years: those that have an index, newest first, with the pages of their issues; the text is the year: ``2026``.
        organisations: the names to choose from, as the pages of stories have them, in the order of the list. They
            stand on the page, because an index has them with all their stories: 100 KB for ten years.

    Raises:
        TemplateError: a template is wrong.
    """
    return frame.render(
        "search.html",
        path=PATH,
        title=frame.words.search,
        policy=_POLICY,
        years=tuple(years),
        organisations=tuple(organisations),
    )


def search_script(frame: Frame) -> bytes:
    """The program of the page, to be written to ``SCRIPT``: that of the look, else the shipped one.

    Raises:
        TemplateError: it cannot be read.
    """
    path = frame.templates.files("search.js")[0]  # the look "brief" has it
    try:
        return path.read_bytes()
    except OSError as error:
        place = frame.templates.shown(str(path))
        raise TemplateError(error.strerror or "cannot be read", template=place, hint="nothing was written") from error
