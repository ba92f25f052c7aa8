from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.feedlist import Value, check_feeds, read_list, with_address, with_feed, with_feeds
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
        ({"url": URL, "weight": 11.0}, "must be at most 10, not 11.0"),
        ({"url": URL, "id": "Not An Id"}, "must be small letters, digits and single hyphens"),
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


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), max_size=3), max_size=5))
def test_many_feeds_are_read_back_in_their_order(tags: list[list[str]]) -> None:
    feeds: list[dict[str, Value]] = [
        {"url": f"{URL}?{number}", "tags": words, "weight": 1.5} for number, words in enumerate(tags)
    ]

    for text in ("# mine\n", '\ufefffeed = [{url = "https://a.example/"}]\n'):
        after = with_feeds(text, feeds)
        old = tomllib.loads(text.removeprefix("\ufeff")).get("feed", [])
        assert tomllib.loads(after.removeprefix("\ufeff")).get("feed", []) == [*old, *feeds]
        assert after[:1] == text[:1]


def test_no_feed_more_changes_nothing() -> None:
    assert with_feeds("# mine\n\n\n", []) == "# mine\n\n\n"


NEW = "https://new.example/feed?a=1&b=2"
LINES = st.sampled_from(
    [f'url = "{URL}"', f"url='{URL}'", f'"url" = "{URL}" # {URL}', f'  url\t=  "{URL}"', f'url = "{URL}"\nid = "given"']
)
AROUND = st.sampled_from(
    [
        "",
        'name = "x"',
        f'name = "{URL}"',
        f"# url = '{URL}'",
        f'tags = [\n"{URL}",\n]',
        f'name = """\nurl = "{URL}"\n"""',
    ]
)


@given(st.lists(st.tuples(AROUND, LINES, AROUND), min_size=1, max_size=4), st.data(), st.sampled_from(["\n", "\r\n"]))
def test_one_address_changes_and_nothing_else(
    feeds: list[tuple[str, str, str]], data: st.DataObject, newline: str
) -> None:
    feeds = [(before, line, "" if before[:4] == after[:4] else after) for before, line, after in feeds]
    text = "\n".join(f"[[feed]]\n{before}\n{line}\n{after}\n" for before, line, after in feeds)
    text = text.replace("\n", newline)
    index = data.draw(st.integers(0, len(feeds) - 1))
    listed = tomllib.loads(text)["feed"]
    source_id = listed[index].get("id", "made")

    after = with_address(text, index, NEW, source_id=source_id)

    listed[index] |= {"url": NEW, "id": source_id}
    assert tomllib.loads(after)["feed"] == listed
    old_lines, new_lines = text.split(newline), after.split(newline)
    assert len(new_lines) - len(old_lines) == ("given" not in feeds[index][1])
    assert len([line for line in new_lines if line not in old_lines]) <= 2


def test_an_address_in_a_form_that_is_not_found_is_left_to_the_editor() -> None:
    with pytest.raises(UsageError) as caught:
        with_address(f'[[feed]]\nurl = """{URL}"""\n', 0, NEW, source_id="x")

    assert caught.value.hint == f'write there: id = "x" and url = "{NEW}"'


def test_a_list_that_cannot_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)

    assert read_list(root) == ""
    (root / "feeds").mkdir()
    (root / "feeds" / "feeds.toml").write_bytes(b"# M\xfcll")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_list(root)
