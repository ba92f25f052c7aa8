"""The public pages: subscribe, confirm, choose, leave (RFC 8058), and the archive."""
