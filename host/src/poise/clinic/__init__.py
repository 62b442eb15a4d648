"""A clinic's desk beside its pages: the clips that are plugged in."""
