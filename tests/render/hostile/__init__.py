"""What an attacker, or a careless program, puts into a feed: each with a name, and the reason why it is nasty.

A payload that works says so in an alert, or asks for something from LEAK; pictures stand at PICTURES.
"""

from __future__ import annotations

from tests.render.hostile.letters import LETTERS
from tests.render.hostile.nasty import LEAK, PICTURES, Nasty
from tests.render.hostile.scripts import SCRIPTS
from tests.render.hostile.shapes import SHAPES
from tests.render.hostile.smuggled import SMUGGLED
from tests.render.hostile.syntax import SYNTAX

__all__ = ["ALL", "BY_NAME", "LEAK", "PICTURES", "Nasty"]

ALL: tuple[Nasty, ...] = (*SCRIPTS, *SMUGGLED, *SHAPES, *LETTERS, *SYNTAX)
BY_NAME = {one.name: one for one in ALL}
