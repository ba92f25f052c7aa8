import base64
import hashlib

import pytest

from digest.gather.past.links import public_address, shared_with, tokens_of, without_readers

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


@pytest.mark.parametrize(
    ("mailed", "public"),
    [
        ("https://click.mail.example/?qs=77ab77ab", None),
        ("https://tracking.news.example/tracking/click?d=77ab", None),
        ("https://news.example/a?subscriber_id=77&id=4", "https://news.example/a?id=4"),
        ("https://news.example/a?ck_subscriber_id=77#top", "https://news.example/a#top"),
        ("https://news.example/a?h=" + hashlib.md5(READER.encode(), usedforsecurity=False).hexdigest(), NEWS),
        ("https://news.example/a?member=4&uid=7", "https://news.example/a?member=4&uid=7"),
        ("mailto:news+anna.smith=reader.example@news.example", None),
        ("https://news.example/my/k77ab77cd", None),
    ],
)
def test_a_link_says_nothing_of_its_reader_however_it_was_marked(mailed: str, public: str | None) -> None:
    assert public_address(mailed, [READER], ["k77ab77cd"]) == public


def test_what_is_made_up_for_one_reader_is_told_by_the_way_to_leave() -> None:
    header = (
        "<https://news2019.example/unsubscribe/newsletter2019/8f14e45fceea?day=20190314>, "
        "<mailto:leave-7712345@a.example>"
    )

    assert tokens_of(header) == ("8f14e45fceea", "7712345")


@pytest.mark.parametrize("mark", ["mc_eid=77ab", "subscriber=77ab", f"to={READER}"])
def test_an_address_that_is_written_out_says_no_more_than_the_link(mark: str) -> None:
    html = f'<p>See https://news.example/a?{mark} or <a href="https://news.example/b?{mark}">https://news.example/b?{mark}</a></p>'

    told, lost = without_readers(html, [READER])

    assert told == '<p>See https://news.example/a or <a href="https://news.example/b">https://news.example/b</a></p>'
    assert lost == 0


def test_a_picture_is_asked_for_in_nobodys_name() -> None:
    html = '<p><img src="https://news.example/a.png?subscriber=77&amp;w=600" alt="Quay"></p>'

    assert without_readers(html, [READER])[0] == '<p><img src="https://news.example/a.png?w=600" alt="Quay"></p>'


def test_what_only_one_copy_leads_to_is_taken_off() -> None:
    copies = [
        f'<p><a href="https://a.example/{n}">Mine</a> <a href="https://a.example/b?id=4&amp;x={n}">both</a> '
        f'<a href="https://a.example/c">all</a><img src="https://a.example/{n}.png"></p>'
        for n in (1, 2)
    ]

    assert shared_with(*copies) == (
        '<p>Mine <a href="https://a.example/b?id=4">both</a> <a href="https://a.example/c">all</a></p>', 1,
    )  # fmt: skip
