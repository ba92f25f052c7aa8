"""Past issues: the site, its feed, and search."""
