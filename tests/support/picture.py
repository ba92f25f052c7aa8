"""Makes docs/mail.png: the example issue as a mail on a phone, light and dark. Run by `make picture`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.support.browser import running_browser

ROOT = Path(__file__).resolve().parents[2]
MAIL = ROOT / "build" / "2026-W47" / "email.html"
WIDTH, HEIGHT, MARGIN = 390, 1180, 28

FRAME = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: {margin}px; background: #e9e5dc; display: flex; gap: {margin}px; width: max-content }}
div {{ width: {width}px; height: {height}px; overflow: hidden; border-radius: 18px; box-shadow: 0 2px 14px #0003 }}
img {{ display: block; width: {width}px }}
</style><div><img src="light.png"></div><div><img src="dark.png"></div>"""


def main() -> None:
    """Take the two pictures and put them side by side."""
    with tempfile.TemporaryDirectory() as name, running_browser() as browser:
        folder = Path(name)
        for mode in ("light", "dark"):
            browser.open(MAIL, width=WIDTH, height=HEIGHT, mode=mode)
            browser.screenshot(folder / f"{mode}.png")
        (folder / "both.html").write_text(FRAME.format(width=WIDTH, height=HEIGHT, margin=MARGIN), "utf-8")
        browser.open(folder / "both.html", width=2 * WIDTH + 3 * MARGIN, height=HEIGHT + 2 * MARGIN)
        browser.screenshot(ROOT / "docs" / "mail.png")


if __name__ == "__main__":
    main()
