"""Several listeners to one subscription, such as the pages that show the clip's angle."""

from collections.abc import Callable
from typing import Any

from .. import language


class Audience:
    """Several listeners to one subscription, which lasts while there is at least one listener.

    `subscribe(callback)` begins the subscription and returns the function that ends it.
    """

    def __init__(self, subscribe: Callable[[Callable[[Any], None]], Callable[[], None]]) -> None:
        self._subscribe = subscribe
        self._listeners: dict[object, Callable[[Any], None]] = {}
        self._stop: Callable[[], None] = _nothing

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def join(self, callback: Callable[[Any], None]) -> Callable[[], None]:
        """Call back until the returned function is called. A second call of that function does nothing.

        The callback speaks the language in which it joined: that of its page.
        """
        key = object()
        if not self._listeners:
            self._stop = self._subscribe(self._tell)
        self._listeners[key] = language.spoken(callback)

        def leave() -> None:
            if self._listeners.pop(key, None) and not self._listeners:
                self._stop()

        return leave

    def _tell(self, what: Any) -> None:
        for callback in list(self._listeners.values()):
            callback(what)


def _nothing() -> None:
    pass
