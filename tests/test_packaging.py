"""The wheel holds what it needs, and works in a fresh environment far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOW = "2026-11-19T12:00Z"

RELEASE = """\
 date 2026-11-18 Harbour Office
Printable version
A quay opens early
PRESS RELEASE
The northern quay takes its first ship on Monday, a month before its time.
Two cranes stand ready. A third follows in spring.
Original article link: https://harbour.example/news/quay
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # Built from an sdist, as a release is: what is missing there is missing everywhere.
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `digest` of a fresh environment that has the wheel and its core dependencies only."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    subprocess.run([str(folder / "bin" / "pip"), "install", "-q", str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "digest"


def run(command: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DIGEST", "VIRTUAL"))
    }
    done = subprocess.run([str(command), *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_ships_the_example_the_looks_and_the_migrations(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = [
        "digest/_shipped/digest.toml",
        "digest/_shipped/feeds/feeds.toml",
        "digest/_shipped/templates/brief/_email.html",
        "digest/_shipped/templates/brief/email.html",
        "digest/_shipped/templates/magazine/email.html",
        "digest/_shipped/templates/plain/theme.toml",
        "digest/check/style/support.json",
        "digest/check/style/support-LICENSE.txt",
        "digest/_shipped/templates/brief/page.html",
        "digest/py.typed",
        "digest/store/migrations/env.py",
        "digest/store/migrations/versions/0001_the_first_schema.py",
    ]

    assert [name for name in wanted if name not in names] == []
    assert not [name for name in names if name.startswith(("tests/", "build/", "issues/", "state/"))]


def test_a_release_dropped_into_a_new_newsletter_becomes_an_issue(installed: Path, tmp_path: Path) -> None:
    run(installed, "init", "x", cwd=tmp_path)
    (tmp_path / "x" / "feeds" / "quay.txt").write_text(RELEASE, "utf-8")

    done = run(installed, "-C", "x", "--now", NOW, "build", cwd=tmp_path)

    assert "email.html" in done.stdout
    assert "A quay opens early" in (tmp_path / "x" / "build" / "2026-W47" / "email.txt").read_text("utf-8")


def test_the_example_builds_anywhere(installed: Path, tmp_path: Path) -> None:
    run(installed, "init", "--example", "y", cwd=tmp_path)
    run(installed, "-C", "y", "build", "--now", NOW, cwd=tmp_path)

    built = {path.name for path in (tmp_path / "y" / "build" / "2026-W47").iterdir()}
    assert {"email.html", "email.txt", "email.eml", "index.html"} <= built


def test_the_core_brings_no_extras(installed: Path) -> None:
    listed = subprocess.run(
        [str(installed.parent / "pip"), "list", "--format=freeze"], capture_output=True, text=True, check=True
    ).stdout.lower()

    assert "feedparser" in listed
    for extra in ("trafilatura", "lxml", "numpy", "pytest", "psycopg", "starlette"):
        assert extra not in listed
