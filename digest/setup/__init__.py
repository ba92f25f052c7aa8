"""What a new newsletter begins with, and the looks it can have."""
