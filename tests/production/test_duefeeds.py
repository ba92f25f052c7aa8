"""Who asks which feeds: what workers are at is theirs, and what they are given is all they look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.gather.web.politeness import host_pauses, is_due
from digest.model import FetchState, Source
from digest.production.duefeeds import due_feeds, feeds_of, host_of, list_feeds, wanted_by, wanted_here
from digest.project import Project, open_project
from digest.store import claims
from digest.store.claims import Claim, Listing
from digest.store.sources import save_sources
from tests.support.project import make_project

pytestmark = pytest.mark.usefixtures("in_each_database")

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEEDS = """\
[[feed]]
url = "https://grid.example/a.xml"
id = "a"

[[feed]]
url = "https://grid.example/b.xml"
id = "b"

[[feed]]
url = "https://port.example/c.xml"
id = "c"

[[feed]]
path = "local.xml"
id = "local"
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with open_project(make_project(tmp_path, feeds=FEEDS)) as opened:
        yield opened


def remember(project: Project, **states: FetchState) -> None:
    listed = {source.id: source for source in project.config.sources}
    with project.store.write() as connection:
        save_sources(connection, [(listed[name], state) for name, state in states.items()])


def hand_out(project: Project, most: int) -> Claim:
    until = NOW + HOUR
    with project.store.write() as connection:
        due = claims.claim_due(connection, token="one", now=NOW, until=until, most=most)
        return claims.take(connection, "one", [one.id for one in due], owner="one.me", until=until)


def ids(sources: tuple[Source, ...]) -> list[str]:
    return [source.id for source in sources]


def test_feeds_are_listed_once_and_look_as_if_they_were_not(project: Project) -> None:
    assert list_feeds(project) == Listing(new=3)
    assert list_feeds(project) is None
    assert due_feeds(project, now=NOW) == ("a", "b", "c")
    with project.store.read() as connection:
        wanted = wanted_here(project, connection, now=NOW)
    assert (ids(wanted.sources), wanted.states, wanted.elsewhere) == (["a", "b", "c", "local"], {}, ())


def test_hosts_that_workers_are_at_are_left_to_them_until_their_claim_runs_out(project: Project) -> None:
    list_feeds(project)
    assert hand_out(project, 1).ids == {"a"}

    assert due_feeds(project, now=NOW) == ("c",)
    with project.store.read() as connection:
        wanted = wanted_here(project, connection, now=NOW)
    assert (ids(wanted.sources), ids(wanted.elsewhere)) == (["c", "local"], ["a", "b"])
    assert due_feeds(project, now=NOW + HOUR) == ("a", "b", "c")


def test_a_worker_looks_at_its_feeds_and_at_who_of_their_hosts_wants_to_be_left_alone(project: Project) -> None:
    list_feeds(project)
    patience = FetchState(last_fetched=NOW, retry_after=NOW + HOUR, next_due=NOW + HOUR)
    remember(project, b=patience, c=FetchState(last_fetched=NOW, next_due=NOW + HOUR))
    claim = hand_out(project, 10)

    with project.store.read() as connection:
        wanted = wanted_by(project, connection, claim, now=NOW)
        later = wanted_by(project, connection, claim, now=NOW + HOUR)
    assert claim.ids == {"a"}
    assert (ids(wanted.sources), wanted.states) == (["a", "b"], {"b": patience})
    assert (ids(later.sources), later.states) == (["a"], {})


@pytest.mark.parametrize("until", [NOW + 2 * HOUR, NOW + timedelta(days=70)])
def test_a_worker_asks_no_feed_of_another_that_is_left_alone_however_it_is_remembered(
    project: Project, tmp_path: Path, until: datetime
) -> None:
    list_feeds(project)
    patience = FetchState(last_fetched=NOW, retry_after=until, next_due=until)
    remember(project, b=patience)
    with project.store.write() as connection:
        mine = claims.claim_due(connection, token="one", now=NOW, until=NOW + HOUR, most=10)
    claim = Claim(owner="one", ids=frozenset({one.id for one in mine} - {"b"}))

    make_project(tmp_path, feeds=FEEDS.replace("grid.example/b.xml", "grid.example/other.xml"))
    with open_project(tmp_path) as changed, changed.store.read() as connection:
        wanted = wanted_by(changed, connection, claim, now=NOW)
    asked = [
        one.id for one in wanted.sources if is_due(wanted.states.get(one.id, FetchState()), now=NOW, ask_all=False)
    ]
    assert asked == ["a", "c"]


def test_what_a_server_said_to_a_feed_that_it_led_to_https_holds_for_those_listed_there(tmp_path: Path) -> None:
    make_project(tmp_path, feeds=FEEDS.replace("https://grid.example/b.xml", "http://grid.example/b.xml"))
    until = NOW + 2 * HOUR
    led_on = FetchState(last_fetched=NOW, retry_after=until, next_due=until, moved_to="https://grid.example/b.xml")
    with open_project(tmp_path) as project:
        list_feeds(project)
        remember(project, b=led_on)
        claim = hand_out(project, 1)
        with project.store.read() as connection:
            wanted = wanted_by(project, connection, claim, now=NOW)

    assert claim.ids == {"a"}
    assert host_pauses(wanted.sources, wanted.states, now=NOW)["grid.example:443"] == until


def test_on_a_machine_with_an_older_list_a_worker_does_not_ask_at_the_old_address(
    project: Project, tmp_path: Path
) -> None:
    list_feeds(project)
    claim = hand_out(project, 10)
    make_project(tmp_path, feeds=FEEDS.replace("grid.example/b.xml", "grid.example/old.xml"))

    with open_project(tmp_path) as behind, behind.store.read() as connection:
        assert ids(feeds_of(behind, connection, claim)) == ["a", "c"]
        assert ids(wanted_by(behind, connection, claim, now=NOW).sources) == ["a", "c"]


def test_a_fetch_elsewhere_that_noted_another_address_does_not_keep_a_feed_from_being_asked(project: Project) -> None:
    list_feeds(project)
    old = Source(id="b", kind="feed", location="https://grid.example/old.xml", name="")
    with project.store.write() as connection:
        save_sources(connection, [(old, FetchState(last_fetched=NOW))])
    claim = hand_out(project, 10)

    with project.store.read() as connection:
        assert ids(feeds_of(project, connection, claim)) == ["a", "b", "c"]


def test_nothing_is_remembered_of_a_feed_whose_address_was_changed(project: Project, tmp_path: Path) -> None:
    remember(project, a=FetchState(next_due=NOW + HOUR, etag='"1"'), b=FetchState(next_due=NOW + HOUR, etag='"2"'))
    make_project(tmp_path, feeds=FEEDS.replace("grid.example/a.xml", "grid.example/other.xml"))

    with open_project(tmp_path) as changed, changed.store.read() as connection:
        assert wanted_here(changed, connection, now=NOW).states.keys() == {"b"}
        assert wanted_by(changed, connection, Claim(owner="me", ids=frozenset("ab")), now=NOW).states.keys() == {"b"}


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://Grid.example/a", "grid.example"),
        ("http://user:word@grid.example:8080/a", "grid.example"),
        ("http://[2001:db8::1]/a", "2001:db8::1"),
        ("https://", ""),
        ("feeds/a.xml", None),
    ],
)
def test_a_feed_is_asked_at_its_host(location: str, host: str | None) -> None:
    assert host_of(Source(id="a", kind="feed", location=location, name="")) == host
