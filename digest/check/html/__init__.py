"""Rules about the HTML part: what it says of itself, its tags, tables, pictures and links."""
