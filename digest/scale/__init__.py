"""Several workers on several machines: jobs in the store that call what one machine calls by itself."""
