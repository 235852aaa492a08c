"""Event tables: frames of stays read, coded and counted once."""
