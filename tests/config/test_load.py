"""Every mistake in digest.toml and feeds.toml is named at once, with its line and a guess."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.load import load_config
from digest.config.settings import RULES, IssueSettings
from digest.errors import ConfigError, ProjectError

GOOD = '[newsletter]\ntitle = "The Brief"\nfrom = "Brief <brief@example.org>"\n'


def project(tmp_path: Path, toml: str, feeds: str = "") -> Path:
    (tmp_path / "feeds").mkdir(exist_ok=True)
    (tmp_path / "digest.toml").write_text(toml, "utf-8")
    (tmp_path / "feeds/feeds.toml").write_text(feeds, "utf-8")
    return tmp_path


def problems(tmp_path: Path, toml: str, feeds: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(project(tmp_path, toml, feeds))
    assert caught.value.exit_code == 2
    return [f"{problem} {problem.hint or ''}".strip() for problem in caught.value.problems]


def test_title_and_from_are_all_it_needs(tmp_path: Path) -> None:
    settings = load_config(project(tmp_path, GOOD)).settings

    assert settings.newsletter.sender == "Brief <brief@example.org>"
    assert settings.issue.closes == "friday 07:00"
    assert settings.store.url == "sqlite:///state/digest.db"


def test_the_repositorys_own_configuration_loads() -> None:
    config = load_config(Path(__file__).parents[2])

    assert config.settings.section
    assert config.sources


def test_a_folder_without_a_newsletter_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no digest.toml") as caught:
        load_config(tmp_path)

    assert "digest init" in (caught.value.hint or "")


def test_every_problem_of_both_files_is_reported_at_once(tmp_path: Path) -> None:
    toml = """\
[newsletter]
titel = "x"
from = "nobody"
timezone = "Europe/Lodnon"

[issue]
every = "weak"
carry = "many"

[[section]]
title = "World"

[send]
host = "smtp.example.org"
security = "none"
"""
    feeds = '[[feed]]\nurl = "https://a.example/feed"\n\n[[feed]]\nurl = "https://b.example/feed"\nwieght = 2\n'

    found = problems(tmp_path, toml, feeds)

    assert 'digest.toml:2: newsletter.titel: there is no such key did you mean "title"?' in found
    assert any(line.startswith("digest.toml:1: newsletter.title: is missing") for line in found)
    assert any(line.startswith("digest.toml:3: newsletter.from: is not a mail address") for line in found)
    assert any(line.startswith("digest.toml:4: newsletter.timezone: is no time zone") for line in found)
    assert any("issue.every: must be one of day, week, month, not 'weak'" in line for line in found)
    assert any(line.startswith("digest.toml:8: issue.carry: ") for line in found)
    assert any(
        line.startswith('digest.toml:15: send.security: "none" is for a server on this machine') for line in found
    )
    assert 'feeds/feeds.toml:6: feed[2].wieght: there is no such key did you mean "weight"?' in found


def test_a_feeds_section_must_exist(tmp_path: Path) -> None:
    feeds = '[[feed]]\nurl = "https://a.example/feed"\nsection = "Wold"\n'

    found = problems(tmp_path, GOOD + '[[section]]\ntitle = "World"\n', feeds)

    assert found == [
        'feeds/feeds.toml:3: feed[1].section: there is no section called "Wold" in digest.toml did you mean "World"?'
    ]


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD + "[issue]\nevery = week\n")[0].startswith("digest.toml:5: is not valid TOML")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    project(tmp_path, GOOD)
    (tmp_path / "digest.toml").write_bytes(b'[newsletter]\ntitle = "\xff"\n')

    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('every = "week"\ncloses = "07:00"', 'write "friday 07:00"'),
        ('every = "week"\ncloses = "someday 07:00"', 'write "friday 07:00"'),
        ('every = "day"\ncloses = "friday 07:00"', 'write "07:00"'),
        ('every = "month"\ncloses = "31 07:00"', 'write "28 07:00"'),
        ('every = "week"\ncloses = "friday 25:00"', 'write "friday 07:00"'),
    ],
)
def test_the_closing_time_fits_the_period(tmp_path: Path, line: str, wanted: str) -> None:
    assert wanted in problems(tmp_path, f"{GOOD}[issue]\n{line}\n")[0]


def test_an_unknown_rule_lists_the_rules(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + '[check]\nblock = ["tood"]\n')[0]

    assert "no such rule: tood" in found
    assert all(rule in found for rule in RULES)


def test_feeds_without_an_id_get_one_each(tmp_path: Path) -> None:
    feeds = "".join(
        f"[[feed]]\n{place}\n"
        for place in (
            'url = "https://www.chathamhouse.org/rss.xml"',
            'url = "https://www.chathamhouse.org/events.xml"',
            'path = "Press Feed.xml"',
            'url = "http://127.0.0.1:8000/a"',
        )
    )

    sources = load_config(project(tmp_path, GOOD, feeds)).sources

    assert [source.id for source in sources] == [
        "chathamhouse-org-rss-xml",
        "chathamhouse-org-events-xml",
        "press-feed-xml",
        "127-0-0-1-8000-a",
    ]
    assert sources[2].location == "feeds/Press Feed.xml"


def test_a_feeds_id_does_not_depend_on_the_other_feeds(tmp_path: Path) -> None:
    urls = [f"https://a.example/{'long/' * 20}{end}" for end in ("a", "b", "?q=1", "?q=2")]
    feeds = [f'[[feed]]\nurl = "{url}"\n' for url in urls]

    ids = [source.id for source in load_config(project(tmp_path, GOOD, "".join(feeds))).sources]

    assert len(set(ids)) == 4
    assert [load_config(project(tmp_path, GOOD, one)).sources[0].id for one in feeds] == ids
    assert max(len(one) for one in ids) <= 50


def test_the_ids_of_local_files_are_not_for_feeds(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD, '[[feed]]\nid = "files"\nurl = "https://a.example/f"\n')

    assert found[0].startswith('feeds/feeds.toml:2: feed[1].id: "files" is kept for local files')


@pytest.mark.parametrize("twin", ["id", "url"])
def test_the_same_feed_twice_is_refused(tmp_path: Path, twin: str) -> None:
    values = {"id": "a", "url": "https://a.example/feed"}
    other = {"id": "b", "url": "https://b.example/feed"} | {twin: values[twin]}
    feeds = "".join("[[feed]]\n" + "".join(f'{k} = "{v}"\n' for k, v in one.items()) for one in (values, other))

    assert f"the same {twin} as feed 1" in problems(tmp_path, GOOD, feeds)[0]


@given(st.text(max_size=60))
def test_no_title_however_odd_is_a_crash(title: str) -> None:
    import tempfile

    import tomlkit

    document = {"newsletter": {"title": title, "from": "a@b.example"}}
    with tempfile.TemporaryDirectory() as folder:
        try:
            text = tomlkit.dumps(document)
            text.encode()
        except (ValueError, UnicodeEncodeError):
            return
        (Path(folder) / "digest.toml").write_text(text, "utf-8", newline="\n")
        try:
            load_config(Path(folder))
        except ConfigError as error:
            assert error.problems


def test_what_concerns_several_keys_is_checked_beside_what_is_plainly_wrong(tmp_path: Path) -> None:
    toml = """\
[newsletter]
titel = "x"

[issue]
every = "week"
closes = "someday 25:00"

[[section]]
title = "Next week"

[send]
host = "smtp.example.org"
security = "none"

[store]
url = "mysql://x"
"""

    found = problems(tmp_path, toml, '[[feed]]\nurl = "ftp://x"\n[[feed]]\nurl = "https://a.example"\npath = "b.xml"\n')

    for place in ("newsletter.titel", "newsletter.title: is missing", "newsletter.from: is missing", "issue.closes",
                  "section[1].title", "send.security", "store.url", "feed[1].url", "feed[2]"):  # fmt: skip
        assert any(place in line for line in found), place


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('[[section]]\ntitle = "Sea"\nmax_stories = 0\n', "digest.toml:6: section[1].max_stories"),
        ("[issue]\nsignificant = -1\n", "digest.toml:5: issue.significant"),
        ('[issue]\nstanding_links = ["example.org/jobs"]\n', "digest.toml:5: issue.standing_links"),
        ('[issue]\nstanding_links = ["https://*.org"]\n', "digest.toml:5: issue.standing_links"),
        ('[issue]\nsignificant = "much"\n', "digest.toml:5: issue.significant"),
    ],
)
def test_limits_that_make_no_sense_are_mistakes(tmp_path: Path, toml: str, says: str) -> None:
    (found,) = problems(tmp_path, GOOD + toml)

    assert says in found


def test_a_section_has_no_limit_of_its_own_and_any_story_told_twice_is_significant_by_default(tmp_path: Path) -> None:
    settings = load_config(project(tmp_path, GOOD + '[[section]]\ntitle = "Sea"\n')).settings

    assert settings.section[0].max_stories is None
    assert settings.issue.significant == 1.04


@pytest.mark.parametrize(
    ("link", "key", "may"),
    [
        ("https://example.org/jobs", "example.org/jobs", True),
        ("http://www.example.org/jobs/?utm_source=brief", "example.org/jobs", True),
        ("https://example.org/jobs", "example.org/jobs/12", False),
        ("https://example.org/jobs/*", "example.org/jobs/12", True),
        ("https://example.org/jobs/*", "example.org/jobs-of-the-year", False),
        ("https://example.org/jobs*", "example.org/jobs?page=2", True),
        ("https://example.org/*", "example.org/about", True),
        ("https://example.org/*", "example.org.example/about", False),
    ],
)
def test_a_standing_link_is_an_address_or_all_below_it(link: str, key: str, may: bool) -> None:
    assert IssueSettings(standing_links=(link,)).may_stand_again(key) is may
