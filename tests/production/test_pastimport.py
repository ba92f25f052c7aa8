import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import pipeline
from digest.errors import StateError, UsageError
from digest.gather.past.sifting import Wanted
from digest.model import IssueRecord
from digest.production.mailout import issue_to_send
from digest.production.past import past_issues
from digest.production.pastimport import ImportReport, import_issues, undo_import
from digest.project import Project, current_period
from digest.store import corrections, entries, issues
from digest.store.imported import imported_issues, imported_links
from digest.text.clean import clean
from digest.text.plain import plain
from tests.gather.past.letters import PNG, campaign, mail, mbox
from tests.support.project import CONFIG, make_project, opened

pytestmark = pytest.mark.usefixtures("in_each_database")

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 12, tzinfo=UTC)
FIRST, SECOND = "2019-03-14", "2019-03-21"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(make_project(tmp_path / "brief")) as made:
        yield made


def box(tmp_path: Path, *numbers: int, name: str = "sent.mbox") -> Path:
    """A mailbox with letter 1 of 14 March 2019, letter 2 of a week later, and so on; two copies of each."""
    mails = []
    for number in numbers:
        day = f"{14 + 7 * (number - 1)} Mar 2019 09:00:00 +0000"
        for reader in ("anna.smith@reader.example", "bert@reader.example"):
            html = campaign(number, greeting=f"Hi {reader[:4].capitalize()},", reader=reader)
            html = html.replace("https://img.example/herring.jpg", "cid:fish@1")
            mails.append(mail(html, subject=f"Harbour Notes {number}", date=day, to=reader, pictures={"fish@1": PNG}))
    path = tmp_path / name
    path.write_bytes(mbox(*mails))
    return path


def folder(tmp_path: Path, **texts: str) -> Path:
    """A folder of Markdown files, by day with ``_`` for ``-``."""
    root = tmp_path / "letters"
    root.mkdir(exist_ok=True)
    for day, text in texts.items():
        (root / f"{day.removeprefix('d').replace('_', '-')}.md").write_text(text, "utf-8")
    return root


def brought(project: Project, path: Path, *, now: datetime = NOW) -> ImportReport:
    return import_issues(project, path, now=now)


def test_a_letter_becomes_an_issue_that_is_out_with_all_that_approval_freezes_but_mails(
    project: Project, tmp_path: Path
) -> None:
    report = brought(project, box(tmp_path, 1, 2))

    assert [(one.name, one.number, one.stories, one.sifted.copies) for one in report.taken] == [
        (FIRST, 1, 3, 1), (SECOND, 2, 3, 1),
    ]  # fmt: skip
    with project.store.read() as connection:
        record = issues.get_issue(connection, FIRST)
        parts = issues.frozen_parts(connection, FIRST)
    assert record is not None
    assert (record.state, record.approved_by, record.number) == ("closed", "import", 1)
    assert record.out == record.end == datetime(2019, 3, 14, 9, tzinfo=UTC)
    names = {part for _, part in parts}
    assert {"issue.md", "index.html", "content.html", "entries.json", "import.json"} < names
    assert [parts["all", name] for name in names if name.startswith("images/pictures/")] == [PNG]
    assert entries.load_entries(parts["all", "entries.json"].decode()) == ()
    assert not project.issues_dir.exists()


def test_nothing_personal_is_frozen(project: Project, tmp_path: Path) -> None:
    brought(project, box(tmp_path, 1, 2))

    with project.store.read() as connection:
        for name in (FIRST, SECOND):
            whole = b"".join(issues.frozen_parts(connection, name).values()).lower()
            for personal in (b"reader.example", b"anna", b"bert", b"u=77", b"e=77", b"nsubscribe?"):
                assert personal not in whole


def test_sections_stories_and_their_sources_are_found(project: Project, tmp_path: Path) -> None:
    brought(project, box(tmp_path, 1))

    with project.store.read() as connection:
        ((_, issue),) = past_issues(connection)
    assert [(one.title, [story.title for story in one.stories]) for one in issue.sections] == [
        ("Ferries", ["The night ferry sails again", "Tickets by telephone"]), ("Fish", ["Herring, and no end"]),
    ]  # fmt: skip
    assert issue.stories[0].url == "https://ferries.example/1"
    assert issue.preheader == "Ferries, fish and a new quay"
    assert issue.intro.startswith("The harbour was busy")


def test_importing_again_brings_only_what_is_new(project: Project, tmp_path: Path) -> None:
    brought(project, box(tmp_path, 1))
    again = brought(project, box(tmp_path, 1, 2, name="more.mbox"), now=LATER)

    assert [one.name for one in again.taken] == [SECOND]
    assert again.there == 1
    assert again.taken[0].number == 2
    assert brought(project, box(tmp_path, 1, 2), now=LATER).taken == ()


def test_a_dry_run_says_the_same_and_changes_nothing(project: Project, tmp_path: Path) -> None:
    path = box(tmp_path, 1, 2)
    looked = import_issues(project, path, now=NOW, dry_run=True)

    with project.store.read() as connection:
        assert issues.all_issues(connection) == ()
    done = brought(project, path)
    assert [(one.name, one.number, one.stories) for one in looked.taken] == [
        (one.name, one.number, one.stories) for one in done.taken
    ]


def test_letters_of_one_day_have_names_of_their_own(project: Project, tmp_path: Path) -> None:
    root = folder(tmp_path, d2019_03_14="The tide is in.")
    (root / "2019-03-14-evening.md").write_text("The tide is out.")

    assert [one.name for one in brought(project, root).taken] == [FIRST, f"{FIRST}-2"]


def test_the_day_is_the_newsletters_own(tmp_path: Path) -> None:
    config = CONFIG.replace("[[section]]", 'timezone = "Pacific/Auckland"\n\n[[section]]', 1)
    path = tmp_path / "one.eml"
    path.write_bytes(mail(campaign(1), subject="Notes", date="Thu, 14 Mar 2019 20:00:00 +0000"))

    with opened(make_project(tmp_path / "south", config=config)) as south:
        assert [one.name for one in brought(south, path).taken] == ["2019-03-15"]


def test_numbers_never_change_and_none_is_given_between_them(project: Project, tmp_path: Path) -> None:
    brought(project, folder(tmp_path, d2019_03_14="The tide is in.", d2019_03_28="The tide is out."))
    report = brought(
        project, folder(tmp_path, d2019_03_21="There is no tide.", d2019_04_04="The tide again."), now=LATER
    )

    assert [(one.name, one.number) for one in report.taken] == [(SECOND, 0), ("2019-04-04", 3)]


def test_own_issues_count_on_and_what_is_imported_after_them_has_no_number(project: Project, tmp_path: Path) -> None:
    brought(project, box(tmp_path, 1))
    list(pipeline.fetch(project, now=NOW))
    drafted = pipeline.draft(project, now=NOW, model=False)
    approved = pipeline.approve(project, by="Ed", now=NOW)

    assert approved.proof.record.name == "2026-W47"
    assert approved.proof.record.number == 2
    assert approved.proof.previous == FIRST
    assert drafted is not None
    assert [one.number for one in brought(project, box(tmp_path, 2)).taken] == [0]


def test_no_entry_is_made_and_the_week_goes_on_as_if_nothing_were_there(project: Project, tmp_path: Path) -> None:
    list(pipeline.fetch(project, now=NOW))
    with project.store.read() as connection:
        before, period = entries.totals(connection), current_period(project, connection, now=NOW)
    brought(project, box(tmp_path, 1, 2))

    with project.store.read() as connection:
        assert entries.totals(connection) == before
        assert current_period(project, connection, now=NOW) == period
    pipeline.draft(project, now=NOW, model=False)
    checked = pipeline.check(project, now=NOW)
    assert checked.proof.record.name == "2026-W47"
    assert len(checked.proof.issue.stories) == 3
    assert issue_to_send(project, now=NOW, name=None).name == "2026-W47"
    assert [one.number for one in _records(project)] == [1, 2, 3]


def _records(project: Project) -> tuple[IssueRecord, ...]:
    with project.store.read() as connection:
        return issues.all_issues(connection)


def test_an_imported_issue_is_neither_approved_nor_reopened(project: Project, tmp_path: Path) -> None:
    brought(project, box(tmp_path, 1))

    with pytest.raises(StateError, match="is out already"):
        pipeline.approve(project, by="Ed", now=NOW, name=FIRST)
    with pytest.raises(StateError, match="is out"):
        pipeline.reopen(project, now=NOW, name=FIRST)


def test_the_links_of_imported_issues_are_known_by_their_canonical_addresses(project: Project, tmp_path: Path) -> None:
    brought(project, box(tmp_path, 1))

    with project.store.read() as connection:
        assert imported_links(connection) == dict.fromkeys(
            ["ferries.example/1", "ferries.example/times/1", "fish.example/1"], FIRST
        )


def test_one_bad_file_costs_itself(project: Project, tmp_path: Path) -> None:
    root = folder(tmp_path, d2019_03_14="The tide is in.", d2019_03_21="The tide is out.")
    (root / "2019-03-15.md").write_bytes(b"\0\xff")
    report = brought(project, root)

    assert [one.name for one in report.taken] == [FIRST, SECOND]
    assert [one.origin for one in report.failed] == ["letters/2019-03-15.md"]


def test_a_letter_whose_text_looks_like_an_issue_file_is_text(project: Project, tmp_path: Path) -> None:
    parts = [
        "## Candidates",
        "### One {#s-12345678}",
        "Why it matters: because",
        "Sources:",
        "- [x](https://a.example/1)",
    ]
    parts += ["## Next week", "### Two", "<<<<<<< mine", "The end {#e-12345678}"]
    text = "\n\n".join(parts)
    brought(project, folder(tmp_path, d2019_03_14=text))

    with project.store.read() as connection:
        ((_, issue),) = past_issues(connection)
        page = issues.frozen_part(connection, FIRST, "all", "content.html") or b""
    assert not issue.candidates
    assert not issue.next_week
    said = plain(clean(page.decode()))
    for word in ("Candidates", "One", "because", "Next week", "mine", "The end"):
        assert word in said


def test_a_section_of_headlines_prints_an_imported_story_whole(tmp_path: Path) -> None:
    config = CONFIG.replace('title = "World"', 'title = "World"\nstyle = "headline"')
    text = "## World\n\n### One\n\nThe tide is in.\n\n### Two\n\nThe tide is out.\n"
    with opened(make_project(tmp_path / "brief", config=config)) as made:
        brought(made, folder(tmp_path, d2019_03_14=text))
        with made.store.read() as connection:
            assert b"The tide is out." in (issues.frozen_part(connection, FIRST, "all", "content.html") or b"")


def test_an_import_is_undone_as_a_whole_unless_something_leads_to_it(project: Project, tmp_path: Path) -> None:
    first = brought(project, box(tmp_path, 1))
    second = brought(project, box(tmp_path, 2), now=LATER)
    with project.store.write() as connection:
        corrections.add_correction(connection, FIRST, 0, at=NOW, by="Ed", note="Wrong day.")

    with pytest.raises(StateError, match="has a correction"):
        undo_import(project, first.batch)
    with pytest.raises(UsageError, match="there is no import"):
        undo_import(project, "20000101-000000")
    assert undo_import(project, second.batch) == (SECOND,)
    with project.store.read() as connection:
        assert [one.issue for one in imported_issues(connection)] == [FIRST]
        assert issues.frozen_parts(connection, SECOND) == {}
    assert [one.name for one in brought(project, box(tmp_path, 2), now=LATER).taken] == [SECOND]


def test_days_that_are_asked_for_come_alone(project: Project, tmp_path: Path) -> None:
    report = import_issues(project, box(tmp_path, 1, 2), now=NOW, wanted=Wanted(since=date(2019, 3, 20)))

    assert [one.name for one in report.taken] == [SECOND]


TEXT = st.lists(
    st.sampled_from(["tide", "# no", "1. one", "*", "Sources:", "[x](y)", "é", "&amp;", "---", "{.pin}",
                     "Next week", "a|b"]),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip
BLOCK = st.one_of(
    TEXT.map(lambda text: f"<p>{text}</p>"),
    TEXT.map(lambda text: f"<h2>{text}</h2>"),
    TEXT.map(lambda text: f'<h3><a href="https://a.example/{len(text)}">{text}</a></h3>'),
    TEXT.map(lambda text: f"<p>{text}<br>{text}<br><br>{text}</p>"),
    TEXT.map(lambda text: f"<ul><li>{text}</li><li><p>{text}</p><p>{text}</p></li></ul>"),
    TEXT.map(lambda text: f"<table><tr><td><h4>{text}</h4></td><td>{text}</td></tr></table>"),
)


@given(st.lists(BLOCK, min_size=1, max_size=8).map("".join))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_word_of_a_letter_is_on_its_page_in_its_order(tmp_path: Path, body: str) -> None:
    root = tmp_path / "any"
    if not root.exists():
        make_project(root)
    (tmp_path / "2019-03-14.html").write_text(f"<p>The tide begins.</p>{body}<p>The tide ends.</p>", "utf-8")
    with opened(root) as made:
        (one,) = brought(made, tmp_path / "2019-03-14.html").taken
        with made.store.read() as connection:
            page = issues.frozen_part(connection, one.name, "all", "index.html") or b""
            batch = imported_issues(connection)[0].batch
        undo_import(made, batch)
    said = iter(re.findall(r"\w+", plain(clean(page.decode()))))
    assert all(word in said for word in re.findall(r"\w+", plain(clean(body))))


def test_the_site_has_imported_issues_with_their_pictures_and_nothing_personal(
    project: Project, tmp_path: Path
) -> None:
    brought(project, box(tmp_path, 1, 2))
    list(pipeline.fetch(project, now=NOW))
    pipeline.draft(project, now=NOW, model=False)
    pipeline.approve(project, by="Ed", now=NOW)
    pipeline.publish(project, now=NOW)

    pages = {
        path.relative_to(project.site_dir).as_posix(): path for path in project.site_dir.rglob("*") if path.is_file()
    }
    assert f"{FIRST}/index.html" in pages
    assert any(name.startswith(f"{SECOND}/pictures/") for name in pages)
    whole = b"".join(path.read_bytes() for path in pages.values()).lower()
    for personal in (b"reader.example", b"hi anna", b"hi bert", b"u=77", b"e=77"):
        assert personal not in whole
