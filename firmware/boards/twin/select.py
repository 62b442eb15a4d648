"""MicroPython's `select` on the twin: a poll that waits in virtual time. Readiness of streams is the machine's."""

import _tasks  # noqa: F401 (asyncio takes its tasks from there)
import _twin
import uselect
from uselect import POLLERR, POLLHUP, POLLIN, POLLOUT  # noqa: F401 (part of the module)


class poll:
    """As `select.poll`; waiting lets virtual time pass and handles the board's events."""

    def __init__(self):
        self._poll = uselect.poll()

    def register(self, *args):
        self._poll.register(*args)

    def unregister(self, stream):
        self._poll.unregister(stream)

    def modify(self, stream, mask):
        self._poll.modify(stream, mask)

    def poll(self, timeout_ms=-1, flags=0):
        """Streams that are ready, after at most that many virtual milliseconds."""
        ready = self._poll.poll(0)
        if ready:
            return ready
        _twin.wait(None if timeout_ms < 0 else timeout_ms * 1000)
        return self._poll.poll(0)

    ipoll = poll
