"""Summaries by a model, where the editor asks for them; each sentence is checked against its sources."""
