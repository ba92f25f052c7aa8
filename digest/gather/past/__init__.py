"""Past issues from elsewhere: what other tools keep of a newsletter, read as letters."""
