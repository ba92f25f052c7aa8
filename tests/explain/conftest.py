"""The newsletter that most of these tests ask about, once as the editor works on it and once a week later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explain.weeks import LIMITS, MINUTES, SAME, SITE, TEXTS, THURSDAY, TIDES, edited, list_silent, told
from tests.support.cli import digest
from tests.support.project import CONFIG, FEEDS, NEXT_WEEK, NOW, item, make_project, rss


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thursday of the first week: a draft, an editor's work on it, and a refresh with late arrivals."""
    grid = rss(*(told(name, day=17 - place % 4) for place, name in enumerate(TEXTS)))
    files = {"feeds/grid.xml": grid, "feeds/same.md": SAME, "feeds/mail/minutes.eml": MINUTES, "feeds/tides.txt": TIDES}
    made = make_project(tmp_path_factory.mktemp("weeks"), config=CONFIG + LIMITS, files=files)
    for verb in ("fetch", "draft"):
        assert digest(verb, root=made, now=NOW).code == 0
    path = made / "issues" / "2026-W47.md"
    path.write_text(edited(path.read_text("utf-8")), "utf-8")
    late = told("heat", f"{SITE}heat?page=2", day=18)
    new = item("Dredging begins at Skerry", "https://courier.example/dredge", day=18)
    (made / "feeds" / "courier.xml").write_text(rss(late, new, title="Courier"), "utf-8")
    for verb in ("fetch", "draft"):
        assert digest(verb, root=made, now=THURSDAY).code == 0
    list_silent(made)
    return made


@pytest.fixture(scope="module")
def later(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The week after: the issue is out, and some of it is told again."""
    made = tmp_path_factory.mktemp("later")
    for path in root.rglob("*"):
        if path.is_file():
            (made / path.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
            (made / path.relative_to(root)).write_bytes(path.read_bytes())
    (made / "feeds" / "feeds.toml").write_text(FEEDS, "utf-8")
    assert digest("approve", "--by", "Ines", root=made, now="2026-11-20T06:00Z").code == 0
    assert digest("publish", root=made, now="2026-11-20T06:30Z").code == 0
    again = (told("fares", "http://www.gridwatch.example/fares?utm_source=rss", 23), told("heat", f"{SITE}heat/", 23))
    (made / "feeds" / "courier.xml").write_text(rss(*again, title="Courier"), "utf-8")
    for verb in ("fetch", "draft"):
        assert digest(verb, root=made, now=NEXT_WEEK).code == 0
    return made
