"""Messages to subscribers: each exactly once, or listed as uncertain."""
