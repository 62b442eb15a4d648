"""plan"""

from ..layout import frame


def page() -> None:
    """Page."""
    with frame("plan"):
        pass
