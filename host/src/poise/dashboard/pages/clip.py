"""clip"""

from ..layout import frame


def page() -> None:
    """Page."""
    with frame("clip"):
        pass
