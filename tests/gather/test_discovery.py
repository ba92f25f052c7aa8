from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.web.discovery import GUESSES, MAX_NAMED, candidates

PAGE = "https://think.example/research/energy/"
RSS = 'rel="alternate" type="application/rss+xml"'


def stated(html: str, url: str = PAGE, content_type: str | None = None) -> list[str]:
    """What the page itself or its site says, without the usual places."""
    found = candidates(html.encode(), url, content_type=content_type)
    return [one.url for one in found if one.how != "usual place"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f'<link {RSS} href="/feed.xml">', ["https://think.example/feed.xml"]),
        (f'<link {RSS} href="rss">', ["https://think.example/research/energy/rss"]),
        (f"<LINK {RSS.upper()} HREF='https://feeds.example/x?a=1&amp;b=2'/>", ["https://feeds.example/x?a=1&b=2"]),
        ('<link rel="alternate home" type="application/atom+xml; charset=utf-8" href="//a.example/x">',
         ["https://a.example/x"]),
        ('<link rel=alternate type=application/feed+json href=/feed.json>', ["https://think.example/feed.json"]),
        ('<link rel="feed" type="application/rss+xml" href="/x">', ["https://think.example/x"]),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">',
         ["https://think.example/wp-json/wp/v2/pages/7"]),
        ('<link rel="alternate" type="application/json+oembed" href="/oembed">', []),
        ('<link rel="alternate" hreflang="de" type="text/html" href="/de/">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="/x">', []),
        ('<link rel="alternate" type="application/rss+xml">', []),
        (f'<link {RSS} href="feed:https://a.example/x">', ["https://a.example/x"]),
        (f'<link {RSS} href="feed://a.example/x">', ["https://a.example/x"]),
        (f'<link {RSS} href="javascript:alert(1)"><link {RSS} href="file:///etc/passwd">', []),
        (f'<link {RSS} href="http://localhost:3000/feed">', []),
        (f'<!-- <link {RSS} href="/old"> --><link {RSS} href="/new">', ["https://think.example/new"]),
        (f'<base href="https://cdn.example/site/"><link {RSS} href="x">', ["https://cdn.example/site/x"]),
        (f'<link {RSS} href="/x"><link {RSS} href="/x#top"><link {RSS} href="{PAGE}">', ["https://think.example/x"]),
        ('<a href="/news/rss">RSS</a><a href="/about">About</a>', ["https://think.example/news/rss"]),
        ('<a href="/publications.rss.xml">x</a>', ["https://think.example/publications.rss.xml"]),
        ('<a type="application/rss+xml" href="/y">x</a>', ["https://think.example/y"]),
        ('<a href="/articles/the-feed-of-the-future">x</a><a href="/rss-explained">x</a>', []),
    ],
)  # fmt: skip
def test_what_a_page_names_is_found(html: str, expected: list[str]) -> None:
    assert stated(f"<html><head>{html}</head></html>") == expected


def test_the_pages_own_order_is_kept_and_comments_come_last() -> None:
    html = (
        f'<link {RSS} title="Site &raquo; Comments" href="/comments/feed/">'
        f'<link {RSS} title=" Research &amp;\n Reports " href="/research.xml"><link {RSS} title="All" href="/all.xml">'
        f'<link rel="alternate" type="application/json" href="/api"><a href="/atom.xml">Atom</a>'
    )
    found = candidates(html.encode(), PAGE)
    assert [(one.url.removeprefix("https://think.example"), one.title, one.how) for one in found[:5]] == [
        ("/research.xml", "Research & Reports", "named"),
        ("/all.xml", "All", "named"),
        ("/comments/feed/", "Site » Comments", "named"),
        ("/api", "", "named"),
        ("/atom.xml", "", "linked"),
    ]
    assert {one.how for one in found[5:]} == {"usual place"}


def test_the_usual_places_are_beside_the_page_and_then_at_the_top() -> None:
    found = [one.url for one in candidates(b"<html></html>", "https://think.example/research/page?x=1")]
    assert found == [f"https://think.example/research/{name}" for name in GUESSES] + [
        f"https://think.example/{name}" for name in GUESSES
    ]
    assert [one.url for one in candidates(b"<html>", "https://think.example")] == [
        f"https://think.example/{name}" for name in GUESSES
    ]


def test_a_page_that_names_hundreds_is_not_asked_for_all() -> None:
    html = "".join(f'<link {RSS} href="/tag/{number}.xml">' for number in range(300))
    assert len(stated(html)) == MAX_NAMED


CHANNEL = "UC" + "x-_123456789012345678A"
VIDEOS = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("url", "html", "expected"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", "", [f"{VIDEOS}?channel_id={CHANNEL}"]),
        ("https://www.youtube.com/playlist?list=PLabcdefghijk", "", [f"{VIDEOS}?playlist_id=PLabcdefghijk"]),
        ("https://m.youtube.com/user/think", "", [f"{VIDEOS}?user=think"]),
        ("https://www.youtube.com/@think", f'{{"externalId":"{CHANNEL}"}}', [f"{VIDEOS}?channel_id={CHANNEL}"]),
        ("https://www.youtube.com/c/think", f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">',
         [f"{VIDEOS}?channel_id={CHANNEL}"]),
        ("https://www.youtube.com/watch?v=abc&list=PLabcdefghijk", f'"channelId":"{CHANNEL}"',
         [f"{VIDEOS}?channel_id={CHANNEL}"]),
        ("https://www.youtube.com/@think", "", []),
        ("https://github.com/owner/repo", "", ["releases.atom", "commits.atom", "tags.atom"]),
        ("https://github.com/owner/repo/releases", "", ["releases.atom", "commits.atom", "tags.atom"]),
        ("https://github.com/owner/repo/commits", "", ["commits.atom", "releases.atom", "tags.atom"]),
        ("https://github.com/owner/repo/commits/main/", "",
         ["commits/main.atom", "releases.atom", "commits.atom", "tags.atom"]),
        ("https://github.com/owner", "", ["https://github.com/owner.atom"]),
        ("https://github.com/", "", []),
        ("https://old.reddit.com/r/energy/", "", ["https://www.reddit.com/r/energy/.rss"]),
        ("https://medium.com/@think", "", ["https://medium.com/feed/@think"]),
        ("https://social.example/@think", "<html class='mastodon'>", ["https://social.example/@think.rss"]),
        ("https://social.example/tags/energy", "Mastodon", ["https://social.example/tags/energy.rss"]),
        ("https://social.example/@think", "<html>", []),
    ],
)  # fmt: skip
def test_the_rules_of_well_known_sites(url: str, html: str, expected: list[str]) -> None:
    whole = [one if one.startswith("https://") else f"https://github.com/owner/repo/{one}" for one in expected]
    assert stated(html, url) == whole


@pytest.mark.parametrize(
    ("encoding", "content_type", "head"),
    [
        ("windows-1252", "text/html; charset=windows-1252", ""),
        ("iso-8859-2", None, '<meta charset="iso-8859-2">'),
        ("utf-8", "text/html; charset=no-such-thing", ""),
        ("utf-16", "text/html; charset=utf-16", ""),
    ],
)
def test_titles_are_read_in_the_encoding_of_the_page(encoding: str, content_type: str | None, head: str) -> None:
    page = f'<html><head>{head}<link {RSS} title="Änderungen" href="/x"></head>'.encode(encoding)
    assert candidates(page, PAGE, content_type=content_type)[0].title == "Änderungen"


@given(
    st.binary(max_size=400) | st.text("<>![]-/=\"' abclinkrehf&;#\x00", max_size=400).map(str.encode)
    | st.lists(st.sampled_from(["<link ", RSS, ' href="', "/x", '">', "<![", "]]>", "<!--", "-->", "<base href="]))
      .map(lambda parts: "".join(parts).encode()),
    st.sampled_from([PAGE, "https://www.youtube.com/@x", "https://github.com/a/b", "http://[::1]:8080/x", "https://x.y"]),
    st.none() | st.text(max_size=30),
)  # fmt: skip
def test_no_page_makes_it_fail_or_name_what_is_no_web_address(page: bytes, url: str, content_type: str | None) -> None:
    found = candidates(page, url, content_type=content_type)
    assert all(one.url.startswith(("http://", "https://")) for one in found)
    assert len({one.url for one in found}) == len(found) <= 3 * MAX_NAMED + 20
