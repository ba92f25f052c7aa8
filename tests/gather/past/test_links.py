import base64

import pytest

from digest.gather.past.links import public_address, without_readers

READER = "anna.smith@reader.example"
NEWS = "https://news.example/a"


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("mailed", "public"),
    [
        ("https://news.example/a?utm_source=mail&id=7", "https://news.example/a?id=7"),
        ("https://x.us4.list-manage.com/track/click?u=1&id=2&e=77&url=https%3A%2F%2Fnews.example%2Fa", NEWS),
        ("https://x.us4.list-manage.com/track/click?u=1&id=2&e=77", None),
        ("https://x.us4.list-manage.com/unsubscribe?u=1&id=2&e=77", None),
        ("https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fnews.example%2Fa&data=05%7Canna", NEWS),
        ("https://urldefense.com/v3/__https://news.example/a__;!!abc!def$", NEWS),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__news.example_a&d=x", NEWS),
        ("https://u77.ct.sendgrid.net/ls/click?upn=u001.opaque", None),
        ("https://substack.com/redirect/2/" + encoded('{"e":"https://news.example/a"}') + ".sig", NEWS),
        (f"https://click.convertkit-mail.com/x/y/{encoded(NEWS)}", NEWS),
        (f"https://news.example/a?reader={READER}&b=1", "https://news.example/a?b=1"),
        ("https://news.example/a?r=anna.smith%40reader.example", NEWS),
        (f"https://news.example/a?k={encoded(READER)}", NEWS),
        (f"https://news.example/for/{READER}/", None),
        ("mailto:editor@news.example?subject=Letter", "mailto:editor@news.example?subject=Letter"),
        ("mailto:leave@news.example?subject=unsubscribe", None),
        (f"mailto:editor@news.example?body={READER}", None),
        ("javascript:alert(1)", None),
    ],
)  # fmt: skip
def test_a_link_leads_for_everybody_where_it_led_for_its_reader(mailed: str, public: str | None) -> None:
    assert public_address(mailed, [READER]) == public


def test_a_link_that_only_its_reader_may_follow_leaves_its_words() -> None:
    html = '<p>See <a href="https://u77.ct.sendgrid.net/ls/click?upn=x">the <em>catch</em></a> today.</p>'

    assert without_readers(html, [READER]) == ("<p>See the <em>catch</em> today.</p>", 1)
