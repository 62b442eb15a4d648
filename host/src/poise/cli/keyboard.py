"""Single keys of the terminal, read as the user presses them."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator


def has_keys() -> bool:
    """True if this process may read the terminal's keys. A background process would be stopped for reading them."""
    if not sys.stdin.isatty() or sys.platform == "win32":
        return False
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # not this process' controlling terminal: reading does not stop it
        return True


@contextlib.contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[None]:
    """Call `pressed` for each key inside this context; for no key if standard input is no terminal of ours."""
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
