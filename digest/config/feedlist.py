"""feeds.toml with one feed more: every byte that stood there stays, and nothing is written that would not load."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import tomlkit
from tomlkit.items import Array

from digest.config.load import CONFIG_NAME, FEEDS_NAME, Config, load_config
from digest.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | float


def with_feed(text: str, feed: Mapping[str, Value]) -> str:
    """The text of feeds.toml with one feed appended. ``text`` is valid TOML."""
    document = tomlkit.parse(text)
    listed = document.get("feed")
    if isinstance(listed, Array):  # feed = [{url = "…"}], to which no [[feed]] can be added
        table = tomlkit.inline_table()
        table.update(feed)
        listed.append(table)
        return document.as_string()
    newline = "\r\n" if "\r\n" in text else "\n"
    block = tomlkit.dumps({"feed": [dict(feed)]}).strip().replace("\n", newline)
    before = text.rstrip("\r\n")
    return (before + newline * 2 if before else "") + block + newline


def check_feeds(root: Path, text: str) -> Config:
    """What the configuration would be with this text as feeds.toml. Nothing in the project is touched.

    Raises:
        UsageError: it would not load.
    """
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        (trial / CONFIG_NAME).write_bytes((root / CONFIG_NAME).read_bytes())
        (trial / FEEDS_NAME).parent.mkdir(parents=True)
        (trial / FEEDS_NAME).write_bytes(text.encode("utf-8"))
        try:
            return load_config(trial)
        except ConfigError as error:
            said = "; ".join(problem.message for problem in error.problems)
            hint = next((problem.hint for problem in error.problems if problem.hint), None)
            raise UsageError(f"the feed is not added: {said}", hint=hint or "nothing was changed") from error
