"""MicroPython's `select` on the twin: a poll that waits in virtual time. Streams are ready when the host says so."""

import _tasks  # noqa: F401 (asyncio takes its tasks from there)
import _twin
import uselect
from uselect import POLLERR, POLLHUP, POLLIN, POLLOUT  # noqa: F401 (part of the module)

_IOCTL_POLL = 3


class poll:
    """Like `select.poll`, but waiting lets virtual time pass and handles the board's events.

    Objects with an `ioctl` of their own (asyncio's flags) are polled here: the VM's poll would sleep for a real
    millisecond at every call.
    """

    def __init__(self) -> None:
        self._poll = uselect.poll()
        self._asked = {}  # id -> (object, mask)

    def register(self, stream, mask: int = POLLIN | POLLOUT) -> None:
        """Watch `stream` for the events in `mask`."""
        if hasattr(stream, "ioctl"):
            self._asked[id(stream)] = (stream, mask)
        else:
            self._poll.register(stream, mask)

    modify = register

    def unregister(self, stream) -> None:
        """Stop watching `stream`."""
        if not self._asked.pop(id(stream), None):
            self._poll.unregister(stream)

    def poll(self, timeout_ms: int = -1, flags: int = 0):
        """Return [(stream, events)] of the ready streams, after at most `timeout_ms` virtual milliseconds."""
        ready = self._ready()
        while not ready:
            _twin.wait(None if timeout_ms < 0 else timeout_ms * 1000)
            ready = self._ready()
            if (
                timeout_ms >= 0
            ):  # earlier than asked for does no harm: asyncio looks at the time itself
                break
        return ready

    ipoll = poll

    def _ready(self):
        ready = self._poll.poll(0)
        for stream, mask in self._asked.values():
            events = stream.ioctl(_IOCTL_POLL, mask)
            if events:
                ready.append((stream, events))
        return ready
