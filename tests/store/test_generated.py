"""What a model answered is kept whole, by what it was asked, whatever becomes of the draft."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.store.database import Store
from digest.store.generated import GeneratedAnswers

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def test_an_answer_is_found_by_its_question_by_another_draft_too(store: Store) -> None:
    GeneratedAnswers(store, now=NOW).update({"a": '["港が料金を上げる。"]', "b": "[]"})
    later = GeneratedAnswers(store, now=NOW)

    assert [later.get(key) for key in "abc"] == ['["港が料金を上げる。"]', "[]", None]


def test_a_new_answer_takes_the_place_of_the_old(store: Store) -> None:
    answers = GeneratedAnswers(store, now=NOW)
    answers.update({"a": "1", "b": "2"})
    answers.update({"a": "3"})
    answers.update({})

    assert [answers.get(key) for key in "ab"] == ["3", "2"]


def test_answers_are_kept_all_or_none(store: Store) -> None:
    answers = GeneratedAnswers(store, now=NOW)
    answers.update({"a": "1"})

    with pytest.raises(UnicodeEncodeError):
        answers.update({"a": "2", "b": "\ud800"})

    assert [answers.get(key) for key in "ab"] == ["1", None]
