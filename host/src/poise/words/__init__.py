"""The words that a user reads, in one place."""
