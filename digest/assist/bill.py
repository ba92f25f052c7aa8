"""What the model took: requests, tokens, money; and how much of what it wrote was of use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What it took."""

    stories: int = 0  # that a model may sum up
    generated: int = 0  # of these, with a sentence of it
    requests: int = 0  # sent, with those that were sent again
    failed: int = 0  # questions without a usable answer
    cached: int = 0  # stories whose answer was kept from before
    unasked: int = 0  # stories that a model would have been asked about, had it been allowed
    tokens_in: int = 0
    tokens_out: int = 0
    price_in: float = 0.0  # per million
    price_out: float = 0.0
    kept: int = 0  # generated sentences that passed
    refused: int = 0  # and that did not
    troubles: tuple[str, ...] = ()  # each once

    @property
    def cost(self) -> float | None:
        """In the currency of the prices; None if no price is known, or nobody counted."""
        uncounted = self.requests > 0 and not self.tokens_in + self.tokens_out
        if uncounted or not (self.price_in or self.price_out):
            return None
        return (self.tokens_in * self.price_in + self.tokens_out * self.price_out) / 1_000_000

    @property
    def line(self) -> str:
        """The same in a line for people."""
        parts = [f"{self.generated} of {_count(self.stories, 'story', 'stories')}"]
        parts.append(_count(self.requests, "request", "requests") if self.requests else "nothing asked")
        if self.failed:
            parts.append(f"{self.failed} failed ({'; '.join(self.troubles)})")
        if self.cached:
            parts.append(f"{self.cached} answered before")
        if self.unasked:
            parts.append(f"{self.unasked} not asked about yet")
        if self.tokens_in or self.tokens_out:
            parts.append(f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out")
        if self.price_in or self.price_out:
            parts.append("cost unknown" if self.cost is None else f"cost {self.cost:.4f}")
        parts.append(f"{_count(self.kept, 'sentence', 'sentences')} kept, {self.refused} refused")
        return "model summaries: " + ", ".join(parts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
