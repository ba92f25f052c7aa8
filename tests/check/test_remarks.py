"""What a finding shows of the mail fits a line; nothing that is found is left out."""

from __future__ import annotations

from digest.check.html.markup import nesting
from digest.check.remarks import shortened
from tests.check.htmlmails import letter


def test_a_long_text_is_cut_to_one_line() -> None:
    assert shortened("a\n b" * 40, 10) == "a ba ba b…"


def test_a_rule_tells_every_place_for_a_listing_folds_them_and_a_program_wants_them_all() -> None:
    assert len(list(nesting(letter("<i>" * 50)))) == 50
