from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digest.disk import shipped
from tests.support.cli import digest
from tests.support.project import CONFIG, NOW, make_project, snapshot


def test_looks_are_listed_with_where_they_come_from(tmp_path: Path) -> None:
    root = make_project(tmp_path, files={
        "templates/brief/email.txt": "mine", "templates/own/email.html": "mine",
        "digest.toml": CONFIG.replace("[newsletter]", '[newsletter]\nlook = "own"'),
    })  # fmt: skip

    found = digest("templates", "--json", root=root).json

    assert found["look"] == "own"
    assert found["looks"] == [
        {"name": "brief", "shipped": True, "own": ["email.txt"]},
        {"name": "magazine", "shipped": True, "own": []},
        {"name": "own", "shipped": False, "own": ["email.html"]},
        {"name": "plain", "shipped": True, "own": []},
    ]
    assert digest("templates", "list", root=root).lines == [
        "look\t\tcomes from",
        "brief\t\tdigest, with 1 file of your own in templates/brief",
        "magazine\t\tdigest",
        "own\tused\ttemplates/own",
        "plain\t\tdigest",
    ]


def test_a_look_is_copied_whole_and_then_wins(tmp_path: Path) -> None:
    root = make_project(tmp_path)

    ran = digest("templates", "eject", "brief", root=root)

    assert ran.code == 0
    assert snapshot(root / "templates" / "brief") == snapshot(shipped("templates") / "brief")
    assert sorted(ran.lines) == sorted(f"templates/brief/{name}" for name in snapshot(shipped("templates") / "brief"))
    page = root / "templates" / "brief" / "email.txt"
    page.write_text("CHANGED BY ME\n" + page.read_text("utf-8"), "utf-8")
    digest("build", root=root, now=NOW)
    assert (root / "build" / "2026-W47" / "email.txt").read_text("utf-8").startswith("CHANGED BY ME")


@pytest.mark.parametrize("look", ["brief", "magazine", "plain"])
def test_a_copied_look_needs_nothing_of_the_shipped_one(
    tmp_path: Path, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(tmp_path, config=CONFIG.replace("[newsletter]", f'[newsletter]\nlook = "{look}"'))
    digest("build", root=root, now=NOW)
    before = snapshot(root / "build" / "2026-W47")

    ran = digest("templates", "eject", look, root=root)

    folder = root / "templates" / look
    assert sorted(ran.lines) == sorted(f"templates/{look}/{name}" for name in snapshot(folder))
    assert {"_email.html", "_mail.html", "email.txt", "page.html", "theme.toml"} <= set(snapshot(folder))
    assert (folder / "email.html").read_bytes() == (shipped("templates") / look / "email.html").read_bytes()
    # As if a later digest had other looks: nothing but the words is taken from it.
    other = tmp_path / "other" / "templates"
    shutil.copytree(shipped("templates") / "words", other / "words")
    (other / "brief").mkdir()
    monkeypatch.setattr("digest.render.templates.shipped", lambda name: tmp_path / "other" / name)
    digest("build", root=root, now=NOW)
    assert snapshot(root / "build" / "2026-W47") == before


def test_a_file_that_is_there_is_left_alone_and_named(tmp_path: Path) -> None:
    root = make_project(tmp_path, files={"templates/brief/email.txt": "mine"})

    ran = digest("templates", "eject", "brief", root=root)

    assert ran.code == 0
    assert (root / "templates" / "brief" / "email.txt").read_text() == "mine"
    assert "left as they are: templates/brief/email.txt" in ran.err


def test_a_dry_run_copies_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    before = snapshot(root)

    ran = digest("templates", "eject", "brief", "--dry-run", "--json", root=root)

    assert ran.json["copied"]
    assert ran.json["written"] is False
    assert snapshot(root) == before


@pytest.mark.parametrize(
    ("look", "said"), [("breif", 'did you mean "brief"?'), ("own", 'no look called "own" comes with digest')]
)
def test_a_look_that_does_not_come_with_digest_is_refused(tmp_path: Path, look: str, said: str) -> None:
    root = make_project(tmp_path, files={"templates/own/email.html": "mine"})

    ran = digest("templates", "eject", look, root=root)

    assert ran.code == 2
    assert said in ran.err


def test_a_checkout_of_digest_has_the_shipped_look_already() -> None:
    ran = digest("templates", "eject", "brief", root=shipped("digest.toml").parent)

    assert ran.code == 2
    assert "is the shipped look itself" in ran.err
