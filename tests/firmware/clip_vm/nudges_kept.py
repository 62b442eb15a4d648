# Runs in MicroPython: lives of a wearer who stays bent, with restarts. The firmware's own Clip, Posture and files on
# the real littlefs; virtual time. Prints for each life the true seconds at which it was nudged.
import vfs
from app.clip import Clip
from app.nudge_budget import correct, restore
from app.requests import set_time
from motion.posture import Posture
from ramflash import RamFlash
from app.sampler import Sampler
from storage.limits import TABLE

ROOT = "/clip"
BLOCKS, BLOCK_BYTES = 509, 4096
UTC_MS = 1_790_000_000_000
HOLD_MS = 60_000
BLANK = b"\xff" * BLOCK_BYTES
MEMORY = bytearray(BLOCKS * BLOCK_BYTES)
SETTINGS = {name: TABLE[name][0] for name in TABLE}
SETTINGS["hold_limit_ms"] = HOLD_MS


class Angles:
    flexion_cdeg = 3000


class Wearer:
    """The sampler's part in nudges, without a sensor."""

    attitude = Angles
    fit = "fits"
    silent = False
    snooze = Sampler.snooze
    _keep_nudges = Sampler._keep_nudges
    _note = Sampler._note

    def __init__(self, clip):
        self._clip = clip
        self._chain = self
        self._nudges = 0
        self.posture = Posture(SETTINGS)


class World:
    """True time, the flash, and the board's clock: `rtc`: whether it counts on over a restart."""

    def __init__(self, rtc=False):
        self.t_ms = 0
        self.rtc = rtc
        self.kept = None
        self.nudges = []
        self.memory = MEMORY
        for at in range(0, len(MEMORY), len(BLANK)):
            MEMORY[at : at + len(BLANK)] = BLANK
        vfs.VfsLfs2.mkfs(RamFlash(self.memory, BLOCK_BYTES))
        self.clip = None
        self.cause = "power_on"
        self.start()

    # --- the board

    def filesystem_root(self):
        return ROOT

    def unique_id(self):
        return b"nudgclip"

    def reset_cause(self):
        return self.cause

    def keep_time(self, utc_ms, t_ms, uncertainty_ms):
        import struct

        self.kept = struct.pack("<QQH", utc_ms, t_ms, uncertainty_ms)

    def kept_time(self):
        return (UTC_MS + self.t_ms, self.kept) if self.rtc and self.kept else None

    def system_heap(self):
        return 0, 0

    # --- what happens

    def start(self):
        vfs.mount(vfs.VfsLfs2(RamFlash(self.memory, BLOCK_BYTES)), ROOT)
        began = self.t_ms
        self.clip = Clip(self, lambda: self.t_ms - began, lambda a, b: a - b, (0, False, False))
        self.clip.haptic = self
        self.wake()
        restore(self.clip)
        self.clip.store()

    def wake(self):
        self.clip.sampler = Wearer(self.clip)

    def play(self, pattern, strength_pct):
        if pattern == "nudge":
            self.nudges.append(self.t_ms // 1000)

    def restart(self, cause="power_on", off_s=1):
        self.clip.log._close_files()
        vfs.umount(ROOT)
        self.t_ms += off_s * 1000
        self.cause = cause
        self.start()

    def bent(self, seconds, step_s=1):
        wearer = self.clip.sampler
        for _ in range(seconds // step_s):
            self.t_ms += 1000 * step_s
            events = wearer.posture.step(1000 * step_s, 3000, 50, 20, True, True)
            if events:
                wearer._note(events)
            if self.t_ms // 1000 % 60 == 0:
                self.clip.note("nod", {"site": 1, "peak_cdeg": 900, "duration_ms": 500})
            self.clip.store()

    def host(self):
        """Gives the time and asks for the status, as hosts do."""
        set_time(self.clip, UTC_MS + self.t_ms, 50)
        correct(self.clip)

    def told(self, name):
        print(name, self.nudges)
        vfs.umount(ROOT)


for cause in ("power_on", "reset", "panic", "watchdog", "wake"):
    world = World(rtc=cause != "power_on")
    world.host()
    world.bent(100)
    world.clip.pressed("short")  # at 100 s
    world.bent(15)
    world.restart(cause)
    world.bent(2000)
    world.restart(cause)
    world.bent(2000)
    world.told("snooze " + cause)

world = World()
while world.t_ms < 86_400_000:  # a restart each 45 minutes
    world.bent(2700, 4)
    world.restart()
world.told("budget")

world = World()
world.host()
world.bent(100)
world.clip.pressed("short")
world.bent(60)
world.restart(off_s=7200)  # and nobody knows it
world.bent(300)
correct(world.clip)  # a host that asks for the status, and does not know the time
world.bent(300)
world.host()  # now it is known
world.bent(200)
world.told("told later")

world = World()
world.host()
world.bent(5000)
world.restart(off_s=80_000)
world.bent(200)
world.clip.pressed("short")  # a snooze of this start does not age
world.bent(10)
world.host()
world.bent(3700)
world.told("pressed before it was told")

from app.standby import Standby

world = World()
world.clip.sampler = Standby(world.clip)  # safe mode, or an update
world.t_ms += 50_000
world.clip.pressed("short")  # at 50 s
world.clip.store()
world.restart("reset")
world.bent(4000)
world.told("standby")

world = World()
world.bent(100)
world.clip.pressed("short")
with open(ROOT + "/nudges", "r+b") as file:
    file.write(b"damaged")
world.restart()
world.bent(200)
world.told("damaged")
