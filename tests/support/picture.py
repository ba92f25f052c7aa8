"""Makes docs/mail.png: the example issue as a mail on a phone, in the three looks. Run by `make picture`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.support.browser import running_browser

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "2026-W47" / "preview"
SHOWN = ("brief/mail-375-light.png", "magazine/mail-375-light.png", "plain/mail-375-dark.png")
WIDTH, HEIGHT, MARGIN = 375, 860, 28

FRAME = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: {margin}px; background: #e4e2dd; display: flex; gap: {margin}px; width: max-content }}
div {{ width: {width}px; height: {height}px; overflow: hidden; border-radius: 18px; box-shadow: 0 2px 14px #0003 }}
img {{ display: block; width: {width}px }}
</style>{phones}"""


def main() -> None:
    """Put the pictures that `digest preview --looks` took side by side."""
    phones = "".join(f'<div><img src="{(SHOTS / name).as_uri()}" alt=""></div>' for name in SHOWN)
    with tempfile.TemporaryDirectory() as name, running_browser() as browser:
        page = Path(name) / "phones.html"
        page.write_text(FRAME.format(width=WIDTH, height=HEIGHT, margin=MARGIN, phones=phones), "utf-8")
        count = len(SHOWN)
        browser.open(page, width=count * WIDTH + (count + 1) * MARGIN, height=HEIGHT + 2 * MARGIN)
        browser.screenshot(ROOT / "docs" / "mail.png")


if __name__ == "__main__":
    main()
