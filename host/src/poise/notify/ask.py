"""Questions to other programs of this computer: D-Bus calls and commands. What gives no answer is no error."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from typing import Any

Target = tuple[str, str, str]  # service, path, interface
PROPERTIES = "org.freedesktop.DBus.Properties"
ASK_S = 2.0  # the longest wait for the answers to one question: a reminder is due meanwhile


def bus_errors() -> tuple[type[Exception], ...]:
    """Return what a call on D-Bus raises where there is no bus, no such service or no answer."""
    found: tuple[type[Exception], ...] = (OSError, EOFError, RuntimeError)
    try:
        from dbus_fast.errors import DBusError, DBusFastError, InvalidAddressError
    except ImportError:
        return found
    return (*found, DBusError, DBusFastError, InvalidAddressError)


async def on_bus(kind: str, ask: Callable[[Any], Awaitable[str]]) -> str:
    """Return the answer of `ask(bus)` on the bus `kind` ("SESSION" or "SYSTEM"); "" without such a bus."""
    try:
        from dbus_fast import BusType
        from dbus_fast.aio import MessageBus
    except ImportError:
        return ""
    bus = None
    try:
        bus = await MessageBus(bus_type=BusType[kind]).connect()
        return await ask(bus)
    except bus_errors():
        return ""
    finally:
        if bus is not None:
            bus.disconnect()


async def call(bus: Any, target: Target, method: str, signature: str = "", body: Any = ()) -> Any:
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


async def property_of(bus: Any, target: Target, name: str) -> Any:
    """Return the value of a property; None without an answer."""
    service, path, interface = target
    told = await call(bus, (service, path, PROPERTIES), "Get", "ss", (interface, name))
    return None if told is None else told.value


async def output(*command: str) -> str:
    """Return what the command writes, in the C locale; "" if it is not there or fails."""
    try:
        asked = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError:
        return ""
    try:
        told, _ = await asked.communicate()
    finally:
        if asked.returncode is None:  # the caller waits no longer
            with contextlib.suppress(ProcessLookupError):
                asked.kill()
    return told.decode("utf-8", "replace") if asked.returncode == 0 else ""
