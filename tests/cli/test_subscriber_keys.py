"""`digest subscribers keys`: which keys sign links, a new one, and the end of the old ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import Ran, digest
from tests.support.project import NEXT_WEEK, NOW, make_project, snapshot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "brief")


def keys(root: Path, *options: str, now: str = NOW) -> Ran:
    return digest("subscribers", "keys", *options, root=root, now=now)


def versions(ran: Ran) -> list[tuple[int, bool]]:
    return [(one["version"], one["signs"]) for one in ran.json["keys"]]


def test_they_are_listed_with_their_days_and_never_their_secrets(root: Path) -> None:
    assert keys(root).out == "there is no key yet; the first is made with the first mail\n"
    keys(root, "--rotate")
    keys(root, "--rotate", now=NEXT_WEEK)
    before = snapshot(root)

    ran = keys(root)

    assert ran.lines == ["version\tmade (UTC)\t", "1\t2026-11-18\tproves old links", "2\t2026-11-25\tsigns"]
    assert set(keys(root, "--json").json["keys"][0]) == {"version", "made", "signs"}
    assert snapshot(root) == before


def test_a_new_key_signs_and_the_old_ones_stay(root: Path) -> None:
    made = [keys(root, "--rotate", "--json") for _ in range(3)]

    assert [one.json["made"] for one in made] == [1, 2, 3]
    assert versions(made[-1]) == [(1, False), (2, False), (3, True)]


def test_the_old_ones_are_destroyed_only_when_somebody_says_yes(root: Path) -> None:
    for _ in range(3):
        keys(root, "--rotate")

    refused = keys(root, "--void-before", "3")
    assert (refused.code, len(keys(root, "--json").json["keys"])) == (1, 3)
    assert "nobody said yes" in refused.err
    asked = digest("subscribers", "keys", "--void-before", "3", root=root, stdin="n\n", terminal=True)
    assert "Destroy 2 keys?" in asked.err
    assert len(keys(root, "--json").json["keys"]) == 3

    done = keys(root, "--void-before", "3", "--yes", "--json")
    assert (done.json["voided"], versions(done)) == (2, [(3, True)])
    assert keys(root, "--void-before", "3", "--json").json["voided"] == 0


def test_one_key_must_remain(root: Path) -> None:
    keys(root, "--rotate")

    refused = keys(root, "--void-before", "2", "--yes")
    assert (refused.code, "would leave no key" in refused.err) == (2, True)
    assert versions(keys(root, "--rotate", "--void-before", "2", "--yes", "--json")) == [(2, True)]


def test_a_no_undoes_the_new_key_as_well(root: Path) -> None:
    keys(root, "--rotate")

    assert keys(root, "--rotate", "--void-before", "2").code == 1
    assert versions(keys(root, "--json")) == [(1, True)]
