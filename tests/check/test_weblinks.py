"""Links that say nothing, lead nowhere, or take the reader along are found, each at its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.html.foreign import runs_script
from digest.check.html.hosts import is_private, pretended
from tests.check.htmlmails import said_of

WRITTEN = {
    '<a href="https://a.example/x"></a>': "link-name",
    '<a href="https://a.example/x">\n<b> &nbsp; </b></a>': "link-name",
    '<a href="https://a.example/x">→</a>': "link-name",
    '<a href="https://a.example/x"><img src="https://a.example/i.png" alt="" width="40"></a>': "link-name",
    '<a href="https://a.example/x">Click here!</a>': "link-name",
    '<a href="https://a.example/x">Read <b>more</b> »</a>': "link-name",
    '<a href="https://a.example/x">Weiterlesen</a>': "link-name",
    '<a href="https://a.example/x">Lire la suite</a>': "link-name",
    '<a href="https://a.example/x">Leer más…</a>': "link-name",
    '<a href="https://a.example/x"><img src="https://a.example/i.png" alt="more" width="40"></a>': "link-name",
    "<a>How the fees rose</a>": "link-target",
    '<a href="">How the fees rose</a>': "link-target",
    '<a href="#">How the fees rose</a>': "link-target",
    '<a href="#fees">How the fees rose</a>': "link-target",
    '<a href="#fees">How the fees rose</a> <b id="fees">Fees</b>': "link-target",
    '<a href="/fees">How the fees rose</a>': "link-target",
    '<a href="//harbour.example/fees">How the fees rose</a>': "link-target",
    '<a href="www.harbour.example/fees">How the fees rose</a>': "link-target",
    '<a href="file:///C:/fees.pdf">How the fees rose</a>': "link-target",
    '<a href="about:blank">How the fees rose</a>': "link-target",
    '<a href="data:image/png;base64,AAAA">How the fees rose</a>': "link-target",
    '<a href="https://harbour.example/the fees">How the fees rose</a>': "link-target",
    '<a href="https://harbour.example/fees ">How the fees rose</a>': "link-target",
    '<a href="https://">How the fees rose</a>': "link-target",
    '<a href="https:harbour.example">How the fees rose</a>': "link-target",
    '<a href="https://https://harbour.example/">How the fees rose</a>': "link-target",
    '<a href="htps://harbour.example/">How the fees rose</a>': "link-target",
    '<a href="https://localhost:8000/fees">How the fees rose</a>': "link-target",
    '<a href="https://192.168.0.12/fees">How the fees rose</a>': "link-target",
    '<a href="https://cms.internal/fees">How the fees rose</a>': "link-target",
    '<a href="https://intranet/fees">How the fees rose</a>': "link-target",
    '<a href="https://harbour.example/gebühren">How the fees rose</a>': "link-target",
    '<a href="mailto:editor">How the fees rose</a>': "link-target",
    '<a href="tel:">How the fees rose</a>': "link-target",
    '<a href="https://[oops/">How the fees rose</a>': "link-target",
    '<a href="https://a.example/x" target="_top">How the fees rose</a>': "link-attributes",
    '<a href="https://a.example/x" ping="https://b.example/">How the fees rose</a>': "link-attributes",
    '<a href="https://evil.example/x">https://bank.example/login</a>': "deceptive-link",
    '<a href="https://evil.example/x">www.bank.example</a>': "deceptive-link",
    '<a href="https://bank.example@evil.example/">How the fees rose</a>': "deceptive-link",
    '<a href="https://203.0.114.7/fees">How the fees rose</a>': "deceptive-link",
    '<a href="https://xn--pple-43d.example/">How the fees rose</a>': "deceptive-link",
    '<a href="https://xn--80ak6aa92e.example/">How the fees rose</a>': "deceptive-link",
    '<p><a href="https://a.example/1">Join us</a></p>\n<p><a href="https://a.example/2">Join us</a></p>': "link-twins",
    '<a href="http://harbour.example/fees">How the fees rose</a>': "insecure-link",
    '<a href="https://harbour.example/fees?utm_source=x&amp;id=3">How the fees rose</a>': "tracking",
    '<a href="https://x.us1.list-manage.com/track/click?u=1&amp;id=2">How the fees rose</a>': "tracking",
    '<a href="https://bit.ly/3abcdef">How the fees rose</a>': "shortener",
    '<a href="javascript:alert(1)">How the fees rose</a>': "scripts",
    '<a href=" java&#10;script&colon;alert(1)">How the fees rose</a>': "scripts",
    '<a href="&#x6A;&#97;vascript:alert(1)">How the fees rose</a>': "scripts",
    '<a href="VBScript:x">How the fees rose</a>': "scripts",
    '<a href="data:text/html;base64,PHNjcmlwdD4=">How the fees rose</a>': "scripts",
    '<a href="{{ url }}">How the fees rose</a>': "placeholder",
    '<a href="*|UNSUB|*">Leave the list</a>': "placeholder",
}  # fmt: skip


@pytest.mark.parametrize(("piece", "rule"), WRITTEN.items(), ids=WRITTEN.keys())
def test_a_bad_link_is_found_at_its_line(piece: str, rule: str) -> None:
    assert said_of(f"<p>One</p>\n{piece}") == [(rule, 2 + (rule == "link-twins"))]


@given(
    st.lists(st.sampled_from(["\t", "\n", "\r", " ", "\x01", "\u200b"]), max_size=3), st.integers(0, 10), st.booleans()
)
def test_a_script_address_is_known_however_it_is_spelled(blanks: list[str], at: int, loud: bool) -> None:
    word = "JavaScript" if loud else "javascript"
    assert runs_script(word[:at] + "".join(blanks) + word[at:] + ":alert(1)")


@pytest.mark.parametrize("address", ["https://a.example/javascript:x", "mailto:a@b.example", "data:image/png;base64,A"])
def test_other_addresses_are_no_scripts(address: str) -> None:
    assert not runs_script(address)


@given(st.text(max_size=40))
def test_any_text_may_stand_where_an_address_belongs(text: str) -> None:
    is_private(text)
    is_private(f"https://{text}")
    pretended(text)
    runs_script(text)


def test_a_name_wholly_in_its_own_script_pretends_nothing() -> None:
    assert pretended("xn--80akhbyknj4f.xn--p1ai") is None
    assert pretended("xn--wgv71a119e.example") is None  # Japanese
