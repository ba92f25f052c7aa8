"""What ``[assist]`` of digest.toml says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistSettings:
    """An endpoint that speaks as OpenAI's does (POST …/chat/completions), and how it is asked."""

    url: str  # up to the version: "https://api.example.org/v1", "http://localhost:11434/v1"
    model: str
    key_env: str = ""  # the variable of the environment that holds the key; "": none is needed
    max_words: int = 65  # of a summary
    timeout_s: float = 60.0  # for one answer, from the first byte sent to the last received
    batch: int = 4  # stories in one request
    requests: int = 2  # at a time
    attempts: int = 3  # for one request, where waiting may help
    backoff_s: float = 1.0  # before the second attempt; twice as long before each further one
    price_in: float = 0.0  # per million tokens sent; 0: the cost line names no sum
    price_out: float = 0.0  # per million tokens received
