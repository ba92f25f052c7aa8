"""Hosts whose addresses say nothing of where they lead: what a reader cannot see before following them. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

SHORTENERS: Final = frozenset(
    """
    t.co bit.ly bitly.com j.mp tinyurl.com ow.ly buff.ly goo.gl is.gd v.gd lnkd.in fb.me dlvr.it ift.tt trib.al
    shorturl.at rb.gy cutt.ly t.ly tiny.cc bl.ink rebrand.ly s.id soo.gd amzn.to amzn.eu wp.me nyti.ms
    reut.rs bbc.in econ.st on.ft.com wapo.st cnn.it politi.co bloom.bg gu.com a.co aka.ms g.co
    """.split()  # noqa: SIM905  read by people
)
"""The general ones, those of social networks and mailing programs, and publishers' own."""


def is_shortened(url: str) -> bool:
    """Whether an address is one of a shortener's; its front page is not."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # brackets that hold no address
        return False
    return host in SHORTENERS and parts.path not in {"", "/"}
