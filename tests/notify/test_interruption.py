"""Moments at which nobody wants to be interrupted, asked of real programs where they can run here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from poise.notify import interruption, linux, macos, windows
from poise.notify.base import Hold
from poise.notify.reasons import CALL, IDLE, LOCKED, PRESENTING, QUIET
from tests.conftest import WITHIN_S

ROOT = Path(__file__).parents[2]
PROGRAMS = ("dbus-run-session", "dunst", "Xvfb", "xprop", "gsettings")


def test_what_desktops_tell(tmp_path: Path):
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing and not os.environ.get("CI"):
        pytest.skip(
            f"needs {', '.join(missing)} (Debian: dbus, dunst, xvfb, x11-utils, libglib2.0-bin)"
        )
    done = subprocess.run(
        [
            "dbus-run-session",
            "--",
            sys.executable,
            "-m",
            "tests.support.busy_session",
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    presenting = f"{PRESENTING} (no buzz)"
    kde = "org.kde.Solid.PowerManagement.PolicyAgent"
    assert done.stdout.splitlines() == [
        "nothing that tells: free",
        "org.gnome.SessionManager, off: free",
        "org.gnome.SessionManager, flags 4: free",  # music plays on
        f"GNOME inhibits idleness: {presenting}",
        f"{kde}, off: free",
        f"{kde}, policies 4: {presenting}",
        "org.freedesktop.PowerManagement, off: free",
        f"org.freedesktop.PowerManagement, inhibited True: {presenting}",
        "org.freedesktop.Notifications, off: free",
        f"org.freedesktop.Notifications, inhibited True: {QUIET}",
        "org.freedesktop.portal.Desktop, off: free",
        f"org.freedesktop.portal.Desktop, banners False: {QUIET}",
        "org.xfce.Xfconf, off: free",
        f"org.xfce.Xfconf, quiet True: {QUIET}",
        f"dunst, paused true: {QUIET}",
        "dunst, paused false: free",
        f"reminder, paused true: 0 waiting, 0 displayed, 0 shown; {QUIET}",
        "reminder, paused false: 0 waiting, 1 displayed, 1 shown; none waits",
        "X11, a window: free",
        f"X11, in full screen: {presenting}",
        f"GSettings, banners false: {QUIET}",
        "GSettings, banners true: free",
        "GSettings of another desktop: free",
    ]


@pytest.mark.parametrize(
    ("away", "busy", "hold"),
    [
        ("", "", Hold()),
        (IDLE, CALL, Hold(CALL, buzz_too=True)),  # who listens touches no key
        (LOCKED, CALL, Hold(LOCKED)),
        ("", PRESENTING, Hold(PRESENTING, buzz_too=True)),
        ("", QUIET, Hold(QUIET)),
        (IDLE, QUIET, Hold(IDLE)),
    ],
)
def test_the_buzz_waits_in_a_call_and_in_a_presentation(away: str, busy: str, hold: Hold):
    assert interruption.joined(away, busy) == hold


# --- the microphone

# As PulseAudio 16.1 tells of `parec`, with a null source for the microphone.
SOURCES = """\
0\tnull.monitor\tmodule-null-sink.c\ts16le 2ch 44100Hz\tRUNNING
1\tmic\tmodule-null-source.c\ts16le 2ch 44100Hz\tRUNNING
"""
RECORDS = """\
Source Output #1
\tDriver: protocol-native.c
\tOwner Module: 2
\tClient: 3
\tSource: {source}
\tSample Specification: s16le 2ch 44100Hz
\tCorked: {corked}
\tMute: no
\tBuffer Latency: 1484625 usec
\tResample method: {method}
\tProperties:
\t\tapplication.name = "parec"
\t\tmedia.name = "parec"
"""


@pytest.mark.parametrize(
    ("source", "corked", "method", "in_use"),
    [
        (1, "no", "n/a", True),
        (0, "no", "n/a", False),
        (1, "yes", "n/a", False),
        (1, "no", "peaks", False),
    ],
)
def test_a_recording_program_is_a_call_unless_it_listens_to_the_loudspeaker(
    source: int, corked: str, method: str, in_use: bool
):
    told = RECORDS.format(source=source, corked=corked, method=method)
    assert linux.records(told, SOURCES) is in_use
    assert not linux.records("", SOURCES)


def test_without_a_sound_server_the_kernel_tells(tmp_path: Path):
    for name, state in (("pcm0p", "RUNNING"), ("pcm0c", "PREPARED")):
        status = tmp_path / "card0" / name / "sub0" / "status"
        status.parent.mkdir(parents=True)
        status.write_text(f"state: {state}\nowner_pid   : 1184\n")
    assert not linux.is_capturing(tmp_path)
    (tmp_path / "card0/pcm0c/sub0/status").write_text("state: RUNNING\nowner_pid   : 1184\n")
    assert linux.is_capturing(tmp_path)
    assert not linux.is_capturing(tmp_path / "none")


# --- Windows and macOS, by what they return

STARTED_S = 1_767_225_600.0  # 1 January 2026
LATER = int((STARTED_S + 3600 + 11_644_473_600) * 10_000_000)


@pytest.mark.parametrize(
    ("uses", "in_use"),
    [
        ([], False),
        ([(LATER, LATER + 1)], False),
        ([(LATER, LATER + 1), (LATER, 0)], True),
        ([(LATER - 7200 * 10_000_000, 0)], False),  # Windows was started since: it crashed
        ([(0, 0)], False),
    ],
)
def test_windows_tells_who_uses_the_microphone(uses: list[tuple[int, int]], in_use: bool):
    assert windows.is_in_use(uses, STARTED_S) is in_use


def test_windows_tells_of_presentations():
    told = {state: windows.of_state(state) for state in range(1, 8)}
    assert told == {1: "", 2: PRESENTING, 3: PRESENTING, 4: PRESENTING, 5: "", 6: QUIET, 7: ""}


@pytest.mark.parametrize(("level", "awake"), [(0, False), (1, True)])
def test_a_mac_tells_what_keeps_its_display_awake(level: int, awake: bool):
    told = (
        "2026-01-15 12:00:00 -0800\nAssertion status system-wide:\n"
        f"   UserIsActive                   1\n   PreventUserIdleDisplaySleep    {level}\n"
        "   PreventSystemSleep             1\nListed by owning process:\n"
        '   pid 12(Safari): [0x1] 00:00:04 PreventUserIdleDisplaySleep named: "a film"\n'
    )
    assert macos.keeps_awake(told) is awake
    assert macos.four_bytes("gone") == 0x676F6E65
