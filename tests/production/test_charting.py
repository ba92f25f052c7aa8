"""Charts as files of a newsletter: of what it printed, of an editor's own numbers, and the numbers beside pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from PIL import Image

from digest.errors import DigestError, ProjectError, StateError, UsageError
from digest.model import Issue, Period
from digest.production.charting import (
    coverage_chart,
    draw_chart,
    file_chart,
    numbers_beside,
    write_chart,
)
from digest.project import Project
from digest.render.charts.chart import Chart
from digest.render.markup import local_images
from digest.store import issues, schema
from digest.store.printed import save_printed
from tests.render.charts.archive import archive
from tests.support.project import CONFIG, make_project, opened
from tests.support.sample import SAMPLE

in_each_database = pytest.mark.usefixtures("in_each_database")

PRICES = "Hafen;Preis\nMarlport;31,5\nSkerry;28\n"


@contextmanager
def newsletter(root: Path, *, weeks: int = 0, config: str = CONFIG) -> Iterator[Project]:
    """A newsletter whose last issues printed what the invented archive says."""
    make_project(root, config=config, files={"prices.csv": PRICES})
    rows, dates = archive(weeks)
    with opened(root) as project:
        with project.store.write() as connection:
            for name, day in dates.items():
                end = datetime.combine(day, time(7), UTC)
                issues.ensure_issue(connection, Period(name=name, start=end - timedelta(weeks=1), end=end), now=end)
                save_printed(connection, name, [one for one in rows if one.issue == name])
            connection.execute(schema.issue.update().values(state="out"))
        yield project


def drawn(project: Project, out: str = "issues/images/prices.png", *, source: str = "prices.csv") -> Chart:
    path = project.root / source
    chart = file_chart(project, path, title=None, kind=None)
    write_chart(draw_chart(project, chart, Path(out), of=path))
    return chart


# --- of what was covered ----------------------------------------------------------------------------------------------


@in_each_database
def test_what_is_out_is_counted_in_the_days_that_were_asked_for(tmp_path: Path) -> None:
    with newsletter(tmp_path, weeks=60) as project, project.store.read() as connection:
        whole = coverage_chart(project, connection, "sections", since=None, until=None)
        autumn = coverage_chart(project, connection, "sections", since=date(2026, 10, 1), until=date(2026, 10, 31))
        bodies = coverage_chart(project, connection, "organisations", since=date(2026, 1, 1), until=None)
        lives = coverage_chart(project, connection, "lives", since=None, until=None)

    assert (whole.heading, autumn.heading) == ("Month", "Issue of")
    assert autumn.categories == (
        "2 October 2026",
        "9 October 2026",
        "16 October 2026",
        "23 October 2026",
        "30 October 2026",
    )
    assert bodies.series[0].name == "1 Jan – 20 Nov 2026"
    assert not lives.is_empty


@in_each_database
def test_a_draft_is_not_counted(tmp_path: Path) -> None:
    with newsletter(tmp_path, weeks=2) as project, project.store.write() as connection:
        connection.execute(schema.issue.update().where(schema.issue.c.name == "2026-W47").values(state="draft"))
        chart = coverage_chart(project, connection, "sections", since=None, until=None)

    assert chart.categories == ("13 November 2026",)


@in_each_database
def test_where_nothing_is_out_it_is_said(tmp_path: Path) -> None:
    with (
        newsletter(tmp_path) as project,
        project.store.read() as connection,
        pytest.raises(StateError, match="no story that is out went on in a later issue"),
    ):
        coverage_chart(project, connection, "lives", since=None, until=None)


# --- of an editor's own numbers ---------------------------------------------------------------------------------------


def test_a_picture_its_numbers_and_the_line_that_shows_it(tmp_path: Path) -> None:
    with newsletter(tmp_path) as project:
        chart = file_chart(project, tmp_path / "prices.csv", title="Price [of] *power*", kind=None)
        files = draw_chart(project, chart, Path("issues/images/the prices.png"))
        paths = write_chart(files)

    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "issues/images/the prices.png",
        "issues/images/the prices.csv",
    ]
    assert Image.open(io.BytesIO(paths[0].read_bytes())).width == 1200
    assert paths[1].read_text() == "Hafen,Preis\nMarlport,31.5\nSkerry,28\n"
    assert files.markdown == (r"![Price \[of\] \*power\*. Preis: Marlport 31.5, Skerry 28](images/the%20prices.png)")


def test_the_line_shows_the_picture_and_its_words_in_an_issue(tmp_path: Path) -> None:
    with newsletter(tmp_path) as project:
        chart = file_chart(project, tmp_path / "prices.csv", title="A < B", kind=None)
        line = draw_chart(project, chart, Path("issues/images/größe 1.png")).markdown
    issue: Issue = replace(SAMPLE, intro=line)

    assert local_images(issue) == ("images/größe 1.png",)


def test_a_chart_that_is_drawn_again_is_the_same_bytes(tmp_path: Path) -> None:
    with newsletter(tmp_path) as project:
        chart = drawn(project)
        first = (tmp_path / "issues/images/prices.png").read_bytes()
        again = draw_chart(project, chart, Path("issues/images/prices.png"))

    assert again.png == first


def test_the_editors_file_beside_the_picture_stays_as_it_is(tmp_path: Path) -> None:
    with newsletter(tmp_path) as project:
        own = tmp_path / "issues/images/prices.csv"
        own.parent.mkdir(parents=True)
        own.write_text(PRICES)
        drawn(project, source="issues/images/prices.csv")

    assert own.read_text() == PRICES


def test_other_numbers_that_lie_there_are_not_overwritten(tmp_path: Path) -> None:
    with newsletter(tmp_path) as project:
        own = tmp_path / "issues/images/prices.csv"
        own.parent.mkdir(parents=True)
        own.write_text("mine")
        with pytest.raises(UsageError, match=r"issues/images/prices.csv: is there already"):
            drawn(project)

    assert own.read_text() == "mine"
    assert not own.with_suffix(".png").exists()


def test_a_picture_that_is_no_chart_of_ours_is_not_drawn_over(tmp_path: Path) -> None:
    with newsletter(tmp_path) as project:
        photograph = tmp_path / "issues/images/prices.png"
        photograph.parent.mkdir(parents=True)
        photograph.write_bytes(b"a photograph")
        with pytest.raises(UsageError, match=r"issues/images/prices.png: is there already, and digest did not draw it"):
            drawn(project)
        photograph.unlink()
        drawn(project)
        drawn(project)

    assert photograph.read_bytes() != b"a photograph"


@pytest.mark.parametrize("out", ["x.png", "../x.png", "issues/../x.png", "/tmp/x.png", "issues/images/x.jpg"])
def test_a_picture_goes_where_issues_find_it_or_nowhere(tmp_path: Path, out: str) -> None:
    with newsletter(tmp_path) as project, pytest.raises(UsageError):
        drawn(project, out)

    assert not list(tmp_path.rglob("*.png"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,A\n2024,0\n", "there is nothing to draw"),
        ("x,A\n" + "2024,1\n" * 300_000, "is too long"),
        ("x,A\na,?\n", "no number"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_written(tmp_path: Path, text: str, said: str) -> None:
    with newsletter(tmp_path) as project:
        (tmp_path / "prices.csv").write_text(text)
        with pytest.raises(UsageError, match=said):
            drawn(project)

    assert not (tmp_path / "issues").exists()


def test_letters_that_no_font_has_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    with newsletter(tmp_path) as project:
        (tmp_path / "prices.csv").write_text("x,A\n\U00016fe4\U00018b00,1\ny,2\n", "utf-8")
        with pytest.raises(DigestError, match="no font here has the letters"):
            drawn(project)

    assert not (tmp_path / "issues").exists()


# --- the numbers beside the pictures of an issue ------------------------------------------------------


def test_numbers_are_found_beside_their_picture(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("a.png", "a.csv", "b.png", "c.csv"):
        (tmp_path / "images" / name).write_text("Port,A\nSkerry,1\n")
    (found,) = numbers_beside(
        [(f"images/{name}", tmp_path / "images" / name) for name in ("a.png", "b.png")], shown="issues/x.md"
    )

    assert (found.picture, found.name, found.path) == ("images/a.png", "images/a.csv", tmp_path / "images/a.csv")
    assert (found.table.head, found.table.rows) == (("Port", "A"), (("Skerry", "1"),))


def test_a_file_of_numbers_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n")
    with pytest.raises(StateError, match=r"the numbers beside the picture a\.png: a\.csv: there is no table"):
        numbers_beside([("a.png", tmp_path / "a.png")], shown="issues/x.md")


def test_numbers_are_not_read_through_a_link_that_leads_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues/a.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(ProjectError):
        numbers_beside([("a.png", tmp_path / "issues/a.png")], shown="issues/x.md")
