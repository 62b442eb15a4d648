"""The language of the page that is being drawn: that which its browser asks for."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache

from nicegui.slot import Slot

from ..language.tags import ENGLISH, of_header

_asked: ContextVar[str | None] = ContextVar("poise_asked_language", default=None)


@contextlib.contextmanager
def answering(accept_language: str) -> Iterator[None]:
    """Answer a request that draws no page of NiceGUI: texts are in the language that its header asks for."""
    token = _asked.set(_of_header(accept_language))
    try:
        yield
    finally:
        _asked.reset(token)


def of_page() -> str | None:
    """Return the tag of the language that the browser of the current page or request asks for; None without one."""
    stack = Slot.get_stack()
    if not stack:
        return _asked.get()
    try:
        wishes = stack[-1].parent.client.request.headers.get("accept-language", "")
    except RuntimeError:  # NiceGUI's own client, which has no browser
        return None
    return _of_header(wishes)


@lru_cache(maxsize=64)
def _of_header(wishes: str) -> str | None:
    """Return the tag for a browser's wishes: English for one that wishes only what Poise lacks, None for no wish."""
    return of_header(wishes) or (ENGLISH if wishes.strip() else None)
