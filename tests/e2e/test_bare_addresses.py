"""An address pasted into the issue file is a story after the next draft: from the store, or fetched from a server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest import pipeline
from digest.config.period import period_at
from digest.errors import BusyError
from digest.production import clipping
from digest.production.clipping import Clipped, clip_addresses, offline
from tests.support.cli import digest
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, NOW, item, make_project, opened, rss, snapshot

pytestmark = pytest.mark.usefixtures("in_each_database")

MOMENT = datetime.fromisoformat(NOW)
HTML = "text/html; charset=utf-8"
PAGE = """\
<!doctype html>
<html lang="en"><head><title>Six clauses | Lattice Lab</title>
<meta property="og:site_name" content="Lattice Lab">
<meta property="article:published_time" content="2026-11-16T09:30:00+00:00">%s</head>
<body><article><h1>Six clauses to strike before you buy an AI system</h1>
<p>A council that signs the seller's own contract signs away the right to look inside. Six clauses do most of the
harm, and each of them can be struck out without losing the sale.</p>
<p>The first forbids the buyer to publish what the system gets wrong. It is in nine contracts of ten.</p></article>
</body></html>
"""
OTHER = item("A harbour town heats itself with sea water", "https://gridwatch.example/heat", day=16)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsletter with a draft, whose bench holds what was added to the feed since."""
    made = make_project(tmp_path / "brief", config=CONFIG + "[gather]\nallow_private = true\n")
    assert digest("fetch", root=made, now=NOW).code == 0
    assert digest("draft", root=made, now=NOW).code == 0
    return made


def paste(root: Path, *lines: str) -> Path:
    path = root / "issues/2026-W47.md"
    path.write_text(path.read_text("utf-8") + "".join(f"\n{line}\n" for line in lines), "utf-8")
    return path


def clip(root: Path, *, dry_run: bool = False) -> tuple[Clipped, ...]:
    with opened(root) as project, project.working():
        return clip_addresses(
            project,
            period_at(MOMENT, project.settings.issue, project.zone),
            now=MOMENT,
            environ={},
            read_files=lambda: list(pipeline.fetch(offline(project), now=MOMENT)),
            dry_run=dry_run,
        )


def test_an_unknown_address_is_fetched_saved_and_stands_as_a_story(root: Path, site: Site) -> None:
    url = site.add("/six", Page((PAGE % "").encode(), content_type=HTML))
    path = paste(root, url)
    before = path.read_text("utf-8")

    (told,) = clip(root)

    name = "feeds/clips/2026-11-18-six-clauses-to-strike-before-you-buy-an-ai-system.html"
    assert (told.outcome, told.title, told.path) == (
        "fetched",
        "Six clauses to strike before you buy an AI system",
        name,
    )
    assert (root / name).is_file()
    after = path.read_text("utf-8")
    kept, block = before[: before.index(url)], after[before.index(url) :]
    assert after.startswith(kept)
    assert block.startswith("### Six clauses to strike before you buy an AI system {#s-")
    assert f"- [Lattice Lab]({url}), 16 November 2026 {{#e-" in block
    assert "the right to look inside" in block
    drafted = digest("draft", root=root, now=NOW)
    assert (drafted.code, path.read_text("utf-8").count("### Six clauses")) == (0, 1)
    assert clip(root) == ()
    assert len(site.requests) == 1


def test_an_address_of_a_feed_is_placed_without_asking_anybody(root: Path, site: Site) -> None:
    url = "https://gridwatch.example/new?utm_source=letter"
    (root / "feeds/grid.xml").write_text(
        rss(item("A new cable", "https://www.gridwatch.example/new/", day=18)), "utf-8"
    )
    assert digest("fetch", root=root, now=NOW).code == 0
    path = paste(root, "## Mine", url)

    (told,) = clip(root)

    assert (told.outcome, told.title, told.why) == ("placed", "A new cable", "")
    assert "## Mine\n\n### A new cable {#s-" in path.read_text("utf-8")
    assert site.requests == []
    assert not (root / "feeds/clips").exists()


def test_the_story_is_the_one_that_the_refresh_knows(root: Path) -> None:
    """Deleted later, it stays away; its id is the one that digest would have given it."""
    (root / "feeds/grid.xml").write_text(rss(item("A new cable", "https://gridwatch.example/new", day=18)), "utf-8")
    assert digest("fetch", root=root, now=NOW).code == 0
    path = paste(root, "https://gridwatch.example/new")
    clip(root)
    placed = path.read_text("utf-8")

    assert digest("draft", root=root, now=NOW).code == 0
    kept = path.read_text("utf-8")
    path.write_text(kept[: kept.index("### A new cable")], "utf-8")
    again = digest("draft", root=root, now=NOW)

    assert kept.count("### A new cable") == placed.count("### A new cable") == 1
    assert again.code == 0
    assert "A new cable" not in path.read_text("utf-8")


def test_a_page_that_says_it_is_one_of_a_feed_is_that_one(root: Path, site: Site) -> None:
    canonical = '<link rel="canonical" href="https://gridwatch.example/new">'
    (root / "feeds/grid.xml").write_text(rss(item("A new cable", "https://gridwatch.example/new", day=18)), "utf-8")
    assert digest("fetch", root=root, now=NOW).code == 0
    paste(root, site.add("/print", Page((PAGE % canonical).encode(), content_type=HTML)))

    (told,) = clip(root)

    assert (told.outcome, told.title, told.path) == ("placed", "A new cable", "")
    assert not (root / "feeds/clips").exists()


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (Page(status=404), "404"),
        (Page(b"<html><body><p>Hello.</p></body></html>", content_type="image/png"), "is a picture, no article"),
        (Page(rss(OTHER).encode()), "is a feed, no article"),
    ],
)
def test_what_cannot_be_fetched_is_left_as_it_stands_and_said(root: Path, site: Site, page: Page, why: str) -> None:
    path = paste(root, site.add("/x", page))
    before = path.read_bytes()

    (told,) = clip(root)

    assert told.outcome == "left"
    assert why in told.why
    assert path.read_bytes() == before
    assert before.decode().split("\n")[told.line - 1] == f"{site.url}/x"
    assert digest("draft", root=root, now=NOW).code == 0


def test_one_failure_does_not_keep_the_others_out(root: Path, site: Site) -> None:
    good = site.add("/six", Page((PAGE % "").encode(), content_type=HTML))
    path = paste(root, f"{site.url}/missing", good, good)

    told = clip(root)

    assert [one.outcome for one in told] == ["left", "fetched", "left"]
    assert "already" in told[2].why
    text = path.read_text("utf-8")
    assert (text.count("### Six clauses"), text.count(f"\n{good}\n"), text.count("/missing\n")) == (1, 1, 1)
    assert len(site.asked("/six")) == 1


def test_what_stands_in_the_file_already_is_pointed_at(root: Path) -> None:
    path = paste(root, "https://gridwatch.example/heat")
    before = path.read_bytes()

    (told,) = clip(root)

    place = (
        before.decode()
        .split("\n")
        .index(next(line for line in before.decode().split("\n") if "(https://gridwatch.example/heat)" in line))
    )
    assert (told.outcome, told.why) == ("left", f"stands in line {place + 1} already: move that story here")
    assert path.read_bytes() == before


def test_a_dry_run_asks_nobody_and_writes_nothing(root: Path, site: Site) -> None:
    paste(root, site.add("/six", Page((PAGE % "").encode(), content_type=HTML)))
    before = snapshot(root)

    (told,) = clip(root, dry_run=True)

    assert (told.outcome, told.why) == ("left", "would be fetched")
    assert snapshot(root) == before
    assert site.requests == []


def test_a_file_saved_meanwhile_is_not_overwritten(root: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    path = paste(root, site.add("/six", Page((PAGE % "").encode(), content_type=HTML)))
    text = path.read_text("utf-8")
    ask = clipping.ask_for_clip

    def slowly(*args: object, **named: object) -> object:
        path.write_text(text + "\nSaved meanwhile.\n", "utf-8")
        return ask(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(clipping, "ask_for_clip", slowly)
    with pytest.raises(BusyError):
        clip(root)

    assert path.read_text("utf-8") == text + "\nSaved meanwhile.\n"


def test_an_approved_issue_is_left_alone(root: Path) -> None:
    (root / "feeds/grid.xml").write_text(rss(item("A new cable", "https://gridwatch.example/new", day=18)), "utf-8")
    assert digest("fetch", root=root, now=NOW).code == 0
    path = paste(root, "https://gridwatch.example/new")
    assert digest("approve", "--by", "A. Editor", root=root, now=NOW).code == 0
    before = path.read_bytes()

    assert clip(root) == ()
    assert path.read_bytes() == before


def test_the_text_before_and_after_is_kept(root: Path) -> None:
    (root / "feeds/grid.xml").write_text(rss(item("A new cable", "https://gridwatch.example/new", day=18)), "utf-8")
    assert digest("fetch", root=root, now=NOW).code == 0
    path = paste(root, "https://gridwatch.example/new")
    before = path.read_bytes()
    clip(root)

    ran = digest("restore", "2026-W47", root=root, now=NOW)

    assert ran.code == 0, ran.err
    assert path.read_bytes() == before


def test_a_story_that_ran_says_so(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    for verb in (["fetch"], ["draft"], ["approve", "--by", "A. Editor"], ["publish"]):
        assert digest(*verb, root=root, now=NOW).code == 0
    later = "2026-11-25T12:00Z"
    assert digest("draft", root=root, now=later).code == 0
    path = root / "issues/2026-W48.md"
    path.write_text(path.read_text("utf-8") + "\nhttps://gridwatch.example/heat\n", "utf-8")
    moment = datetime(2026, 11, 25, 12, tzinfo=UTC)

    with opened(root) as project, project.working():
        period = period_at(moment, project.settings.issue, project.zone)
        (told,) = clip_addresses(project, period, now=moment, environ={}, read_files=lambda: None)

    assert told.outcome == "placed"
    assert told.why.startswith("ran in 2026-W47: write .update")
