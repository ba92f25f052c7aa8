"""The gate: one rule a function, each giving findings."""
