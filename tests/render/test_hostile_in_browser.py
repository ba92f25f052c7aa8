"""Whatever a feed, a file or a paste brings: nothing runs, nothing is fetched, nobody scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from digest.edit.issuefile import read_issue
from digest.errors import IssueFileError
from digest.model import Entry, Issue, IssueSection
from tests.render.hostile import ALL
from tests.render.hostile.drafted import WAYS, drafted, pasted
from tests.render.hostile.looking import PASTED, WANTED, culprits, seen
from tests.render.hostile.rendered import ALL_FORMS, faults, joined, mail_of, packed, write_forms
from tests.support.browser import Browser, running_browser

_LONG = 25_000  # characters

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def looked_at(
    browser: Browser,
    folder: Path,
    issue: Issue,
    entries: dict[str, Entry],
    *,
    pictures: tuple[str, ...] = WANTED,
    forms: tuple[str, ...] = ALL_FORMS,
    look: str = "brief",
) -> list[str]:
    """What is wrong with the issue in all its forms."""
    mail = mail_of(issue, entries, look)
    found = [f"mail: {one}" for one in faults(mail)]
    if mail.cut and len(issue.sections) > 2:
        return ["some of it was not seen"]  # so each half is looked at by itself
    for name, path in write_forms(folder, issue, mail.html, entries, forms, look).items():
        wrong = seen(browser, path, pictures=pictures)
        found += [f"{name}: {one}" for one in wrong if name != "content" or "too wide" not in one]  # it has no style
    return found


def test_there_are_enough_of_them_and_each_says_why() -> None:
    assert len(ALL) == len({one.name for one in ALL}) >= 90
    assert all(one.why for one in ALL)


LOOK_OF = {"rss": "brief", "json": "magazine", "html": "plain", "md": "magazine", "eml": "plain"}


@pytest.mark.parametrize("way", WAYS)
def test_no_entry_does_harm_on_any_way_into_an_issue(tmp_path: Path, browser: Browser, way: str) -> None:
    some = [one for one in ALL if way == "rss" or not one.is_long]
    with drafted(tmp_path / "project", some, WAYS[way]) as (_, draft):
        issues, sizes = [], {}
        for entry_id, story in draft.stories:
            body = draft.entries[entry_id].body or ""
            forms = [replace(story, options=frozenset({"image"})), replace(story, id=None, options=frozenset({"full"}))]
            forms = forms[1:] if len(body) > _LONG else forms  # their summaries are like all others
            sizes[entry_id] = len(body) * 2
            issues.append(replace(joined([IssueSection(title="World", stories=tuple(forms))]), name=entry_id))

        def wrong(run: Sequence[Issue]) -> list[str]:
            issue = joined(section for one in run for section in one.sections)
            return looked_at(
                browser,
                tmp_path,
                issue,
                dict(draft.entries),
                forms=ALL_FORMS if way == "rss" and len(run) > 1 else ALL_FORMS[:2],
                look=LOOK_OF[way],
            )

        guilty = [
            (draft.entries[one.name].title, found)
            for run in packed(issues, sizes)
            for one, found in culprits(run, wrong)
        ]
    assert guilty == []
    assert len(issues) > len(some) * 0.5  # a page without an article on it is told of, not read


def test_no_paste_of_an_editor_does_harm(tmp_path: Path, browser: Browser) -> None:
    issues, sizes, refused = [], {}, []
    for one in ALL:
        if one.is_long:
            continue
        try:
            issue = read_issue(pasted(one), path=one.name).issue
        except IssueFileError as error:  # said with its line, before anything is rendered
            refused.append(error)
            continue
        sizes[one.name] = len(one.body) * 5
        issues.append(
            replace(issue, name=one.name, sections=(IssueSection(title="Opening", intro=issue.intro), *issue.sections))
        )

    def wrong(run: Sequence[Issue]) -> list[str]:
        issue = run[0] if len(run) == 1 else joined(section for one in run for section in one.sections)
        return looked_at(browser, tmp_path, replace(issue, name="2026-W47"), {}, pictures=PASTED, forms=ALL_FORMS[:2])

    guilty = [(one.name, found) for run in packed(issues, sizes) for one, found in culprits(run, wrong)]
    assert guilty == []
    assert len(issues) > len(refused)
