"""What readers had comes back only if the editor says so: three issues through the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.cli import digest
from tests.support.project import CONFIG, item, make_project, rss

pytestmark = pytest.mark.usefixtures("in_each_database")

WEEKS = {
    "2026-W47": "2026-11-18T12:00Z",
    "2026-W48": "2026-11-25T12:00Z",
    "2026-W49": "2026-12-02T12:00Z",
}
W47, W48, W49 = WEEKS
BLOCKING = CONFIG.replace('block = ["embargo"]', 'block = ["embargo", "repeat"]').replace(
    "from =", 'url = "https://trial.example/brief/"\nfrom ='
)

CAP = (
    "Ofgate sets the price cap at £1,720 a year from January, £90 more than now. Charities in Marlow had asked for a "
    "delay of a year, and Ofgate said that it could not wait."
)
STRIKE = (
    "The Ofwall union began a strike over night shifts in Corran. The port authority of Corran lost £31,000 a day, and "
    "the ferry to Selby stayed in harbour."
)
SETTLED = (
    "Members of the Ofwall union voted to end the strike over night shifts at Corran harbour after two weeks. The "
    "ferry to Selby sails again, the port authority said."
)
WHALES = "Two grey whales swam north past the lighthouse of Elm Point. Nobody had seen one there for forty years."
SEA = "A harbour town heats two thousand homes with sea water. The pump was built in a disused fish market."

FIRST = (
    item("Ofgate sets price cap at £1,720", "https://gridwatch.example/cap", text=CAP, day=16),
    item("Strike shuts Corran harbour", "https://gridwatch.example/strike", text=STRIKE, day=17),
    item("Whales seen off Elm Point", "https://gridwatch.example/whales", text=WHALES, day=15),
)
BAKERY = item(
    "A bakery sells bread of acorns",
    "https://gridwatch.example/bread",
    text="Elm Street queues for loaves of chestnuts and acorns. The baker learned it from her aunt.",
    day=23,
)


def path(root: Path, name: str) -> Path:
    return root / "issues" / f"{name}.md"


def text(root: Path, name: str) -> str:
    return path(root, name).read_text("utf-8")


def edit(root: Path, name: str, old: str, new: str) -> None:
    assert text(root, name).count(old) == 1
    path(root, name).write_text(text(root, name).replace(old, new), "utf-8")


def feed(root: Path, *items: str) -> None:
    (root / "feeds" / "grid.xml").write_text(rss(*items), "utf-8")


def draft(root: Path, name: str) -> str:
    assert digest("fetch", root=root, now=WEEKS[name]).code == 0
    assert digest("draft", root=root, now=WEEKS[name]).code == 0
    return text(root, name)


def send_out(root: Path, name: str) -> None:
    for verb in (("approve", "--by", "E"), ("publish",)):
        done = digest(*verb, root=root, now=WEEKS[name])
        assert done.code == 0, done.err


def started(tmp_path: Path, *items: str, config: str = BLOCKING) -> Path:
    """A newsletter whose first issue is out."""
    root = make_project(tmp_path, config=config)
    feed(root, *(items or FIRST))
    draft(root, W47)
    send_out(root, W47)
    return root


def sections(issue: str) -> str:
    """What of an issue file is printed."""
    return issue.partition("## Next week")[0]


def block(issue: str, title: str) -> str:
    """A story of an issue file."""
    found = re.search(rf"^### {re.escape(title)}.*?(?=^##|\Z)", issue, re.MULTILINE | re.DOTALL)
    assert found
    return found.group()


def move_up(root: Path, name: str, title: str, *, options: str = "") -> None:
    """Move a story to the first section, as an editor would, and give it options."""
    whole = text(root, name)
    one = block(whole, title)
    marked = one.replace("}", f"{options}}}", 1)
    heading = re.search(r"^## .*\n", whole, re.MULTILINE)
    assert heading
    rest = whole.replace(one, "")
    path(root, name).write_text(rest.replace(heading.group(), f"{heading.group()}\n{marked}", 1), "utf-8")


AGAIN = {
    "the same address": item(
        "Ofgate's price cap is £1,720", "http://www.gridwatch.example/cap/#", text=CAP + " Really.", day=23
    ).replace("<guid>http://www.gridwatch.example/cap/#", "<guid>tag:gridwatch.example,2026:again"),
    "with tracking": item(
        "Ofgate sets price cap at £1,720",
        "https://gridwatch.example/cap?utm_source=feed&utm_medium=rss",
        text=CAP,
        day=23,
    ),
    "another address": item("Ofgate sets price cap at £1,720", "https://courier.example/news/812", text=CAP, day=23),
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_the_same_item_is_kept_out_and_recalled_at_the_end(tmp_path: Path, again: str) -> None:
    root = started(tmp_path)
    feed(root, again, BAKERY)
    issue = draft(root, W48)

    assert "price cap" not in sections(issue)
    recalled = block(issue, "Ofgate")
    assert issue.index(recalled) > issue.index("## Candidates")
    assert f"<!-- Ran in {W47} (not printed). To print it as an update, move it up and write .update" in recalled
    assert f" as “Ofgate sets price cap at £1,720” in {W47}\n-->" in recalled
    assert "Ofgate sets the price cap at £1,720 a year" in recalled
    assert digest("draft", root=root, now=WEEKS[W48]).code == 0
    assert text(root, W48) == issue


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_moved_up_it_blocks_until_it_is_marked_and_is_printed_with_a_link(tmp_path: Path, again: str) -> None:
    root = started(tmp_path)
    feed(root, again, BAKERY)
    draft(root, W48)
    move_up(root, W48, "Ofgate")
    refused = digest("approve", "--by", "E", root=root, now=WEEKS[W48])

    assert refused.code == 4
    assert f"ran in {W47}" in refused.out + refused.err
    before = re.search(r"### Ofgate.*\{#(s-[0-9a-f]+)\}", text(root, W47))
    assert before
    head = block(text(root, W48), "Ofgate").splitlines()[0]
    edit(root, W48, head, head.replace("}", " .update}"))
    assert digest("render", root=root, now=WEEKS[W48]).code == 0
    built = root / "build" / W48
    link = f"https://trial.example/brief/{W47}/#{before.group(1)}"
    mail = (built / "email.html").read_text("utf-8")
    assert re.search(rf'<a [^>]*href="{re.escape(link)}"[^>]*>Update to issue 1</a>', mail)
    plain = (built / "email.txt").read_text("utf-8")
    assert "\nUpdate to issue 1 [1]\n" in plain
    assert f"\n[1] {link}\n" in plain
    page = (built / "index.html").read_text("utf-8")
    assert f'<a href="../{W47}/index.html#{before.group(1)}">Update to issue 1</a>' in page
    send_out(root, W48)
    assert f'{link}"&gt;Update to issue 1&lt;' in (root / "build/site/feed.xml").read_text("utf-8").replace(
        "&#34;", '"'
    )
    published = (root / "build/site" / W48 / "index.html").read_text("utf-8")
    assert f'<a href="../{W47}/index.html#{before.group(1)}">Update to issue 1</a>' in published


def test_what_nobody_moved_up_is_not_offered_a_third_time(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(root, AGAIN["another address"], BAKERY)
    draft(root, W48)
    send_out(root, W48)
    feed(root, AGAIN["another address"], BAKERY)
    issue = draft(root, W49)

    assert "Ofgate" not in issue
    told = digest("why", "--json", "https://courier.example/news/812", root=root, now=WEEKS[W49]).json
    assert [(one["state"], one["issue"]) for one in told["entries"]] == [("grouped", W47)]


def test_a_recalled_story_that_is_deleted_stays_away_and_a_refresh_changes_nothing(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(root, AGAIN["another address"], BAKERY)
    recalled = block(draft(root, W48), "Ofgate")
    edit(root, W48, recalled, "")
    kept = text(root, W48)
    assert digest("draft", root=root, now=WEEKS[W48]).code == 0

    assert text(root, W48) == kept


def test_an_update_survives_refreshes(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(root, AGAIN["another address"], BAKERY)
    draft(root, W48)
    move_up(root, W48, "Ofgate", options=" .update")
    edited = text(root, W48)
    feed(
        root,
        AGAIN["another address"],
        BAKERY,
        item("Sea water heats a town", "https://gridwatch.example/sea", text=SEA, day=24),
    )
    first = draft(root, W48)
    second = draft(root, W48)

    assert block(first, "Ofgate") == block(edited, "Ofgate")
    assert "### Sea water heats a town" in first
    assert first == second


def test_what_ran_comes_into_an_edited_file_too(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(root, BAKERY)
    draft(root, W48)
    edit(root, W48, "### A bakery sells bread of acorns", "### Bread of acorns")
    feed(root, BAKERY, AGAIN["another address"])
    told = digest("fetch", root=root, now=WEEKS[W48])
    told = digest("draft", root=root, now=WEEKS[W48])

    assert "an earlier issue had it: see the note" in told.out
    assert f"<!-- Ran in {W47} (not" in block(text(root, W48), "Ofgate")


def test_what_the_editor_dropped_is_not_offered_again(tmp_path: Path) -> None:
    root = make_project(tmp_path, config=BLOCKING)
    feed(root, *FIRST)
    dropped = block(draft(root, W47), "Ofgate")
    edit(root, W47, dropped, "")
    send_out(root, W47)
    feed(root, *AGAIN.values(), BAKERY)
    issue = draft(root, W48)

    assert "Ofgate" not in issue
    assert "bread of acorns" in issue


def test_a_story_that_goes_on_says_so_to_the_editor_and_as_an_update_to_the_readers(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(
        root,
        item("Corran dockers vote to end harbour strike", "https://gridwatch.example/vote", text=SETTLED, day=24),
        BAKERY,
    )
    issue = draft(root, W48)
    own = block(sections(issue), "Corran dockers")

    assert f"<!-- Continues “Strike shuts Corran harbour” in {W47} (not printed). Write .update" in own
    assert "Continues" not in block(issue, "A bakery")
    explained = digest("draft", "--explain", root=root, now=WEEKS[W48]).out
    assert f"continues “Strike shuts Corran harbour” of {W47}: shares " in explained
    assert (
        f"continues “Strike shuts Corran harbour” of {W47}: shares "
        in digest("why", "https://gridwatch.example/vote", root=root, now=WEEKS[W48]).out
    )
    digest("render", root=root, now=WEEKS[W48])
    built = root / "build" / W48
    assert "Continues" not in (built / "email.html").read_text("utf-8")
    head = own.splitlines()[0]
    edit(root, W48, head, head.replace("}", " .update}"))
    send_out(root, W48)
    before = re.search(r"### Strike.*\{#(s-[0-9a-f]+)\}", text(root, W47))
    assert before
    page = (root / "build/site" / W48 / "index.html").read_text("utf-8")
    assert f'<a href="../{W47}/index.html#{before.group(1)}">Update to issue 1</a>' in page
    assert digest("publish", root=root, now=WEEKS[W48]).code == 0


def test_an_update_to_nothing_that_is_known_is_just_one(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(root, BAKERY)
    head = block(draft(root, W48), "A bakery").splitlines()[0]
    edit(root, W48, head, head.replace("}", " .update}"))
    digest("render", root=root, now=WEEKS[W48])

    assert "\nUpdate\n" in (root / "build" / W48 / "email.txt").read_text("utf-8")


JOBS = "\n### Who is hiring {}\n\nTwelve posts this week.\n\nSources:\n\n- [Jobs](https://gridwatch.example/jobs)\n"


@pytest.mark.parametrize("standing", ["", '\n[issue]\nstanding_links = ["https://gridwatch.example/jobs"]\n'])
def test_a_page_the_editor_wrote_down_may_stand_again_only_if_digest_toml_says_so(
    tmp_path: Path, standing: str
) -> None:
    root = make_project(tmp_path, config=BLOCKING + standing)
    feed(root, *FIRST)
    draft(root, W47)
    path(root, W47).write_text(text(root, W47).replace("\n## Next week", JOBS.format("") + "\n## Next week"), "utf-8")
    send_out(root, W47)
    feed(
        root,
        BAKERY,
        item("Jobs of the week", "https://gridwatch.example/jobs", text="Posts in Marlow and Corran.", day=24),
    )
    issue = draft(root, W48)

    assert ("### Jobs of the week" in sections(issue)) is bool(standing)
    assert (f"Ran in {W47}" in issue) is not bool(standing)
    if "### Jobs of the week" not in sections(issue):
        move_up(root, W48, "Jobs of the week")
    done = digest("approve", "--by", "E", root=root, now=WEEKS[W48])
    assert done.code == (0 if standing else 4)


def test_an_update_to_an_update_names_the_newest_issue_that_had_it(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(root, AGAIN["another address"], BAKERY)
    draft(root, W48)
    move_up(root, W48, "Ofgate", options=" .update")
    send_out(root, W48)
    third = item("Ofgate sets price cap at £1,720 | Marlow Post", "https://post.example/cap", text=CAP, day=30)
    feed(root, third, item("Sea water heats a town", "https://gridwatch.example/sea", text=SEA, day=30))
    recalled = block(draft(root, W49), "Ofgate")

    assert f"<!-- Ran in {W48} (not printed)" in recalled
    move_up(root, W49, "Ofgate", options=" .update")
    digest("render", root=root, now=WEEKS[W49])
    before = re.search(r"### Ofgate.*\{#(s-[0-9a-f]+)", text(root, W48))
    assert before
    page = (root / "build" / W49 / "index.html").read_text("utf-8")
    assert f'<a href="../{W48}/index.html#{before.group(1)}">Update to issue 2</a>' in page


def test_a_merged_story_may_be_an_update_by_any_of_its_sources(tmp_path: Path) -> None:
    root = started(tmp_path)
    feed(root, AGAIN["another address"], BAKERY)
    issue = draft(root, W48)
    recalled = block(issue, "Ofgate")
    line = next(line for line in recalled.splitlines() if "{#e-" in line)
    edit(root, W48, recalled, "")
    bakery = block(text(root, W48), "A bakery")
    lines = bakery.rstrip("\n").replace("}", " .update}", 1)
    edit(root, W48, bakery, f"{lines}\n{line.replace('- ', '- also ', 1)}\n\n")
    send_out(root, W48)

    assert ">Update to issue 1</a>" in (root / "build/site" / W48 / "index.html").read_text("utf-8")
