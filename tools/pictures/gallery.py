"""The page of all pictures, docs/screenshots/README.md."""

from .album import PAGE, page


async def take() -> None:
    """Write it."""
    PAGE.write_text(page(), encoding="utf-8")
