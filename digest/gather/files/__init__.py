"""Local files: one reader a format."""
