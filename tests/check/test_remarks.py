"""The same finding over and over is counted, not printed."""

from __future__ import annotations

from digest.check.galley import Remark
from digest.check.html.markup import nesting
from digest.check.remarks import few, shortened
from tests.check.htmlmails import letter


def remark(line: int, hint: str = "do this") -> Remark:
    return Remark(rule="nesting", part="html", line=line, message=f"fault {line}", hint=hint)


def test_up_to_six_findings_of_a_kind_are_told() -> None:
    six = [remark(line) for line in range(1, 7)]
    assert list(few(six)) == six


def test_of_more_the_sixth_counts_the_others() -> None:
    told = list(few([remark(line) for line in range(1, 10)]))
    assert [one.line for one in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1].message == "and 4 more of the same kind, the next here"


def test_other_kinds_are_told_for_themselves() -> None:
    told = list(few([remark(line, hint) for line in range(1, 6) for hint in ("do this", "do that")]))
    assert len(told) == 10


def test_a_long_text_is_cut_to_one_line() -> None:
    assert shortened("a\n b" * 40, 10) == "a ba ba b…"


def test_a_rule_that_says_the_same_over_and_over_keeps_its_name() -> None:
    assert len(list(nesting(letter("<i>" * 50)))) == 6
    assert nesting.__name__ == "nesting"
    assert nesting.__doc__
