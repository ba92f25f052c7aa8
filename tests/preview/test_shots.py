from __future__ import annotations

import functools
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from digest.preview import shots
from digest.preview.shots import SHOTS, Picture, Shot, Sitter, document, local_file, take
from tests.preview.png import colours, plain_png, size
from tests.support.browser import browser_path

OWN, FOREIGN = (250, 0, 250), (0, 250, 0)
"""The colours of the editor's own picture, and of one on the web: nothing else is so bright."""

PUBLISHED = "https://brief.example/2026-W47/"
STYLE = "@media (prefers-color-scheme: dark) { body { background: #101418 !important } }"


def mail(*pictures: str) -> str:
    """A mail that knows of the dark."""
    tags = "".join(f'<img src="{address}" alt="Chart" width="100">' for address in pictures)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f'<body style="margin:0;background:#ffffff"><p style="height:400px">Wörter — 文字</p>{tags}</body></html>'
    )


PAGE = """<!doctype html><html><meta name="viewport" content="width=device-width">
<body style="margin:0;background:#eeeeff"><img src="chart.png" alt=""></body></html>"""


def sitter(html: str) -> Sitter:
    return Sitter(look="brief", mail=html, text="Words\n\n<b>https://brief.example/</b>\n", page=PAGE)


def taken(folder: Path, html: str, *, published: str = PUBLISHED, remote: bool = False) -> dict[str, Picture]:
    (folder / "chart.png").write_bytes(plain_png(100, 50, OWN))
    found = take((sitter(html),), browser=browser_path(), folder=folder, published=published, remote=remote)
    return {picture.shot.name: picture for picture in found}


@functools.cache
def _counted(png: bytes) -> dict[tuple[int, int, int], int]:
    return dict(colours(png))


def ground(picture: Picture) -> tuple[int, int, int]:
    """The colour that most of a picture has."""
    counted = _counted(picture.png)
    return max(counted, key=lambda colour: (counted[colour], colour))


def has(picture: Picture, colour: tuple[int, int, int]) -> bool:
    return _counted(picture.png).get(colour, 0) > 1000


def test_the_shots_are_named_once_each() -> None:
    assert sorted(shot.name for shot in SHOTS) == [
        "mail-375-dark", "mail-375-forced", "mail-375-light", "mail-600-dark", "mail-600-forced",
        "mail-600-images-off", "mail-600-light", "page-1000-dark", "page-1000-light", "page-375-light", "text",
    ]  # fmt: skip


def test_forced_dark_is_tried_on_the_mail_without_what_gmail_does_not_heed() -> None:
    html = document(sitter(mail()), Shot(part="mail", width_px=375, mode="forced"))

    assert "color-scheme" not in html
    assert "<style" not in html
    assert '<meta name="viewport"' in html
    assert document(sitter(mail()), Shot(part="mail", width_px=375, mode="dark")) == mail()


@pytest.mark.browser
def test_every_picture_is_as_wide_as_its_window_and_as_tall_as_its_page(tmp_path: Path) -> None:
    pictures = taken(tmp_path, mail(PUBLISHED + "chart.png"))

    assert list(pictures) == [shot.name for shot in SHOTS]
    widths = {name: size(picture.png)[0] for name, picture in pictures.items()}
    assert widths == {shot.name: shot.width_px * (2 if shot.width_px == 375 else 1) for shot in SHOTS}
    assert size(pictures["mail-600-light"].png)[1] == size(pictures["mail-600-dark"].png)[1] >= 800
    assert not any(picture.too_wide_px for picture in pictures.values())


@pytest.mark.browser
def test_light_dark_and_forced_dark_differ_and_the_issues_own_picture_is_in_all(tmp_path: Path) -> None:
    pictures = taken(tmp_path, mail(PUBLISHED + "chart.png"))

    for width in (375, 600):
        assert ground(pictures[f"mail-{width}-light"]) == (255, 255, 255)
        assert ground(pictures[f"mail-{width}-dark"]) == (0x10, 0x14, 0x18)
        assert ground(pictures[f"mail-{width}-forced"]) not in {(255, 255, 255), (0x10, 0x14, 0x18)}
        assert sum(ground(pictures[f"mail-{width}-forced"])) < 150
    with_it = {name for name, picture in pictures.items() if has(picture, OWN)}
    assert with_it >= {"mail-375-light", "mail-375-dark", "mail-600-light", "mail-600-dark"}
    assert with_it >= {"page-375-light", "page-1000-light", "page-1000-dark"}, "relative to the page"
    assert "mail-600-images-off" not in with_it
    assert not any(picture.not_loaded for name, picture in pictures.items() if name != "mail-600-images-off")


@pytest.mark.browser
def test_the_same_issue_gives_the_same_bytes(tmp_path: Path) -> None:
    html = mail(PUBLISHED + "chart.png")

    assert taken(tmp_path, html) == taken(tmp_path, html)


@pytest.mark.browser
def test_no_script_runs_and_what_is_too_wide_is_told(tmp_path: Path) -> None:
    wide = mail().replace("</body>", '<div style="width:700px">.</div><script>document.body.remove()</script></body>')
    still = mail().replace("</body>", '<div style="width:700px">.</div></body>')

    pictures, without = taken(tmp_path, wide), taken(tmp_path, still)

    assert pictures["mail-375-light"].too_wide_px == 325
    assert pictures["mail-600-light"].too_wide_px == 100
    assert size(pictures["mail-600-light"].png)[0] == 600
    assert pictures["mail-600-light"].png == without["mail-600-light"].png


class Web(ThreadingHTTPServer):
    """Every host of the web: a proxy on this machine that gives a picture for each address but one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Host)
        self.asked: list[str] = []
        self.over = Event()


class _Host(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if "slow" in self.path:
            self.server.over.wait(60)
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(plain_png(100, 50, FOREIGN))

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    server = Web()
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.server_port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


FAR = "http://far.example/far.png"


@pytest.mark.browser
def test_without_being_asked_nothing_is_loaded_from_the_web(tmp_path: Path, web: Web) -> None:
    pictures = taken(tmp_path, mail(FAR, PUBLISHED + "chart.png"))

    assert web.asked == []
    assert pictures["mail-600-light"].not_loaded == (FAR,)
    assert not has(pictures["mail-600-light"], FOREIGN)
    assert has(pictures["mail-600-light"], OWN)


@pytest.mark.browser
def test_pictures_on_the_web_are_loaded_where_that_is_wanted_and_nothing_else(tmp_path: Path, web: Web) -> None:
    private = f"http://127.0.0.1:{web.server_port}/router.png"
    html = mail(FAR, private).replace("<style>", "<link rel='stylesheet' href='http://far.example/far.css'><style>")

    pictures = taken(tmp_path, html, remote=True)

    assert has(pictures["mail-600-light"], FOREIGN)
    assert not has(pictures["mail-600-images-off"], FOREIGN)
    assert set(web.asked) == {FAR}, "no style sheet, and nothing on a private address"
    assert pictures["mail-600-light"].not_loaded == (private,)


@pytest.mark.browser
def test_a_picture_that_never_comes_is_waited_for_once(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "http://far.example/slow.png"
    monkeypatch.setattr(shots, "PATIENCE_S", 1.0)

    pictures = taken(tmp_path, mail(FAR, slow), remote=True)

    assert web.asked.count(slow) == 1
    assert pictures["mail-375-light"].not_loaded == pictures["mail-600-dark"].not_loaded == (slow,)
    assert has(pictures["mail-600-dark"], FOREIGN)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (PUBLISHED + "chart.png", "chart.png"),
        (PUBLISHED + "images/my%20map.png?v=2#top", "images/my map.png"),
        (PUBLISHED + "none.png", None),
        (PUBLISHED + "../secret.png", None),
        (PUBLISHED + "..%2Fsecret.png", None),
        (PUBLISHED + "a%00.png", None),
        (PUBLISHED, None),
        ("https://brief.example/2026-W46/chart.png", None),
    ],
)
def test_an_address_leads_to_the_issues_own_file_and_nowhere_else(
    tmp_path: Path, address: str, found: str | None
) -> None:
    folder = tmp_path / "2026-W47"
    for name in ("chart.png", "images/my map.png", "../secret.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")

    assert local_file(address, {PUBLISHED: folder}) == (folder / found if found else None)
