"""The captured and conformance documents that DIGEST_CORPORA names: which there are, and how to deal them out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REAL = ("codehollow-feedreader", "fastfeedparser-bench", "miniflux", "rbren-rss-parser")
"""Folders of what publishers really sent."""
MADE = ("feedparser", "feedvalidator", "gofeed", "miniflux-enc", "reader")
"""Folders of what people wrote to test programs with."""


def corpora() -> Path:
    """The folder; without one the test is skipped."""
    folder = os.environ.get("DIGEST_CORPORA")
    if not folder:
        pytest.skip("DIGEST_CORPORA names no folder of captured documents")
    return Path(folder)


def feeds(*folders: str) -> list[Path]:
    """Every document of these folders, in the order of their paths."""
    found = [path for folder in folders for path in sorted((corpora() / "feeds" / folder).rglob("*")) if path.is_file()]
    assert found
    return found


def called(path: Path) -> str:
    """A document's path below the folder of feeds."""
    return path.relative_to(corpora() / "feeds").as_posix()
