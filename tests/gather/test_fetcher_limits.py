"""Servers that are broken or hostile cost little time and memory, and only their own feed."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator

import brotli
import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gather.asked import ask, ask_beside_others
from tests.gather.making import rss, source
from tests.support.http import Page, Site, serving

GIGABYTE = 1_000_000_000
BODY = rss(*(f"Number {number}" for number in range(100)))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def gzip_bomb() -> bytes:
    """The same block of a megabyte, packed once, a thousand times."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(GIGABYTE // 1000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + block * 1000


def brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(bytes(10_000_000)) for _ in range(100)), packer.finish()])


def zstd_bomb() -> bytes:
    packer = zstd.ZstdCompressor(level=1)
    return b"".join([*(packer.compress(bytes(10_000_000)) for _ in range(100)), packer.flush()])


PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}


@pytest.mark.parametrize("encoding", PACKERS)
def test_every_usual_packing_is_undone(site: Site, encoding: str) -> None:
    page = Page(encoded=PACKERS[encoding](BODY), encoding=encoding)
    assert ask(source(site.add("/feed", page)))["example"].body == BODY


ASK_AND_MEASURE = """
import json, re, resource, sys, time
from pathlib import Path
from tests.gather.asked import ask
from tests.gather.making import source

def peak():
    # On Linux ru_maxrss also counts the process that started this one.
    if sys.platform == "linux":
        return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

ask(source(sys.argv[1], id="warm"))
before, started = peak(), time.process_time()
answer = ask(source(sys.argv[2]))["example"]
print(json.dumps({"problem": answer.problem, "body": len(answer.body), "grown": peak() - before,
                  "cpu_s": time.process_time() - started}))
"""


@pytest.mark.parametrize(("bomb", "encoding"), [(gzip_bomb, "gzip"), (brotli_bomb, "br"), (zstd_bomb, "zstd")])
def test_a_bomb_of_a_gigabyte_is_refused_cheaply(site: Site, bomb: object, encoding: str) -> None:
    assert callable(bomb)
    packed = bomb()
    assert len(packed) < 2_000_000
    warm, feed = site.add("/warm", Page(BODY)), site.add("/bomb", Page(encoded=packed, encoding=encoding))
    done = subprocess.run([sys.executable, "-c", ASK_AND_MEASURE, warm, feed], check=True, timeout=60,
                          capture_output=True, text=True)  # fmt: skip
    found = json.loads(done.stdout)

    assert (found["problem"], found["body"]) == ("127.0.0.1: is larger than 15 MB", 0)
    assert found["grown"] < 60_000_000
    assert found["cpu_s"] < 5


def test_a_bomb_costs_only_its_own_feed(site: Site) -> None:
    page = Page(encoded=gzip.compress(bytes(30_000_000)))
    answer = ask_beside_others(site, source(site.add("/feed", page)), max_mb=1.0)
    assert answer.problem == "127.0.0.1: is larger than 1 MB"
    assert answer.hint == "raise max_mb under [gather] in digest.toml"


def test_a_body_that_never_ends_is_broken_off(site: Site) -> None:
    answer = ask_beside_others(site, source(site.add("/feed", Page(endless=b"<item>" * 5000))), max_mb=1.0)
    assert answer.problem == "127.0.0.1: is larger than 1 MB"
    assert site.asked("/feed")[0].sent < 20_000_000


def test_a_body_that_is_announced_too_large_is_not_transferred(site: Site) -> None:
    answer = ask_beside_others(site, source(site.add("/feed", Page(BODY, length=GIGABYTE))), max_mb=1.0)
    assert answer.problem == "127.0.0.1: is larger than 1 MB"


def test_a_body_just_within_the_limit_is_taken(site: Site) -> None:
    sizes = {"within": 1_000_000, "over": 1_000_001}
    feeds = [source(site.add(f"/{name}", Page(b"<" * size)), id=name) for name, size in sizes.items()]
    assert {name: answer.kind for name, answer in ask(*feeds, max_mb=1.0).items()} == {
        "within": "body",
        "over": "failed",
    }


@pytest.mark.parametrize(
    "page",
    [
        Page(BODY, drip_s=0.02),
        Page(raw=HEAD + b"X-Slow: " + b"x" * 500, drip_s=0.02),
        Page(BODY, delay_s=2.0),
        Page(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n<\r\n" * 500, drip_s=0.02),
    ],
    ids=["body", "headers", "silence", "chunks"],
)
def test_a_feed_that_drips_is_given_up_in_time(site: Site, page: Page) -> None:
    answer = ask_beside_others(site, source(site.add("/feed", page)), total_timeout_s=0.5)
    assert answer.problem == "127.0.0.1: no complete answer within 0.5 s"
    assert answer.seconds < 5


NO_HTTP = "answers with something that is not HTTP, or far too long"
PACKED = gzip.compress(BODY)
JUNK = {
    "nothing": (b"", "the answer broke off"),
    "HTTP/0.9": (BODY, NO_HTTP),
    "no protocol at all": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", NO_HTTP),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-Ty", "the answer broke off"),
    "a number that is none": (b"HTTP/1.1 two hundred\r\n\r\n", NO_HTTP),
    "a header of a megabyte": (HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n",
                               NO_HTTP),
    "ten thousand headers": (HEAD + b"X: y\r\n" * 10_000 + b"\r\n",
                             NO_HTTP),
    "a body shorter than announced": (HEAD + b"Content-Length: 9999\r\n\r\n" + BODY[:50], "the answer broke off"),
    "a length that is no number": (HEAD + b"Content-Length: many\r\n\r\n" + BODY,
                                   NO_HTTP),
    "two lengths": (HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + BODY,
                    NO_HTTP),
    "a chunk of bad size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY, NO_HTTP),
    "chunks that break off": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n<rss", "the answer broke off"),
    "gzip that is none": (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
                          "the answer is packed wrongly"),
    "gzip packed twice": (HEAD + b"Content-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(PACKED),
                          "packs its answer in a way that digest does not read (gzip, gzip)"),
    "gzip twice on two lines": (HEAD + b"Content-Encoding: gzip\r\n" * 2 + b"\r\n" + gzip.compress(PACKED),
                                "packs its answer in a way that digest does not read (gzip, gzip)"),
    "a packing that nobody knows": (HEAD + b"Content-Encoding: snappy\x1b[31m\r\n\r\n\xff\x06\x00\x00sNaPpY",
                                    "packs its answer in a way that digest does not read (snappy31m)"),
}  # fmt: skip


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_told_apart_and_costs_only_its_own_feed(site: Site, junk: str) -> None:
    raw, problem = JUNK[junk]
    answer = ask_beside_others(site, source(site.add("/feed", Page(raw=raw))))
    assert (answer.kind, answer.problem, answer.body) == ("failed", f"127.0.0.1: {problem}", b"")


@pytest.mark.parametrize("said", ["utf-8", "none", "identity", "ISO-8859-1", "gzip, identity"])
def test_a_packing_that_was_named_but_not_used_does_no_harm(site: Site, said: str) -> None:
    raw = HEAD + f"Content-Encoding: {said}\r\n\r\n".encode() + b"\xef\xbb\xbf" + BODY
    assert ask_beside_others(site, source(site.add("/feed", Page(raw=raw)))).body == b"\xef\xbb\xbf" + BODY


def test_what_follows_a_body_is_not_taken_for_the_next_answer(site: Site) -> None:
    """A length that is too short leaves bytes on the line; the next feed of that host must not read them."""
    answer = ask_beside_others(site, source(site.add("/feed", Page(BODY, length=20))))
    assert answer.kind == "failed" or answer.body == BODY[:20]  # as the pieces come in


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_packed_body_that_breaks_off_never_passes_for_a_whole_one(site: Site, encoding: str) -> None:
    """What is there may be used (the reader sees that the document has no end); it must be a part of the truth."""
    half = PACKERS[encoding](BODY)[:-40]
    feed = source(site.add("/feed", Page(encoded=half, encoding=encoding)))
    answer = ask_beside_others(site, feed, total_timeout_s=2.0)
    assert answer.kind == "failed" or (BODY.startswith(answer.body) and answer.body != BODY)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: HEAD + tail)
       | st.binary(max_size=200).map(lambda tail: HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + tail)
       | st.binary(max_size=200).map(lambda tail: HEAD + b"Content-Encoding: gzip\r\n\r\n" + PACKED[:30] + tail)
       | st.binary(max_size=200).map(lambda tail: b"HTTP/1.1 301 -\r\nLocation: " + tail + b"\r\n\r\n"))  # fmt: skip
def test_no_bytes_make_the_fetcher_fail(site: Site, raw: bytes) -> None:
    answer = ask(source(site.add("/feed", Page(raw=raw))), total_timeout_s=2.0)["example"]
    assert answer.kind in {"body", "failed", "paused"}
    assert bool(answer.problem) == (answer.kind == "failed")
