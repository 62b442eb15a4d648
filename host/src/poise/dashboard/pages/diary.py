"""diary"""

from ..layout import frame


def page() -> None:
    """Page."""
    with frame("diary"):
        pass
