"""The archive over several issues, through the command line: what each page is made of, and what is left alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import TemplateError
from digest.model import IMPORTED_BY
from digest.production.archiving import write_site
from digest.production.printing import index_issue
from digest.store import issues
from digest.store.printed import all_printed
from digest.store.schema import issue as issue_table
from digest.text.spelling import folded
from tests.support.cli import digest
from tests.support.project import CONFIG, item, make_project, opened, rss, snapshot
from tests.support.sitelinks import SiteLinks

pytestmark = pytest.mark.usefixtures("in_each_database")

W47, W48 = "2026-W47", "2026-W48"
FIRST_WEEK, SECOND_WEEK = "2026-11-18T12:00Z", "2026-11-25T12:00Z"
LATER = datetime(2026, 12, 31, tzinfo=UTC)

STRIKE = (
    "The Ofwall union began a strike over night shifts in Corran. The port authority of Corran lost £31,000 a day, and "
    "the ferry to Selby stayed in harbour. “We will not move,” said Ilse Varga, chair of the Ofwall union."
)
SETTLED = (
    "Members of the Ofwall union voted to end the strike over night shifts at Corran harbour after two weeks. The "
    "ferry to Selby sails again, the port authority said."
)
WHALES = "Two grey whales swam north past the lighthouse of Elm Point. Nobody had seen one there for forty years."
SEA = "A harbour town heats two thousand homes with sea water. The pump was built in a disused fish market."
LISTED = '\n[[organisation]]\nname = "Ofwall union"\nalso = ["Ofwall"]\nurl = "https://ofwall.example/"\n'
SERVED = '\n[serve]\nurl = "https://news.example.org/"\n'


def publish(root: Path, *, now: str) -> None:
    for words in (["build"], ["approve", "--by", "Ada", "--offline"], ["publish"]):
        ran = digest(*words, root=root, now=now)
        assert ran.code == 0, ran.err


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two issues that are out; a story of the second goes on with one of the first."""
    url = CONFIG.replace("from =", 'url = "https://trial.example/brief/"\nfrom =')
    root = make_project(tmp_path / "trial", config=url + LISTED + SERVED)
    first = rss(
        item("Strike shuts Corran harbour", "https://gridwatch.example/strike", text=STRIKE, day=17),
        item("Whales seen off Elm Point", "https://gridwatch.example/whales", text=WHALES, day=15),
    )
    (root / "feeds" / "grid.xml").write_text(first, "utf-8")
    publish(root, now=FIRST_WEEK)
    second = rss(
        item("Strike at Corran harbour ends", "https://gridwatch.example/settled", text=SETTLED, day=24),
        item("A harbour town heats itself with sea water", "https://gridwatch.example/sea", text=SEA, day=23),
    )
    (root / "feeds" / "grid.xml").write_text(second, "utf-8")
    publish(root, now=SECOND_WEEK)
    return root


def page(root: Path, path: str) -> str:
    return (root / "build" / "site" / path).read_text("utf-8")


def test_a_story_that_goes_on_is_told_across_issues(root: Path) -> None:
    began, ended = f"{W47}/strike-shuts-corran-harbour/index.html", f"{W48}/strike-at-corran-harbour-ends/index.html"

    assert f'href="../../{ended}"' in page(root, began)
    assert f'href="../../{began}"' in page(root, ended)


def test_issues_lead_to_the_one_before_and_the_one_after(root: Path) -> None:
    assert f'href="../{W48}/index.html"' in page(root, f"{W47}/index.html")
    assert f'href="../{W47}/index.html"' in page(root, f"{W48}/index.html")


def test_names_of_the_configuration_have_a_list_and_so_has_who_is_quoted_with_a_role(root: Path) -> None:
    union = page(root, "organisations/ofwall-union/index.html")

    assert "https://ofwall.example/" in union
    assert union.index("ends</a>") < union.index("Strike shuts Corran harbour</a>")
    assert "Strike shuts Corran harbour" in page(root, "people/ilse-varga/index.html")


def test_every_internal_link_leads_somewhere(root: Path) -> None:
    links = SiteLinks(root / "build" / "site", url="https://trial.example/brief/")

    assert links.followed > 100
    assert not links.dead


def test_publishing_again_writes_nothing_and_makes_nothing(root: Path) -> None:
    before = snapshot(root / "build")
    broken = root / "templates" / "brief" / "page.html"

    with opened(root) as project:
        assert write_site(project, now=LATER) == ()
        assert snapshot(root / "build") == before
        broken.parent.mkdir(parents=True)
        broken.write_text("{% nothing %}", "utf-8")
        with pytest.raises(TemplateError):  # now that the look is another one, a page is made
            write_site(project, now=LATER)


def test_a_changed_look_changes_every_page_and_no_address(root: Path) -> None:
    before = snapshot(root / "build" / "site")
    digest("templates", "eject", "brief", root=root, now=SECOND_WEEK)
    style = root / "templates" / "brief" / "_style.html"
    style.write_text(style.read_text("utf-8") + ".mine { color: red; }\n", "utf-8")

    with opened(root) as project:
        write_site(project, now=LATER)

    after = snapshot(root / "build" / "site")
    assert {path for path in after if not path.startswith("style/")} == {
        p for p in before if not p.startswith("style/")
    }
    assert after[f"{W47}/index.html"] != before[f"{W47}/index.html"]
    assert any(b".mine" in data for path, data in after.items() if path.startswith("style/"))


def test_slugs_and_threads_stay_when_an_issue_is_noted_again(root: Path) -> None:
    with opened(root) as project:
        with project.store.read() as connection:
            before = all_printed(connection, texts=True)
        with project.store.write() as connection:
            for name in (W47, W48):
                record = issues.get_issue(connection, name)
                assert record
                index_issue(project, connection, record)
            assert all_printed(connection, texts=True) == before

    assert [one.earlier for one in before if one.earlier] == [(W47, 0)]
    assert {folded(named.name) for one in before for named in one.names} == {"ofwall union", "ilse varga"}


def test_an_issue_from_elsewhere_that_is_dated_later_is_not_shown_before(root: Path) -> None:
    site = root / "build" / "site"
    row = issue_table.update().where(issue_table.c.name == W48)
    with opened(root) as project:
        write_site(project, now=datetime(2026, 1, 1, tzinfo=UTC))  # a clock that was set back
        assert (site / W48 / "index.html").exists()

        with project.store.write() as connection:
            connection.execute(row.values(approved_by=IMPORTED_BY, end=LATER))
        write_site(project, now=datetime(2026, 12, 1, tzinfo=UTC))
        assert not (site / W48).exists()
        assert not [path for path in site.rglob("*.*") if W48.encode() in path.read_bytes()]
        write_site(project, now=LATER)
        assert (site / W48 / "index.html").exists()


def test_an_upgrade_finds_what_older_versions_printed(root: Path) -> None:
    before = snapshot(root / "build" / "site")
    with opened(root) as project:
        from digest.store.schema import address, printed

        with project.store.write() as connection:
            connection.execute(printed.delete())
            connection.execute(address.delete())
        write_site(project, now=LATER)

    after = snapshot(root / "build" / "site")
    assert set(after) == set(before)  # all but the threads, which were found when the issues went out


def test_nothing_personal_is_on_the_site(root: Path) -> None:
    people = ["ada.lovelace@readers.example", "bob@readers.example"]
    for address in people:
        digest("subscribers", "add", address, "--name", "Ada Unmistakable", root=root, now=SECOND_WEEK)
    with (root / "digest.toml").open("a", encoding="utf-8") as file:
        file.write('\n[send]\ntransport = "folder"\nfolder = "outbox"\n')
    sent = digest("send", W48, "--yes", root=root, now=SECOND_WEEK)
    assert sent.code == 0, sent.err
    with opened(root) as project:
        write_site(project, now=LATER)

    mails = b"".join(path.read_bytes() for path in (root / "outbox").rglob("*.eml"))
    unfolded = mails.replace(b"=\r\n", b"").replace(b"=\n", b"").replace(b"=3D", b"=")
    tokens = set(re.findall(rb"https://news\.example\.org/[a-z]+/([\w.~-]{16,})", unfolded))
    assert len(tokens) >= len(people)
    personal = [*(one.encode() for one in people), b"readers.example", b"Unmistakable", *tokens]
    site = snapshot(root / "build" / "site")
    assert [(path, one) for path, data in site.items() for one in personal if one in data] == []


def test_who_is_listed_later_is_found_in_the_issues_that_are_out(root: Path) -> None:
    site = root / "build" / "site"
    config = root / "digest.toml"
    config.write_text(config.read_text("utf-8") + '\n[[person]]\nname = "Elm Point"\n', "utf-8")

    with opened(root) as project:
        write_site(project, now=LATER)
        assert "Whales seen off Elm Point" in page(root, "people/elm-point/index.html")
        assert 'href="../../people/elm-point/index.html"' in page(root, f"{W47}/whales-seen-off-elm-point/index.html")
        before = snapshot(site)
        assert write_site(project, now=LATER) == ()
    config.write_text(config.read_text("utf-8").replace("Elm Point", "Nobody At All"), "utf-8")
    with opened(root) as project:
        write_site(project, now=LATER)

    assert not (site / "people" / "elm-point").exists()
    assert snapshot(site) != before


class Killed(Exception):  # noqa: N818  what ends a run is no error of ours
    """The end of a run."""


def test_a_story_has_no_address_before_its_issue_leaves(tmp_path: Path) -> None:
    def killed() -> None:
        raise Killed

    root = make_project(tmp_path / "trial")
    for words in (["build"], ["approve", "--by", "Ada", "--offline"]):
        assert digest(*words, root=root, now=FIRST_WEEK).code == 0
    with opened(root) as project:
        with project.store.read() as connection:
            record = issues.get_issue(connection, W47)
        with pytest.raises(Killed):
            write_site(project, now=LATER, leaving=record, mark_out=killed)
        assert not project.site_dir.exists()
    assert digest("reopen", root=root, now=FIRST_WEEK).code == 0
    with opened(root) as project, project.store.read() as connection:
        assert all_printed(connection) == ()
    path = root / "issues" / f"{W47}.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace("### Wind farms wait nine years for a cable", "### Nine years for a cable"), "utf-8")

    for words in (["approve", "--by", "Ada", "--offline"], ["publish"]):
        ran = digest(*words, root=root, now=FIRST_WEEK)
        assert ran.code == 0, ran.err

    assert (root / "build" / "site" / W47 / "nine-years-for-a-cable" / "index.html").exists()
    assert not (root / "build" / "site" / W47 / "wind-farms-wait-nine-years-for-a-cable").exists()


def test_an_issue_that_cannot_be_published_is_not_out(tmp_path: Path) -> None:
    root = make_project(tmp_path / "trial")
    for words in (["build"], ["approve", "--by", "Ada", "--offline"]):
        assert digest(*words, root=root, now=FIRST_WEEK).code == 0
    broken = root / "templates" / "brief" / "story.html"  # no part of what was approved
    broken.parent.mkdir(parents=True)
    broken.write_text("{% nothing %}", "utf-8")

    assert digest("publish", root=root, now=FIRST_WEEK).code != 0

    with opened(root) as project, project.store.read() as connection:
        record = issues.get_issue(connection, W47)
        assert record
        assert record.state == "approved"
    assert not (root / "build" / "site").exists()
    broken.unlink()
    assert digest("publish", root=root, now=FIRST_WEEK).code == 0
