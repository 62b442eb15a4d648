"""Checks of the desktop: its notifications, and whether it tells that the screen is locked."""

import sys
from typing import Any

from ..language import N_
from ..notify import interruption, presence
from ..notify.ask import call, on_bus
from ..notify.desktop import check
from ..notify.reasons import QUIET
from ..setup import findings
from ..setup.findings import Finding
from ..words import doctor as words

_DAEMON = (
    "org.freedesktop.Notifications",
    "/org/freedesktop/Notifications",
    "org.freedesktop.Notifications",
)


async def notifications() -> Finding:
    """Return whether this desktop shows notifications, which program does, and whether it does so now."""
    found = await findings.notifications(check)
    if not found.ok:
        return found
    name = await _daemon() if sys.platform.startswith("linux") else ""
    facts = {"daemon": name}
    if (await interruption.hold()).why == QUIET:
        return Finding(
            found.what,
            False,
            words.NOTIFICATIONS_QUIET,
            needed=False,
            cure=words.NOTIFICATIONS_QUIET_CURE,
            facts={**facts, "quiet": True},
        )
    text = words.NOTIFICATIONS_BY.format(name=name) if name else found.text
    return Finding(found.what, True, text, needed=False, facts=facts)


async def _daemon() -> str:
    async def ask(bus: Any) -> str:
        return str(await call(bus, _DAEMON, "GetServerInformation") or "")

    return await on_bus("SESSION", ask)


async def lock() -> Finding:
    """Return whether this desktop tells that its screen is locked or that nobody is there."""
    return of_told(await presence.told())


def of_told(told: presence.Told) -> Finding:
    """Return the finding for what a desktop tells."""
    what, facts = N_("screen lock"), {"lock": told.lock, "idle": told.idle}
    if told.lock:
        text = words.LOCK if told.idle else words.LOCK_ONLY
        return Finding(what, True, text, False, facts=facts)
    text = words.LOCK_IDLE if told.idle else words.LOCK_NONE
    cure = words.LOCK_CURE if sys.platform.startswith("linux") else ""
    return Finding(what, False, text, False, cure, facts)
