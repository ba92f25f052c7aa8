from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from digest.errors import DigestError
from digest.preview.browser import find_browser, running_browser
from digest.preview.tab import TALLEST_PX, View
from tests.preview.png import colours, size
from tests.support.browser import browser_path


def script(folder: Path, body: str, name: str = "chromium") -> str:
    """A program that stands where a Chromium is looked for."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_one_that_is_named_wins_over_those_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    own, other = script(tmp_path, "true", "mine"), script(tmp_path / "bin", "true", "google-chrome")
    path = str(tmp_path / "bin")

    assert find_browser({"PATH": path}) == other
    assert find_browser({"PATH": path, "DIGEST_CHROMIUM": own}) == own
    assert find_browser({"PATH": path, "DIGEST_CHROMIUM": "google-chrome"}) == other
    assert find_browser({"PATH": path, "DIGEST_CHROMIUM": str(tmp_path / "nowhere")}) is None


def test_the_shell_is_taken_before_a_browser_with_a_window(tmp_path: Path) -> None:
    script(tmp_path, "true", "brave-browser")
    script(tmp_path, "true", "chromium")
    shell = script(tmp_path, "true", "chromium-headless-shell")

    assert find_browser({"PATH": str(tmp_path)}) == shell


def test_a_mac_keeps_it_among_its_applications(tmp_path: Path) -> None:
    folder = tmp_path / "Applications" / "Chromium.app" / "Contents" / "MacOS"
    folder.mkdir(parents=True)
    program = script(folder, "true", "Chromium")

    assert find_browser({"HOME": str(tmp_path)}, platform="darwin") == program
    assert find_browser({"HOME": str(tmp_path)}, platform="linux") is None


def test_where_it_cannot_be_spoken_to_none_is_found(tmp_path: Path) -> None:
    script(tmp_path, "true")

    assert find_browser({"PATH": str(tmp_path)}, platform="win32") is None
    assert find_browser({"PATH": ""}) is None
    assert find_browser({}) is None


def test_one_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    path = script(tmp_path, "echo 'libnss3.so: cannot open shared object file' >&2; exit 127")

    with pytest.raises(DigestError) as raised, running_browser(path):
        pass

    assert raised.value.message == f"{path}: ended by itself: libnss3.so: cannot open shared object file"
    assert "DIGEST_CHROMIUM names another" in (raised.value.hint or "")


def test_one_that_is_no_program_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "chromium"
    path.write_text("no program", "utf-8")

    with pytest.raises(DigestError, match="cannot be started: Permission denied"), running_browser(str(path)):
        pass


def test_one_that_hangs_is_given_up_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    # It does not heed a polite request to end, and has a child that would outlive it.
    path = script(tmp_path, f"trap '' TERM\nsleep 600 &\necho $$ $! >{tmp_path}/started\nsleep 600")

    with pytest.raises(DigestError, match=r"no answer within 0\.3 seconds"), running_browser(path, limit_s=0.3):
        pass

    for number in (tmp_path / "started").read_text().split():
        assert not is_running(int(number))


def is_running(number: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet (Z) does not."""
    for _ in range(100):  # its end takes the system a moment
        try:
            os.kill(number, 0)
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True


@pytest.mark.browser
def test_nothing_is_left_running_when_the_block_ends_early(tmp_path: Path) -> None:
    path = script(tmp_path, f'echo $$ >{tmp_path}/started\nexec "{browser_path()}" "$@"')

    with pytest.raises(KeyboardInterrupt), running_browser(path):
        raise KeyboardInterrupt

    assert not is_running(int((tmp_path / "started").read_text()))


@pytest.mark.browser
def test_where_it_may_have_no_sandbox_it_is_started_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = script(
        tmp_path,
        'case "$*" in *--no-sandbox*) exec "' + browser_path() + '" "$@";; esac\n'
        "echo 'FATAL: No usable sandbox!' >&2; exit 1",
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with running_browser(path) as tab:
        assert tab.size()[0] > 0
    # What comes from the web is shown in a sandbox or not at all.
    with pytest.raises(DigestError, match="No usable sandbox"), running_browser(path, web=True):
        pass


@pytest.mark.browser
def test_a_method_it_does_not_know_is_an_error() -> None:
    with running_browser(browser_path()) as tab, pytest.raises(DigestError, match=r"Page\.fly"):
        tab.ask("Page.fly")


@pytest.mark.browser
def test_a_very_tall_page_is_one_whole_picture(tmp_path: Path) -> None:
    page = tmp_path / "tall.html"
    bands = "".join(f'<div style="height:2000px;background:rgb({n},0,0)"></div>' for n in range(12))
    page.write_text(f'<!doctype html><body style="margin:0">{bands}', "utf-8")

    with running_browser(browser_path()) as tab:
        view = View(width_px=40)
        tab.show(page.as_uri(), view)
        png = tab.picture(view)

    assert size(png) == (40, 24_000)
    assert colours(png) == {(n, 0, 0): 40 * 2000 for n in range(12)}


@pytest.mark.browser
def test_of_a_page_without_end_the_beginning_is_taken(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><body style="margin:0"><div style="height:900000px">Long</div>', "utf-8")
    view = View(width_px=40, scale=2)
    with running_browser(browser_path()) as tab:
        tab.show(page.as_uri(), view)
        assert size(tab.picture(view)) == (80, 2 * TALLEST_PX)
