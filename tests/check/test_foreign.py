"""What mail programs take out, and labels that lead nowhere, are found, each at its line."""

from __future__ import annotations

import pytest

from tests.check.htmlmails import HEAD, TOP, remarks, said_of

BAD = {
    "<script>alert(1)</script>": "scripts",
    '<p onclick="x()">a</p>': "scripts",
    '<p ONMOUSEOVER="x()">a</p>': "scripts",
    '<div background="javascript:x()">a</div>': "scripts",
    '<iframe src="https://a.example/"></iframe>': "foreign",
    '<object data="https://a.example/a.swf"></object>': "foreign",
    '<embed src="https://a.example/a.swf">': "foreign",
    '<form action="https://a.example/"><b>a</b></form>': "foreign",
    "<input name=a>": "foreign",
    "<button>a</button>": "foreign",
    "<select><option>a</select>": "foreign",
    "<textarea>a</textarea>": "foreign",
    '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>': "foreign",
    "<math><mi>x</mi></math>": "foreign",
    '<video src="https://a.example/a.mp4"></video>': "foreign",
    '<audio src="https://a.example/a.mp3"></audio>': "foreign",
    "<canvas></canvas>": "foreign",
    "<template><p>a</p></template>": "foreign",
    "<dialog>a</dialog>": "foreign",
    "<marquee>a</marquee>": "foreign",
    "<blink>a</blink>": "foreign",
    '<link rel="stylesheet" href="https://a.example/a.css">': "foreign",
    "<o:p>a</o:p>": "foreign",
    "<headline>a</headline>": "foreign",
    "<my-card>a</my-card>": "foreign",
    "<style>p { color: #000000 }</style>": "style-place",
    '<font color="red">a</font>': "obsolete",
    "<center>a</center>": "obsolete",
    "<section>a</section>": "semantics",
    '<header style="color:#000000"><p>a</p></header>': "semantics",
    '<main class="a">a</main>': "semantics",
    '<p id="a">a</p> <p id="a">b</p>': "ids",
    '<p id="a b">a</p>': "ids",
    '<div role="presentaton">a</div>': "aria",
    '<div aria-labelledby="nobody">a</div>': "aria",
    '<div aria-labeledby="x">a</div>': "aria",
    '<div aria-label="">a</div>': "aria",
    '<div aria-hidden="yes">a</div>': "aria",
    '<div aria-hidden="true"><a href="https://a.example/x">The fees</a></div>': "aria",
    '<div role="img">a</div>': "aria",
    '<a href="https://a.example/x" tabindex="3">The fees</a>': "focus",
    '<a href="https://a.example/x" accesskey="f">The fees</a>': "focus",
    "<p contenteditable>a</p>": "focus",
    "<p><bdi>a</bdi></p>": "direction",
    '<a href="https://a.example/x" dir="rtl">The fees</a>': "direction",
}


@pytest.mark.parametrize(("piece", "rule"), BAD.items(), ids=BAD.keys())
def test_what_has_no_place_in_a_mail_is_found_at_its_line(piece: str, rule: str) -> None:
    assert said_of(f"<p>One</p>\n{piece}") == [(rule, 2)]


@pytest.mark.parametrize(
    "tag",
    ['<base href="https://a.example/">', '<meta http-equiv="refresh" content="0;url=https://a.example/">',
     '<link rel="preload" href="https://a.example/a.woff2">'],
)  # fmt: skip
def test_what_has_no_place_in_the_head_is_found(tag: str) -> None:
    html = HEAD.replace("</head>", f"{tag}\n</head>") + TOP
    assert [(one.rule, one.line) for one in remarks(html + "</div></body></html>")] == [("foreign", 7)]


def test_style_sheets_longer_than_gmail_reads_are_found() -> None:
    sheet = "<style>" + "p { color: #000000 }\n" * 400 + "</style>\n"
    said = remarks(HEAD.replace("</head>", f"{sheet}{sheet}</head>") + TOP + "</div></body></html>")
    assert [(one.rule, one.line) for one in said] == [("style-place", 408)]
    assert "16,800 bytes" in said[0].message
