"""digest preview shows each edition once, narrow and wide."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digest.preview.browser import find_browser
from digest.preview.shots import EDITION_SHOTS, SHOTS
from digest.production import sitting
from tests.support.cli import digest
from tests.support.project import NOW, make_project

pytestmark = pytest.mark.skipif(find_browser(os.environ) is None, reason="no Chromium")


def test_the_editions_with_the_most_readers_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitting, "MOST_SHOWN", 1)
    root = make_project(tmp_path / "brief")
    assert digest("build", root=root, now=NOW).code == 0
    file = root / "issues" / "2026-W47.md"
    file.write_text(file.read_text("utf-8") + "\n## World\n\n### Ships wait\n\nNine of them.\n", "utf-8")
    for name, topic in (("a", "World"), ("b", "Energy"), ("c", "Energy")):
        assert digest("subscribers", "add", f"{name}@r.example", "--topic", topic, root=root, now=NOW).code == 0
    ran = digest("preview", "--no-open", root=root, now=NOW)
    folder = root / "build" / "2026-W47" / "preview"
    assert f"build/2026-W47/preview/index.html  {len(SHOTS) + len(EDITION_SHOTS)} pictures" in ran.lines
    assert sorted(path.name for path in folder.glob("edition-*")) == [
        "edition-energy-mail-375-light.png", "edition-energy-mail-600-light.png",
    ]  # fmt: skip
    assert "of the editions for some topics, the 1 with the most readers; 1 more rendered" in ran.err
