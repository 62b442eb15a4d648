# Runs in MicroPython: days of a clip's life. The firmware's own Clip (log, settings, crash count, clock, service) on
# the real littlefs and a flash of the clip's size; virtual time; a wearer, crashes, power cuts, and a host that comes
# every one to three days. Arguments: days, seed. Prints counts and wear as JSON.
import asyncio
import gc
import json
import sys

from app.standby import Standby
from app.clip import Clip
from invariants import Broken
from app.crashes import WELL_MS
from app.requests import set_setting
from rng import Rng
from soakhost import Host, HostLink, quiet
from soakworld import BLOCKS, DAY_MS, ROOT, World
from story import random_fields
from wire import codec

MINUTE_MS = 60_000
STORE_WITHIN_MS = 900  # as tasks.store
EVENTS_A_DAY = 700
KINDS = ("posture",) * 9 + ("activity",) * 2 + ("sustained", "nudge", "nod", "button", "reminder")
ERASES_OF_A_BLOCK = 100_000


class Board:
    """What Clip asks of a board."""

    NAME = "soak"

    def __init__(self, cause):
        self._cause = cause

    def filesystem_root(self):
        return ROOT

    def unique_id(self):
        return b"soakclip"

    def keep_time(self, utc_ms, t_ms, uncertainty_ms):
        pass  # a chip without a clock of its own

    def system_heap(self) -> tuple[int, int]:
        return 0, 0

    def kept_time(self):
        return None

    def reset_cause(self):
        return self._cause


class Soak:
    """The course of the days."""

    def __init__(self, days, rng):
        self.days = days
        self.rng = rng
        self.world = World((days + 1) * 2600, rng)
        self.host = Host(self.world)
        self.fields = {}
        for kind in KINDS + ("minute",):
            self.fields[kind] = [random_fields(kind, rng) for _ in range(20)]
        self.counts = {"records": 0, "starts": 0, "crashes": 0, "power_cuts": 0, "visits": 0}
        self.snooze = [3600]  # values that may be found: the promised one first
        self.link = self.pump = self.clip = None
        self.store_at_ms = -1
        self.started_ms = 0
        self.leaves_at_ms = 0
        self.comes_at_ms = DAY_MS // 2
        self.used = []
        self.heap = []

    # --- the clip

    def start(self, cause):
        world = self.world
        world.power_on()
        before = world.take_held()
        clip = self.clip = Clip(Board(cause), world.ticks_ms, world.ticks_diff, (0, False, False))
        codec.max_layouts = 64  # for speed; what it costs is bounded
        clip.sampler = Standby(clip)
        clip.haptic = self
        world.settle(clip.log, before)
        if clip.settings.get("snooze_s") not in self.snooze or clip.settings.corrupt:
            raise Broken("settings are the old or the new ones", self.snooze)
        self.snooze = [clip.settings.get("snooze_s")]
        self.counts["starts"] += 1
        self.started_ms = world.t_ms
        self.well = False
        self.store_at_ms = world.t_ms

    def play(self, pattern, strength_pct):
        """The motor; nobody feels it."""

    async def restart(self, cause):
        await self.host_gone()
        self.clip.log._close_files()  # littlefs' handles would outlive the mount
        self.world.power_off()
        self.clip = None
        self.world.t_ms += 1
        self.start(cause)

    async def note(self, kind):
        self.clip.note(kind, self.rng.pick(self.fields[kind]))
        self.counts["records"] += 1
        await self.noted()

    async def noted(self):
        """What `tasks.store` does once a record is held."""
        clip = self.clip
        if clip.urgent or clip.service.following:
            await self.store()
        elif self.store_at_ms < 0:
            self.store_at_ms = self.world.t_ms + STORE_WITHIN_MS

    async def store(self):
        self.store_at_ms = -1
        self.clip.store()
        if self.link:
            await quiet(self.link, self.clip.log, self.world.flash)

    async def pass_until(self, t_ms):
        """Time passes; what is due by then is done."""
        world = self.world
        await self.mind_the_power()
        while 0 <= self.store_at_ms <= t_ms:
            world.t_ms = max(world.t_ms, self.store_at_ms)
            await self.store()
            await self.mind_the_power()
        world.t_ms = max(world.t_ms, t_ms)
        if self.clip.now_ms() != world.t_ms - self.started_ms:
            raise Broken("the clock does not wrap", (self.clip.now_ms(), world.t_ms))
        if not self.well and self.clip.now_ms() >= WELL_MS:
            self.well = True
            self.clip.crashes.well()

    async def mind_the_power(self):
        """Before time passes: a clip whose power has failed starts again."""
        if self.world.flash.dead:
            self.counts["power_cuts"] += 1
            await self.restart("power_on")

    async def crash(self):
        self.counts["crashes"] += 1
        self.clip.crash(ValueError("soak"))
        await self.restart("reset")

    def set_snooze(self):
        value = self.rng.between(60, 7200)
        self.snooze.append(value)
        if set_setting(self.clip, "snooze_s", value) is None and not self.world.flash.dead:
            self.snooze = [value]

    # --- the host

    async def host_comes(self):
        self.counts["visits"] += 1
        vanish = self.rng.between(0, 4000) if self.rng.below(3) == 0 else -1
        clip = self.clip
        self.link = HostLink(self.world, clip, self.host, vanish)
        clip.service.attach(self.link)
        self.pump = self.link.pump = asyncio.create_task(clip.service.pump(self.link))
        self.link.begin()
        await quiet(self.link, clip.log, self.world.flash)
        self.leaves_at_ms = self.world.t_ms + self.rng.between(1, 60) * MINUTE_MS
        again = self.rng.between(1, 60) * MINUTE_MS if self.link.gone else 0
        self.comes_at_ms = self.world.t_ms + (again or self.rng.between(DAY_MS, 3 * DAY_MS))

    async def host_gone(self):
        if self.link is None:
            return
        self.link.gone = True
        self.clip.service.detach(self.link)
        self.pump.cancel()
        try:
            await self.pump
        except asyncio.CancelledError:
            pass  # as asked
        self.link = self.pump = None

    # --- the days

    async def run(self):
        self.start("power_on")
        for day in range(self.days):
            await self.day(day * DAY_MS)
            gc.collect()
            gc.collect()
            self.heap.append(gc.mem_free())
            self.used.append(self.world.used_blocks())
        while self.host.next_seq < self.clip.log.next_seq:
            await self.host_gone()
            await self.host_comes()
            await self.pass_until(self.world.t_ms + 1000)
        self.host.verify()
        await self.host_gone()

    async def day(self, from_ms):
        rng = self.rng
        crash_at, cut_at, set_at = rng.below(2880), rng.below(1440), rng.below(1440)
        for minute in range(1440):
            at_ms = from_ms + minute * MINUTE_MS
            await self.pass_until(at_ms)
            await self.note("minute")
            for turn in range(2):
                if rng.below(2880) < EVENTS_A_DAY:
                    await self.pass_until(at_ms + turn * 30_000 + rng.below(30_000))
                    await self.note(rng.pick(KINDS))
            if minute == set_at:
                self.set_snooze()
                await self.noted()
            if minute == crash_at and not self.world.flash.dead:
                await self.crash()
            if minute == cut_at:
                self.world.arm()
            if self.link and (self.link.gone or self.world.t_ms >= self.leaves_at_ms):
                await self.host_gone()
            if self.link is None and self.world.t_ms >= self.comes_at_ms:
                await self.host_comes()

    def told(self):
        """Everything counted."""
        world = self.world
        erases = sorted(world.erases)
        most = erases[-1]
        counts = dict(self.counts)
        counts.update(
            {
                "days": self.days,
                "host_records": self.host.records,
                "gap_told": self.host.told_missing,
                "lost_unsynced": world.lost,
                "operations": world.operations + world.flash.operations,
                "heap_early": self.heap[min(4, len(self.heap) - 1)],
                "heap_end": self.heap[-1],
                "used_blocks_most": max(self.used),
                "log_blocks": self.clip.log._max_bytes // 4096,
                "blocks": BLOCKS,
                "oldest_seq": self.clip.log.oldest_seq,
                "next_seq": self.clip.log.next_seq,
                "erases": sum(erases),
                "erases_median": erases[BLOCKS // 2],
                "erases_most": most,
                "years_to_100000": int(ERASES_OF_A_BLOCK * self.days / most / 365),
            }
        )
        return counts


def main(arguments):
    seed = int(arguments.get("seed", "1"))
    soak = Soak(int(arguments.get("days", "3")), Rng(seed))
    try:
        asyncio.run(soak.run())
    except Exception:
        sys.stderr.write("soak: seed %d, day %d\n" % (seed, soak.world.t_ms // DAY_MS))
        raise
    print(json.dumps(soak.told()))


if __name__ == "__main__":
    main(dict([argument.split("=") for argument in sys.argv[1:]]))
