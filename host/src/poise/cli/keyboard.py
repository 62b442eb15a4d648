"""Single keys of the terminal, as they are pressed."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator


def has_keys() -> bool:
    """Whether the terminal's keys are for this process: one in the background is stopped when it takes them."""
    if not sys.stdin.isatty() or sys.platform == "win32":
        return False
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # not the terminal that controls this process: nobody stops it
        return True


@contextlib.contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[None]:
    """Calls `pressed` for each key while it lasts; nothing where standard input is no terminal of ours."""
    if not has_keys() or sys.platform == "win32":
        yield
        return
    import termios
    import tty

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    loop = asyncio.get_running_loop()

    def read() -> None:
        # Past Python's own buffer, which would keep a second key back until a third is pressed.
        for key in os.read(number, 64).decode(errors="ignore"):
            pressed(key)

    tty.setcbreak(number)
    loop.add_reader(number, read)
    try:
        yield
    finally:
        loop.remove_reader(number)
        termios.tcsetattr(number, termios.TCSADRAIN, before)
