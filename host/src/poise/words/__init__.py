"""Every word that a user reads, in one place."""
