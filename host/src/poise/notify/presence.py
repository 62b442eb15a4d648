"""Detection of somebody at this computer, since nobody sees a reminder on a locked or idle screen.

It uses D-Bus on Linux (the session's lock and idle time; logind's hints), `ioreg` on macOS and the time of the last
input on Windows. If the system gives no answer, somebody counts as present.
"""

import asyncio
import contextlib
import plistlib
import sys
from typing import Any

IDLE_S = 300.0
ASK_S = 2.0
LOCKED, IDLE = "the screen is locked", "no key or pointer was touched for minutes"
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
    "org.freedesktop.DBus.Properties",
)


async def away() -> str:
    """Return why nobody is at this computer; "" if somebody is, or if this cannot be found out."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ASK_S):
            if sys.platform == "win32":
                return _windows()
            if sys.platform == "darwin":
                return of_ioreg(
                    await _ioreg("-n", "Root", "-d1"), await _ioreg("-c", "IOHIDSystem", "-d4")
                )
            return await _linux()
    return ""


# --- Linux


async def _linux() -> str:
    try:
        from dbus_fast import BusType
    except ImportError:
        return ""
    return await _on(BusType.SESSION, _by_desktop) or await _on(BusType.SYSTEM, _by_logind)


async def _on(kind: Any, ask: Any) -> str:
    """Return the answer of `ask(bus)`; "" without such a bus."""
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import DBusError, DBusFastError, InvalidAddressError

    bus = None
    try:
        bus = await MessageBus(bus_type=kind).connect()
        return await ask(bus)
    except (OSError, EOFError, RuntimeError, DBusError, DBusFastError, InvalidAddressError):
        return ""
    finally:
        if bus is not None:
            bus.disconnect()


async def _by_desktop(bus: Any) -> str:
    for target in _LOCKS:
        if await _asked(bus, target, "GetActive") is True:
            return LOCKED
    for target, method in _IDLE_TIMES:
        idle_ms = await _asked(bus, target, method)
        if isinstance(idle_ms, int):
            return IDLE if idle_ms >= IDLE_S * 1000 else ""
    return ""


async def _by_logind(bus: Any) -> str:
    for hint, why in (("LockedHint", LOCKED), ("IdleHint", IDLE)):
        body = ["org.freedesktop.login1.Session", hint]
        told = await _asked(bus, _LOGIND, "Get", "ss", body)
        if told is not None and told.value is True:
            return why
    return ""


async def _asked(
    bus: Any, target: tuple[str, str, str], method: str, signature: str = "", body: Any = ()
) -> Any:
    """Call a method and return the first value of its reply; None without a reply. Does not start the service."""
    from dbus_fast import Message, MessageFlag, MessageType

    service, path, interface = target
    message = Message(
        destination=service,
        path=path,
        interface=interface,
        member=method,
        signature=signature,
        body=list(body),
        flags=MessageFlag.NO_AUTOSTART,
    )
    reply = await bus.call(message)
    if reply is None or reply.message_type is not MessageType.METHOD_RETURN or not reply.body:
        return None
    return reply.body[0]


# --- macOS


async def _ioreg(*what: str) -> bytes:
    try:
        asked = await asyncio.create_subprocess_exec(
            "ioreg", *what, "-a", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return b""
    return (await asked.communicate())[0]


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
