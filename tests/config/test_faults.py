"""What is wrong is said in plain words, all of it at once, and nothing that only follows from something else."""

from __future__ import annotations

import copy
import tempfile
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.assist import AssistSettings
from digest.config.faults import MOST_ROUNDS
from digest.config.load import load_config
from digest.config.settings import FeedList, FeedSettings, Newsletter, SectionRule, Settings
from digest.config.table import Table, TableError, table_of, types_of
from digest.errors import ConfigError

NEWSLETTER = {"title": "The Brief", "from": "brief@example.org"}
URL = "https://a.example/feed"


def faults(kind: type[Table], data: dict[str, Any]) -> list[str]:
    try:
        table_of(kind, data)
    except TableError as error:
        return [f"{fault} {fault.hint or ''}".strip() for fault in error.faults]
    return []


def settings(**tables: Any) -> list[str]:
    return faults(Settings, {"newsletter": NEWSLETTER, **tables})


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"issue": {"max_stories": 0}}, "issue.max_stories: must be at least 1, not 0"),
        ({"issue": {"max_stories": 501}}, "issue.max_stories: must be at most 500, not 501"),
        ({"issue": {"max_stories": 10**400}}, "issue.max_stories: must be at most 500, not so large a number"),
        ({"issue": {"carry": "many"}}, "issue.carry: must be a whole number, not 'many'"),
        ({"issue": {"carry": "3"}}, "issue.carry: must be a whole number, not '3'"),
        ({"issue": {"carry": 1.5}}, "issue.carry: must be a whole number, not 1.5"),
        ({"issue": {"carry": True}}, "issue.carry: must be a whole number, not true"),
        ({"issue": {"every": "weeks"}}, "issue.every: must be one of day, week, month, not 'weeks'"
                                        ' did you mean "week"?'),
        ({"issue": {"every": 7}}, "issue.every: must be one of day, week, month, not 7"),
        ({"issue": 3}, "issue: must be a table, not 3"),
        ({"issue": [{}]}, "issue: must be a table, not an array write [issue], once"),
        ({"section": {"title": "x"}}, 'section: must be an array such as ["…"], not a table write [[section]]'),
        ({"section": [{"title": " "}]}, "section[1].title: must not be empty"),
        ({"section": [{}]}, "section[1].title: is missing"),
        ({"send": {"timeout_s": 0}}, "send.timeout_s: must be more than 0, not 0"),
        ({"send": {"timeout_s": float("nan")}}, "send.timeout_s: must be more than 0, not nan"),
        ({"send": {"rate_per_second": 10**400}}, "send.rate_per_second: must be a smaller number,"
                                                " not so large a number"),
        ({"send": {"rate_per_second": "1"}}, "send.rate_per_second: must be a number, not '1'"),
        ({"gather": {"allow_private": "yes"}}, "gather.allow_private: must be true or false, not 'yes'"),
        ({"gather": {"proxy": date(2026, 11, 20)}}, "gather.proxy: must be text in quotes, not the date 2026-11-20"),
        ({"gather": {"contact": time(7)}}, "gather.contact: must be text in quotes, not the time 07:00:00"),
        ({"gather": {"contact": "é" * 99}}, "gather.contact: is one word of ASCII without parentheses; write a web or"
                                            ' mail address such as "desk@example.org"'),
        ({"interests": {"words": "energy"}}, 'interests.words: must be an array such as ["…"], not \'energy\''),
        ({"store": {"url": "mysql://x"}}, 'store.url: is no address of a store; write "sqlite:///state/digest.db" or'
                                          ' "postgresql://…"'),
        ({"newsletter": NEWSLETTER | {"url": "http://[x"}}, "newsletter.url: is no web address; write one such as"
                                                            ' "https://example.org/brief/"'),
        ({"nwsletter": {}}, 'nwsletter: there is no such key did you mean "newsletter"?'),
    ],
)  # fmt: skip
def test_what_was_expected_and_what_is_there_are_said_in_plain_words(table: dict[str, Any], said: str) -> None:
    assert settings(**table) == [said]


def test_the_one_table_that_must_be_there_is_explained() -> None:
    assert faults(Settings, {}) == [
        'newsletter: is missing add a table [newsletter] with title = "…" and from = "…"',
    ]


def test_every_wrong_item_of_an_array_is_told_with_its_number() -> None:
    feeds = [{"url": URL}, 3, {"url": URL, "tags": ["a", 3, "b", [], 5]}, "x", {"url": URL, "weight": 11, "id": "A"}]

    assert faults(FeedList, {"feed": feeds}) == [
        "feed[2]: must be a table, not 3",
        "feed[3].tags[2]: must be text in quotes, not 3",
        "feed[3].tags[4]: must be text in quotes, not an array",
        "feed[3].tags[5]: must be text in quotes, not 5",
        "feed[4]: must be a table, not 'x'",
        "feed[5].weight: must be at most 10, not 11",
        "feed[5].id: must be small letters, digits and single hyphens such as \"harbour-news\", at most 60, not 'A'",
    ]


WRONG = [
    ("newsletter", "title", ""), ("newsletter", "from", "nobody"), ("newsletter", "timezone", "Mars"),
    ("newsletter", "url", 3), ("issue", "closes", "someday"), ("issue", "carry", -1), ("issue", "strictness", "so"),
    ("check", "block", ["tood"]), ("check", "clients", [1]), ("send", "port", "x"), ("send", "unsubscribe", "x"),
    ("gather", "proxy", "x"), ("gather", "verify", True), ("store", "url", ""), ("publish", "command", []),
    ("assist", "batch", 0), ("assist", "key_env", "s3cret key"), ("assist", "url", "http://a.example:x"),
]  # fmt: skip


@given(st.lists(st.sampled_from(WRONG), unique_by=lambda one: one[:2]))
def test_all_mistakes_are_told_at_once_and_no_others(wrong: list[tuple[str, str, Any]]) -> None:
    data: dict[str, Any] = {"newsletter": {**NEWSLETTER}, "assist": {"url": "https://a.example/v1", "model": "m"}}
    for table, key, value in wrong:
        data.setdefault(table, {})[key] = value

    told = {line.partition(": ")[0] for line in faults(Settings, data)}

    assert {place.partition("[")[0] for place in told} == {f"{table}.{key}" for table, key, _ in wrong}


@pytest.mark.parametrize(
    ("feed", "places"),
    [
        ({"url": 3}, ["feed[1].url"]),
        ({"path": 3, "token_env": "T"}, ["feed[1].path"]),
        ({"url": URL, "username": "d:x", "password_env": "P"}, ["feed[1].username"]),
        ({"url": URL, "username": "d", "password_env": "hunter-2"}, ["feed[1].password_env"]),
        ({"url": URL, "path": "x.xml", "weight": 11}, ["feed[1].weight", "feed[1]"]),
        ({"ulr": URL}, ["feed[1].ulr", "feed[1]"]),
    ],
)
def test_what_only_follows_from_another_mistake_is_not_told(feed: dict[str, Any], places: list[str]) -> None:
    assert [line.partition(": ")[0] for line in faults(FeedList, {"feed": [feed]})] == places


def test_a_closing_time_is_not_judged_by_a_period_that_is_misspelt() -> None:
    assert len(settings(issue={"every": "daily", "closes": "07:00"})) == 1


def test_titles_that_look_like_places_mislead_nobody() -> None:
    said = settings(section=[{"title": "A - at `$.issue`"}, {"title": "a - at `$.issue`"}], **{"x` - at `$.send": 1})

    assert [line.partition(":")[0] for line in said] == ["x` - at `$.send", "section"]


def test_very_many_mistakes_are_told_in_part() -> None:
    said = faults(FeedList, {"feed": [{"url": URL, "weight": 99}] * (MOST_ROUNDS + 20)})

    assert len(said) == MOST_ROUNDS + 1
    assert said[-1] == f"is wrong in more places than these {MOST_ROUNDS}"


@pytest.mark.parametrize("kind", [Settings, Newsletter, SectionRule, AssistSettings, FeedSettings, FeedList])
def test_every_key_that_must_be_there_has_something_to_stand_in_for_it(kind: type[Table]) -> None:
    required = [*types_of(kind)][: len(kind.__struct_fields__) - len(kind.__struct_defaults__)]

    assert [*kind.stand_in] == required
    table_of(kind, {"url": URL} if kind is FeedSettings else kind.stand_in)  # raises TableError if it is not right


def test_texts_lose_the_blanks_around_them_and_the_data_stays() -> None:
    data = {"newsletter": {"title": " The Brief\n", "from": " b@example.org", "url": "https://b.example "},
            "interests": {"words": [" a ", "b"]}}  # fmt: skip
    before = copy.deepcopy(data)

    made = table_of(Settings, data)

    assert (made.newsletter.title, made.newsletter.sender, made.newsletter.url) == (
        "The Brief", "b@example.org", "https://b.example/",
    )  # fmt: skip
    assert made.interests.words == ("a", "b")
    assert data == before
    assert made == table_of(Settings, data)


def test_a_whole_number_will_do_where_a_fraction_may_stand() -> None:
    assert repr(table_of(FeedSettings, {"url": URL, "weight": 2}).weight) == "2.0"


@pytest.mark.parametrize(
    "text",
    ["x = 1" + "0" * 5000, "x = " + "[" * 3000 + "]" * 3000, "x = 0x" + "f" * 5000, ".".join("a" * 3000) + " = 1",
     "[newsletter]\ntitle = 0x" + "f" * 5000],
    ids=["digits", "nesting", "hexadecimal", "dotted keys", "a title that is a number"],
)  # fmt: skip
def test_what_python_itself_refuses_to_read_is_a_mistake_too(tmp_path: Path, text: str) -> None:
    (tmp_path / "digest.toml").write_text(text, "utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)

    assert caught.value.problems


KEYS = st.sampled_from(
    ["newsletter", "section", "feed", "issue", "send", "assist", "check", "title", "from", "url", "path", "id", "tags",
     "every", "closes", "block", "carry", "weight", "username", "password_env", "token_env", "security", "host"]
)  # fmt: skip
SCALARS = st.one_of(
    st.text(max_size=8), st.sampled_from([URL, "a@b.example", "week", "none", "` - at `$.issue"]), st.booleans(),
    st.integers(), st.just(10**400), st.floats(), st.dates(), st.times(), st.datetimes(),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5)
)


@given(st.dictionaries(KEYS | st.text(max_size=5), VALUES, max_size=5))
def test_no_data_whatever_is_a_crash(data: dict[str, Any]) -> None:
    for kind in (Settings, FeedList):
        for line in faults(kind, data):
            assert "is refused" not in line
            assert "Expected" not in line


LINES = st.sampled_from(
    ["[newsletter]", 'title = "x"', 'from = "a@b.example"', "[[section]]", "[section]", "[[feed]]", f'url = "{URL}"',
     "weight = 99", 'tags = ["a", 1]', "[issue]", "every = 2026-11-20", "carry = inf", "x.y.z = 1", '"" = 1', "["]
)  # fmt: skip


@given(st.lists(LINES | st.text(max_size=10), max_size=8), st.lists(LINES | st.text(max_size=10), max_size=8))
def test_no_file_whatever_is_a_crash(config: list[str], feeds: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "feeds").mkdir()
        (root / "digest.toml").write_bytes("\n".join(config).encode("utf-8", "surrogatepass"))
        (root / "feeds/feeds.toml").write_bytes("\n".join(feeds).encode("utf-8", "surrogatepass"))
        try:
            assert load_config(root).settings.newsletter.title
        except ConfigError as error:
            assert all(problem.path in {"digest.toml", "feeds/feeds.toml"} for problem in error.problems)
            assert error.problems
