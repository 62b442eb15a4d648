"""Call, presentation and do-not-disturb on Linux: by D-Bus, GSettings, PulseAudio (or PipeWire's) and the kernel.

Each desktop tells in its own way; the tables below have one line for each.
"""

import os
import re
from pathlib import Path
from typing import Any

from .ask import call, on_bus, output, property_of
from .reasons import CALL, PRESENTING, QUIET

_NOTIFICATIONS = "org.freedesktop.Notifications"
_PORTAL = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Settings",
)
# Properties of the notification daemon that are True in do-not-disturb: KDE's, dunst's.
_QUIET_PROPERTIES = ((_NOTIFICATIONS, "Inhibited"), ("org.dunstproject.cmd0", "paused"))
# Settings that are False in do-not-disturb, by the names of their desktops in XDG_CURRENT_DESKTOP.
_BANNERS = (
    ({"GNOME", "Unity"}, ("org.gnome.desktop.notifications", "show-banners")),
    ({"X-Cinnamon", "Cinnamon"}, ("org.cinnamon.desktop.notifications", "display-notifications")),
)
_XFCONF = ("org.xfce.Xfconf", "/org/xfce/Xfconf", "org.xfce.Xfconf")
_XFCE_QUIET = ("xfce4-notifyd", "/do-not-disturb")
# Whether a program keeps the screen awake: (target, method, signature, arguments) of GNOME (8: inhibits idleness) and
# KDE (4: inhibits changes of the screen); the last, of Xfce, MATE and others, only where these two are not there.
_AWAKE = (
    (
        ("org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager"),
        "IsInhibited",
        "u",
        (8,),
    ),
    (
        (
            "org.kde.Solid.PowerManagement.PolicyAgent",
            "/org/kde/Solid/PowerManagement/PolicyAgent",
            "org.kde.Solid.PowerManagement.PolicyAgent",
        ),
        "HasInhibition",
        "u",
        (4,),
    ),
    (
        (
            "org.freedesktop.PowerManagement",
            "/org/freedesktop/PowerManagement/Inhibit",
            "org.freedesktop.PowerManagement.Inhibit",
        ),
        "HasInhibit",
        "",
        (),
    ),
)
_METERS = ("Resample method: peaks", 'media.name = "Peak detect"')  # level meters, which only look


async def busy() -> str:
    """Return CALL, PRESENTING, QUIET or "" for this session."""
    if await is_microphone_in_use():
        return CALL
    if await _is_full_screen():
        return PRESENTING
    return await on_bus("SESSION", _by_desktop) or await _by_settings()


async def _by_desktop(bus: Any) -> str:
    for target, method, signature, arguments in _AWAKE:
        told = await call(bus, target, method, signature, arguments)
        if told is True:
            return PRESENTING
        if told is False:
            break
    for interface, name in _QUIET_PROPERTIES:
        target = (_NOTIFICATIONS, "/org/freedesktop/Notifications", interface)
        if await property_of(bus, target, name) is True:
            return QUIET
    for schema_key in _settings():
        if _plain(await call(bus, _PORTAL, "Read", "ss", schema_key)) is False:
            return QUIET
    told = await call(bus, _XFCONF, "GetProperty", "ss", _XFCE_QUIET)
    return QUIET if _plain(told) is True else ""


def _settings() -> list[tuple[str, str]]:
    """Return (schema, key) of this desktop's settings, of all desktops where its name is not known."""
    names = set(filter(None, os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")))
    return [setting for desktops, setting in _BANNERS if not names or names & desktops]


def _plain(value: Any) -> Any:
    """Return the value without its variants: the portal's `Read` wraps it twice."""
    while hasattr(value, "signature"):
        value = value.value
    return value


async def _by_settings() -> str:
    """Ask GSettings itself: not every portal tells these settings."""
    for schema, key in _settings():
        if (await output("gsettings", "get", schema, key)).strip() == "false":
            return QUIET
    return ""


# --- full screen, on X11 (Wayland tells no other program)


async def _is_full_screen() -> bool:
    active = await output("xprop", "-root", "-notype", "32x", "_NET_ACTIVE_WINDOW")
    window = re.search(r"0x[0-9a-f]+", active)
    if window is None or int(window[0], 16) == 0:
        return False
    state = await output("xprop", "-id", window[0], "-notype", "_NET_WM_STATE")
    return "_NET_WM_STATE_FULLSCREEN" in state


# --- the microphone


async def is_microphone_in_use(sound: Path = Path("/proc/asound")) -> bool:
    """Ask the sound server which programs record; without one, the kernel which devices do."""
    # Without a server, pactl would start one.
    sources = await output("pactl", "list", "short", "sources") if _has_sound_server() else ""
    if sources:
        return records(await output("pactl", "list", "source-outputs"), sources)
    return is_capturing(sound)


def _has_sound_server() -> bool:
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    return "PULSE_SERVER" in os.environ or bool(folder and Path(folder, "pulse/native").exists())


def records(source_outputs: str, sources: str) -> bool:
    """Return whether a program records from a microphone, by `pactl list source-outputs` and `... short sources`.

    A monitor is no microphone: it is what the loudspeaker plays.
    """
    rows = (line.split("\t") for line in sources.splitlines())
    microphones = {row[0] for row in rows if len(row) > 1 and not row[1].endswith(".monitor")}
    for one in source_outputs.split("Source Output #")[1:]:
        source = re.search(r"^\s*Source: (\d+)$", one, re.MULTILINE)
        is_stopped = "Corked: yes" in one or any(mark in one for mark in _METERS)
        if source and source[1] in microphones and not is_stopped:
            return True
    return False


def is_capturing(sound: Path) -> bool:
    """Return whether a capture device runs, by ALSA's files under `sound` (the kernel's /proc/asound)."""
    for status in sound.glob("card*/pcm*c/sub*/status"):
        try:
            if "state: RUNNING" in status.read_text(encoding="utf-8"):
                return True
        except OSError:
            continue  # the device has gone
    return False
