"""digest.toml and feeds.toml → Config; every problem at once, with its place and a guess at what was meant."""
