"""Tables that screen readers or Outlook misread are found, each at its line."""

from __future__ import annotations

import pytest

from tests.check.htmlmails import said_of

ZERO = 'cellpadding="0" cellspacing="0" border="0"'
LAYOUT = f'<table role="presentation" {ZERO}>'
ROWS = "".join(
    f"<tr><td>{port}</td><td>{fee}</td></tr>" for port, fee in [("Marl", "12"), ("Oke", "9.5 %"), ("Tay", "1,100")]
)
BAD: dict[str, list[tuple[str, int]]] = {
    f"<table {ZERO}><tr><td>a</td></tr></table>": [("table-role", 1)],
    f'{LAYOUT}<tr><td>\n<table {ZERO}><tr><td>a</td></tr></table></td></tr></table>': [("table-role", 2)],
    f"{LAYOUT}<tr><th>a</th></tr></table>": [("table-role", 1)],
    '<table role="table"><tr><td>a</td></tr></table>': [("table-role", 1)],
    f'<table role="none" {ZERO} summary="Fees"><tr><td>a</td></tr></table>': [("table-role", 1)],
    f"{LAYOUT}{ROWS}</table>": [("table-role", 1)],
    '<table role="presentation"><tr><td>a</td></tr></table>': [("table-spacing", 1)],
    '<table role="none" cellpadding="0" cellspacing="0"><tr><td>a</td></tr></table>': [("table-spacing", 1)],
    "<p>Fees</p><table><tr>\n<th>Port</th></tr><tr><td>Marl</td></tr></table>": [("table-heads", 2)],
    '<p>Fees</p><table><tr>\n<th scope="column">Port</th></tr></table>': [("table-heads", 2)],
    '<p>Fees</p><table>\n<tr><th scope="col"></th></tr><tr><td>Marl</td></tr></table>': [("table-heads", 2)],
    f'{LAYOUT}<tr><td><table><tr><th scope="col">Port</th></tr></table></td></tr></table>': [("table-heads", 1)],
    f"{LAYOUT}<tr><td>" * 8 + f"\n{LAYOUT}<tr><td>a" + "</td></tr></table>" * 9: [("table-depth", 2)],
    f"{LAYOUT}<tr><td>a</td></tr>\n<p>b</p></table>": [("nesting", 2)],
    f"{LAYOUT}\nb<tr><td>a</td></tr></table>": [("nesting", 2)],
    "\n<td>a</td>": [("nesting", 2)],
    "\n<tr><td>a</td></tr>": [("nesting", 2)],
    f"{LAYOUT}<tr><td>a\n</div></td></tr></table>": [("nesting", 2)],
}  # fmt: skip


@pytest.mark.parametrize(("piece", "found"), BAD.items(), ids=BAD.keys())
def test_a_bad_table_is_found_at_its_line(piece: str, found: list[tuple[str, int]]) -> None:
    assert said_of(piece) == found
