"""What one of the hostile entries is."""

from __future__ import annotations

from dataclasses import dataclass

LEAK = "https://leak.example"
"""Nothing may be asked for there."""

PICTURES = "https://pictures.example"
"""Where pictures stand that an editor may ask for."""

OWN = "https://policyweek.example"
"""Where the newsletter is, and its editor's own pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nasty:
    """An entry as its source has it. What is not given is harmless."""

    name: str  # a slug, in no other entry
    why: str
    html: str = ""  # of its text
    title: str = ""
    url: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it takes its time; one way through digest is enough for it."""
        return len(self.html) > 25_000

    @property
    def headline(self) -> str:
        return self.title or f"The case of the {self.name.replace('-', ' ')}"

    @property
    def address(self) -> str:
        return self.url or f"https://source.example/{self.name}"

    @property
    def body(self) -> str:
        """Its text, with a sentence of its own where it has none."""
        return self.html or f"<p>Of {self.name.replace('-', ' ')} there is nothing to say but this one sentence.</p>"
