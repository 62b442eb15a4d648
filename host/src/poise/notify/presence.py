"""Detection of somebody at this computer, since nobody sees a reminder on a locked or idle screen.

It uses D-Bus on Linux (the session's lock and idle time; logind's hints), `ioreg` on macOS and the time of the last
input on Windows. If the system gives no answer, somebody counts as present.
"""

import asyncio
import contextlib
import plistlib
import sys
from dataclasses import dataclass
from typing import Any

from .ask import ASK_S, call, on_bus, output, property_of
from .reasons import IDLE, LOCKED

IDLE_S = 300.0
# (service, path, interface) of each desktop, in the order of asking.
_LOCKS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
)
_IDLE_TIMES = (  # the same with the method, which returns milliseconds
    (
        (
            "org.gnome.Mutter.IdleMonitor",
            "/org/gnome/Mutter/IdleMonitor/Core",
            "org.gnome.Mutter.IdleMonitor",
        ),
        "GetIdletime",
    ),
    (_LOCKS[0], "GetSessionIdleTime"),
)
_LOGIND = (
    "org.freedesktop.login1",
    "/org/freedesktop/login1/session/auto",
    "org.freedesktop.login1.Session",
)


async def away() -> str:
    """Return why nobody is at this computer; "" if somebody is, or if this cannot be found out."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ASK_S):
            if sys.platform == "win32":
                return _windows()
            if sys.platform == "darwin":
                root = await output("ioreg", "-n", "Root", "-d1", "-a")
                devices = await output("ioreg", "-c", "IOHIDSystem", "-d4", "-a")
                return of_ioreg(root.encode(), devices.encode())
            return await _linux()
    return ""


@dataclass(frozen=True)
class Told:
    """What this computer tells: whether its screen is locked, whether nobody touches its keys."""

    lock: bool
    idle: bool


async def told() -> Told:
    """Return what this computer tells of somebody's presence."""
    if sys.platform in ("win32", "darwin"):
        return Told(lock=True, idle=True)
    answers: set[str] = set()

    async def ask(bus: Any) -> str:
        if any([isinstance(await call(bus, each, "GetActive"), bool) for each in _LOCKS]):
            answers.add(LOCKED)
        times = [await call(bus, target, method) for target, method in _IDLE_TIMES]
        if any(isinstance(each, int) for each in times):
            answers.add(IDLE)
        return ""

    async def ask_logind(bus: Any) -> str:
        for hint, why in (("LockedHint", LOCKED), ("IdleHint", IDLE)):
            if isinstance(await property_of(bus, _LOGIND, hint), bool):
                answers.add(why)
        return ""

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ASK_S):
            await on_bus("SESSION", ask)
            await on_bus("SYSTEM", ask_logind)
    return Told(LOCKED in answers, IDLE in answers)


# --- Linux


async def _linux() -> str:
    return await on_bus("SESSION", _by_desktop) or await on_bus("SYSTEM", _by_logind)


async def _by_desktop(bus: Any) -> str:
    for target in _LOCKS:
        if await call(bus, target, "GetActive") is True:
            return LOCKED
    for target, method in _IDLE_TIMES:
        idle_ms = await call(bus, target, method)
        if isinstance(idle_ms, int):
            return IDLE if idle_ms >= IDLE_S * 1000 else ""
    return ""


async def _by_logind(bus: Any) -> str:
    for hint, why in (("LockedHint", LOCKED), ("IdleHint", IDLE)):
        if await property_of(bus, _LOGIND, hint) is True:
            return why
    return ""


# --- macOS


def of_ioreg(root: bytes, input_: bytes) -> str:
    """Return LOCKED, IDLE or "" from ioreg's property lists of the root and of the input devices."""
    if _found(root, "IOConsoleLocked") is True:
        return LOCKED
    idle_ns = _found(input_, "HIDIdleTime")
    return IDLE if isinstance(idle_ns, int) and idle_ns >= IDLE_S * 1e9 else ""


def _found(text: bytes, key: str) -> Any:
    try:
        tree = plistlib.loads(text)
    except (plistlib.InvalidFileException, ValueError):
        return None
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if key in one:
                return one[key]
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return None


# --- Windows


def _windows() -> str:
    import ctypes
    from ctypes import wintypes

    class LastInput(ctypes.Structure):
        _fields_ = (("cbSize", wintypes.UINT), ("dwTime", wintypes.DWORD))

    user, kernel = ctypes.windll.user32, ctypes.windll.kernel32  # type: ignore[attr-defined]
    desktop = user.OpenInputDesktop(0, False, 0x0001)  # refused while the screen is locked
    if not desktop:
        return LOCKED
    user.CloseDesktop(desktop)
    last = LastInput(ctypes.sizeof(LastInput), 0)
    if not user.GetLastInputInfo(ctypes.byref(last)):
        return ""
    idle_ms = (kernel.GetTickCount() - last.dwTime) & 0xFFFFFFFF
    return IDLE if idle_ms >= IDLE_S * 1000 else ""
