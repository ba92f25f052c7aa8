"""What mail programs show, measured in 2026. One place, so that drafting, rendering and the gate agree."""

from __future__ import annotations

SUBJECT_CHARS = 70
"""Of a subject, on phones and in most lists."""

PREHEADER_CHARS = 110
"""Of the line after the subject that a draft fills; mail programs show up to PREHEADER_MOST_CHARS."""
PREHEADER_MOST_CHARS = 130

HTML_WANTED_BYTES = 80 * 1024
"""Of the HTML part, decoded: leaves room for what a forward or a list adds."""
HTML_MOST_BYTES = 102_400
"""Less is shown whole by Gmail (reports differ between 99 and 105 KB)."""
