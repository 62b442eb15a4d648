"""today"""

from ..layout import frame


def page() -> None:
    """Page."""
    with frame("today"):
        pass
