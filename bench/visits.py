"""A day of the runner with a clip that rests: minutes live, windows met, how late events come, and that none is lost.

`python -m bench.visits [--hours 24] [--near 8]` on the twin, in some 1/40 of the time: in the first `near` hours the
computer is near, then it is off. Events are those that a view shows; the time is from the record to the store.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import statistics
import tempfile
from pathlib import Path

from poise.aio import end
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.host import close_hosts
from poise.demo.audit import Audit, audit
from poise.demo.hosts import let_host_in
from poise.store import Store
from poise.twin.chips.flash_dump import dump, records_in
from poise.twin.machine.vm import find_vm
from poise.twin.process import TwinProcess
from poise.wear import Runner

SPEED = 60
_SHOWN = ("posture", "sustained", "nudge", "reminder", "button", "fit", "activity")


async def day(folder: Path, hours: float, near_h: float) -> None:
    """Run the day in `folder` and print it."""
    async with TwinProcess(folder / "clip", scenario="day", speed=8) as twin:
        await let_host_in(twin)
        await close_hosts()
        with Store.open(folder / "poise.db") as store:
            runner = Runner(lambda: _client(twin), store, twin.clock, keep_going=True)
            await _near(twin, runner, near_h * 3600)
            met, searches = runner.live.connections, runner.live.searches
            clip_id = runner.live.clip_id
            next_seq = store.records.next_seq(clip_id, 1)
            stored = store.records.raws(clip_id)
            late_s = _late_s(folder, store, clip_id)
            while twin.clock.monotonic_s() < hours * 3600:
                await asyncio.sleep(1)
            meter = (await twin.command("meter"))["total"]
    dump(find_vm(64), folder / "clip/flash.bin", folder / "files")
    told = audit(records_in(folder / "files"), stored, [], [], next_seq)
    _print(meter, met, searches, late_s, told)


async def _near(twin: TwinProcess, runner: Runner, until_s: float) -> None:
    running = asyncio.ensure_future(runner.run())
    try:
        await runner.caught_up.wait()
        await twin.command("speed", speed=SPEED)
        while twin.clock.monotonic_s() < until_s:
            await asyncio.sleep(1)
    finally:
        await end(running)
        await close_hosts()


def _client(twin: TwinProcess) -> ClipClient:
    link = BleTransport(hci=twin.info["hci"], keys=twin.bonds, clock=twin.clock)
    return ClipClient(link, twin.clock)


def _late_s(folder: Path, store: Store, clip_id: str) -> list[float]:
    """Return the seconds from each shown event to its arrival in the store."""
    with contextlib.closing(sqlite3.connect(folder / "poise.db")) as database:
        at = dict(database.execute("SELECT seq, received_utc_ms FROM records").fetchall())
    events = store.records.events(clip_id)
    return [
        (at[event.seq] - event.utc_ms) / 1000
        for event in events
        if event.kind in _SHOWN and event.utc_ms is not None
    ]


def _print(
    meter: dict[str, float], met: int, searches: int, late_s: list[float], told: Audit
) -> None:
    hours = meter["uptime_us"] / 3.6e9
    asleep, radio = (meter[name] / meter["uptime_us"] for name in ("light_sleep_us", "radio_us"))
    cuts = statistics.quantiles(late_s, n=100)
    print(f"{hours:.1f} h; asleep {100 * asleep:.1f} % of it, radio on {100 * radio:.1f} %")
    print(f"visits {met}, searches {searches}; radio starts {meter['radio_starts']:.0f}")
    print(
        f"{len(late_s)} events, from the clip to the store: p50 {cuts[49]:.0f} s, p99 {cuts[98]:.0f} s"
    )
    print(
        f"{told.events_on_clip} records: lost {told.lost}, doubled {told.duplicated}, altered {told.altered}"
    )


def main() -> None:
    """Run the day that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--near", type=float, default=8.0, help="hours with the computer near")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder), asked.hours, asked.near))


if __name__ == "__main__":
    main()
