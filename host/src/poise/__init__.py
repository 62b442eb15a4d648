"""Poise: host tool for the neck-posture clip. No module here prints or exits; `poise.cli` does."""

__version__ = "0.1.0"
