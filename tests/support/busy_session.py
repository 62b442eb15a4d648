"""A session of its own in which each desktop's way to say "not now" is tried: GNOME's, KDE's, Xfce's, dunst's, X11's.

Run inside `dbus-run-session` with a folder; prints a line for each. dunst, GSettings, the X server and `xprop` are
real; the desktops' services are played by the interfaces that they publish.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from dbus_fast import PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

from poise.notify import interruption
from poise.notify.desktop import DesktopWay
from poise.store import Store
from poise.wear.live import Live
from poise.wear.reminding import AGAIN_S, Reminding
from tests.support.day_plan import TEXT, Clock
from tests.support.notify_session import PageContext, control, counted


class Session(ServiceInterface):
    """org.gnome.SessionManager; `flags`: what is inhibited (4: sleep, 8: idleness)."""

    flags = 0

    def __init__(self) -> None:
        super().__init__("org.gnome.SessionManager")

    @dbus_method()
    def IsInhibited(self, flags: "u") -> "b":  # type: ignore[name-defined]  # noqa: F821
        return bool(self.flags & flags)


class PolicyAgent(ServiceInterface):
    """KDE's; `policies`: what is inhibited (1: the session's sleep, 4: changes of the screen)."""

    policies = 0

    def __init__(self) -> None:
        super().__init__("org.kde.Solid.PowerManagement.PolicyAgent")

    @dbus_method()
    def HasInhibition(self, types: "u") -> "b":  # type: ignore[name-defined]  # noqa: F821
        return bool(self.policies & types)


class Inhibit(ServiceInterface):
    """Of Xfce's power manager and others."""

    inhibited = False

    def __init__(self) -> None:
        super().__init__("org.freedesktop.PowerManagement.Inhibit")

    @dbus_method()
    def HasInhibit(self) -> "b":  # type: ignore[name-defined]  # noqa: F821
        return self.inhibited


class Notifications(ServiceInterface):
    """Plasma's, as far as its do-not-disturb goes."""

    inhibited = False

    def __init__(self) -> None:
        super().__init__("org.freedesktop.Notifications")

    @dbus_property(access=PropertyAccess.READ)
    def Inhibited(self) -> "b":  # type: ignore[name-defined]  # noqa: F821
        return self.inhibited


class Settings(ServiceInterface):
    """The settings portal; knows GNOME's one setting."""

    banners = True

    def __init__(self) -> None:
        super().__init__("org.freedesktop.portal.Settings")

    @dbus_method()
    def Read(self, schema: "s", key: "s") -> "v":  # type: ignore[name-defined]  # noqa: F821
        assert (schema, key) == ("org.gnome.desktop.notifications", "show-banners")
        return Variant("v", Variant("b", self.banners))


class Xfconf(ServiceInterface):
    """Xfce's settings."""

    quiet = False

    def __init__(self) -> None:
        super().__init__("org.xfce.Xfconf")

    @dbus_method()
    def GetProperty(self, channel: "s", name: "s") -> "v":  # type: ignore[name-defined]  # noqa: F821
        assert (channel, name) == ("xfce4-notifyd", "/do-not-disturb")
        return Variant("b", self.quiet)


async def tell(what: str) -> None:
    """Print the hold."""
    hold = await interruption.hold()
    print(f"{what}: {hold.why or 'free'}{' (no buzz)' if hold.buzz_too else ''}")


async def play(bus: MessageBus, name: str, path: str, service: ServiceInterface, **on: Any) -> None:
    """Tell the hold with the service there, and with it saying "not now"."""
    bus.export(path, service)
    await bus.request_name(name)
    await tell(f"{name}, off")
    for attribute, value in on.items():
        setattr(service, attribute, value)
        await tell(f"{name}, {attribute} {value}")
    bus.unexport(path, service)
    await bus.release_name(name)


async def desktops() -> None:
    """The services of the desktops, one after the other, by one bus name each."""
    bus = await MessageBus().connect()
    session = Session()
    await play(bus, "org.gnome.SessionManager", "/org/gnome/SessionManager", session, flags=4)
    session.flags = 8
    bus.export("/org/gnome/SessionManager", session)
    await bus.request_name("org.gnome.SessionManager")
    await tell("GNOME inhibits idleness")
    await bus.release_name("org.gnome.SessionManager")
    kde = "org.kde.Solid.PowerManagement.PolicyAgent"
    await play(bus, kde, "/org/kde/Solid/PowerManagement/PolicyAgent", PolicyAgent(), policies=4)
    path = "/org/freedesktop/PowerManagement/Inhibit"
    await play(bus, "org.freedesktop.PowerManagement", path, Inhibit(), inhibited=True)
    path = "/org/freedesktop/Notifications"
    await play(bus, "org.freedesktop.Notifications", path, Notifications(), inhibited=True)
    path = "/org/freedesktop/portal/desktop"
    await play(bus, "org.freedesktop.portal.Desktop", path, Settings(), banners=False)
    await play(bus, "org.xfce.Xfconf", "/org/xfce/Xfconf", Xfconf(), quiet=True)
    bus.disconnect()


async def reminder(folder: Path) -> None:
    """A reminder that is due while dunst is paused, and after that: the runner's own loop, shown by dunst."""
    clock = Clock()
    with Store.open(folder / "poise.db") as store:
        store.plans.put(TEXT, "T", clock.now - 1)
        live = Live()
        reminding = Reminding(store, clock, live, None, lambda: None)
        fanout = reminding.fanout
        fanout.hold = interruption.hold
        fanout.use([DesktopWay(fanout.answered)])
        for paused in ("true", "false"):
            await asyncio.to_thread(control, "set-paused", paused)
            clock.now += int(AGAIN_S * 1000)
            await reminding.look()
            counts = f"{counted('waiting')} waiting, {counted('displayed')} displayed"
            told = len(store.reminders.history())
            print(
                f"reminder, paused {paused}: {counts}, {told} shown; {live.waits_because or 'none waits'}"
            )
        await fanout.withdraw(1)


async def settings() -> None:
    """GSettings itself, with a file in place of dconf."""
    key = ["org.gnome.desktop.notifications", "show-banners"]
    for value in ("false", "true"):
        await asyncio.to_thread(subprocess.run, ["gsettings", "set", *key, value], check=True)
        await tell(f"GSettings, banners {value}")
    await asyncio.to_thread(subprocess.run, ["gsettings", "set", *key, "false"], check=True)
    os.environ["XDG_CURRENT_DESKTOP"] = "KDE"
    await tell("GSettings of another desktop")


async def full_screen() -> None:
    """An X11 window that is active and in full screen: the root stands for it, since no window manager runs."""
    root = ["xprop", "-root", "-f"]
    window = (await output("xwininfo", "-root", "-int")).split("Window id: ")[1].split()[0]
    await output(*root, "_NET_ACTIVE_WINDOW", "32x", "-set", "_NET_ACTIVE_WINDOW", window)
    await tell("X11, a window")
    state = "_NET_WM_STATE"
    await output(*root, state, "32a", "-set", state, "_NET_WM_STATE_FULLSCREEN")
    await tell("X11, in full screen")
    await output("xprop", "-root", "-remove", state)


async def output(*command: str) -> str:
    """Of a command that succeeds."""
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=True
    )
    return done.stdout


async def main(folder: Path) -> None:
    """All of them."""
    os.environ["XDG_CONFIG_HOME"] = str(folder)
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
    for name in ("XDG_CURRENT_DESKTOP", "PULSE_SERVER"):
        os.environ.pop(name, None)
    screen = PageContext(folder)
    try:
        await tell("nothing that tells")
        await desktops()
        await screen.daemon()
        for paused in ("true", "false"):
            await asyncio.to_thread(control, "set-paused", paused)
            await tell(f"dunst, paused {paused}")
        await reminder(folder)
        await full_screen()
        await settings()
    finally:
        screen.end()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
