from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.feedlist import check_feeds, with_feed
from digest.errors import UsageError
from tests.support.project import CONFIG, make_project

URL = "https://example.org/feed.xml"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "# no line feed at the end",
        '# head\n\n[[feed]]\nurl = "https://a.example/"   # why\n\n# [[feed]]\n# url = "https://b.example/"\n',
    ],
)
def test_every_byte_that_stood_there_stays(text: str) -> None:
    after = with_feed(text, {"url": URL, "weight": 1.5})

    assert after.startswith(text.rstrip("\n"))
    assert tomllib.loads(after)["feed"][-1] == {"url": URL, "weight": 1.5}
    assert len(tomllib.loads(after)["feed"]) == len(tomllib.loads(text).get("feed", [])) + 1


def test_a_file_with_the_line_ends_of_windows_keeps_them() -> None:
    after = with_feed('[[feed]]\r\nurl = "https://a.example/"\r\n', {"url": URL})

    assert "\n" not in after.replace("\r\n", "")


def test_a_list_written_in_one_line_grows_in_its_line() -> None:
    after = with_feed('feed = [{url = "https://a.example/"}]  # mine\n', {"url": URL})

    assert [feed["url"] for feed in tomllib.loads(after)["feed"]] == ["https://a.example/", URL]
    assert after.endswith("# mine\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.text("#\n[]= x\"'", max_size=30))
def test_whatever_a_feed_is_called_is_read_back(name: str, comment: str) -> None:
    text = "".join(f"# {line}\n" for line in comment.split("\n"))

    assert tomllib.loads(with_feed(text, {"url": URL, "name": name}))["feed"] == [{"url": URL, "name": name}]


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        ({"url": "ftp://example.org/"}, "no web address"),
        ({"url": URL, "section": "Wrold"}, 'there is no section called "Wrold"'),
        ({"url": URL, "weight": 11.0}, "less than or equal to 10"),
        ({"url": URL, "id": "Not An Id"}, "string should match pattern"),
    ],
)
def test_what_would_not_load_is_refused_and_nothing_is_touched(
    tmp_path: Path, feed: dict[str, str | float], said: str
) -> None:
    root = make_project(tmp_path, config=CONFIG, feeds=None)

    with pytest.raises(UsageError) as caught:
        check_feeds(root, with_feed("", feed))

    assert said in caught.value.message
    assert not (root / "feeds").exists()


def test_what_would_load_is_given_back(tmp_path: Path) -> None:
    root = make_project(tmp_path, config=CONFIG, feeds=None)

    assert [source.id for source in check_feeds(root, with_feed("", {"url": URL})).sources] == ["example-org-feed-xml"]
