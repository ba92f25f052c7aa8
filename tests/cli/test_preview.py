from __future__ import annotations

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from digest.preview.shots import SHOTS
from digest.render.templates import looks
from tests.preview.png import colours, plain_png, size
from tests.support.browser import browser_path
from tests.support.cli import digest
from tests.support.project import CONFIG, NOW, make_project, snapshot

ISSUE = "2026-W47"
MAGENTA = (250, 0, 250)
WITH_URL = CONFIG.replace("[[section]]", 'url = "https://trial.example/brief/"\n\n[[section]]', 1)
HTML = ["email.eml", "email.html", "email.txt", "index.html"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsletter with a draft that shows a picture of the editor's own, and one on the web."""
    root = make_project(tmp_path / "brief", config=WITH_URL)
    digest("build", root=root, now=NOW)
    path = root / "issues" / f"{ISSUE}.md"
    (root / "issues" / "map.png").write_bytes(plain_png(300, 120, MAGENTA))
    said = "![A map](map.png)\n\n![Afar](https://far.example/chart.png)\n\n## "
    path.write_text(path.read_text("utf-8").replace("## ", said, 1), "utf-8")
    return root


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_CHROMIUM", browser_path())


def program(folder: Path, body: str) -> str:
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_the_pictures_and_a_sheet_of_them_are_written(root: Path) -> None:
    ran = digest("preview", root=root, now=NOW)

    folder = root / "build" / ISSUE / "preview"
    assert ran.code == 0
    assert f"build/{ISSUE}/preview/index.html  {len(SHOTS)} pictures" in ran.lines
    assert "1 picture on the web not loaded; --remote-images does" in ran.err
    assert set(snapshot(folder)) == {f"{shot.name}.png" for shot in SHOTS} | {"index.html"}
    assert size((folder / "mail-375-light.png").read_bytes())[0] == 750
    light, dark, off = (
        colours((folder / f"mail-600-{name}.png").read_bytes()) for name in ("light", "dark", "images-off")
    )
    assert light[MAGENTA] == dark[MAGENTA] == 300 * 120
    assert off[MAGENTA] == 0
    assert light.most_common(1) != dark.most_common(1)
    assert snapshot(root / "build" / ISSUE).keys() >= {*HTML, "map.png"}


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_the_pictures_of_every_look_are_written_by_one_command(root: Path) -> None:
    found = digest("preview", "--looks", "--json", root=root, now=NOW).json

    folder = root / "build" / ISSUE / "preview"
    every = looks(root)
    assert found["sheet"] == f"build/{ISSUE}/preview/index.html"
    assert [(one["look"], one["name"]) for one in found["pictures"]] == [
        (look, shot.name) for look in every for shot in SHOTS
    ]
    for one in found["pictures"]:
        assert one["file"] == f"build/{ISSUE}/preview/{one['look']}/{one['name']}.png"
        assert size((root / one["file"]).read_bytes())[1] > 100
    assert found["not_loaded"] == ["https://far.example/chart.png"]
    assert set(snapshot(folder)) == {f"{one['look']}/{one['name']}.png" for one in found["pictures"]} | {"index.html"}


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_look_of_the_projects_own_is_among_them_and_looks_different(root: Path) -> None:
    (root / "templates" / "loud").mkdir(parents=True)
    (root / "templates" / "loud" / "email.html").write_text(
        '<!doctype html><html><body style="background:#00fa00"><h1>{{ subject }}</h1></body></html>', "utf-8"
    )

    found = digest("preview", "--looks", "--json", root=root, now=NOW).json

    assert "loud" in {one["look"] for one in found["pictures"]}
    folder = root / "build" / ISSUE / "preview"
    assert colours((folder / "loud" / "mail-600-light.png").read_bytes()).most_common(1)[0][0] == (0, 250, 0)
    assert "#00fa00" not in (root / "build" / ISSUE / "email.html").read_text("utf-8"), "the mail keeps its own look"


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_picture_that_is_wanted_from_the_web_and_does_not_come_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:  # bound, not listening: it refuses
        nobody.bind(("127.0.0.1", 0))
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        ran = digest("preview", "--remote-images", root=root, now=NOW)

    assert ran.code == 0
    assert "this picture did not load: https://far.example/chart.png" in ran.err


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_what_is_wider_than_a_telephone_is_told(root: Path) -> None:
    (root / "templates" / "brief").mkdir(parents=True)
    wide = '<!doctype html><meta name="viewport" content="width=device-width"><p style="width:500px">{{ subject }}</p>'
    (root / "templates" / "brief" / "email.html").write_text(wide, "utf-8")

    ran = digest("preview", root=root, now=NOW)

    assert "brief, mail-375-dark.png: " in ran.err
    assert "pixels wider than the window" in ran.err
    assert "mail-600" not in ran.err


@pytest.mark.parametrize("named", ["", "/nowhere/chromium"])
def test_without_a_chromium_the_mail_is_rendered_and_one_line_says_what_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("DIGEST_CHROMIUM", named)

    ran = digest("preview", root=root, now=NOW)
    found = digest("preview", "--json", root=root, now=NOW).json

    assert ran.code == 0
    said = f"DIGEST_CHROMIUM names {named}" if named else "apt-get install chromium-headless-shell"
    assert len([line for line in ran.err.splitlines() if said in line]) == 1
    assert sorted(Path(name).name for name in found["files"]) == HTML
    assert (found["sheet"], found["pictures"]) == (None, [])
    assert not (root / "build" / ISSUE / "preview").exists()


def test_a_chromium_that_ends_at_once_is_an_error_and_the_pictures_stay_as_they_were(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_CHROMIUM", program(tmp_path, "echo 'no library' >&2; exit 1"))
    kept = root / "build" / ISSUE / "preview" / "text.png"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"of before")

    ran = digest("preview", root=root, now=NOW)

    assert ran.code == 1
    assert "chromium: ended by itself: no library" in ran.err
    assert "hint: DIGEST_CHROMIUM names another" in ran.err
    assert kept.read_bytes() == b"of before"


def test_ctrl_c_ends_a_chromium_that_hangs(root: Path, tmp_path: Path) -> None:
    path = program(tmp_path, f"echo $$ >{tmp_path}/started\nsleep 600")
    process = subprocess.Popen(
        [sys.executable, "-m", "digest", "-C", str(root), "--now", NOW, "preview"],
        env=os.environ | {"DIGEST_CHROMIUM": path, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    started = tmp_path / "started"
    for _ in range(600):
        if started.exists() and started.read_text().strip():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "interrupted" in said
    assert ends(int(started.read_text()))


def ends(pid: int) -> bool:
    """Whether a process is gone, or dead and only not yet buried by whoever has to."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{pid}/status")
        if status.exists() and "State:\tZ" in status.read_text():
            return True
        time.sleep(0.05)
    return False


def test_the_page_alone_needs_no_chromium(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    ran = digest("preview", "--page", root=root, now=NOW)

    assert ran.code == 0
    assert "Chromium" not in ran.err
    assert f"build/{ISSUE}/index.html" in ran.out


def test_the_page_alone_and_every_look_do_not_go_together(root: Path) -> None:
    assert digest("preview", "--page", "--looks", root=root, now=NOW).code == 2


@pytest.mark.parametrize("words", [[], ["--no-open"], ["--json"]])
def test_without_a_screen_nothing_is_opened_and_a_person_is_told_the_path(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    opened = tmp_path / "opened"
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$@" >{opened}\n', "utf-8")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DIGEST_CHROMIUM"):
        monkeypatch.delenv(name, raising=False)

    ran = digest("preview", *words, root=root, now=NOW, terminal=True)

    assert not opened.exists()
    assert ("no browser could be opened; open " in ran.err) == (words == [])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="xdg-open is Linux's")
def test_where_there_is_a_screen_a_person_is_shown_the_mail(root: Path, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$@" >{opened}\n', "utf-8")
    opener.chmod(0o755)
    environ = {name: value for name, value in os.environ.items() if name not in {"DIGEST_CHROMIUM", "BROWSER"}}
    ours, theirs = pty.openpty()

    # A process of its own: the opener is started and not waited for.
    done = subprocess.run(
        [sys.executable, "-m", "digest", "-C", str(root), "--now", NOW, "preview"],
        env=environ | {"PATH": str(opener.parent), "DISPLAY": ":0", "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(theirs)
    os.close(ours)

    assert done.returncode == 0
    for _ in range(200):
        if opened.exists() and opened.read_text():
            break
        time.sleep(0.02)
    assert opened.read_text().strip() == str(root / "build" / ISSUE / "email.html")
