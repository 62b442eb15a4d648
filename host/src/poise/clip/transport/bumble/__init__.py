"""Bumble as a backend of bleak: Bluetooth without the computer's own stack."""
