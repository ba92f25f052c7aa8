"""Everything can be explained: what became of an entry, where everything stands, what a file said before."""
