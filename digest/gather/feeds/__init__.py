"""Feed documents → entries: sifted, parsed, repaired."""
