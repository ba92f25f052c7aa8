"""Rules about the text part, about both parts together, and about the message that carries them."""
