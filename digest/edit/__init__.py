"""The issue file: Markdown ↔ Issue, without losing a byte."""
