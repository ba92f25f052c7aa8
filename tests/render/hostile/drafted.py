# ruff: noqa: E501  what is nasty is long
"""The hostile entries on their way through digest: from a feed or a file to a draft, and the stories in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path
from xml.sax.saxutils import escape as xml_escape

from digest import pipeline
from digest.edit.issuefile import read_issue
from digest.model import Entry, Issue, IssueSection, IssueStory
from digest.project import Project, open_project
from digest.store import entries
from tests.render.hostile.nasty import PICTURES, Nasty
from tests.support.project import at

CONFIG = """\
[newsletter]
title = "The Trial"
from = "The Trial <trial@example.org>"
url = "https://trial.example/brief/"
address = "1 Example Square, London"

[issue]
max_stories = 500
max_per_source = 500
max_candidates = 5000

[[section]]
title = "World"

[check]
block = ["embargo"]
"""
_NOW = at(18, 12)
_NO_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 §2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way into digest: the files that hold the entries. ``keeps``: whether all of an entry gets through to it."""

    name: str
    files: Callable[[Iterable[Nasty]], Mapping[str, bytes]]


def _xml(text: str) -> str:
    return xml_escape(text).encode("utf-8", "surrogatepass").decode("utf-8", "ignore")


def _rss(some: Iterable[Nasty]) -> Mapping[str, bytes]:
    """Two feeds: what no XML may hold would spoil the rest."""
    feeds: dict[str, list[str]] = {"sound": [], "broken": []}
    for one in some:
        item = (
            f"<item><title>{_xml(_xml(one.headline))}</title><link>{_xml(one.address)}</link><guid>{one.name}</guid>"
            f"<pubDate>Tue, 17 Nov 2026 09:00:00 GMT</pubDate><description>{_xml(one.body)}</description>"
            f'<media:content url="{PICTURES}/lead.png" medium="image" width="640" height="480"/></item>'
        )
        feeds["broken" if _NO_XML.search(one.headline + one.body + one.address) else "sound"].append(item)
    head = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>{}</title><link>https://source.example/</link>'
    return {
        f"feeds/{name}.xml": (head.format(name) + "".join(items) + "</channel></rss>").encode("utf-8", "ignore")
        for name, items in feeds.items()
    }


def _json(some: Iterable[Nasty]) -> Mapping[str, bytes]:
    """A JSON Feed, which can hold everything."""
    items = [
        {"id": one.name, "url": one.address, "title": one.headline, "content_html": one.body,
         "date_published": "2026-11-17T09:00:00Z", "image": f"{PICTURES}/lead.png"}
        for one in some
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Made up", "items": items}
    return {"feeds/made.json": json.dumps(feed).encode()}


def _pages(some: Iterable[Nasty]) -> Mapping[str, bytes]:
    return {
        f"feeds/{one.name}.html": (
            f'<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(one.headline)}</title>'
            f'<link rel=canonical href="{escape(one.address)}"><meta property="og:image" content="{PICTURES}/lead.png">'
            f'<meta property="article:published_time" content="2026-11-17T09:00:00Z"></head><body><main><article>'
            f"<h1>{escape(one.headline)}</h1>{one.body}</article></main></body></html>"
        ).encode("utf-8", "surrogatepass")
        for one in some
    }  # fmt: skip


def _notes(some: Iterable[Nasty]) -> Mapping[str, bytes]:
    return {
        f"feeds/{one.name}.md": (
            f"---\ntitle: {json.dumps(one.headline)}\nurl: {json.dumps(one.address)}\ndate: 2026-11-17\n"
            f"image: {PICTURES}/lead.png\n---\n\n{one.body}\n"
        ).encode("utf-8", "surrogatepass")
        for one in some
    }


def _mails(some: Iterable[Nasty]) -> Mapping[str, bytes]:
    return {f"feeds/{one.name}.eml": _mail(one) for one in some}


def _mail(one: Nasty) -> bytes:
    message = EmailMessage(policy=SMTP)
    title = " ".join(re.sub("[\ud800-\udfff]", "\ufffd", one.headline).splitlines())
    message["From"] = "Press <press@source.example>"
    message["To"] = "desk@trial.example"
    message["Date"] = "Tue, 17 Nov 2026 09:00:00 +0000"
    message["Subject"] = title.replace("\r", " ").replace("\n", " ")
    message["Message-ID"] = f"<{one.name}@source.example>"
    message.set_content(re.sub("[\ud800-\udfff]", "\ufffd", one.body), subtype="html", cte="base64")
    return message.as_bytes()


WAYS = {
    "rss": Way(name="rss", files=_rss),
    "json": Way(name="json", files=_json),
    "html": Way(name="html", files=_pages),
    "md": Way(name="md", files=_notes),
    "eml": Way(name="eml", files=_mails),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft and what is known of its entries."""

    root: Path
    issue: Issue
    entries: Mapping[str, Entry]
    problems: tuple[str, ...]

    @property
    def stories(self) -> Iterator[tuple[str, IssueStory]]:
        """A story for each entry: the draft's own, or one as an editor would make it of a source named in another."""
        told = [*self.issue.stories, *self.issue.candidates, *self.issue.next_week]
        led = {story.sources[0].entry_id: story for story in told if story.sources}
        refs = {ref.entry_id: (ref, story) for story in told for ref in story.sources if ref.entry_id}
        for entry_id, (ref, story) in sorted(refs.items(), key=lambda item: str(item[0])):
            own = led.get(entry_id) or IssueStory(
                id=None, title=story.title, summary=story.summary, sources=(replace(ref, also=False),)
            )
            yield str(entry_id), own


def write(root: Path, files: Mapping[str, bytes]) -> Path:
    """A newsletter whose only sources are these files."""
    for name, data in {"digest.toml": CONFIG.encode(), "feeds/feeds.toml": b"", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


@contextmanager
def drafted(root: Path, some: Iterable[Nasty], way: Way) -> Iterator[tuple[Project, Drafted]]:
    """The entries fetched and drafted that way."""
    with open_project(write(root, way.files(some))) as project:
        problems = [
            problem.message
            for fetched in pipeline.fetch(project, now=_NOW)
            for problem in fetched.reading.problems
        ]  # fmt: skip
        pipeline.draft(project, now=_NOW)

        (path,) = (root / "issues").glob("*.md")
        issue = read_issue(path.read_text("utf-8"), path=path.name).issue
        told = [*issue.stories, *issue.candidates, *issue.next_week]
        ids = sorted({ref.entry_id for story in told for ref in story.sources if ref.entry_id})
        with project.store.read() as connection:
            known = {entry.id: entry for entry in entries.by_ids(connection, ids)}
        yield project, Drafted(root=root, issue=issue, entries=known, problems=tuple(problems))


def alone(issue: Issue, story: IssueStory, *options: str) -> Issue:
    """An issue of one story."""
    return replace(
        issue,
        intro="",
        sections=(IssueSection(title="World", stories=(replace(story, options=frozenset(options)),)),),
        next_week=(),
        candidates=(),
    )


def pasted(one: Nasty) -> str:
    """An issue file whose editor put the same everywhere, and saw nothing wrong with it."""
    line = " ".join(one.headline.split()) or "…"
    body = one.body
    return (
        f"---\nissue: 2026-W47\ntitle: {line}\nsubject: {line}\npreheader: {line}\n---\n\n{body[:20_000]}\n\n## {line}\n\n"
        f"{body[:20_000]}\n\n### {line}\n\n{body}\n\nWhy it matters: {line}\n{body[:5_000]}\n\nSources:\n\n"
        f"- [{line}]({one.address}), {line}\n- also [{line}]({one.address}/2), {line}\n- {line}\n"
    )
