"""fetch, draft, render, check, preview and build, as an editor meets them."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.model import UNSUBSCRIBE_MARK
from tests.support.cli import digest, digest_process
from tests.support.http import Page, serving
from tests.support.project import CONFIG, ITEMS, NEXT_WEEK, NOW, item, make_project, rss, snapshot

ISSUE = "2026-W47"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "brief")


def issue_file(root: Path, name: str = ISSUE) -> Path:
    return root / "issues" / f"{name}.md"


def test_build_ends_with_a_table_of_sections_and_the_four_files(root: Path) -> None:
    ran = digest("build", root=root, now=NOW)

    assert ran.code == 0
    assert ran.lines[0].split("\t") == ["Section", "Stories", "First"]
    paths = re.findall(r"^(build/\S+)  [\d,]+ bytes$", ran.out, re.MULTILINE)
    assert paths == [f"build/{ISSUE}/{name}" for name in ("email.html", "email.txt", "email.eml", "index.html")]
    assert all((root / path).stat().st_size for path in paths)
    assert "1 source: 1 read; 3 new entries" in ran.err
    assert f"next: edit issues/{ISSUE}.md" in ran.err


def test_build_shows_a_person_a_table_and_a_pipe_plain_lines(root: Path) -> None:
    assert "\t" not in digest("build", root=root, now=NOW, terminal=True).out
    assert "\x1b" not in digest_process("build", "--now", NOW, cwd=root).out


def test_build_gives_one_json_object(root: Path) -> None:
    data = digest("build", "--json", root=root, now=NOW).json

    assert data["issue"] == ISSUE
    assert data["stories"] == 3
    assert data["fetch"]["new"] == 3
    assert data["draft"]["outcome"] == "written"
    assert {path.rpartition("/")[2] for path in data["files"]} == {"email.html", "email.txt", "email.eml", "index.html"}


def test_what_is_built_is_whole_and_shows_no_placeholder(root: Path) -> None:
    digest("build", root=root, now=NOW)
    folder = root / "build" / ISSUE
    message = message_from_bytes((folder / "email.eml").read_bytes(), policy=policy.default)

    assert not message.defects
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for name in ("email.html", "email.txt", "email.eml", "index.html"):
        text = (folder / name).read_text("utf-8")
        assert UNSUBSCRIBE_MARK not in text
    assert "mailto:trial@example.org?subject=unsubscribe" in (folder / "email.html").read_text("utf-8")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (make_project(tmp_path / name) for name in ("one", "two"))
    for root in (one, two):
        assert digest_process("build", "--now", NOW, cwd=root).code == 0

    assert {k: v for k, v in snapshot(one).items() if not k.startswith("state/")} == {
        k: v for k, v in snapshot(two).items() if not k.startswith("state/")
    }


def test_building_again_with_nothing_new_changes_no_file(root: Path) -> None:
    digest("build", root=root, now=NOW)
    before = {k: v for k, v in snapshot(root).items() if not k.startswith("state/")}
    ran = digest("build", root=root, now=NOW)

    assert "nothing new" in ran.err
    assert {k: v for k, v in snapshot(root).items() if not k.startswith("state/")} == before


def test_an_edited_file_is_rendered_and_what_is_new_becomes_a_candidate(root: Path) -> None:
    digest("build", root=root, now=NOW)
    path = issue_file(root)
    edited = path.read_text("utf-8").replace("Wind farms wait nine years", "Wind farms *wait* a decade")
    path.write_text(edited, "utf-8")
    (root / "feeds" / "late.xml").write_text(
        rss(item("A late report on tides", "https://late.example/1"), title="Late")
    )

    ran = digest("build", root=root, now=NOW)

    refreshed = path.read_text("utf-8")
    assert edited.partition("leave it alone\n")[2].rstrip() in refreshed
    assert "### A late report on tides" in refreshed.partition("## Candidates")[2]
    assert "was edited, so only what is new came in: 1 added" in ran.err
    assert "<em>wait</em> a decade" in (root / "build" / ISSUE / "email.html").read_text("utf-8")
    assert "A late report on tides" not in digest("candidates", root=root, now=NOW).out

    digest("draft", root=root, now=NOW)
    assert path.read_text("utf-8") == refreshed


def test_windows_line_ends_of_an_editor_stay(root: Path) -> None:
    digest("draft", root=root, now=NOW)
    path = issue_file(root)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert digest("build", root=root, now=NOW).code == 0
    assert b"\r\n" in path.read_bytes()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text.replace("---\n", "", 1), "expected --- and the issue's name here"),
        (lambda text: text.replace("{#s-", "{#x-", 1), "neither a story's id nor an option"),
        (lambda text: text.replace("issue: 2026-W47", "issue: 2026-W50"), "says it is issue 2026-W50"),
        (lambda text: text + "\n```\nnever closed\n", "is never closed"),
    ],
)
def test_a_half_edited_file_is_refused_with_its_line_and_left_alone(root: Path, damage, says: str) -> None:  # type: ignore[no-untyped-def]
    digest("build", root=root, now=NOW)
    path = issue_file(root)
    broken = damage(path.read_text("utf-8"))
    path.write_text(broken, "utf-8")

    for verb in ("build", "draft", "render", "check"):
        ran = digest(verb, root=root, now=NOW)
        assert ran.code == 1
        assert says in ran.err
        assert re.search(r"issues/2026-W47\.md:\d+: ", ran.err)
        assert "hint: " in ran.err
    assert path.read_text("utf-8") == broken


def test_a_file_that_is_not_utf8_is_refused(root: Path) -> None:
    digest("draft", root=root, now=NOW)
    path = issue_file(root)
    path.write_bytes(path.read_bytes() + b"caf\xe9\n")

    ran = digest("build", root=root, now=NOW)

    assert ran.code == 1
    assert "is not UTF-8" in ran.err


def test_a_broken_template_names_file_and_line_and_leaves_no_half_written_build(root: Path) -> None:
    folder = root / "templates" / "brief"
    folder.mkdir(parents=True)
    (folder / "email.txt").write_text("{{ issue.title }}\n{% if %}\n", "utf-8")

    ran = digest("build", root=root, now=NOW)

    assert ran.code == 1
    assert re.search(r"templates/brief/email\.txt:2: ", ran.err)
    assert not (root / "build" / ISSUE).exists()


def test_a_broken_feed_and_an_unreadable_file_are_named_and_the_rest_goes_on(root: Path) -> None:
    (root / "feeds" / "broken.xml").write_text("<rss><channel><item><title>half", "utf-8")
    (root / "feeds" / "blob.bin").write_bytes(b"\x00\x01\x02" * 40)
    with (root / "feeds" / "feeds.toml").open("a") as file:
        file.write(
            '[[feed]]\nurl = "http://127.0.0.1:9/feed"\nid = "nowhere"\n[[feed]]\npath = "missing.xml"\nid = "gone"\n'
        )
    (root / "digest.toml").write_text(CONFIG + "[gather]\nallow_private = true\n")

    ran = digest("build", root=root, now=NOW)
    strict = digest("fetch", "--all", "--strict", root=root, now=NOW)

    assert ran.code == 0
    for name in ("broken.xml", "blob.bin", "nowhere", "missing.xml"):
        assert name in ran.err
    assert "4 problems" in ran.err
    assert digest("status", "--json", root=root, now=NOW).json["totals"]["seen"] >= 3
    assert strict.code == 3


def test_every_mistake_in_digest_toml_is_told_at_once(root: Path) -> None:
    (root / "digest.toml").write_text('[newsletter]\ntitel = "x"\nfrom = "nobody"\n[isue]\n')

    ran = digest("build", root=root, now=NOW)
    data = digest("build", "--json", root=root, now=NOW)

    assert ran.code == 2
    for place in ("digest.toml:2: newsletter.titel", "digest.toml:3: newsletter.from", "digest.toml:4: isue"):
        assert place in ran.err
    assert 'did you mean "title"?' in ran.err
    assert {problem["line"] for problem in data.json["problems"]} >= {2, 3, 4}


def test_fetch_names_feeds_that_are_not_due_and_asks_them_on_demand(tmp_path: Path) -> None:
    with serving() as site:
        url = site.add("/feed", Page(rss(*ITEMS).encode(), etag='"1"'))
        root = make_project(
            tmp_path / "brief",
            config=CONFIG + "[gather]\nallow_private = true\n",
            feeds=f'[[feed]]\nurl = "{url}"\nname = "Grid Watch"\n',
        )
        first = digest("fetch", root=root, now=NOW)
        soon = digest("fetch", root=root, now="2026-11-18T12:10Z")
        anyway = digest("fetch", "--all", "--json", root=root, now="2026-11-18T12:20Z")

        assert "1 source: 1 read; 3 new entries" in first.out
        assert "not due yet: Grid Watch" in soon.err
        assert "0 new entries" in soon.out
        assert anyway.json["sources"][0]["outcome"] == "unchanged"
        assert [request.status for request in site.requests] == [200, 304]


def test_a_feed_whose_address_changes_is_read_anew(tmp_path: Path) -> None:
    with serving() as site:
        one = site.add("/one", Page(rss(*ITEMS).encode(), etag='"1"'))
        two = site.add("/two", Page(rss(*ITEMS[:1]).encode(), etag='"1"'))
        root = make_project(
            tmp_path / "brief",
            config=CONFIG + "[gather]\nallow_private = true\n",
            feeds=f'[[feed]]\nid = "grid"\nurl = "{one}"\n',
        )
        digest("fetch", root=root, now=NOW)
        (root / "feeds" / "feeds.toml").write_text(f'[[feed]]\nid = "grid"\nurl = "{two}"\n')
        digest("fetch", root=root, now=NOW)

        assert "if-none-match" not in site.asked("/two")[0].headers


def test_draft_shows_what_it_would_write_and_why(root: Path) -> None:
    digest("fetch", root=root, now=NOW)
    before = snapshot(root)
    dry = digest("draft", "--dry-run", root=root, now=NOW)

    assert "+### Wind farms wait nine years for a cable" in dry.out
    assert {k: v for k, v in snapshot(root).items() if "state/" not in k} == {
        k: v for k, v in before.items() if "state/" not in k
    }
    explained = digest("draft", "--explain", root=root, now=NOW).out
    assert re.search(r"^\d\.\d\d\t\tWind farms", explained, re.MULTILINE)
    assert re.search(r"^\t\+\d\.\d\d\ttold by ", explained, re.MULTILINE)


def test_an_issue_of_another_name_is_refused_with_the_ones_there_are(root: Path) -> None:
    digest("build", root=root, now=NOW)

    ran = digest("render", "2026-W99", root=root, now=NOW)

    assert ran.code == 2
    assert "there is no issue 2026-W99" in ran.err
    assert ISSUE in ran.err
    assert digest("draft", "2031-W01", root=root, now=NOW).code == 2
    assert digest("draft", "2026-W48", root=root, now=NOW).code == 0


def test_rendering_before_there_is_an_issue_says_what_to_do(root: Path) -> None:
    ran = digest("render", root=root, now=NOW)

    assert ran.code == 1
    assert "digest draft" in ran.err


def test_a_deleted_issue_file_is_written_again(root: Path) -> None:
    digest("build", root=root, now=NOW)
    text = issue_file(root).read_text("utf-8")
    issue_file(root).unlink()

    assert digest("render", root=root, now=NOW).code == 1
    digest("draft", root=root, now=NOW)
    assert issue_file(root).read_text("utf-8") == text


def test_an_unfinished_issue_stays_in_work_for_one_more_period_and_no_longer(root: Path) -> None:
    digest("build", root=root, now=NOW)

    assert digest("draft", "--json", root=root, now="2026-11-23T09:00Z").json["issue"] == ISSUE
    assert digest("draft", "--json", root=root, now="2026-12-03T09:00Z").json["issue"] == "2026-W49"


def test_check_exits_with_4_if_something_blocks(root: Path) -> None:
    (root / "digest.toml").write_text(CONFIG.replace('block = ["embargo"]', 'block = ["todo"]'))
    digest("build", root=root, now=NOW)
    path = issue_file(root)
    path.write_text(path.read_text("utf-8").replace("## Next week", "TODO: a closing word\n\n## Next week"), "utf-8")

    ran = digest("check", root=root, now=NOW)
    data = digest("check", "--json", root=root, now=NOW)

    assert ran.code == data.code == 4
    assert re.search(r"blocks  issues/2026-W47\.md:\d+: todo: ", ran.out)
    assert data.json["blocked"] is True
    assert digest("build", root=root, now=NOW).code == 0, "build reports; approve and send block"
    refused = digest("approve", "--by", "A. Editor", "--json", root=root, now=NOW)
    assert refused.code == 4
    assert refused.json["findings"][0]["rule"] == "todo"


EMBARGOED = """\
---
title: The tide tables are wrong
date: 2026-11-18
organisation: Harbour Office
embargo: 2026-11-20 00:01
url: https://harbour.example/tides
---

The tables printed since 1998 are forty minutes out. The office will print new ones.
"""


def test_an_embargo_is_kept_whatever_the_editor_does(root: Path) -> None:
    (root / "feeds" / "tides.md").write_text(EMBARGOED, "utf-8")
    built = digest("build", "--json", root=root, now=NOW).json
    path = issue_file(root)

    assert built["fetch"]["held"] == 1
    assert "tide tables" not in path.read_text("utf-8")
    pasted = "### Tides\n\nWrong.\n\nSources:\n\n- [Harbour Office](https://harbour.example/tides?utm_source=x)\n\n"
    path.write_text(path.read_text("utf-8").replace("## Next week", pasted + "## Next week"), "utf-8")
    before = {k: v for k, v in snapshot(root).items() if k.startswith("build/")}
    for words in (["build"], ["render"], ["check"], ["approve", "--by", "A"], ["preview", "--no-open"]):
        ran = digest(*words, root=root, now=NOW)
        assert ran.code == 4, words
        assert "under embargo until 2026-11-20 00:01 UTC" in ran.err + ran.out
    assert {k: v for k, v in snapshot(root).items() if k.startswith("build/")} == before
    assert digest("approve", "--by", "A", root=root, now="2026-11-20T00:02Z").code == 0


def test_a_week_without_news_is_an_issue_that_says_so(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief", feeds="")

    ran = digest("build", root=root, now=NOW)
    refused = digest("approve", "--by", "A", root=root, now=NOW)

    assert ran.code == 0
    assert "0 stories" in ran.out
    assert refused.code == 4
    assert "there is no story and no introduction" in refused.err


def test_preview_renders_and_opens_nothing_in_a_pipe(root: Path) -> None:
    digest("fetch", root=root, now=NOW)
    digest("draft", root=root, now=NOW)
    ran = digest("preview", root=root, now=NOW)

    assert ran.code == 0
    assert f"build/{ISSUE}/email.html" in ran.out
    assert digest("preview", "--page", "--json", root=root, now=NOW).json["issue"] == ISSUE


def test_pictures_of_the_editor_are_copied_beside_the_page(root: Path) -> None:
    digest("build", root=root, now=NOW)
    path = issue_file(root)
    path.write_text(
        path.read_text("utf-8").replace("## Next week", "![A quay](images/quay.png)\n\n## Next week"), "utf-8"
    )

    missing = digest("render", root=root, now=NOW)
    (root / "issues" / "images").mkdir()
    (root / "issues" / "images" / "quay.png").write_bytes(b"\x89PNG")
    ran = digest("render", root=root, now=NOW)

    assert missing.code == 1
    assert "images/quay.png is not there" in missing.err
    assert ran.code == 0, ran.err
    assert (root / "build" / ISSUE / "images" / "quay.png").read_bytes() == b"\x89PNG"


def test_next_weeks_draft_has_what_was_passed_over(root: Path) -> None:
    (root / "digest.toml").write_text(CONFIG + "[issue]\nmax_stories = 2\n")
    digest("build", root=root, now=NOW)
    assert digest("approve", "--by", "A", root=root, now=NOW).code == 0
    assert digest("publish", root=root, now=NOW).code == 0

    second = digest("build", "--json", root=root, now=NEXT_WEEK).json

    assert (second["issue"], second["stories"]) == ("2026-W48", 1)
    totals = digest("status", "--json", root=root, now=NEXT_WEEK).json["totals"]
    assert (totals["used"], totals["eligible"]) == (2, 1)


def test_a_dry_run_says_that_there_is_nothing_new_for_an_edited_file(root: Path) -> None:
    digest("build", root=root, now=NOW)
    path = issue_file(root)
    path.write_text(path.read_text("utf-8").replace("Wind farms wait", "Wind farms queue"), "utf-8")

    ran = digest("draft", "--dry-run", root=root, now=NOW)

    assert "was edited; there is nothing new for it" in ran.out
    assert "+###" not in ran.out
