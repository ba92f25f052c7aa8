"""Feeds brought in from other feed readers, and given to them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from digest.config.load import load_config
from tests.support.cli import digest, digest_process
from tests.support.project import FEEDS, make_project, snapshot

LIST = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><body>
<outline text="energy"><outline text="Cables &amp; grids" xmlUrl="https://cables.example/feed"/></outline>
<outline text="Ports"><outline text="Quay" type="rss" xmlUrl="feed://quay.example/rss"/></outline>
<outline text="Nowhere" type="rss" xmlUrl="mailto:ed@example.org"/>
<outline text="Quay again" type="rss" xmlUrl="http://quay.example/rss/"/>
</body></opml>
"""


def listed(root: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((root / "feeds/feeds.toml").read_text("utf-8"))["feed"]
    return found


def test_feeds_are_appended_and_every_byte_that_stood_there_stays(tmp_path: Path) -> None:
    before = FEEDS + "\n# mine   \n\n\n"
    root = make_project(tmp_path / "brief", feeds=before, files={"feeds/grid.xml": "<rss/>"})
    file = tmp_path / "list.opml"
    file.write_text(LIST, "utf-8")

    ran = digest("feeds", "import", file, root=root)

    after = (root / "feeds/feeds.toml").read_text("utf-8")
    assert ran.code == 3
    assert after.startswith(before.rstrip("\n"))
    assert listed(root)[1:] == [
        {"url": "https://cables.example/feed", "name": "Cables & grids", "section": "Energy"},
        {"url": "http://quay.example/rss", "name": "Quay", "tags": ["Ports"]},
    ]
    assert ran.lines == [
        "cables-example-feed: https://cables.example/feed → Energy",
        "quay-example-rss: http://quay.example/rss [Ports]",
        "skipped, line 6: http://quay.example/rss/ is in line 4 as well",
        "2 feeds added, 1 skipped, 1 not usable",
    ]
    assert f"{file}:5: Nowhere: mailto:ed@example.org is no web address" in ran.err
    assert "digest fetch" in ran.err


def test_a_second_import_adds_nothing_and_names_what_is_there(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)
    digest("feeds", "import", "-", root=root, stdin=LIST)
    before = snapshot(root)

    ran = digest("feeds", "import", "-", "--json", root=root, stdin=LIST)

    assert ran.json["added"] == []
    assert [(one["line"], one["why"]) for one in ran.json["skipped"]] == [
        (3, "is listed already, as cables-example-feed"),
        (4, "is listed already, as quay-example-rss"),
        (6, "is listed already, as quay-example-rss"),
    ]
    assert [one["line"] for one in ran.json["bad"]] == [5]
    assert ran.json["written"] is False
    assert snapshot(root) == before


def test_a_dry_run_shows_the_same_and_writes_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=FEEDS)
    before = snapshot(root)

    dry = digest("feeds", "import", "-", "--dry-run", "--json", root=root, stdin=LIST)
    assert snapshot(root) == before
    wet = digest("feeds", "import", "-", "--json", root=root, stdin=LIST)

    assert dry.json == wet.json | {"written": False}
    assert dry.json["added"][0] == {
        "id": "cables-example-feed", "url": "https://cables.example/feed", "name": "Cables & grids",
        "section": "Energy", "tags": [], "line": 3,
    }  # fmt: skip


def test_what_is_no_list_changes_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    before = snapshot(root)
    attack = (
        '<!DOCTYPE opml [<!ENTITY a "ha">]><opml><body><outline text="&a;" xmlUrl="https://a.example/f"/></body></opml>'
    )

    for stdin, said in (
        ("<html/>", "is no OPML file"),
        (attack, "declares entities"),
        ("<opml>", "is not well-formed"),
    ):
        ran = digest("feeds", "import", "-", root=root, stdin=stdin)
        assert ran.code == 2
        assert said in ran.err
    assert digest("feeds", "import", tmp_path / "none.opml", root=root).code == 2
    assert snapshot(root) == before


def test_what_is_exported_is_imported_as_the_same_list(tmp_path: Path) -> None:
    feeds = (
        '[[feed]]\nurl = "https://a.example/f?x=1&y=2"\nid = "a"\nname = "A & <B>"\nsection = "Energy"\n'
        'tags = ["x, y", "z/w"]\nweight = 2.5\ninclude = ["grid"]\n\n'
        '[[feed]]\nurl = "https://b.example/f"\nlanguage = "de"\nmax_entries = 7\n'
    )
    root = make_project(tmp_path / "one", feeds=feeds)
    file = tmp_path / "out.opml"

    printed = digest("feeds", "export", root=root)
    written = digest("feeds", "export", file, root=root)
    other = make_project(tmp_path / "two", feeds=None)
    digest("feeds", "import", file, root=other)

    assert written.out == f"2 feeds written to {file}\n"
    assert file.read_text("utf-8").partition("<body>")[2] == printed.out.partition("<body>")[2]
    by_id = {source.id: source for source in load_config(other).sources}
    assert by_id == {source.id: source for source in load_config(root).sources}


def test_an_export_holds_no_login_and_no_file_and_overwrites_nothing(tmp_path: Path) -> None:
    secret = (
        '[[feed]]\nurl = "https://ed:s3cret@a.example/f"\nid = "a"\n'
        '[[feed]]\nurl = "https://b.example/f"\nid = "b"\nusername = "ines"\npassword_env = "A_WORD"\n'
    )
    root = make_project(tmp_path / "brief", feeds=FEEDS + secret, files={"feeds/grid.xml": "<rss/>"})
    file = tmp_path / "out.opml"
    file.write_text("mine")

    ran = digest("feeds", "export", root=root)

    assert 'xmlUrl="https://a.example/f"' in ran.out
    assert not any(word in ran.out + ran.err for word in ("s3cret", "ines", "A_WORD", "grid"))
    assert "without the login that is in its address: a" in ran.err
    assert "left out, because they are files: 1 feed" in ran.err
    assert digest("feeds", "export", file, root=root).code == 2
    assert file.read_text() == "mine"
    assert digest("feeds", "export", file, "--force", "--json", root=root).json == {
        "feeds": 2, "without_login": ["a"], "file": str(file),
    }  # fmt: skip
    assert "<opml" in file.read_text()


def test_as_a_process_of_its_own_a_list_goes_in_and_comes_out(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)

    assert digest_process("feeds", "import", "-", cwd=root, stdin=LIST).code == 3
    assert "https://cables.example/feed" in digest_process("feeds", "export", cwd=root).out
