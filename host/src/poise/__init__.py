"""Poise: host tool for the neck-posture clip. No module here prints or exits; `poise.cli` does."""

from .wire import VERSION as __version__  # noqa: F401 (one definition for both ends)
