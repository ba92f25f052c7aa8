"""What a story costs: in the mail, on the page, in the archive, and on the disk."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from digest.disk import shipped
from digest.render.mail import render_mail
from digest.render.page import render_page
from digest.render.templates import Templates
from tests.support.fifty import fifty_entries, fifty_stories
from tests.support.sample import ON, sample_settings

ROOT = Path(__file__).resolve().parents[3]
SMALL, LARGE = 10, 50  # stories of an issue


def rendering(rounds: int) -> dict[str, float]:
    """Microseconds and bytes for each story more, in the mail and on the page of an issue; templates are warm."""
    few, many = (_issue(count, rounds) for count in (SMALL, LARGE))
    told = {name: (many[name] - few[name]) / (LARGE - SMALL) for name in many}
    return told | {"issue_us_render": many["story_us_render"], "issue_mail_bytes": many["story_mail_bytes"]}


def _issue(count: int, rounds: int) -> dict[str, float]:
    issue, entries, settings = fifty_stories(count), fifty_entries(), sample_settings()
    templates = Templates("brief", shipped("templates").parent)
    mail = render_mail(issue, settings=settings, templates=templates, entries=entries, number=12, on=ON)
    page = render_page(issue, settings=settings, templates=templates, entries=entries, number=12, on=ON)

    def both() -> None:
        render_mail(issue, settings=settings, templates=templates, entries=entries, number=12, on=ON)
        render_page(issue, settings=settings, templates=templates, entries=entries, number=12, on=ON)

    return {
        "story_us_render": _median_us(both, rounds),
        "story_mail_bytes": float(len(mail.html.encode()) + len(mail.text.encode())),
        "story_page_bytes": float(len(page.encode())),
    }


def _median_us(run: Callable[[], None], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        begin = time.process_time()
        run()
        took.append(time.process_time() - begin)
    return statistics.median(took) * 1e6


def archive(sizes: tuple[int, int], stories: int = 20) -> dict[str, float]:
    """What an issue more costs the archive: the difference between two histories of tests/bench/archive.py."""
    few, many = (_published(size, stories) for size in sizes)
    more = (sizes[1] - sizes[0]) * stories
    return {
        "story_us_publish": (many["publish_all_cpu_s"] - few["publish_all_cpu_s"]) * 1e6 / more,
        "story_site_bytes": (many["site_mb"] - few["site_mb"]) * 1e6 / more,
        "story_pages": (many["pages"] - few["pages"]) / more,
        "issue_s_publish_one": many["publish_one_cpu_s"],
        "issue_us_publish_one_more": (many["publish_one_cpu_s"] - few["publish_one_cpu_s"])
        * 1e6
        / (sizes[1] - sizes[0]),
    }


def _published(issues: int, stories: int) -> dict[str, float]:
    words = ("--issues", issues, "--stories", stories, "--entries", issues * stories * 5, "--queries", 1, "--json")
    command = [sys.executable, "tests/bench/archive.py", *map(str, words)]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    print(f"{issues} issues: {told}", file=sys.stderr, flush=True)
    return told
