"""A session of its own: a private D-Bus, a screen that nobody sees, the desktop's notification daemon dunst.

Run inside `dbus-run-session`; prints a line for each thing that was tried. The buttons are pressed as a person does
with dunst: its context menu, in which this script's own "menu" chooses.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from poise.errors import PoiseError
from poise.notify import Fanout, Notice
from poise.notify.desktop import DesktopWay

CONFIG = """[global]
dmenu = {menu}
monitor = 0
[urgency_normal]
timeout = 0
"""
MENU = """#!/bin/sh
grep -m 1 "$(cat {choice})"
"""


class PageContext:
    """The screen and the daemon, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._choice = folder / "choice"
        menu = folder / "menu"
        menu.write_text(MENU.format(choice=self._choice))
        menu.chmod(0o755)
        self._config = folder / "dunstrc"
        self._config.write_text(CONFIG.format(menu=menu))
        self._dunst: subprocess.Popen[bytes] | None = None
        read, write = os.pipe()
        self._screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        os.environ["DISPLAY"] = ":" + os.read(read, 32).decode().strip()

    async def daemon(self) -> None:
        """Dunst runs and answers."""
        command = ["dunst", "-conf", str(self._config)]
        self._dunst = await asyncio.to_thread(subprocess.Popen, command)
        # Not asked by `dunstctl`: the bus would start another one, which knows no screen.
        for _ in range(100):
            if "org.freedesktop.Notifications" in names():
                return
            await asyncio.sleep(0.05)
        raise TimeoutError("dunst does not answer")

    def daemon_dies(self) -> None:
        """As by a crash."""
        assert self._dunst is not None
        self._dunst.kill()
        self._dunst.wait()

    async def press(self, button: str) -> None:
        """The menu of the notifications, and in it this button."""
        self._choice.write_text(button)
        await asyncio.to_thread(control, "context")

    def end(self) -> None:
        """All of it."""
        for process in (self._dunst, self._screen):
            if process and process.poll() is None:
                process.terminate()
                process.wait()


def control(*words: str) -> subprocess.CompletedProcess[str]:
    """`dunstctl`, as a script of the user's would call it."""
    return subprocess.run(["dunstctl", *words], capture_output=True, text=True, check=False)


def names() -> str:
    """Who is on the bus."""
    words = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus"]
    words += ["/org/freedesktop/DBus", "org.freedesktop.DBus.ListNames"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def shown() -> int:
    """Notifications on the screen."""
    return counted("displayed")


def counted(where: str) -> int:
    """Notifications that dunst counts as displayed, or in its history."""
    return int(control("count", where).stdout or 0)


async def until(true: Callable[[], bool], what: str) -> None:
    for _ in range(100):
        if true():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(what)


async def main(folder: Path) -> None:
    context = PageContext(folder)
    try:
        await context.daemon()
        kept: list[tuple[int, str, str]] = []
        closing: set[asyncio.Future[None]] = set()

        def keep(reminder_id: int, answer: str, via: str) -> None:
            kept.append((reminder_id, answer, via))
            closing.add(asyncio.ensure_future(fanout.withdraw(reminder_id)))  # as the runner does

        fanout = Fanout(keep)
        way = DesktopWay(fanout.answered)
        fanout.use([way])
        for number, button in enumerate(("Done", "Later", "Skip"), 1):
            assert (
                await fanout.notify(Notice(number, "Time for your exercises", "Nod slowly.")) == []
            )
            await until(lambda: shown() == 1, "it is on the screen")
            await context.press(button)
            await until(lambda n=number: len(kept) == n, f"{button} arrives")
            await until(lambda: shown() == 0, "it is gone")
            print(button, kept[-1])
        await fanout.notify(Notice(4, "Title", "Text"))
        await until(lambda: shown() == 1, "it is on the screen")
        fanout.answered(4, "done", "clip")
        await until(lambda: shown() == 0, "it is withdrawn")
        print("withdrawn", kept[-1])
        closed = counted("history")
        for number in (8, 9):
            await fanout.notify(Notice(number, "Title", "Text"))
            await until(lambda: shown() == 1, "it is the only one")
        assert counted("history") == closed  # replaced in its place, not closed
        fanout.answered(8, "done", "dashboard")  # pressed as the next one came
        await context.press("Skip")
        await until(lambda: kept[-1][0] == 9, "the newer one is answered")
        await until(lambda: shown() == 0, "it is gone")
        print("one at a time", *kept[-2:])
        await fanout.notify(Notice(5, "Title", "Text"))
        context.daemon_dies()
        errors: list[PoiseError] = await fanout.notify(Notice(6, "Title", "Text"))
        print("without a daemon:", "told" if errors else "not told")
        await fanout.withdraw(5)
        await context.daemon()
        assert await fanout.notify(Notice(7, "Title", "Text")) == []
        await until(lambda: shown() == 1, "it is on the screen")
        await context.press("Later")
        await until(lambda: kept[-1][0] == 7, "the answer arrives")
        print("daemon is back", kept[-1])
    finally:
        context.end()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
