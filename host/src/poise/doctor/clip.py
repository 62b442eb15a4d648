"""Checks of the clip: its firmware and health, and its start position, by its own word or by the log's."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..clip.usb_clips import OnPort
from ..errors import PoiseError
from ..language import N_, formats
from ..setup import findings
from ..setup.findings import Fact, Finding, Heard, of_error
from ..wear import lease
from ..words import doctor as words
from ..words.records import UNKNOWN_PCT
from .place import Place

LOW_PCT = 15
CRASH_DAYS = 7
_FIND_S = 8.0  # a clip that was heard a moment ago is awake
_FIRMWARE, _HEALTH, _START = N_("firmware"), N_("clip's health"), N_("start position")
# Fields of the clip's status that are figures of the firmware, and tell of nobody.
_FACTS = (
    "imu",
    "faults",
    "fifo_overruns",
    "bad_frames",
    "battery_pct",
    "charging",
    "power",
    "safe_mode",
    "slot",
    "bonds",
    "fit",
    "quality_pct",
    "heap_used_bytes",
    "system_free_bytes",
    "system_block_bytes",
)


@dataclass(frozen=True)
class Told:
    """What a clip told of itself: its firmware ("" from a running `poise wear`), and fields of the wire's `status`."""

    firmware: str
    status: Mapping[str, Any]


async def running(place: Place) -> dict[str, Any]:
    """Return the state of the running `poise wear`; empty if none runs or answers."""
    try:
        found = await lease.status(place.data())
    except PoiseError:
        return {}
    return found[1] if found else {}


async def clip(
    place: Place, heard: Heard, on_ports: Sequence[OnPort], live: Mapping[str, Any]
) -> list[Finding]:
    """Return the findings of the clip that answers: through the running `poise wear`, else by cable, else by radio."""
    if live.get("clip_id"):
        here = findings.connected() if live.get("connected") else heard.clip
        return [here, *_of(_of_live(live)), *_logged(place, asked=True)]
    usb = next((each for each in on_ports if each.is_clip), None)
    here = heard.clip if usb is None else Finding("clip", True, words.CLIP_ON_CABLE, False)
    try:
        told = await _ask(place, heard, usb)
    except PoiseError as error:
        return [here, of_error(_FIRMWARE, error, needed=False), *_logged(place)]
    if told is None:
        facts = {"state": "not-asked"}
        unknown = Finding(
            _HEALTH, False, words.CLIP_NOT_ASKED, False, words.CLIP_NOT_ASKED_CURE, facts
        )
        return [here, unknown, *_logged(place)]
    return [here, *_of(told), *_logged(place, asked=True)]


async def _ask(place: Place, heard: Heard, usb: OnPort | None) -> Told | None:
    """Return what the clip tells; None if none can be asked. Raises PoiseError."""
    if usb is None and not (heard.clips and _has_clip(place)):
        return None  # one that this computer was never let in at would refuse
    client = place.client(usb.port if usb else None)
    try:
        identity = await client.open(_FIND_S)
        return Told(identity.firmware, await client.status())
    finally:
        await client.close()


def _has_clip(place: Place) -> bool:
    try:
        with place.store() as store:
            return bool(store.clips.ids())
    except PoiseError:
        return False


def _of_live(live: Mapping[str, Any]) -> Told:
    status = {
        "fit": live.get("fit", "unknown"),
        "quality_pct": live.get("quality_pct") or 0,
        "battery_pct": UNKNOWN_PCT if live.get("battery_pct") is None else live["battery_pct"],
        "charging": live.get("charging", False),
        "fifo_overruns": live.get("overruns", 0),
        "power": live.get("power", ""),
    }
    return Told(str(live.get("firmware", "")), status)


def _of(told: Told) -> list[Finding]:
    return [*_firmware(told.firmware), health(told.status), start(told.status)]


def _firmware(firmware: str) -> list[Finding]:
    if not firmware:
        return []
    facts = {"firmware": firmware, "host": __version__}
    if firmware == __version__:
        text = words.CLIP_FIRMWARE.format(firmware=firmware)
        return [Finding(_FIRMWARE, True, text, False, facts=facts)]
    text = words.CLIP_FIRMWARE_OTHER.format(firmware=firmware, ours=__version__)
    return [Finding(_FIRMWARE, False, text, False, words.CLIP_FIRMWARE_CURE, facts)]


def health(status: Mapping[str, Any]) -> Finding:
    """Return the clip's health by its `status`: the worst fault that it tells."""
    facts: dict[str, Fact] = {key: status[key] for key in _FACTS if key in status}
    pct = status["battery_pct"]
    faults = status.get("faults", 0)
    worst = next(
        (
            (text, cure)
            for is_so, text, cure in (
                (status.get("safe_mode"), words.CLIP_SAFE_MODE, words.CLIP_SAFE_MODE_CURE),
                (status.get("imu") == "none", words.CLIP_NO_SENSOR, words.CLIP_NO_SENSOR_CURE),
                (
                    pct <= LOW_PCT and not status["charging"],
                    words.CLIP_BATTERY.format(pct=pct),
                    words.CLIP_BATTERY_CURE,
                ),
                (faults, words.CLIP_FAULTS.format(faults=faults), words.CLIP_FAULTS_CURE),
            )
            if is_so
        ),
        None,
    )
    if worst:
        return Finding(_HEALTH, False, worst[0], False, worst[1], facts)
    charge = words.CLIP_CHARGE_UNKNOWN
    if pct != UNKNOWN_PCT:
        charge = f"{pct} %"
    text = words.CLIP_WELL if "faults" in status else words.CLIP_WELL_BY_WEAR
    return Finding(_HEALTH, True, text.format(battery=charge), False, facts=facts)


def start(status: Mapping[str, Any]) -> Finding:
    """Return whether the clip has a start position, and sits as it did then."""
    fit = status["fit"]
    facts = {"fit": fit, "quality_pct": status["quality_pct"]}
    if fit == "unknown" and not status["quality_pct"]:
        text = words.START_POSITION_NONE
    elif fit in ("shifted", "turned"):
        text = words.START_POSITION_SHIFTED
    else:
        return Finding(_START, True, words.START_POSITION, False, facts=facts)
    return Finding(_START, False, text, False, words.START_POSITION_CURE, facts)


def _logged(place: Place, *, asked: bool = False) -> list[Finding]:
    """Return what the log tells: crashes of late, and, unless the clip was asked, its start position."""
    try:
        with place.store() as store:
            ids = store.clips.ids()
            now = place.clock.utc_ms()
            since = now - CRASH_DAYS * 86_400_000
            crashes = sum(len(store.records.events(one, since, kinds=("crash",))) for one in ids)
            taken = [
                event.utc_ms
                for one in ids
                for event in store.records.events(one, kinds=("calibration",))
                if event.fields["result"] == "accepted"
            ]
    except PoiseError:
        return []
    found = [] if asked else [_start_by_log(bool(ids), taken)]
    if crashes:
        text = words.CLIP_CRASHES.format(count=crashes, days=CRASH_DAYS)
        facts = {"crashes": crashes}
        found.append(Finding(_HEALTH, False, text, False, words.CLIP_CRASHES_CURE, facts))
    return found


def _start_by_log(has_clip: bool, taken: Sequence[int | None]) -> Finding:
    if not has_clip:
        return Finding(
            _START,
            False,
            words.START_POSITION_UNKNOWN,
            needed=False,
            cure=words.START_POSITION_UNKNOWN_CURE,
        )
    if not taken:
        return Finding(_START, False, words.START_POSITION_NONE, False, words.START_POSITION_CURE)
    last = max((at for at in taken if at is not None), default=None)
    if last is None:
        return Finding(_START, True, words.START_POSITION, False)
    day = formats.date(dt.datetime.fromtimestamp(last / 1000, dt.UTC).astimezone().date())
    return Finding(_START, True, words.START_POSITION_LOGGED.format(day=day), False)
