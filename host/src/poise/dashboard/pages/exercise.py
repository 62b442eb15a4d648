"""exercise"""

from ..layout import frame


def page() -> None:
    """Page."""
    with frame("exercise"):
        pass
