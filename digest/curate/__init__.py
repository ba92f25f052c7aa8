"""Entries → Briefing: pure, deterministic, and able to say why."""
