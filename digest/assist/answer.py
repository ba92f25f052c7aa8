"""What came of a question: an answer, or trouble."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said."""

    text: str
    tokens_in: int = 0  # as the server counts; 0 where it does not say
    tokens_out: int = 0
    sent: int = 0  # requests it took


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why there is no answer."""

    message: str
    kind: Literal["passing", "final", "lasting"] = "passing"
    """final: asking again would not help. lasting: nor would another question; the key is wrong, the model unknown."""
    wait_s: float | None = None  # what the server asked for; None: nothing
    sent: int = 0  # requests that led to nothing
