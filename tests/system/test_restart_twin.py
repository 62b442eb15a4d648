"""What the wearer was promised outlives the clip's restarts: a snooze, and the nudges that were spent."""

from pathlib import Path

import pytest

from poise.twin.device import TwinDevice
from poise.twin.world.scenario import Press, Scenario
from poise.twin.world.script import Segment
from poise.twin.world.wearer import Wearer
from tests.support.silicon_twin import by_usb, passes, twin_of

pytestmark = [pytest.mark.vm, pytest.mark.system]

SNOOZE_S = 150
PRESSED_S = 40
# Nods for the upright, a press that snoozes; then bent for half a minute of each.
_NOD = (Segment("nod", 0.8, flexion_deg=22, move_s=0.7), Segment("up", 1.2, move_s=0.7))
_BENT = (Segment("up", 20), Segment("looks down", 30, flexion_deg=34, move_s=2))
SCENARIO = Scenario(
    "snoozes",
    (Segment("upright", 24), *_NOD, *_NOD, Segment("upright", 30), *_BENT * 60),
    (Press(4, 3.3), Press(PRESSED_S, 0.15)),
)


def _sooner(staged: Path) -> None:
    """A nudge after five seconds, a snooze of two and a half minutes."""
    path = staged / "storage/limits.py"
    text = path.read_text(encoding="utf-8")
    for before, after in (
        ('"hold_limit_ms": (\n        0,', '"hold_limit_ms": (\n        5000,'),
        ('"snooze_s": (3600,', f'"snooze_s": ({SNOOZE_S},'),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


async def test_no_nudge_before_the_end_of_a_snooze_whatever_restarts(tmp_path: Path) -> None:
    wearer = Wearer(SCENARIO.script, 1)
    async with twin_of(tmp_path, 20, _sooner, wearer=wearer) as twin:
        for press in SCENARIO.presses:
            await passes(twin, press.at_s - twin.clock.now_us() / 1e6)
            twin.pins.press(int(press.for_s * 1e6))
        await passes(twin, 15)
        twin.power_cut(1.0)
        await passes(twin, 20)
        twin.panic()
        await passes(twin, PRESSED_S + SNOOZE_S + 110 - twin.clock.now_us() / 1e6)
        nudges = await _nudged_s(twin)
        assert nudges and min(nudges) >= PRESSED_S + SNOOZE_S
        twin.power_cut(1.0)
        status, _ = await by_usb(twin)
        assert status["nudges_today"] == len(nudges)


async def _nudged_s(twin: TwinDevice) -> list[float]:
    """True seconds of the nudges in the log: its starts and times are known here."""
    _, records = await by_usb(twin)
    starts = [boot.at_us / 1e6 for boot in twin.boots]
    first = min(record["boot"] for record in records)
    return [
        starts[record["boot"] - first] + record["t_ms"] / 1000
        for record in records
        if record["kind"] == "nudge"
    ]
