"""Stores to try things on, in each kind of database."""

from __future__ import annotations

from tests.support.postgres import cluster, store

__all__ = ["cluster", "store"]
