from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from digest.archive.paths import check_paths, fold, folders_of, is_safe
from digest.errors import ProjectError

names = st.one_of(st.sampled_from(["..", ".", "a", "A", "con", "é", "é", "x.html"]), st.text(max_size=4))
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


@given(st.lists(paths, max_size=5))
@example(["a/../../b"])
@example(["/etc/passwd"])
@example(["a", "a/b"])
def test_what_is_let_pass_can_be_written_and_lies_inside(some: list[str]) -> None:
    with contextlib.suppress(ProjectError):
        check_paths(some)
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            for path in some:
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(path, "utf-8")
                assert target.resolve().is_relative_to(root)
            assert {path: (root / path).read_text("utf-8") for path in some} == dict(zip(some, some, strict=True))
            assert len({fold(path) for path in some}) == len(some)
            assert all(map(is_safe, some))


def test_the_folders_on_the_way_are_told_from_outside_in() -> None:
    assert folders_of("a/b/c.html") == ["a", "a/b"]
    assert folders_of("c.html") == []


def test_what_is_usual_passes() -> None:
    check_paths(
        ["index.html", "2026-W47/index.html", "2026-W47/images/Übersicht (2).png", "sections/energy-climate/feed.xml"]
    )
