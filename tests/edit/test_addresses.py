"""Which addresses of an issue file are to become stories, and that the rest of the file stays as it is."""

from __future__ import annotations

import pytest

from digest.edit.addresses import bare_addresses, with_stories
from digest.edit.issuefile import read_issue

HEAD = "---\nissue: 2026-W47\ntitle: T\n---\n\n"
STORY = "### B\n\nText.\n\nSources:\n\n- [X](https://x.example/1)\n"
URL = "https://a.example/report"


def found(body: str) -> list[str]:
    return [one.url for one in bare_addresses(read_issue(HEAD + body, path="x.md"))]


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        (f"## A\n\n{URL}\n", [URL]),
        (f"## A\n\n<{URL}>\n", [URL]),
        (f"## A\n\n  {URL}  \r\n", [URL]),
        (f"## A\n{URL}", [URL]),
        (f"## A\n\nWhat this is about.\n\n{URL}\n", [URL]),
        (f"## A\n\n{URL}\n\nhttp://b.example/\n", [URL, "http://b.example/"]),
        (f"## A\n\n{URL}\nhttp://b.example/\n\n<!-- mine -->\n", [URL, "http://b.example/"]),
        (f"## A\n\n{STORY}\n{URL}\n", [URL]),
        (f"## A\n\n{STORY}{URL}\n", [URL]),
        (f"## A\n\n{STORY}\n{URL}\n\n### C\n\nText.\n", [URL]),
        (f"## Candidates\n\n<!-- What did not fit -->\n\n{URL}\n\n{STORY}", [URL]),
        (f"## Next week\n\n{URL}\n", [URL]),
        (f"{URL}\n\n## A\n", []),  # the introduction is the editor's
        (f"## A\n\nSee\n{URL}\n", []),  # one paragraph
        (f"## A\n\nSee\n{URL}\nhttp://b.example/\n", []),
        (f"## A\n\n{URL}\n\nis what this is about.\n", []),
        (f"## A\n\nSee {URL}\n", []),
        (f"## A\n\n[it]({URL})\n", []),
        (f"## A\n\n- {URL}\n", []),
        (f"## A\n\n    {URL}\n", []),
        (f"## A\n\n```\n{URL}\n```\n", []),
        (f"## A\n\n<!--\n{URL}\n-->\n", []),
        (f"## A\n\n<div>\n{URL}\n</div>\n", []),
        (f"## A\n\n### B\n\n{URL}\n", []),  # a story without sources: its text
        (f"## A\n\n### B\n\n{URL}\n\nSources:\n\n- [X](https://x.example/1)\n", []),
        (f"## A\n\n{STORY}\n{URL}\n\nMore of the summary.\n", []),
        (f"## A\n\n{STORY}\n- {URL}\n", []),  # a source
    ],
)  # fmt: skip
def test_an_address_counts_where_it_can_be_part_of_no_text(body: str, urls: list[str]) -> None:
    assert found(body) == urls


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_only_the_line_itself_is_replaced(ending: str, last: bool) -> None:
    body = f"## A\n\nAbout.  \n\n{URL}\nhttp://b.example/\n### C {{#s-00000001}}\n\n\ttabbed\n\n\nText" + "\n" * last
    text = (HEAD + body).replace("\n", ending)
    file = read_issue(text, path="x.md")
    lines = [one.line for one in bare_addresses(file)]

    done = with_stories(file, {line: f"### New {line}\n\nSo.\n\n" for line in lines})

    assert lines == [10, 11]
    wanted = body.replace(f"{URL}\nhttp://b.example/\n", "### New 10\n\nSo.\n\n### New 11\n\nSo.\n\n")
    assert done == (HEAD + wanted).replace("\n", ending)
    assert [story.title for story in read_issue(done, path="x.md").stories] == ["New 10", "New 11", "C"]


def test_an_address_at_the_end_of_a_file_without_a_last_line_end() -> None:
    text = f"{HEAD}## A\n\n{STORY}\n{URL}"

    done = with_stories(read_issue(text, path="x.md"), {16: "### New\n"})

    assert done == f"{HEAD}## A\n\n{STORY}\n### New"
