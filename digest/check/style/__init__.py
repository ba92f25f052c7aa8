"""Rules about the styles of the HTML part: what mail programs show of them, colours, type, widths."""
