"""Feeds on the network: politely, within limits, and never into a private network unless told so."""
