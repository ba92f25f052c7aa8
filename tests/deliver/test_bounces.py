"""What a mail is: fifty mails as servers and people write them, each with what it must be taken for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.bounces import read_mail
from digest.deliver.severity import severity, status_of

FOLDER = Path(__file__).parent / "bounces"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
WHOLE = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
OURS = "<0123456789abcdef0123456789abcdef.issue@harbour.example>"


def test_every_mail_has_an_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 30


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mail_is_taken_for_what_it_is(name: str, ending: str) -> None:
    raw = (FOLDER / f"{name}.eml").read_bytes().replace(b"\n", ending.encode())
    wanted = EXPECTED[name]

    notice = read_mail(raw)

    assert (notice.kind, notice.severity) == (wanted["kind"], wanted.get("severity")), notice
    if "recipient" in wanted:
        assert wanted["recipient"] in notice.recipients
    if b"Message-ID: <0123" in raw and notice.kind in {"bounce", "complaint"}:
        assert OURS in notice.message_ids
    assert notice.why


@given(st.one_of(
    st.binary(max_size=400),
    st.tuples(st.sampled_from(WHOLE), st.integers(0, 1500), st.integers(0, 60), st.binary(max_size=30)).map(
        lambda cut: cut[0][: cut[1]] + cut[3] + cut[0][cut[1] + cut[2] :]
    ),
))  # fmt: skip
def test_no_bytes_stop_it(raw: bytes) -> None:
    assert read_mail(raw).kind


def test_mails_nested_a_thousand_deep_are_left_to_a_person() -> None:
    assert read_mail(b"Content-Type: message/rfc822\n\n" * 5000).kind == "other"


@pytest.mark.parametrize(
    ("status", "words", "code", "weight"),
    [
        ("5.0.0", "550 5.1.1 no", "5.1.1", "address"),
        ("5.5.0", "550 user unknown", "5.5.0", "address"),
        ("", "451 try later", "4.0.0", "soft"),
        ("5.2.1", "disabled", "5.2.1", "hard"),
        ("5.1.8", "bad sender", "5.1.8", "blocked"),
        ("5.7.1", "your address 5.1.1.1 is on a blocklist", "5.7.1", "blocked"),
        ("", "", "", "hard"),
    ],
)
def test_a_refusal_is_weighed(status: str, words: str, code: str, weight: str) -> None:
    assert status_of(status, words) == code
    assert severity(code, words) == weight
