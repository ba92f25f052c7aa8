"""Mails for the rules about styles."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from digest.check.galley import Remark
from digest.check.letter import Letter, read_letter

CLIENTS = ("gmail", "outlook-windows", "outlook-com", "apple-mail", "yahoo")

Rule = Callable[[Letter], Iterable[Remark]]


def letter(html: str, *, clients: tuple[str, ...] = CLIENTS) -> Letter:
    return read_letter(
        subject="Port fees rise", preheader="And more", language="en", html=html, text="Port fees rise", clients=clients
    )


def styled(css: str, body: str = "<p>Port fees rise.</p>") -> Letter:
    """A mail whose style sheet begins in line 3 and whose body is line 1 after it."""
    return letter(f"<html><head>\n<style>\n{css}\n</style></head><body>\n{body}\n</body></html>")


def tagged(style: str, tag: str = "p", said: str = "Port fees rise.") -> Letter:
    """A mail of one element, in line 2."""
    return letter(f'<html><body>\n<{tag} style="{style}">{said}</{tag}></body></html>')


def said(rule: Rule, of: Letter) -> list[tuple[int | None, bool]]:
    """Where a rule finds something, and whether it is advice, in order."""
    remarks = list(rule(of))
    name = getattr(rule, "__name__", "").replace("_", "-")
    assert all(one.rule == name and one.part == "html" for one in remarks)
    return sorted((one.line, one.advice) for one in remarks)
