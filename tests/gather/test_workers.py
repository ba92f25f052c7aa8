"""Processes that read feeds: the same result as reading here, and none of them is ever needed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest.gather.feeds.feed import read_feed
from digest.gather.feeds.workers import Job, Workers
from tests.gather.making import LONDON, NOW, rss, source


def job(*titles: str) -> Job:
    return Job(body=rss(*titles), source=source(), url="https://example.org/feed", content_type=None, now=NOW,
               zone=LONDON, news_from=None)  # fmt: skip


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers(2)
    yield found
    found.close()


def test_a_process_reads_what_would_be_read_here(workers: Workers) -> None:
    jobs = [job(f"First {number}", f"Second {number}") for number in range(6)]
    read = [one.result() for one in [workers.submit(one) for one in jobs]]
    assert read == [one.do() for one in jobs]
    assert read[5] == read_feed(jobs[5].body, source=source(), url=jobs[5].url, content_type=None, now=NOW, zone=LONDON)


def test_what_gives_no_feed_is_a_problem_there_too(workers: Workers) -> None:
    nothing = workers.submit(replace(job("None"), body=b"no feed"))
    assert nothing.result().problem is not None


def test_a_process_that_dies_costs_no_feed(workers: Workers) -> None:
    assert workers.submit(job("Before")).result().entries
    for process in workers.processes:
        process.send_signal(signal.SIGKILL)
        process.wait()
    after = [workers.submit(job(f"After {number}")) for number in range(4)]
    assert [one.result().entries[0].title for one in after] == [f"After {number}" for number in range(4)]


def test_closing_ends_the_processes() -> None:
    found = Workers(2)
    found.submit(job("One")).result()
    found.close()
    assert [process.poll() for process in found.processes] == [0, 0]
