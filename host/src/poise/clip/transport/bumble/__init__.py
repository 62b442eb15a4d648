"""Bluetooth without the computer's own stack: Bumble as a backend of bleak."""
