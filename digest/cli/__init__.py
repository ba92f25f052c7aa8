"""The command line: one file a verb; the only code that prints, exits or reads the clock."""
