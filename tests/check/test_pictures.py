"""Pictures that do not arrive, fit, or say what they show are found, each at its line."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from digest.check.html.pictures import image_source
from digest.check.letter import read_letter
from tests.check.htmlmails import FIRST_LINE, HEAD, TOP, remarks, said_of

OK = 'src="https://a.example/a.png" alt="Cranes" width="40"'
BAD: dict[str, list[str]] = {
    '<img src="https://a.example/a.png" width="40">': ["image-alt"],
    '<img src="https://a.example/a.png" width="40" alt="crane-12.png">': ["image-alt"],
    '<img src="https://a.example/IMG_2041.jpg" width="40" alt="IMG_2041">': ["image-alt"],
    '<img src="https://a.example/port-fees.jpg" width="40" alt="port-fees">': ["image-alt"],
    '<img src="https://a.example/a.png" width="40" alt="Image">': ["image-alt"],
    '<img src="https://a.example/a.png" width="40" alt="logo">': ["image-alt"],
    '<img src="https://a.example/a.png" width="40" alt="***">': ["image-alt"],
    '<img src="https://a.example/a.png" width="40" alt="https://a.example/a.png">': ["image-alt"],
    f'<img src="https://a.example/a.png" width="40" alt="{"A crane. " * 40}">': ["image-alt"],
    '<img alt="Cranes" width="40">': ["image-source"],
    '<img src="" alt="Cranes" width="40">': ["image-source"],
    '<img src="/a.png" alt="Cranes" width="40">': ["image-source"],
    '<img src="//a.example/a.png" alt="Cranes" width="40">': ["image-source"],
    '<img src="data:image/png;base64,AAAA" alt="Cranes" width="40">': ["image-source"],
    '<img src="file:///a.png" alt="Cranes" width="40">': ["image-source"],
    '<img src="http://a.example/a.png" alt="Cranes" width="40">': ["image-source"],
    '<img src="https://localhost/a.png" alt="Cranes" width="40">': ["image-source"],
    '<img src="https://a.example/a b.png" alt="Cranes" width="40">': ["image-source"],
    '<img src="data:image/svg+xml,x" alt="Cranes" width="40">': ["image-format", "image-source"],
    '<img src="https://a.example/a.SVG?v=1" alt="Cranes" width="40">': ["image-format"],
    '<img src="https://a.example/a.webp" alt="Cranes" width="40">': ["image-format"],
    '<img src="https://a.example/a.avif" alt="Cranes" width="40">': ["image-format"],
    '<img src="https://a.example/a.bmp" alt="Cranes" width="40">': ["image-format"],
    '<img src="https://a.example/a.tiff" alt="Cranes" width="40">': ["image-format"],
    '<img src="https://a.example/a.png" alt="Cranes">': ["image-size"],
    '<img src="https://a.example/a.png" alt="Cranes" width="100%">': ["image-size"],
    '<img src="https://a.example/a.png" alt="Cranes" width="300px">': ["image-size"],
    '<img src="https://a.example/a.png" alt="Cranes" width="1200">': ["image-size"],
    f'<img {OK} srcset="https://a.example/b.png 2x">': ["image-choice"],
    f'<img {OK} usemap="#m">': ["image-choice"],
    f"<picture><img {OK}></picture>": ["image-choice"],
    '<img src="https://a.example/o.gif?u=7" alt="" width="1" height="1">': ["tracking-pixel"],
    '<img src="https://a.example/o.gif?u=7" alt="" style="display:none">': ["tracking-pixel"],
    '<img src="https://a.example/o.gif?u=7" alt="" style="width:1px;height:1px" width="1">': ["tracking-pixel"],
    '<div style="display:none"><img src="https://a.example/o.gif" alt="" width="9"></div>': ["tracking-pixel"],
    '<img src="https://a.example/a.png" alt="Cranes" width="40" onerror="x()">': ["scripts"],
}  # fmt: skip


@pytest.mark.parametrize(("piece", "rules"), BAD.items(), ids=BAD.keys())
def test_a_bad_picture_is_found_at_its_line(piece: str, rules: list[str]) -> None:
    assert said_of(f"<p>One</p>\n{piece}") == [(rule, 2) for rule in rules]


def test_a_mail_that_is_all_pictures_is_found() -> None:
    piece = '<h1>Fees</h1>\n<img src="https://a.example/a.png" alt="The whole mail" width="600">'
    assert [(one.rule, one.line) for one in remarks(f'{HEAD}<div lang="en" dir="ltr">{piece}</div></body></html>')] == [
        ("image-share", 10)
    ]


def test_very_many_pictures_are_named_once() -> None:
    image = '<img src="https://a.example/a.png" alt="A crane" width="300">\n'
    assert said_of(image * 31) == [("image-share", 31)]


def test_an_attached_picture_must_be_attached() -> None:
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(b"x", maintype="image", subtype="png", cid="<logo@a.example>")
    html = f'{HEAD}{TOP}<img src="cid:logo@a.example" alt="A">\n<img src="cid:photo@a.example" alt="B">'
    letter = read_letter(subject="", preheader="", language="", html=html, text="", clients=(), message=message)
    assert [one.line for one in image_source(letter)] == [FIRST_LINE + 1]
