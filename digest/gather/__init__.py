"""Network and disk → Entry."""
