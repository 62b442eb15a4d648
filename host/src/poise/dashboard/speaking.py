"""The language of the page that is being drawn: that which its browser asks for."""

from functools import lru_cache

from nicegui.slot import Slot

from ..language.tags import of_header


def of_page() -> str | None:
    """Return the tag of the language that the browser of the current page asks for; None outside of a page."""
    stack = Slot.get_stack()
    if not stack:
        return None
    try:
        wishes = stack[-1].parent.client.request.headers.get("accept-language", "")
    except RuntimeError:  # NiceGUI's own client, which has no browser
        return None
    return _of_header(wishes)


_of_header = lru_cache(maxsize=64)(of_header)
