"""A session at the clip's prompt after which the firmware runs again, however the session ends."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from ..flash.prompt import Prompt, open_prompt

_ENDS = ("SIGTERM", "SIGHUP")  # of a terminal that is closed; Windows has no SIGHUP


@contextlib.contextmanager
def at_prompt(port: str, baud: int | None = None) -> Iterator[Prompt]:
    """Open the clip's prompt, and restart the clip at the end. Raises PoiseError as `open_prompt` does.

    Use it in the main thread: a signal that would end the process ends the session first.
    """
    with _signals_end_it(), open_prompt(port, baud) as prompt:
        try:
            yield prompt
        finally:
            prompt.restart()


@contextlib.contextmanager
def _signals_end_it() -> Iterator[None]:
    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    known = [getattr(signal, name) for name in _ENDS if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
