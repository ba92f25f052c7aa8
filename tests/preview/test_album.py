from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.preview.album import write_album
from digest.preview.sheet import Heading
from digest.preview.shots import EDITION_SHOTS, SHOTS, Picture
from tests.preview.png import plain_png
from tests.support.browser import Browser, running_browser
from tests.support.project import snapshot

HEADING = Heading(
    newsletter="Brief & <b>Co</b>", issue="2026-W47", subject="Who pays?", preheader="Also: a median", look="brief"
)


def pictures(*looks: str, too_wide_px: int = 0) -> list[Picture]:
    """One of each shot for each look, of one colour."""
    return [
        Picture(look=look, shot=shot, png=plain_png(shot.width_px, 900, (200, 210, 220)), too_wide_px=too_wide_px,
                not_loaded=())
        for look in looks for shot in SHOTS
    ]  # fmt: skip


def write(folder: Path, *looks: str, too_wide_px: int = 0) -> str:
    write_album(folder, pictures(*looks, too_wide_px=too_wide_px), heading=HEADING, by_look=len(looks) > 1)
    return (folder / "index.html").read_text("utf-8")


def test_the_sheet_shows_every_picture_that_lies_beside_it(tmp_path: Path) -> None:
    sheet = write(tmp_path, "brief")

    shown = re.findall(r'<img src="([^"]+)"', sheet)
    assert sorted(shown) == sorted(name for name in snapshot(tmp_path) if name.endswith(".png"))
    assert len(shown) == len(SHOTS)
    assert "Brief &amp; &lt;b&gt;Co&lt;/b&gt;, 2026-W47" in sheet
    assert "<b>Co</b>" not in sheet


def test_each_look_has_its_folder_and_its_heading(tmp_path: Path) -> None:
    sheet = write(tmp_path, "brief", "my look")

    assert '<h2 id="brief">brief, the newsletter’s own</h2>' in sheet
    assert '<img src="my%20look/mail-375-light.png"' in sheet
    assert (tmp_path / "my look" / "mail-375-light.png").is_file()


def test_what_an_earlier_preview_left_is_removed(tmp_path: Path) -> None:
    write(tmp_path, "brief", "plain", "gone")
    (tmp_path / "brief" / "mail-320-light.png").write_bytes(b"of an older digest")
    write(tmp_path, "brief", "plain")
    assert {name.partition("/")[0] for name in snapshot(tmp_path)} == {"brief", "plain", "index.html"}
    assert not (tmp_path / "brief" / "mail-320-light.png").exists()

    write(tmp_path, "brief")

    assert set(snapshot(tmp_path)) == {f"{shot.name}.png" for shot in SHOTS} | {"index.html"}
    assert not (tmp_path / "plain").exists()


def test_what_is_too_wide_is_said_below_its_picture(tmp_path: Path) -> None:
    assert "px wider" not in write(tmp_path, "brief")
    assert "40 px wider than the window" in write(tmp_path, "brief", too_wide_px=40)


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 900, 1100, 1280, 1440, 1920])
def test_the_sheet_itself_never_scrolls_sideways_and_all_of_it_loads(tmp_path: Path, width: int) -> None:
    write(tmp_path, "brief", "plain")

    with running_browser() as browser:
        browser.open(tmp_path / "index.html", width=width)
        assert browser.sideways() == 0
        assert _missing(browser) == []


def _missing(browser: Browser) -> list[str]:
    found = browser.evaluate(
        "Promise.all([...document.images].map(i => { i.loading = 'eager';"
        " return i.decode().then(() => '', () => i.src); })).then(all => all.filter(Boolean))"
    )
    assert isinstance(found, list)
    return found


def test_editions_come_after_the_whole_and_have_files_of_their_own(tmp_path: Path) -> None:
    made = [
        Picture(look="brief", shot=shot, png=plain_png(shot.width_px, 900, (200, 210, 220)), too_wide_px=0,
                not_loaded=(), variant=variant)
        for variant in ("energy+world", "world") for shot in EDITION_SHOTS
    ]  # fmt: skip
    write_album(tmp_path, [*pictures("brief"), *made], heading=HEADING, by_look=False)
    sheet = (tmp_path / "index.html").read_text("utf-8")
    assert (tmp_path / "edition-energy+world-mail-375-light.png").is_file()
    whole, _, editions = sheet.partition("<h2>Editions, for those who follow some topics</h2>")
    assert re.findall(r"<h3>(.*?)</h3>", editions) == ["energy+world", "world"]
    assert whole.count("<figure") == len(SHOTS)
    assert editions.count("<figure") == 2 * len(EDITION_SHOTS)
    assert 'src="edition-energy%2Bworld-mail-600-light.png" alt="brief, edition energy+world, Mail' in editions
