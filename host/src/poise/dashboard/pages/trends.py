"""trends"""

from ..layout import frame


def page() -> None:
    """Page."""
    with frame("trends"):
        pass
