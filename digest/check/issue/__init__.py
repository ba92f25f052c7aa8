"""Rules about the issue file: what the editor wrote, and what became of it."""
