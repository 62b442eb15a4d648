"""All checks, in the order in which they are shown. A check that fails by a fault of Poise is a finding of its own."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from ..clip.transport.ports import Port
from ..clip.usb_clips import OnPort, ask_ports
from ..language import N_
from ..setup import findings
from ..setup.findings import Finding, Heard
from ..words import doctor as words
from . import bluetooth, computer, desktop, extras, service, usb
from .clip import clip, running
from .data import data
from .place import Place
from .report import place_of

_DOCTOR = "`poise doctor"
_log = logging.getLogger(__name__)


Check = Callable[[], Awaitable[Finding | list[Finding]]]


async def checkup(place: Place) -> list[Finding]:
    """Return every finding of this place."""
    checks: tuple[tuple[str, Check], ...] = (
        (N_("Python"), _soon(computer.python)),
        ("Poise", _soon(computer.program)),
        (N_("data folder"), _soon(lambda: computer.folder(place))),
        (N_("disk space"), _soon(lambda: computer.space(place))),
        (N_("clock"), lambda: computer.clock(place)),
        (N_("store"), _soon(lambda: data(place))),
        (N_("login"), lambda: service.login(place)),
        (N_("notifications"), desktop.notifications),
        (N_("screen lock"), desktop.lock),
        ("Bluetooth", lambda: _links(place)),
        (N_("extras"), _soon(lambda: extras.extras(extras.wanted()))),
        ("MicroPython", _soon(extras.vm)),
    )
    return [
        replace(each, cure=elsewhere(each.cure))
        for what, check in checks
        for each in await guarded(what, check)
    ]


async def guarded(what: str, check: Check) -> list[Finding]:
    """Return the findings of one check. An error that nobody expected is a finding, and the other checks go on."""
    try:
        found = await check()
    except Exception as error:  # noqa: BLE001 (what one check stumbles over must not hide the others)
        _log.exception("the check of %s has failed", what)
        kind = type(error).__name__
        told = words.FAILED.format(kind=kind)
        facts = {"error": kind, "at": place_of(error)}
        return [Finding(what, False, told, False, words.FAILED_CURE, facts)]
    return found if isinstance(found, list) else [found]


def elsewhere(cure: str) -> str:
    """Return a cure without the sentences that send the user to `poise doctor`, where they are."""
    parts = re.findall(r"[^.;]+(?:\.(?!\s|$)[^.;]*)*[.;]?", cure)
    kept = "".join(each for each in parts if _DOCTOR not in each)
    return re.sub(";$", ".", kept.strip())


def _soon(check: Callable[[], Finding | list[Finding]]) -> Check:
    async def checked() -> Finding | list[Finding]:
        return check()

    return checked


async def _links(place: Place) -> list[Finding]:
    """Return the findings of Bluetooth, the ports and the clip: they are asked at the same time."""
    ports = list(place.ports())
    heard, live, on_ports = await asyncio.gather(
        _radio(place), running(place), _asked(ports, place)
    )
    return [
        heard.radio,
        *usb.usb(ports, on_ports, place.platform, place.root),
        *await clip(place, heard, on_ports, live),
    ]


async def _radio(place: Place) -> Heard:
    """Return what is heard. Where the system's Bluetooth does not work, what BlueZ tells of it is the finding."""
    linux = place.platform.startswith("linux") and not place.has_own_radio
    adapter = await bluetooth.adapter(place.root) if linux else None
    if adapter is not None and not adapter.ok:
        return Heard(adapter, findings.no_clip())
    heard = await findings.listen(place.look)
    if adapter is not None and heard.radio.ok:
        return replace(heard, radio=adapter)
    return heard


async def _asked(ports: Sequence[Port], place: Place) -> list[OnPort]:
    open_to_us = [port.device for port in ports if usb.may_open(port.device)]
    return await ask_ports(open_to_us, place.clock)
