"""The ways to show a reminder: a real daemon's protocol on a private bus, a real console, first answer wins."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from poise.errors import PoiseError
from poise.notify import Fanout, Notice
from poise.notify.clip import ClipNotifier
from poise.notify.terminal import TerminalNotifier
from tests.conftest import WITHIN_S

SESSION = str(Path(__file__).parents[1] / "support/notify_session.py")
NOTICE = Notice(7, "Time for your exercises", "Nod: 10 repetitions [slow].")

DAEMON = r"""
import asyncio, sys
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

class Daemon(ServiceInterface):
    def __init__(self):
        super().__init__("org.freedesktop.Notifications")
        self.seen = None
        self.can = ["actions", "body"]
        self.last = 0
    @dbus_method()
    def Notify(self, app: "s", replaces: "u", icon: "s", title: "s", body: "s", actions: "as", hints: "a{sv}",
               timeout: "i") -> "u":
        self.seen = (title, body, actions)
        self.replaced = replaces
        self.sound = {key: one.value for key, one in hints.items() if "sound" in key}
        self.last = replaces or self.last + 1
        return self.last
    @dbus_method()
    def CloseNotification(self, number: "u"):
        self.NotificationClosed(number, 3)
    @dbus_method()
    def GetCapabilities(self) -> "as":
        return self.can
    @dbus_method()
    def GetServerInformation(self) -> "ssss":
        return ["test", "poise", "1", "1.2"]
    @dbus_signal()
    def ActionInvoked(self, number, key) -> "us":
        return [number, key]
    @dbus_signal()
    def NotificationClosed(self, number, reason) -> "uu":
        return [number, reason]

async def main():
    from poise.notify import Notice
    from poise.notify.desktop import DesktopWay
    bus = await MessageBus().connect()
    daemon = Daemon()
    bus.export("/org/freedesktop/Notifications", daemon)
    await bus.request_name("org.freedesktop.Notifications")
    for wanted in ("Done", "Later", "Skip", ""):
        got = []
        way = DesktopWay(lambda *answer: got.append(answer))
        await way.notify(Notice(7, "Title", "Text"))
        title, body, actions = daemon.seen
        daemon.ActionInvoked(daemon.last, actions[actions.index(wanted) - 1])
        if wanted:
            while not got:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # long enough for an answer that should not come
        print(title, body, wanted or "click", got)
    for more in ([], ["body-markup"]):
        daemon.can = ["actions", "body", *more]
        await DesktopWay(print).notify(Notice(8, "Rest & move", "Nod <slowly> & rest"))
        print(*daemon.seen[:2])
    way = DesktopWay(print, has_sound=lambda: title == "Loud")
    for title in ("Quiet", "Again", "Loud", "After it"):
        await way.notify(Notice(9, title, "Text"))
        print(title, daemon.last - daemon.replaced, daemon.sound)
    daemon.NotificationClosed(daemon.last, 2)
    await asyncio.sleep(0.2)  # long enough to hear of it
    title = "Quiet"
    await way.notify(Notice(10, title, "Text"))
    print("closed by its reader, replaces", daemon.replaced)

asyncio.run(main())
"""


@pytest.mark.skipif(
    not shutil.which("dbus-run-session"), reason="needs dbus-run-session (Debian: dbus)"
)
def test_desktop_buttons_answer_and_a_click_does_not():
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", DAEMON],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Title Text Done [(7, 'done', 'desktop')]",
        "Title Text Later [(7, 'snoozed', 'desktop')]",
        "Title Text Skip [(7, 'skipped', 'desktop')]",
        "Title Text click []",
        "Rest & move Nod <slowly> & rest",
        "Rest & move Nod &lt;slowly&gt; &amp; rest",
        "Quiet 7 {'suppress-sound': True}",
        "Again 0 {'suppress-sound': True}",
        "Loud 0 {'sound-name': 'message-new-instant'}",
        "After it 0 {'suppress-sound': True}",
        "closed by its reader, replaces 0",
    ]


def test_buttons_of_a_real_notification_daemon(tmp_path: Path):
    missing = [name for name in ("dbus-run-session", "dunst", "Xvfb") if not shutil.which(name)]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"needs {', '.join(missing)} (Debian: dbus, dunst, xvfb)")
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, SESSION, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == [
        "Done (1, 'done', 'desktop')",
        "Later (2, 'snoozed', 'desktop')",
        "Skip (3, 'skipped', 'desktop')",
        "withdrawn (4, 'done', 'clip')",
        "one at a time (8, 'done', 'dashboard') (9, 'skipped', 'desktop')",
        "without a daemon: told",
        "daemon is back (7, 'snoozed', 'desktop')",
    ]


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux asks for a session bus"
)
@pytest.mark.parametrize("address", ["", "unix:path=/nonexistent/bus"])
async def test_without_a_session_bus_it_says_so(monkeypatch: pytest.MonkeyPatch, address: str):
    from poise.notify.desktop import DesktopWay

    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    if not address:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
        monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(PoiseError, match="do not work here"):
        await DesktopWay(lambda *_: None).notify(NOTICE)
    assert os.environ.get("DBUS_SESSION_BUS_ADDRESS", "") == address


async def test_the_first_answer_wins_and_is_recorded_once():
    recorded: list[tuple[int, str, str]] = []
    fanout = Fanout(lambda *answer: recorded.append(answer))
    out = io.StringIO()
    terminal = TerminalNotifier(Console(file=out, width=100), fanout.answered)
    clip = ClipNotifier(Unreachable(), fanout.answered)
    fanout.use([terminal, clip])
    (error,) = await fanout.notify(NOTICE)
    assert "clip" in str(error)
    assert "[slow]" in out.getvalue()
    assert not terminal.key("x")
    clip.record("reminder", {"reminder_id": 7, "pattern": "reminder", "answer": "none"})
    clip.record("reminder", {"reminder_id": 7, "pattern": "reminder", "answer": "done"})
    assert terminal.key("k")
    assert recorded == [(7, "done", "clip")]
    fanout.answered(8, "done", "clip")
    assert len(recorded) == 1


class Unreachable:
    """A clip out of reach."""

    async def request(self, name: str, **fields: object) -> object:
        from poise.errors import Reason

        assert (name, fields) == ("buzz", {"pattern": "reminder", "reminder_id": 7})
        raise PoiseError(Reason.LINK_LOST, "The clip is out of reach.", "Come closer.")
