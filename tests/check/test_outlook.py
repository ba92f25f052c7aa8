"""Conditional comments that Outlook reads otherwise than meant are found, each at its line."""

from __future__ import annotations

import pytest

from tests.check.htmlmails import said_of

GHOST = '<table role="presentation"><tr><td>'
BAD = {
    f"\n<!--[if mso]>{GHOST}-->\n<p>a</p>": [2],
    "\n<!--[if !mso]><!-->\n<p>a</p>": [2],
    "<p>a</p>\n<!--<![endif]-->": [2],
    "<p>a</p>\n<![endif]>": [2],
    "\n<!--[if mso]><p>a</p><!-- a note -->\n<p>b</p><![endif]-->": [2, 3],
    "\n<!--[if ms0]><p>a</p><![endif]-->": [2],
    "\n<!-- [if mso]><p>a</p><![endif]-->": [2],
    "\n<!--if mso]><p>a</p><![endif]-->": [2],
    f"<!--[if mso]>\n{GHOST}<![endif]-->\n<p>a</p>\n<!--[if mso]></td></tr><![endif]-->": [2],
    f"<!--[if mso]>{GHOST}<![endif]-->\n<p>a</p>\n<!--[if mso]></td></tr></table></td><![endif]-->": [3],
    "<!--[if mso]>\n<table><tr><td></td></tr></table><![endif]-->": [2],
    f"<!--[if mso]>{GHOST}\n<div></td></tr></table><![endif]-->": [2],
}


@pytest.mark.parametrize(("piece", "lines"), BAD.items(), ids=BAD.keys())
def test_a_bad_conditional_comment_is_found_at_its_line(piece: str, lines: list[int]) -> None:
    assert said_of(piece) == [("outlook", line) for line in lines]
